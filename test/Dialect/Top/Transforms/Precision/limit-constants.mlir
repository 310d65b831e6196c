// RUN: tpu-opt %s --tpu-assign-precision="precision=f16" -split-input-file 2>/dev/null | FileCheck %s
// RUN: tpu-opt %s --tpu-assign-precision="precision=f16" -split-input-file -o /dev/null 2>&1 | FileCheck %s --check-prefix=WARN
// RUN: tpu-opt %s --tpu-assign-precision="precision=bf16" -split-input-file 2>/dev/null | FileCheck %s --check-prefix=BF16

// As a term, the constant itself.
// WARN: warning: {{.*}}constant 'min' holds -3.4028e+38, which becomes infinite in 'f16': being a mask, it becomes -61410
// CHECK-LABEL: @term
// CHECK-DAG: top.weight dense<-6.140800e+04> : tensor<f16>
// CHECK: top.where {{.*}} -> tensor<4x8xf16>
// BF16-LABEL: @term
// BF16-DAG: top.weight dense<-3.17{{.*}}e+38> : tensor<bf16>
func.func @term(%c: tensor<4x8xi1>, %x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %min = top.weight dense<-3.40282347E+38> : tensor<f32> loc("min")
  %0 = top.where %c, %x, %min : (tensor<4x8xi1>, tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
  %1 = top.softmax %0 {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

// -----

// As a factor, what it makes.
// WARN: warning: {{.*}}constant 'large' holds -1e+12, {{.*}}: the product, a mask, is computed in f32 and then limited to 61410
// CHECK-LABEL: @factor
// CHECK: %[[P:.*]] = top.mul {{.*}} -> tensor<1x8xf32>
// CHECK: %[[L:.*]] = top.clip %[[P]] {max = 6.141000e+04 : f32, min = -6.141000e+04 : f32} : tensor<1x8xf32>
// CHECK: %[[N:.*]] = top.cast %[[L]] {to = f16}
// CHECK: top.add %{{.*}}, %[[N]] : {{.*}} -> tensor<4x8xf16>
// BF16-LABEL: @factor
// BF16: %[[P:.*]] = top.mul {{.*}} -> tensor<1x8xbf16>
// BF16-NOT: top.clip %[[P]]
func.func @factor(%m: tensor<1x8xf32>, %x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %large = top.weight dense<-1.0e12> : tensor<f32> loc("large")
  %0 = top.mul %m, %large : (tensor<1x8xf32>, tensor<f32>) -> tensor<1x8xf32>
  %1 = top.add %x, %0 : (tensor<4x8xf32>, tensor<1x8xf32>) -> tensor<4x8xf32>
  %2 = top.softmax %1 {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %2 : tensor<4x8xf32>
}

// -----

// What f16 holds stays: -1e4 and minus infinity, without f32.
// CHECK-LABEL: @held
// CHECK-DAG: top.weight dense<0xFC00> : tensor<f16>
// CHECK-DAG: top.weight dense<-1.000000e+04> : tensor<f16>
// CHECK: top.add {{.*}} -> tensor<4x8xf16>
// CHECK: top.softmax {{.*}} -> tensor<4x8xf16>
func.func @held(%c: tensor<4x8xi1>, %m: tensor<1x8xf32>, %x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %infinite = top.weight dense<0xFF800000> : tensor<f32>
  %large = top.weight dense<-1.0e4> : tensor<f32>
  %0 = top.where %c, %x, %infinite : (tensor<4x8xi1>, tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
  %1 = top.mul %m, %large : (tensor<1x8xf32>, tensor<f32>) -> tensor<1x8xf32>
  %2 = top.add %0, %1 : (tensor<4x8xf32>, tensor<1x8xf32>) -> tensor<4x8xf32>
  %3 = top.softmax %2 {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %3 : tensor<4x8xf32>
}

// -----

// What a reader needs the number of is no mask.
// WARN: warning: {{.*}}constant 'large' holds -1e+12, {{.*}}: this op is computed in f32
// CHECK-LABEL: @number
// CHECK: %[[S:.*]] = top.add {{.*}} -> tensor<4x8xf32>
// CHECK: top.softmax
func.func @number(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %large = top.weight dense<-1.0e12> : tensor<f32> loc("large")
  %0 = top.add %x, %large : (tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
  %1 = top.softmax %0 {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %0, %1 : tensor<4x8xf32>, tensor<4x8xf32>
}

// -----

// An input may hold such numbers, where it is added to others.
// CHECK-LABEL: @input
// CHECK: %[[L:.*]] = top.clip %arg0 {max = 6.141000e+04 : f32, min = -6.141000e+04 : f32} : tensor<1x8xf32>
// CHECK: %[[N:.*]] = top.cast %[[L]] {to = f16}
// CHECK-NOT: top.clip
// CHECK: top.add %{{.*}}, %[[N]] : {{.*}} -> tensor<4x8xf16>
func.func @input(%mask: tensor<1x8xf32>, %x: tensor<4x8xf32>, %y: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %0 = top.log_softmax %x {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = top.add %0, %mask : (tensor<4x8xf32>, tensor<1x8xf32>) -> tensor<4x8xf32>
  %2 = top.softmax %1 {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %3 = top.softmax %y {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %2, %3 : tensor<4x8xf32>, tensor<4x8xf32>
}

// -----

// A maximum gives an infinite input back: it stays infinite.
// CHECK-LABEL: @maximum
// CHECK-NOT: top.clip
func.func @maximum(%x: tensor<8xf32>, %y: tensor<8xf32>) -> tensor<8xf32> {
  %0 = top.max %x, %y : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  return %0 : tensor<8xf32>
}

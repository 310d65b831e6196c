// RUN: tpu-opt %s --tpu-assign-precision="precision=f16 ranges=%S/Inputs/large.ranges" 2>&1 | FileCheck %s
// RUN: tpu-opt %s --tpu-assign-precision="precision=f16 ranges=%S/Inputs/large.ranges fallback=f32" 2>&1 | FileCheck %s --check-prefix=F32
// RUN: not tpu-opt %s --tpu-assign-precision="precision=f16 ranges=%S/Inputs/absent.ranges" 2>&1 | FileCheck %s --check-prefix=FILE

// What computes the value that is too large, and what reads it.
// CHECK: warning: {{.*}}reaches 1e+05 in calibration, which becomes infinite in 'f16': what computes and reads it is in 'bf16'
// CHECK: func.func @net
// CHECK: top.relu %{{.*}} : tensor<2x2xf16>
// CHECK: top.matmul %{{.*}} -> tensor<2x2xbf16>
// CHECK: top.softmax %{{.*}} -> tensor<2x2xbf16>
// CHECK: top.relu %{{.*}} : tensor<2x2xf16>
// F32: what computes and reads it is in 'f32'
// F32: top.matmul %{{.*}} -> tensor<2x2xf32>
// FILE: error: cannot read the table of ranges '{{.*}}absent.ranges'
func.func @net(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %w = top.weight dense<100.0> : tensor<2x2xf32>
  %0 = top.relu %x : tensor<2x2xf32> loc("small")
  %1 = top.matmul %0, %w : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32> loc("large")
  %2 = top.softmax %1 {axis = 1 : i64} : (tensor<2x2xf32>) -> tensor<2x2xf32> loc("softmax")
  %3 = top.relu %2 : tensor<2x2xf32> loc("result")
  return %3 : tensor<2x2xf32>
}


// An infinity is one in every float type.
// CHECK-NOT: warning
// CHECK: func.func @masked
// CHECK: top.relu %{{.*}} : tensor<2x2xf16>
func.func @masked(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %0 = top.relu %x : tensor<2x2xf32> loc("infinite")
  return %0 : tensor<2x2xf32>
}

// RUN: tpu-opt %s --tpu-assign-precision="precision=f16" | FileCheck %s
// RUN: tpu-opt %s --tpu-assign-precision="precision=bf16 overrides=%S/Inputs/relu-f32.txt" | FileCheck %s --check-prefix=MIXED

// CHECK-LABEL: @net
// CHECK-DAG: %[[X:.*]] = top.cast %arg0 {to = f16} : (tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf16>
// CHECK-DAG: %[[F:.*]] = top.weight dense<9.997550e-02> : tensor<1x1x1x1xf16>
// CHECK-DAG: %[[B:.*]] = top.weight dense<1.000000e-01> : tensor<1xf32>
// CHECK: %[[C:.*]] = top.conv %[[X]], %[[F]], %[[B]] {{.*}} -> tensor<1x1x2x2xf16>
// CHECK: %[[R:.*]] = top.relu %[[C]] : tensor<1x1x2x2xf16>
// CHECK: %[[G:.*]] = top.greater %[[R]], %[[X]] : (tensor<1x1x2x2xf16>, tensor<1x1x2x2xf16>) -> tensor<1x1x2x2xi1>
// CHECK: %[[W:.*]] = top.where %[[G]], %[[R]], %[[X]]
// CHECK: %[[Y:.*]] = top.cast %[[W]] {to = f32}
// CHECK: return %[[Y]], %[[X16:.*]] : tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>

// MIXED-LABEL: @net
// MIXED: %[[C:.*]] = top.conv {{.*}} -> tensor<1x1x2x2xbf16>
// MIXED: %[[W:.*]] = top.cast %[[C]] {to = f32}
// MIXED: %[[R:.*]] = top.relu %[[W]] : tensor<1x1x2x2xf32>
// MIXED: %[[N:.*]] = top.cast %[[R]] {to = bf16}
// MIXED: top.greater %[[N]]
func.func @net(%x: tensor<1x1x2x2xf32>) -> (tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>) {
  %f = top.weight dense<0.1> : tensor<1x1x1x1xf32>
  %b = top.weight dense<0.1> : tensor<1xf32>
  %0 = top.conv %x, %f, %b strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64}
    : (tensor<1x1x2x2xf32>, tensor<1x1x1x1xf32>, tensor<1xf32>) -> tensor<1x1x2x2xf32> loc("conv")
  %1 = top.relu %0 : tensor<1x1x2x2xf32> loc("a relu")
  %2 = top.greater %1, %x : (tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xi1> loc("greater")
  %3 = top.where %2, %1, %x : (tensor<1x1x2x2xi1>, tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32> loc("where")
  return %3, %x : tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>
}

// RUN: tpu-opt %s --tpu-quantize="ranges=%S/Inputs/wide.ranges" | FileCheck %s
// RUN: tpu-opt %s --tpu-quantize="ranges=%S/Inputs/wide.ranges overrides=%S/Inputs/integer-square.txt" | FileCheck %s --check-prefix=GIVEN

// What 16 bits would not hold, 8 do not either: squares, and what is computed with them; the product after them is INT8.
// CHECK-LABEL: func @net
// CHECK: top.mul %{{.*}} -> tensor<4x8xf32>
// CHECK: top.reduce mean {{.*}} -> tensor<4x1xf32>
// CHECK: top.sqrt {{.*}} : tensor<4x1xf32>
// CHECK: %[[Q:.*]] = top.div {{.*}} -> tensor<4x8x
// CHECK: top.matmul {{.*}}!quant.uniform

// An override is what the user wants.
// GIVEN: top.mul {{.*}} -> tensor<4x8x!quant.uniform
func.func @net(%x: tensor<4x8xf32> loc("x")) -> tensor<4x8xf32> {
  %w = top.weight dense<0.5> : tensor<8x8xf32>
  %0 = top.mul %x, %x : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32> loc("square")
  %1 = top.reduce mean %0 axes = [1] {keepdims} : (tensor<4x8xf32>) -> tensor<4x1xf32> loc("mean")
  %2 = top.sqrt %1 : tensor<4x1xf32> loc("root")
  %3 = top.div %x, %2 : (tensor<4x8xf32>, tensor<4x1xf32>) -> tensor<4x8xf32> loc("unit")
  %4 = top.matmul %3, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32> loc("y")
  return %4 : tensor<4x8xf32>
}

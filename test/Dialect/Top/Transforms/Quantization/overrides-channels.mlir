// RUN: tpu-opt %s --tpu-quantize="ranges=%S/Inputs/chain.ranges quantize-outputs fallback=bf16 overrides=%S/Inputs/float-curve-input.txt" | FileCheck %s

// A convolution that stays in F32 keeps what would go on with its channels there.
// CHECK: %[[X:.*]] = top.conv {{.*}} -> tensor<1x2x4x4xf32>
// CHECK: %[[C:.*]] = top.clip %[[X]] {{.*}} : tensor<1x2x4x4xf32>
// CHECK: top.mul %[[C]], {{.*}} -> tensor<1x2x4x4xf32>
func.func @channels(%x: tensor<1x2x4x4xf32> loc("x")) -> tensor<1x2x4x4xf32> {
  %w = top.weight dense<1.0> : tensor<2x2x1x1xf32>
  %0 = top.conv %x, %w strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64}
    : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x4x4xf32> loc("curve input")
  %1 = top.clip %0 {min = -1.0 : f32, max = 1.0 : f32} : tensor<1x2x4x4xf32> loc("curve")
  %f = top.weight dense<[[[1.0]], [[2.0]]]> : tensor<2x1x1xf32>
  %2 = top.mul %1, %f : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32> loc("product")
  return %2 : tensor<1x2x4x4xf32>
}

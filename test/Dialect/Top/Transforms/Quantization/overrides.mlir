// RUN: tpu-opt %s --tpu-quantize="ranges=%S/Inputs/chain.ranges quantize-outputs fallback=bf16 overrides=%S/Inputs/float-sum.txt" | FileCheck %s

// An op that is to stay in F32 reads and computes that, others without integer form the fallback.
// CHECK: %[[X:.*]] = top.cast %arg0 {to = !quant.uniform<i8:f32, 7.812500e-03>}
// CHECK: top.add %arg0, %arg0 : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32>
// CHECK: top.add {{.*}}!quant.uniform
// CHECK: top.softmax {{.*}} -> tensor<1x8xbf16>
func.func @net(%x: tensor<1x8xf32> loc("x")) -> (tensor<1x8xf32>, tensor<1x8xf32>) {
  %0 = top.add %x, %x : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32> loc("sum")
  %1 = top.add %x, %x : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32> loc("a relu")
  %2 = top.softmax %1 {axis = 1 : i64} : (tensor<1x8xf32>) -> tensor<1x8xf32> loc("soft")
  return %0, %2 : tensor<1x8xf32>, tensor<1x8xf32>
}

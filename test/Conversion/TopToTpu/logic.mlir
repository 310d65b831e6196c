// RUN: tpu-opt %s --lower-top-to-tpu -split-input-file | FileCheck %s

// Truth values are 0 and 1 in ui8; >= is not <, of numbers: a NaN is not less
// than its own bits.
// CHECK-LABEL: @truth
// CHECK: %[[LT:.*]] = tpu.compare lt %arg0, %arg1 negated : {{.*}} -> tensor<1x2x3x4xui8>
// CHECK: %[[INF:.*]] = top.weight dense<0xFC00>
// CHECK: %[[N:.*]] = tpu.compare lt %arg0, %[[INF]] negated
// CHECK: %[[GE:.*]] = tpu.integer and %[[LT]], %[[N]]
// CHECK: %[[NOT:.*]] = tpu.integer_scalar xor %[[GE]], 1
// CHECK: tpu.where %[[NOT]], %arg0, %arg1 : (tensor<1x2x3x4xui8>, tensor<1x2x3x4xf16>, tensor<1x2x3x4xf16>) -> tensor<1x2x3x4xf16>
func.func @truth(%x: tensor<1x2x3x4xf16>, %y: tensor<1x2x3x4xf16>) -> tensor<1x2x3x4xf16> {
  %0 = top.greater_or_equal %x, %y : (tensor<1x2x3x4xf16>, tensor<1x2x3x4xf16>) -> tensor<1x2x3x4xi1>
  %1 = top.not %0 : tensor<1x2x3x4xi1>
  %2 = top.where %1, %x, %y : (tensor<1x2x3x4xi1>, tensor<1x2x3x4xf16>, tensor<1x2x3x4xf16>) -> tensor<1x2x3x4xf16>
  return %2 : tensor<1x2x3x4xf16>
}

// -----

// CHECK-LABEL: @truth_constant
// CHECK: %[[M:.*]] = top.weight dense<{{\[\[}}{{\[\[}}1, 0]]]]> : tensor<1x1x1x2xui8>
// CHECK: tpu.where %[[M]]
func.func @truth_constant(%x: tensor<2xf32>, %y: tensor<2xf32>) -> tensor<2xf32> {
  %m = top.weight dense<[true, false]> : tensor<2xi1>
  %0 = top.where %m, %x, %y : (tensor<2xi1>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

// What a caller passes for truth may be any byte; 64 bits are carried in 32.
// CHECK-LABEL: @signature
// CHECK-SAME: (%[[P:.*]]: tensor<1x2x3x4xui8>, %[[I:.*]]: tensor<1x2x3x4xi32> {tpu.index_limit = 2147483647 : i64}) -> tensor<1x2x3x4xi32>
// CHECK: %[[ZERO:.*]] = top.weight dense<0> : tensor<1x1x1x1xui8>
// CHECK: %[[T:.*]] = tpu.compare eq %[[P]], %[[ZERO]] negated
// CHECK: %[[N:.*]] = tpu.integer_scalar mul %[[I]], -1
// CHECK: tpu.where %[[T]], %[[N]], %[[I]]
func.func @signature(%p: tensor<1x2x3x4xi1>, %i: tensor<1x2x3x4xi64>) -> tensor<1x2x3x4xi64> {
  %0 = top.neg %i : tensor<1x2x3x4xi64>
  %1 = top.where %p, %0, %i : (tensor<1x2x3x4xi1>, tensor<1x2x3x4xi64>, tensor<1x2x3x4xi64>) -> tensor<1x2x3x4xi64>
  return %1 : tensor<1x2x3x4xi64>
}

// -----

// Floats are cut off, integers keep their low bits, truth is what is not zero.
// CHECK-LABEL: @casts
// CHECK: %[[A:.*]] = tpu.cast %arg0 : tensor<1x2x3x4xf32> -> tensor<1x2x3x4xi32>
// CHECK: %[[B:.*]] = tpu.cast %[[A]] : tensor<1x2x3x4xi32> -> tensor<1x2x3x4xui8>
// CHECK: tpu.compare eq %[[B]], %{{.*}} negated
func.func @casts(%x: tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xi1> {
  %0 = top.cast %x {to = i32} : (tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xi32>
  %1 = top.cast %0 {to = ui8} : (tensor<1x2x3x4xi32>) -> tensor<1x2x3x4xui8>
  %2 = top.cast %1 {to = i1} : (tensor<1x2x3x4xui8>) -> tensor<1x2x3x4xi1>
  return %2 : tensor<1x2x3x4xi1>
}

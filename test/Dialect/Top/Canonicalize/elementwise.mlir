// RUN: tpu-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func @neutral
func.func @neutral(%x: tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>) {
  // CHECK-NEXT: return %arg0, %arg0
  %zero = top.weight dense<0.0> : tensor<4xf32>
  %one = top.weight dense<1.0> : tensor<f32>
  %0 = top.add %x, %zero : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %1 = top.sub %0, %zero : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %2 = top.mul %x, %one : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %3 = top.div %2, %one : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %4 = top.pow %3, %one : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  return %1, %4 : tensor<2x4xf32>, tensor<2x4xf32>
}

// CHECK-LABEL: func @neutral_on_the_left
func.func @neutral_on_the_left(%x: tensor<4xi64>) -> tensor<4xi64> {
  // CHECK-NEXT: return %arg0
  %one = top.weight dense<1> : tensor<4xi64>
  %0 = top.mul %one, %x : (tensor<4xi64>, tensor<4xi64>) -> tensor<4xi64>
  return %0 : tensor<4xi64>
}

// CHECK-LABEL: func @neutral_resource
func.func @neutral_resource(%x: tensor<2xf16>) -> (tensor<2xf16>, tensor<2xf16>) {
  // CHECK: %[[KEPT:.*]] = top.add %arg0
  // CHECK: return %arg0, %[[KEPT]]
  %ones = top.weight dense_resource<ones> : tensor<2xf16>
  %zero_one = top.weight dense_resource<zero_one> : tensor<2xf16>
  %0 = top.mul %x, %ones : (tensor<2xf16>, tensor<2xf16>) -> tensor<2xf16>
  %1 = top.add %x, %zero_one : (tensor<2xf16>, tensor<2xf16>) -> tensor<2xf16>
  return %0, %1 : tensor<2xf16>, tensor<2xf16>
}

// CHECK-LABEL: func @neutral_but_larger
func.func @neutral_but_larger(%x: tensor<4xf32>) -> tensor<2x4xf32> {
  // CHECK: top.add
  %zero = top.weight dense<0.0> : tensor<2x4xf32>
  %0 = top.add %x, %zero : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// CHECK-LABEL: func @not_neutral
func.func @not_neutral(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  %zero = top.weight dense<0.0> : tensor<2xf32>
  %mixed = top.weight dense<[1.0, 2.0]> : tensor<2xf32>
  %one = top.weight dense<1.0> : tensor<2xf32>
  // CHECK: top.sub
  %0 = top.sub %zero, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  // CHECK: top.mul
  %1 = top.mul %x, %mixed : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  // CHECK: top.div
  %2 = top.div %one, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  // CHECK: top.pow
  %3 = top.pow %one, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %0, %1, %2, %3 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}

// CHECK-LABEL: func @weight_to_the_right
func.func @weight_to_the_right(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  // CHECK-NEXT: %[[W:.*]] = top.weight
  %w = top.weight dense<[1.0, 2.0]> : tensor<2xf32>
  // CHECK-NEXT: top.add %arg0, %[[W]]
  %0 = top.add %w, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  // CHECK-NEXT: top.mul %arg0, %[[W]]
  %1 = top.mul %w, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  // CHECK-NEXT: top.max %arg0, %[[W]]
  %2 = top.max %w, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  // CHECK-NEXT: top.min %arg0, %[[W]]
  %3 = top.min %w, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %0, %1, %2, %3 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}

// The order of arguments stays.
// CHECK-LABEL: func @weight_stays
func.func @weight_stays(%x: tensor<2xf32>, %y: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  // CHECK-NEXT: %[[W:.*]] = top.weight
  %w = top.weight dense<[1.0, 2.0]> : tensor<2xf32>
  // CHECK-NEXT: top.sub %[[W]], %arg0
  %0 = top.sub %w, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  // CHECK-NEXT: top.add %arg1, %arg0
  %1 = top.add %y, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %0, %1 : tensor<2xf32>, tensor<2xf32>
}

// CHECK-LABEL: func @extremum_of_one_value
func.func @extremum_of_one_value(%x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  // CHECK-NEXT: %[[KEPT:.*]] = top.max %arg0, %arg1
  // CHECK-NEXT: return %arg0, %arg0, %[[KEPT]]
  %0 = top.max %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = top.min %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = top.max %x, %y : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0, %1, %2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func @unary
func.func @unary(%x: tensor<4xf32>, %b: tensor<4xi1>) -> (tensor<4xf32>, tensor<4xi1>, tensor<4xf32>, tensor<4xf32>) {
  // CHECK-NEXT: %[[ABS:.*]] = top.abs %arg0
  // CHECK-NEXT: %[[ROUND:.*]] = top.round %arg0
  // CHECK-NEXT: return %arg0, %arg1, %[[ABS]], %[[ROUND]]
  %0 = top.neg %x : tensor<4xf32>
  %1 = top.neg %0 : tensor<4xf32>
  %2 = top.not %b : tensor<4xi1>
  %3 = top.not %2 : tensor<4xi1>
  %4 = top.abs %x : tensor<4xf32>
  %5 = top.abs %4 : tensor<4xf32>
  %6 = top.round %x : tensor<4xf32>
  %7 = top.round %6 : tensor<4xf32>
  return %1, %3, %5, %7 : tensor<4xf32>, tensor<4xi1>, tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func @unary_kept
func.func @unary_kept(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK: top.neg
  // CHECK: top.abs
  %0 = top.neg %x : tensor<4xf32>
  %1 = top.abs %0 : tensor<4xf32>
  // CHECK: top.floor
  // CHECK: top.exp
  // CHECK: top.exp
  %2 = top.floor %x : tensor<4xf32>
  %3 = top.exp %2 : tensor<4xf32>
  %4 = top.exp %3 : tensor<4xf32>
  return %1, %4 : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func @where
func.func @where(%c: tensor<4xi1>, %x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  // CHECK-NEXT: %[[KEPT:.*]] = top.where %arg0, %arg1, %arg2
  // CHECK-NEXT: return %arg1, %arg1, %arg2, %[[KEPT]]
  %true = top.weight dense<true> : tensor<4xi1>
  %false = top.weight dense<false> : tensor<i1>
  %0 = top.where %c, %x, %x : (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = top.where %true, %x, %y : (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = top.where %false, %x, %y : (tensor<i1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = top.where %c, %x, %y : (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0, %1, %2, %3 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func @where_of_smaller
func.func @where_of_smaller(%c: tensor<4xi1>, %x: tensor<1xf32>) -> tensor<4xf32> {
  // CHECK: top.where
  %0 = top.where %c, %x, %x : (tensor<4xi1>, tensor<1xf32>, tensor<1xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func @cast
func.func @cast(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK-NEXT: %[[I:.*]] = top.cast %arg0 {to = i32}
  // CHECK-NEXT: %[[F:.*]] = top.cast %[[I]] {to = f32}
  // CHECK-NEXT: return %arg0, %[[F]]
  %0 = top.cast %x {to = f32} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = top.cast %x {to = i32} : (tensor<4xf32>) -> tensor<4xi32>
  %2 = top.cast %1 {to = f32} : (tensor<4xi32>) -> tensor<4xf32>
  return %0, %2 : tensor<4xf32>, tensor<4xf32>
}

{-#
  dialect_resources: {
    builtin: {
      // 4 bytes of alignment, then 1.0 twice; 0.0 and 1.0
      ones: "0x04000000003C003C",
      zero_one: "0x040000000000003C"
    }
  }
#-}

// RUN: tpu-opt %s --tpu-quantize="ranges=%S/Inputs/chain.ranges quantize-outputs" -split-input-file | FileCheck %s
// RUN: tpu-opt %s --tpu-quantize="ranges=%S/Inputs/chain.ranges quantize-outputs asymmetric=true" -split-input-file | FileCheck %s --check-prefix=ASYM
// RUN: tpu-opt %s --tpu-quantize="ranges=%S/Inputs/chain.ranges quantize-outputs" -split-input-file -mlir-print-debuginfo -mlir-print-local-scope | FileCheck %s --check-prefix=NOTES

// The input is signed, a convolution with relu is not; filters have a scale for each channel, max|w| / 127, and one of
// zeros has 1; a bias stays. What moves only shares the type of what was computed, whatever its own range.
// CHECK-LABEL: @conv
// CHECK-DAG: %[[X:.*]] = top.cast %arg0 {to = !quant.uniform<i8:f32, 7.812500e-03>}
// CHECK-DAG: %[[W:.*]] = top.weight dense<{{.*}}-127{{.*}}64{{.*}}0{{.*}}0{{.*}}> : tensor<2x2x1x1xi8> as !quant.uniform<i8:f32:0, {7.812500e-03,1.000000e+00}>
// CHECK-DAG: %[[B:.*]] = top.weight dense<[1.000000e-01, 2.000000e-01]> : tensor<2xf32>
// CHECK: %[[C:.*]] = top.conv %[[X]], %[[W]], %[[B]] {{.*}} -> tensor<1x2x4x4x!quant.uniform<u8:f32, 7.812500e-03>>
// CHECK: %[[R:.*]] = top.reshape %[[C]] {{.*}} -> tensor<1x32x!quant.uniform<u8:f32, 7.812500e-03>>
// CHECK: %[[Y:.*]] = top.sigmoid %[[R]] : (tensor<1x32x!quant.uniform<u8:f32, 7.812500e-03>>) -> tensor<1x32x!quant.uniform<u8:f32, 0.00392156{{.*}}>>
// CHECK: top.cast %[[Y]] {to = f32}

// The zero point makes the least value -128.
// ASYM-LABEL: @conv
// ASYM: top.cast %arg0 {to = !quant.uniform<i8:f32, 7.812500e-03:-1>}
// ASYM: top.conv {{.*}} -> tensor<1x2x4x4x!quant.uniform<i8:f32, 7.812500e-03:-128>>
func.func @conv(%x: tensor<1x2x4x4xf32> loc("x")) -> tensor<1x32xf32> {
  %w = top.weight dense<[[[[-0.9921875]], [[0.50390625]]], [[[0.0]], [[0.0]]]]> : tensor<2x2x1x1xf32>
  %b = top.weight dense<[0.1, 0.2]> : tensor<2xf32>
  %0 = top.conv %x, %w, %b strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64, relu}
    : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32> loc("conv")
  %1 = top.reshape %0 shape = [1, 32] : (tensor<1x2x4x4xf32>) -> tensor<1x32xf32> loc("moved")
  %2 = top.sigmoid %1 : tensor<1x32xf32> loc("sigmoid")
  return %2 : tensor<1x32xf32>
}

// -----

// A relu that alone reads a sum lets it be stored without sign, in the range of its result.
// The sum is then noted not to be the tensor of its name.
// NOTES-LABEL: @relu(
// NOTES: top.add {{.*}} loc(fused<{clipped}>["sum"])
// NOTES: top.relu {{.*}} loc("a relu")
// CHECK-LABEL: @relu
// CHECK: %[[S:.*]] = top.add {{.*}} -> tensor<1x8x!quant.uniform<u8:f32, 3.906250e-03>>
// CHECK: %[[R:.*]] = top.relu %[[S]] : tensor<1x8x!quant.uniform<u8:f32, 3.906250e-03>>
// CHECK: top.add %[[R]], %[[R]]
func.func @relu(%x: tensor<1x8xf32> loc("x")) -> tensor<1x8xf32> {
  %0 = top.add %x, %x : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32> loc("sum")
  %1 = top.relu %0 : tensor<1x8xf32> loc("a relu")
  %2 = top.add %1, %1 : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32> loc("y")
  return %2 : tensor<1x8xf32>
}

// -----

// Another reader needs the negative values.
// NOTES-LABEL: @relu_and_other(
// NOTES: top.add {{.*}} loc("sum")
// CHECK-LABEL: @relu_and_other
// CHECK: %[[S:.*]] = top.add {{.*}} -> tensor<1x8x!quant.uniform<i8:f32, 6.250000e-02>>
// CHECK: top.relu %[[S]] : (tensor<1x8x!quant.uniform<i8:f32, 6.250000e-02>>) -> tensor<1x8x!quant.uniform<u8:f32, 3.906250e-03>>
func.func @relu_and_other(%x: tensor<1x8xf32> loc("x")) -> tensor<1x8xf32> {
  %0 = top.add %x, %x : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32> loc("sum")
  %1 = top.relu %0 : tensor<1x8xf32> loc("a relu")
  %2 = top.add %1, %0 : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32> loc("y")
  return %2 : tensor<1x8xf32>
}

// -----

// A zero point, where the values are mostly positive: 255 steps from -0.278465, the least of silu.
// CHECK-LABEL: @lopsided
// CHECK: top.silu {{.*}} -> tensor<1x8x!quant.uniform<i8:f32, 0.028420450{{[0-9]*}}:-118>>
// CHECK: top.add
func.func @lopsided(%x: tensor<1x8xf32> loc("x")) -> tensor<1x8xf32> {
  %0 = top.sub %x, %x : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32> loc("sum")
  %1 = top.silu %0 : tensor<1x8xf32> loc("lopsided")
  %2 = top.add %1, %0 : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32> loc("y")
  return %2 : tensor<1x8xf32>
}

// -----

// What only hard_swish reads needs no values below -3, where its result stays 0.
// CHECK-LABEL: @flat
// CHECK: top.add {{.*}} -> tensor<1x8x!quant.uniform<i8:f32, 0.023{{[0-9]*}}>>
func.func @flat(%x: tensor<1x8xf32> loc("x")) -> tensor<1x8xf32> {
  %0 = top.add %x, %x : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32> loc("sum")
  %1 = top.hard_swish %0 : tensor<1x8xf32> loc("a relu")
  return %1 : tensor<1x8xf32>
}

// -----

// What is concatenated has the union of the ranges, constants included.
// CHECK-LABEL: @concat
// CHECK-DAG: %[[X:.*]] = top.cast %arg0 {to = !quant.uniform<i8:f32, 6.250000e-02>}
// CHECK-DAG: %[[S:.*]] = top.add {{.*}} -> tensor<1x8x!quant.uniform<i8:f32, 6.250000e-02>>
// CHECK-DAG: top.weight dense<32> : tensor<1x8xi8> as !quant.uniform<i8:f32, 6.250000e-02>
// CHECK: top.concat %[[X]], %[[S]], %{{.*}} -> tensor<1x24x!quant.uniform<i8:f32, 6.250000e-02>>
func.func @concat(%x: tensor<1x8xf32> loc("x")) -> tensor<1x24xf32> {
  %w = top.weight dense<2.0> : tensor<1x8xf32>
  %0 = top.add %x, %x : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32> loc("sum")
  %1 = top.concat %x, %0, %w {axis = 1 : i64} : (tensor<1x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x24xf32> loc("moved")
  %2 = top.sigmoid %1 : tensor<1x24xf32> loc("sigmoid")
  return %2 : tensor<1x24xf32>
}

// -----

// Softmax has no integer form: the convolution writes floats for it, and its result is quantized for the next.
// CHECK-LABEL: @fallback
// CHECK: %[[C:.*]] = top.conv {{.*}} -> tensor<1x1x4xf16>
// CHECK: %[[S:.*]] = top.softmax %[[C]] {{.*}} -> tensor<1x1x4xf16>
// CHECK: %[[Q:.*]] = top.cast %[[S]] {to = !quant.uniform<u8:f32, 0.00392156{{.*}}>}
// CHECK: top.conv %[[Q]], {{.*}} -> tensor<1x1x4xf32>
func.func @fallback(%x: tensor<1x1x4xf32> loc("x")) -> tensor<1x1x4xf32> {
  %w = top.weight dense<1.0> : tensor<1x1x1xf32>
  %0 = top.conv %x, %w strides = [1] pads = [0, 0] dilations = [1] {group = 1 : i64}
    : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32> loc("sum")
  %1 = top.softmax %0 {axis = 2 : i64} : (tensor<1x1x4xf32>) -> tensor<1x1x4xf32> loc("soft")
  %2 = top.conv %1, %w strides = [1] pads = [0, 0] dilations = [1] {group = 1 : i64}
    : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32> loc("y")
  return %2 : tensor<1x1x4xf32>
}

// -----

// A part that only floats read is an integer like the other parts of its split.
// CHECK-LABEL: @split
// CHECK: %[[P:.*]]:2 = top.split {{.*}} -> (tensor<1x4x!quant.uniform<i8:f32, {{[0-9.e+-]*}}>>, tensor<1x4x!quant.uniform<i8:f32, {{[0-9.e+-]*}}>>)
// CHECK: top.cast %[[P]]#1 {to = f16}
func.func @split(%x: tensor<1x8xf32> loc("x")) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  %0 = top.add %x, %x : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32> loc("sum")
  %1:2 = top.split %0 sizes = [4, 4] {axis = 1 : i64} : (tensor<1x8xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) loc("parts")
  %2 = top.add %1#0, %1#0 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("y")
  %3 = top.softmax %1#1 {axis = 1 : i64} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("soft")
  return %2, %3 : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// What is multiplied by a constant for each channel has the product's integers, so the steps 2^-7 over {1, 2}. A channel of
// what is clipped needs no values beyond those that can be stored: 255 steps from -1 to 0.992; of the other one the
// table knows more: 255 steps from -0.25 to 0.125. Both are less by a quarter of a step of the result at each end.
// CHECK-LABEL: @channels
// CHECK: %[[X:.*]] = top.conv {{.*}} -> tensor<1x2x4x4x!quant.uniform<i8:f32:1, {0.0077{{[0-9]*}},0.0014{{[0-9]*}}:42}>>
// CHECK: %[[C:.*]] = top.clip %[[X]] {{.*}} -> tensor<1x2x4x4x!quant.uniform<i8:f32:1, {7.812500e-03,3.906250e-03}>>
// CHECK: %[[F:.*]] = top.weight {{.*}} : tensor<2x1x1xf32>
// CHECK: %[[P:.*]] = top.mul %[[C]], %[[F]] : {{.*}} -> tensor<1x2x4x4x!quant.uniform<i8:f32, 7.812500e-03>>
func.func @channels(%x: tensor<1x2x4x4xf32> loc("x")) -> tensor<1x2x4x4xf32> {
  %w = top.weight dense<1.0> : tensor<2x2x1x1xf32>
  %0 = top.conv %x, %w strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64}
    : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x4x4xf32> loc("curve input")
  %1 = top.clip %0 {min = -1.0 : f32, max = 1.0 : f32} : tensor<1x2x4x4xf32> loc("curve")
  %f = top.weight dense<[[[1.0]], [[2.0]]]> : tensor<2x1x1xf32>
  %2 = top.mul %1, %f : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32> loc("product")
  return %2 : tensor<1x2x4x4xf32>
}

// -----

// Another reader needs its own steps, and so does what no convolution or function computes: a table multiplies.
// CHECK-LABEL: @channels_read_twice
// CHECK: top.clip {{.*}} -> tensor<1x2x4x4x!quant.uniform<i8:f32, 0.00787{{[0-9]*}}>>
// CHECK: top.mul {{.*}}, %{{.*}} : (tensor<1x2x4x4x!quant.uniform<i8:f32, 0.00787{{[0-9]*}}>>, tensor<2x1x1xf32>) -> tensor<1x2x4x4x!quant.uniform<i8:f32, 7.812500e-03>>
func.func @channels_read_twice(%x: tensor<1x2x4x4xf32> loc("x")) -> (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) {
  %0 = top.clip %x {min = -1.0 : f32, max = 1.0 : f32} : tensor<1x2x4x4xf32> loc("curve")
  %f = top.weight dense<[[[1.0]], [[2.0]]]> : tensor<2x1x1xf32>
  %1 = top.mul %0, %f : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32> loc("product")
  return %0, %1 : tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>
}

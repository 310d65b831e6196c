// RUN: tpu-opt %s -split-input-file -verify-diagnostics

func.func @batch_norm_c1(%x0: tensor<8xf32>, %x1: tensor<8xf32>, %x2: tensor<8xf32>, %x3: tensor<8xf32>, %x4: tensor<8xf32>) {
  // expected-error @+1 {{'top.batch_norm' op expects an input of at least rank 2, but found rank 1 (C1)}}
  %0 = top.batch_norm %x0, %x1, %x2, %x3, %x4 {epsilon = 1.0e-5 : f32} : (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @batch_norm_c2(%x0: tensor<2x8xf32>, %x1: tensor<8xf32>, %x2: tensor<8xf32>, %x3: tensor<4xf32>, %x4: tensor<8xf32>) {
  // expected-error @+1 {{'top.batch_norm' op expects operand #3 to have the shape [8], but found [4] (C2)}}
  %0 = top.batch_norm %x0, %x1, %x2, %x3, %x4 {epsilon = 1.0e-5 : f32} : (tensor<2x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<4xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @batch_norm_element_type(%x0: tensor<2x8xf32>, %x1: tensor<8xf32>, %x2: tensor<8xf16>, %x3: tensor<8xf32>, %x4: tensor<8xf32>) {
  // expected-error @+1 {{'top.batch_norm' op requires the same element type for all operands}}
  %0 = top.batch_norm %x0, %x1, %x2, %x3, %x4 {epsilon = 1.0e-5 : f32} : (tensor<2x8xf32>, tensor<8xf32>, tensor<8xf16>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @instance_norm_c1(%x0: tensor<2x8xf32>, %x1: tensor<8xf32>, %x2: tensor<8xf32>) {
  // expected-error @+1 {{'top.instance_norm' op expects an input of at least rank 3, but found rank 2 (C1)}}
  %0 = top.instance_norm %x0, %x1, %x2 {epsilon = 1.0e-5 : f32} : (tensor<2x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @instance_norm_c2(%x0: tensor<2x8x4xf32>, %x1: tensor<8xf32>, %x2: tensor<8x1xf32>) {
  // expected-error @+1 {{'top.instance_norm' op expects operand #2 to have the shape [8], but found [8, 1] (C2)}}
  %0 = top.instance_norm %x0, %x1, %x2 {epsilon = 1.0e-5 : f32} : (tensor<2x8x4xf32>, tensor<8xf32>, tensor<8x1xf32>) -> tensor<2x8x4xf32>
  return
}

// -----

func.func @group_norm_c1(%x0: tensor<2x8xf32>, %x1: tensor<8xf32>, %x2: tensor<8xf32>) {
  // expected-error @+1 {{'top.group_norm' op expects an input of at least rank 3, but found rank 2 (C1)}}
  %0 = top.group_norm %x0, %x1, %x2 {epsilon = 1.0e-5 : f32, num_groups = 3 : i64} : (tensor<2x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @group_norm_c2(%x0: tensor<2x8x4xf32>, %x1: tensor<4xf32>, %x2: tensor<8xf32>) {
  // expected-error @+1 {{'top.group_norm' op expects operand #1 to have the shape [8], but found [4] (C2)}}
  %0 = top.group_norm %x0, %x1, %x2 {epsilon = 1.0e-5 : f32, num_groups = 3 : i64} : (tensor<2x8x4xf32>, tensor<4xf32>, tensor<8xf32>) -> tensor<2x8x4xf32>
  return
}

// -----

func.func @group_norm_c3(%x0: tensor<2x8x4xf32>, %x1: tensor<8xf32>, %x2: tensor<8xf32>) {
  // expected-error @+1 {{'top.group_norm' op expects a multiple of 3 channels (num_groups), but found 8 (C3)}}
  %0 = top.group_norm %x0, %x1, %x2 {epsilon = 1.0e-5 : f32, num_groups = 3 : i64} : (tensor<2x8x4xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x8x4xf32>
  return
}

// -----

func.func @layer_norm_c1(%x: tensor<2x4x8xf32>) {
  // expected-error @+1 {{'top.layer_norm' op expects an axis less than the rank 3, but found 3 (C1)}}
  %0 = top.layer_norm %x {axis = 3 : i64, epsilon = 1.0e-5 : f32} : (tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  return
}

// -----

func.func @layer_norm_c2(%x: tensor<2x4x8xf32>, %s: tensor<4xf32>) {
  // expected-error @+1 {{'top.layer_norm' op expects scale and bias that broadcast to [8], but found [4] (C2)}}
  %0 = top.layer_norm %x scale = %s {axis = 2 : i64, epsilon = 1.0e-5 : f32} : (tensor<2x4x8xf32>, tensor<4xf32>) -> tensor<2x4x8xf32>
  return
}

// -----

func.func @layer_norm_c2_bias(%x: tensor<2x4x8xf32>, %s: tensor<4x8xf32>, %b: tensor<2x4x8xf32>) {
  // expected-error @+1 {{'top.layer_norm' op expects scale and bias that broadcast to [4, 8], but found [2, 4, 8] (C2)}}
  %0 = top.layer_norm %x scale = %s bias = %b {axis = 1 : i64, epsilon = 1.0e-5 : f32} : (tensor<2x4x8xf32>, tensor<4x8xf32>, tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  return
}

// -----

func.func @layer_norm_c3(%x: tensor<2x4x8xf32>, %b: tensor<8xf16>) {
  // expected-error @+1 {{'top.layer_norm' op expects operands of one element type, but found 'f32' and 'f16' (C3)}}
  %0 = top.layer_norm %x bias = %b {axis = 2 : i64, epsilon = 1.0e-5 : f32} : (tensor<2x4x8xf32>, tensor<8xf16>) -> tensor<2x4x8xf32>
  return
}

// -----

func.func @rms_norm_c1(%x: tensor<2x4x8xf32>) {
  // expected-error @+1 {{'top.rms_norm' op expects an axis less than the rank 3, but found 4 (C1)}}
  %0 = top.rms_norm %x {axis = 4 : i64, epsilon = 1.0e-5 : f32} : (tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  return
}

// -----

func.func @rms_norm_c2(%x: tensor<2x4x8xf32>, %s: tensor<4xf32>) {
  // expected-error @+1 {{'top.rms_norm' op expects scale and bias that broadcast to [8], but found [4] (C2)}}
  %0 = top.rms_norm %x scale = %s {axis = 2 : i64, epsilon = 1.0e-5 : f32} : (tensor<2x4x8xf32>, tensor<4xf32>) -> tensor<2x4x8xf32>
  return
}

// -----

func.func @rms_norm_c3(%x: tensor<2x4x8xf32>, %s: tensor<8xbf16>) {
  // expected-error @+1 {{'top.rms_norm' op expects operands of one element type, but found 'f32' and 'bf16' (C3)}}
  %0 = top.rms_norm %x scale = %s {axis = 2 : i64, epsilon = 1.0e-5 : f32} : (tensor<2x4x8xf32>, tensor<8xbf16>) -> tensor<2x4x8xf32>
  return
}

// -----

func.func @lp_normalization_c1(%x0: tensor<2x8xf32>) {
  // expected-error @+1 {{'top.lp_normalization' op expects an axis less than the rank 2, but found 2 (C1)}}
  %0 = top.lp_normalization %x0 {axis = 2 : i64, p = 2 : i64} : (tensor<2x8xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @lp_normalization_c2(%x0: tensor<2x8xf32>) {
  // expected-error @+1 {{'top.lp_normalization' op expects p to be 1 or 2, but found 3 (C2)}}
  %0 = top.lp_normalization %x0 {axis = 1 : i64, p = 3 : i64} : (tensor<2x8xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @lrn_c1(%x0: tensor<2x8xf32>) {
  // expected-error @+1 {{'top.lrn' op expects an input of at least rank 3, but found rank 2 (C1)}}
  %0 = top.lrn %x0 {alpha = 1.0e-4 : f32, beta = 0.75 : f32, bias = 1.0 : f32, size = 5 : i64} : (tensor<2x8xf32>) -> tensor<2x8xf32>
  return
}

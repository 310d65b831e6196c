// RUN: tpu-opt %s -split-input-file -verify-diagnostics

func.func @slice_c1(%x0: tensor<2x8xf32>) {
  // expected-error @+1 {{'top.slice' op expects 2 offsets, sizes and strides, but found 2, 2 and 1 (C1)}}
  %0 = top.slice %x0 offsets = [0, 0] sizes = [2, 4] strides = [1] : (tensor<2x8xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @slice_c2(%x0: tensor<2x8xf32>) {
  // expected-error @+1 {{'top.slice' op expects strides that are not zero, but found [1, 0] (C2)}}
  %0 = top.slice %x0 offsets = [0, 0] sizes = [2, 4] strides = [1, 0] : (tensor<2x8xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @slice_c3(%x0: tensor<2x8xf32>) {
  // expected-error @+1 {{'top.slice' op expects elements inside of the 8 of dimension 1, but found 1 to 9 (C3)}}
  %0 = top.slice %x0 offsets = [0, 1] sizes = [2, 5] strides = [1, 2] : (tensor<2x8xf32>) -> tensor<2x5xf32>
  return
}

// -----

func.func @slice_c3_backwards(%x0: tensor<2x8xf32>) {
  // expected-error @+1 {{'top.slice' op expects elements inside of the 8 of dimension 1, but found 2 to -1 (C3)}}
  %0 = top.slice %x0 offsets = [0, 2] sizes = [2, 4] strides = [1, -1] : (tensor<2x8xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @slice_c3_first(%x0: tensor<2x8xf32>) {
  // expected-error @+1 {{'top.slice' op expects elements inside of the 8 of dimension 1, but found 8 to 5 (C3)}}
  %0 = top.slice %x0 offsets = [0, 8] sizes = [2, 4] strides = [1, -1] : (tensor<2x8xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @pad_c1(%x0: tensor<2x8xf32>) {
  // expected-error @+1 {{'top.pad' op expects 4 pads, but found 2 (C1)}}
  %0 = top.pad constant %x0 pads = [1, 1] {value = 0.0 : f32} : (tensor<2x8xf32>) -> tensor<2x10xf32>
  return
}

// -----

func.func @pad_c2_reflect(%x0: tensor<2x8xf32>) {
  // expected-error @+1 {{'top.pad' op expects pads of at most 7 in dimension 1 with reflect, but found 8 (C2)}}
  %0 = top.pad reflect %x0 pads = [0, 8, 0, 0] {value = 0.0 : f32} : (tensor<2x8xf32>) -> tensor<2x16xf32>
  return
}

// -----

func.func @pad_c2_wrap(%x0: tensor<2x8xf32>) {
  // expected-error @+1 {{'top.pad' op expects pads of at most 8 in dimension 1 with wrap, but found 9 (C2)}}
  %0 = top.pad wrap %x0 pads = [0, 0, 0, 9] {value = 0.0 : f32} : (tensor<2x8xf32>) -> tensor<2x17xf32>
  return
}

// -----

func.func @pad_c3(%x0: tensor<2x0xf32>) {
  // expected-error @+1 {{'top.pad' op expects elements in the padded dimension 1, but found none (C3)}}
  %0 = top.pad edge %x0 pads = [0, 1, 0, 0] {value = 0.0 : f32} : (tensor<2x0xf32>) -> tensor<2x1xf32>
  return
}

// RUN: tpu-opt %s -split-input-file -verify-diagnostics

func.func @reshape_c1(%x0: tensor<2x8xf32>) {
  // expected-error @+1 {{'top.reshape' op expects a shape of 16 elements, but found [3, 5] with 15 (C1)}}
  %0 = top.reshape %x0 shape = [3, 5] : (tensor<2x8xf32>) -> tensor<3x5xf32>
  return
}

// -----

func.func @reshape_unresolved(%x0: tensor<2x8xf32>) {
  // expected-error @+1 {{'top.reshape' op attribute 'shape' failed to satisfy constraint: i64 dense array attribute whose value is non-negative}}
  %0 = top.reshape %x0 shape = [-1] : (tensor<2x8xf32>) -> tensor<16xf32>
  return
}

// -----

func.func @reshape_element_type(%x0: tensor<2x8xf32>) {
  // expected-error @+1 {{'top.reshape' op expects result #0 to be 'tensor<16xf32>', but found 'tensor<16xf16>'}}
  %0 = top.reshape %x0 shape = [16] : (tensor<2x8xf32>) -> tensor<16xf16>
  return
}

// -----

func.func @transpose_c1(%x0: tensor<2x8xf32>) {
  // expected-error @+1 {{'top.transpose' op expects perm to be a permutation of the 2 dimensions, but found [0, 0] (C1)}}
  %0 = top.transpose %x0 perm = [0, 0] : (tensor<2x8xf32>) -> tensor<2x2xf32>
  return
}

// -----

func.func @transpose_c1_rank(%x0: tensor<2x8xf32>) {
  // expected-error @+1 {{'top.transpose' op expects perm to be a permutation of the 2 dimensions, but found [0, 1, 2] (C1)}}
  %0 = top.transpose %x0 perm = [0, 1, 2] : (tensor<2x8xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @expand_c1(%x0: tensor<4xf32>) {
  // expected-error @+1 {{'top.expand' op expects an input that broadcasts to [2, 8], but found [4] (C1)}}
  %0 = top.expand %x0 shape = [2, 8] : (tensor<4xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @expand_c1_two_ways(%x0: tensor<2x8xf32>) {
  // expected-error @+1 {{'top.expand' op expects an input that broadcasts to [1, 8], but found [2, 8] (C1)}}
  %0 = top.expand %x0 shape = [1, 8] : (tensor<2x8xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @tile_c1(%x0: tensor<2x8xf32>) {
  // expected-error @+1 {{'top.tile' op expects 2 repeats, but found 1 (C1)}}
  %0 = top.tile %x0 repeats = [2] : (tensor<2x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @concat_of_nothing() {
  // expected-error @+1 {{'top.concat' op expects at least one input (C1)}}
  %0 = top.concat {axis = 0 : i64} : () -> tensor<8xf32>
  return
}

// -----

func.func @concat_c2(%x0: tensor<8xf32>, %x1: tensor<8xf32>) {
  // expected-error @+1 {{'top.concat' op expects an axis less than the rank 1, but found 1 (C2)}}
  %0 = top.concat %x0, %x1 {axis = 1 : i64} : (tensor<8xf32>, tensor<8xf32>) -> tensor<16xf32>
  return
}

// -----

func.func @concat_c3(%x0: tensor<2x8xf32>, %x1: tensor<1x8xf32>, %x2: tensor<3x4xf32>) {
  // expected-error @+1 {{'top.concat' op expects inputs that differ along axis 0 only, but found [2, 8] and [3, 4] as #2 (C3)}}
  %0 = top.concat %x0, %x1, %x2 {axis = 0 : i64} : (tensor<2x8xf32>, tensor<1x8xf32>, tensor<3x4xf32>) -> tensor<6x8xf32>
  return
}

// -----

func.func @concat_c3_rank(%x0: tensor<2x8xf32>, %x1: tensor<8xf32>) {
  // expected-error @+1 {{'top.concat' op expects inputs that differ along axis 0 only, but found [2, 8] and [8] as #1 (C3)}}
  %0 = top.concat %x0, %x1 {axis = 0 : i64} : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<3x8xf32>
  return
}

// -----

func.func @split_c1(%x0: tensor<8xf32>) {
  // expected-error @+1 {{'top.split' op expects an axis less than the rank 1, but found 1 (C1)}}
  %0, %1 = top.split %x0 sizes = [4, 4] {axis = 1 : i64} : (tensor<8xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  return
}

// -----

func.func @split_c2(%x0: tensor<8xf32>) {
  // expected-error @+1 {{'top.split' op expects sizes that sum to 8, but found 7 (C2)}}
  %0, %1 = top.split %x0 sizes = [4, 3] {axis = 0 : i64} : (tensor<8xf32>) -> (tensor<4xf32>, tensor<3xf32>)
  return
}

// -----

func.func @split_results(%x0: tensor<8xf32>) {
  // expected-error @+1 {{'top.split' op expects 2 results, but found 3}}
  %0, %1, %2 = top.split %x0 sizes = [4, 4] {axis = 0 : i64} : (tensor<8xf32>) -> (tensor<4xf32>, tensor<2xf32>, tensor<2xf32>)
  return
}

// -----

func.func @depth_to_space_c1(%x0: tensor<1x8x4xf32>) {
  // expected-error @+1 {{'top.depth_to_space' op expects an input of rank 4, but found rank 3 (C1)}}
  %0 = top.depth_to_space dcr %x0 {blocksize = 2 : i64} : (tensor<1x8x4xf32>) -> tensor<1x2x8xf32>
  return
}

// -----

func.func @depth_to_space_c2(%x0: tensor<1x6x4x4xf32>) {
  // expected-error @+1 {{'top.depth_to_space' op expects a multiple of 4 channels (blocksize squared), but found 6 (C2)}}
  %0 = top.depth_to_space crd %x0 {blocksize = 2 : i64} : (tensor<1x6x4x4xf32>) -> tensor<1x1x8x8xf32>
  return
}

// -----

func.func @space_to_depth_c1(%x0: tensor<1x1x8x4x4xf32>) {
  // expected-error @+1 {{'top.space_to_depth' op expects an input of rank 4, but found rank 5 (C1)}}
  %0 = top.space_to_depth %x0 {blocksize = 2 : i64} : (tensor<1x1x8x4x4xf32>) -> tensor<1x4x8x2x2xf32>
  return
}

// -----

func.func @space_to_depth_c2(%x0: tensor<1x3x4x5xf32>) {
  // expected-error @+1 {{'top.space_to_depth' op expects height and width to be multiples of 2, but found 4 and 5 (C2)}}
  %0 = top.space_to_depth %x0 {blocksize = 2 : i64} : (tensor<1x3x4x5xf32>) -> tensor<1x12x2x2xf32>
  return
}

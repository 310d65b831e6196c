//===- Shape.td - Data movement and views -----------------------*- tablegen -*-===//
#ifndef TPU_MLIR_TPU_SHAPE
#define TPU_MLIR_TPU_SHAPE

include "dialects/Tpu/TpuBase.td"

class Tpu_MoveOp<string mnemonic, list<Trait> traits = []>
    : Tpu_Op<mnemonic, !listconcat(traits, [AllElementTypesMatch<["input", "result"]>])>;

def Tpu_ReshapeOp : Tpu_MoveOp<"reshape"> {
  let summary = "result = the elements of input, in order, in another shape";
  let description = [{
    A view: it costs nothing. Its operand and result may have any rank, so that the network keeps its signature.

    (C1) Both have the same number of elements.

    Example: `%r = tpu.reshape %x : tensor<1x2048x1x1xf16> -> tensor<1x1x1x2048xf16>`
  }];
  let arguments = (ins AnyStaticShapeTensor:$input);
  let results = (outs AnyStaticShapeTensor:$result);
  let hasFolder = 1;
  let hasVerifier = 1;
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def Tpu_PermuteOp : Tpu_MoveOp<"permute"> {
  let summary = "result = input with its dimensions in another order";
  let description = [{
    (C1) `order` is a permutation of 0 to 3; dimension i of the result is dimension order[i] of the input.

    Example: `%r = tpu.permute %x {order = array<i64: 0, 2, 3, 1>} : tensor<1x64x8x8xf16> -> tensor<1x8x8x64xf16>`
  }];
  let arguments = (ins Tpu_Tensor:$input, DenseI64ArrayAttr:$order);
  let results = (outs Tpu_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def Tpu_SliceOp : Tpu_MoveOp<"slice"> {
  let summary = "result = every step-th element of input from offset on, in each dimension";
  let description = [{
    (C1) `offsets` and `steps` have four entries, steps are not zero, and every element taken lies inside the input.

    Example: `%r = tpu.slice %x {offsets = array<i64: 0, 8, 0, 0>, steps = array<i64: 1, 1, 2, 2>} : ...`
  }];
  let arguments = (ins Tpu_Tensor:$input, DenseI64ArrayAttr:$offsets, DenseI64ArrayAttr:$steps);
  let results = (outs Tpu_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def Tpu_ConcatOp : Tpu_Op<"concat"> {
  let summary = "result = the inputs one after the other along a dimension";
  let description = [{
    (C1) The inputs agree in every other dimension, and their sizes along `axis` add up to the result's.

    Example: `%r = tpu.concat %a, %b {axis = 1 : i64} : (tensor<1x8x4x4xf16>, tensor<1x8x4x4xf16>) -> tensor<1x16x4x4xf16>`
  }];
  let arguments = (ins Variadic<Tpu_Tensor>:$inputs, I64Attr:$axis);
  let results = (outs Tpu_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$inputs attr-dict `:` functional-type($inputs, $result)";
}

def Tpu_PadOp : Tpu_MoveOp<"pad"> {
  let summary = "result = input surrounded by a constant";
  let description = [{
    (C1) `low` and `high` have four entries, none negative, and size = low + input + high in each dimension.
    (C2) `value` is one of the element type; of an integer type, what is stored.

    Example: `%r = tpu.pad %x {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 1>, value = 0.0 : f32} : ...`
  }];
  let arguments = (ins Tpu_Tensor:$input, DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high, F32Attr:$value);
  let results = (outs Tpu_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def Tpu_BroadcastOp : Tpu_MoveOp<"broadcast"> {
  let summary = "result = input repeated along the dimensions in which it has size 1";
  let description = [{
    (C1) A dimension of the input is that of the result, or 1.

    Example: `%r = tpu.broadcast %x : tensor<1x64x1x1xf16> -> tensor<1x64x8x8xf16>`
  }];
  let arguments = (ins Tpu_Tensor:$input);
  let results = (outs Tpu_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def Tpu_CopyOp : Tpu_Op<"copy", [AllTypesMatch<["input", "result"]>]> {
  let summary = "result = input in a place of its own";
  let description = [{
    Gives a network output its own memory where the value is an input, a constant or part of another value.

    (C1) Both have the same type.

    Example: `%r = tpu.copy %x : tensor<1x64x8x8xf16> -> tensor<1x64x8x8xf16>`
  }];
  let arguments = (ins Tpu_OuterTensor:$input);
  let results = (outs Tpu_OuterTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def Tpu_SubsampleOp : Tpu_MoveOp<"subsample"> {
  let summary = "result[n, c, y, x] = input[n, c, offset_h + y * step_h, offset_w + x * step_w]";
  let description = [{
    A slice of h and w in local memory: transfers of single elements would be far slower than whole rows.

    (C1) `offsets` and `steps` are [h, w], steps are at least 1, and every element taken lies inside the input.

    Example: `%r = tpu.subsample %x {offsets = array<i64: 0, 1>, steps = array<i64: 2, 2>} : tensor<1x3x8x8xf16> -> tensor<1x3x4x4xf16>`
  }];
  let arguments = (ins Tpu_Tensor:$input, DenseI64ArrayAttr:$offsets, DenseI64ArrayAttr:$steps);
  let results = (outs Tpu_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def Tpu_UpsampleOp : Tpu_MoveOp<"upsample"> {
  let summary = "result[n, c, y, x] = input[n, c, y / scale_h, x / scale_w]";
  let description = [{
    (C1) h and w of the result are those of the input times `scale` [h, w].

    Example: `%r = tpu.upsample %x {scale = array<i64: 2, 2>} : tensor<1x64x8x8xf16> -> tensor<1x64x16x16xf16>`
  }];
  let arguments = (ins Tpu_Tensor:$input, DenseI64ArrayAttr:$scale);
  let results = (outs Tpu_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

#endif

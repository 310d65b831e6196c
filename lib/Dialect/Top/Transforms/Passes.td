//===- Passes.td - From top to top ------------------------------*- tablegen -*-===//
#ifndef TPU_MLIR_TOP_PASSES
#define TPU_MLIR_TOP_PASSES

include "mlir/Pass/PassBase.td"

class Top_Pass<string name> : Pass<name> {
  let dependentDialects = ["::tpu_mlir::top::TopDialect"];
}

def FoldWeights : Top_Pass<"top-fold-weights"> {
  let summary = "compute what depends on constants only";
  let description = [{
    Element-wise arithmetic, casts, transposes, slices, concatenations and expansions of float constants, rounded to f32 after each op.

    Before:
    ```mlir
    %0 = top.sqrt %w : tensor<64xf32>
    ```
    After: `%0` is a `top.weight` that holds the roots.
  }];
}

def FoldEmpty : Top_Pass<"top-fold-empty"> {
  let summary = "take tensors without elements, and what is computed from them alone, out of the network";
  let description = [{
    A result without elements, and an argument, becomes a constant; concat and split lose their empty parts; a
    reduction of nothing is its neutral element (sum 0, prod 1, max -inf, min +inf, mean NaN), a product or convolution
    of nothing its bias, padding around nothing the padding. No later pass sees an op on an empty tensor.

    Before:
    ```mlir
    %0 = top.reduce sum %x axes = [1] {keepdims} : (tensor<2x0x4xf32>) -> tensor<2x1x4xf32>
    ```
    After: `%0` is a `top.weight` of zeros.
  }];
}

def FoldScale : Top_Pass<"top-fold-scale"> {
  let summary = "put scales and shifts of channels into the convolution or product before them";
  let description = [{
    A batch_norm, or an add, sub, mul or div by a constant of one value a channel (a column of a product), of a conv,
    conv_transpose or matmul with constant filter that nothing else reads.

    Before:
    ```mlir
    %0 = top.conv %x, %w, %b ...
    %1 = top.mul %0, %s : (tensor<1x64x56x56xf32>, tensor<64x1x1xf32>) -> tensor<1x64x56x56xf32>
    ```
    After:
    ```mlir
    %1 = top.conv %x, %w_times_s, %b_times_s ...
    ```
  }];
}

def FuseRelu : Top_Pass<"top-fuse-relu"> {
  let summary = "let convolutions and products apply the relu or clip that follows";
  let description = [{
    Before:
    ```mlir
    %0 = top.conv %x, %w ...
    %1 = top.clip %0 {max = 6.0 : f32, min = 0.0 : f32} : tensor<1x64x56x56xf32>
    ```
    After:
    ```mlir
    %1 = top.conv %x, %w ... {relu, relu_limit = 6.0 : f32}
    ```
  }];
}

def FusePad : Top_Pass<"top-fuse-pad"> {
  let summary = "let convolutions and pools do the padding before them";
  let description = [{
    Where it is exact: zeros before a conv, an lp_pool or an average_pool that counts them; minus infinity before a
    max_pool, or zeros if its input has no negative elements.

    Before:
    ```mlir
    %0 = top.pad constant %x pads = [0, 0, 1, 1, 0, 0, 1, 1] {value = 0.0 : f32} ...
    %1 = top.conv %0, %w strides = [1, 1] pads = [0, 0, 0, 0] ...
    ```
    After:
    ```mlir
    %1 = top.conv %x, %w strides = [1, 1] pads = [1, 1, 1, 1] ...
    ```
  }];
}

def SinkTransposes : Top_Pass<"top-sink-transposes"> {
  let summary = "move transposes behind element-wise ops, where they meet and cancel";
  let description = [{
    Before:
    ```mlir
    %0 = top.transpose %a perm = [0, 2, 3, 1] ...
    %1 = top.transpose %b perm = [0, 2, 3, 1] ...
    %2 = top.add %0, %1 ...
    ```
    After:
    ```mlir
    %1 = top.add %a, %b ...
    %2 = top.transpose %1 perm = [0, 2, 3, 1] ...
    ```
  }];
}

def NoteUses : Top_Pass<"top-note-uses"> {
  let summary = "note which tensor each is first used for, before passes fuse them";
  let description = [{
    Before: `func.func @main(...)`
    After: `func.func @main(...) attributes {top.uses = {conv1 = "relu1"}}`
  }];
}

def KeepNames : Top_Pass<"top-keep-names"> {
  let summary = "note in locations which tensors became part of a value since top-note-uses";
  let description = [{
    A tensor that no op computes any more is part of the first one that used it and is still there.

    Before: `%1 = top.conv ... relu ... loc("relu1")`
    After: `%1 = top.conv ... relu ... loc(fused<{parts = ["conv1"]}>["relu1"])`
  }];
}

def RecognizeComposites : Top_Pass<"top-recognize-composites"> {
  let summary = "find gelu, silu, hard_swish, layer_norm, rms_norm, softmax .. among their parts";
  let description = [{
    Before:
    ```mlir
    %0 = top.sigmoid %x : tensor<1x64x56x56xf32>
    %1 = top.mul %x, %0 ...
    ```
    After:
    ```mlir
    %1 = top.silu %x : tensor<1x64x56x56xf32>
    ```
  }];
}

def AssignPrecision : Pass<"tpu-assign-precision", "::mlir::ModuleOp"> {
  let summary = "choose the float type that each op computes in";
  let description = [{
    Changes the element types of float values, converts constants (to nearest even) and inserts `top.cast` where types
    meet. Inputs and outputs of the network keep their types.

    In 16 bits, what the type would not hold whatever the network's numbers are (squares, exponentials, long sums, what
    is computed from them; constants too large or too small) is computed in f32, and masks are limited
    (docs/guides/floats.md). What is done for a constant is a warning.

    `ranges`, a table of calibration, tells which values exceed the type: what computes and reads them gets the type
    `fallback`, with a warning.

    Each line of `overrides` names an op (the tensor it computes) and its precision, e.g. `conv1 F32`; an unknown name
    is an error.

    Before:
    ```mlir
    %0 = top.relu %x : tensor<1x8xf32>
    ```
    After:
    ```mlir
    %0 = top.cast %x {to = f16} : (tensor<1x8xf32>) -> tensor<1x8xf16>
    %1 = top.relu %0 : tensor<1x8xf16>
    %2 = top.cast %1 {to = f32} : (tensor<1x8xf16>) -> tensor<1x8xf32>
    ```
  }];
  let options = [
    Option<"precision", "precision", "::tpu_mlir::top::Precision", "::tpu_mlir::top::Precision::F32",
           "what ops compute in", [{::llvm::cl::values(
             clEnumValN(::tpu_mlir::top::Precision::F32, "f32", "32-bit floats"),
             clEnumValN(::tpu_mlir::top::Precision::F16, "f16", "16-bit floats"),
             clEnumValN(::tpu_mlir::top::Precision::BF16, "bf16", "16-bit floats with the range of f32"))}]>,
    Option<"overrides", "overrides", "std::string", "", "file of lines `name F32|F16|BF16`">,
    Option<"ranges", "ranges", "std::string", "", "file of lines `name threshold min max`">,
    Option<"fallback", "fallback", "::tpu_mlir::top::Precision", "::tpu_mlir::top::Precision::BF16",
           "what computes and reads values that exceed the precision by `ranges`", [{::llvm::cl::values(
             clEnumValN(::tpu_mlir::top::Precision::F32, "f32", "32-bit floats"),
             clEnumValN(::tpu_mlir::top::Precision::BF16, "bf16", "16-bit floats with the range of f32"))}]>,
  ];
  let dependentDialects = ["::tpu_mlir::top::TopDialect"];
}

def FuseQuantization : Pass<"top-fuse-quantization", "::mlir::ModuleOp"> {
  let summary = "compute on the integers that the network itself makes";
  let description = [{
    Networks that were quantized before (QuantizeLinear, DequantizeLinear, QLinear operators) hold casts between floats
    and quantized types. An op with an integer form whose operands are cast from integers and whose result is cast to
    some computes on them, with exactly these scales; casts move before ops that only move elements, and meet.
    Constants keep their stored integers where an op reads those, and become floats elsewhere. Without `integers` the
    casts stay, so that the network computes in floats between them.

    Before:
    ```mlir
    %1 = top.cast %0 {to = f32} : (tensor<1x8x8x8x!quant.uniform<u8:f32, 0.1>>) -> tensor<1x8x8x8xf32>
    %2 = top.add %1, %1 : ...
    %3 = top.cast %2 {to = !quant.uniform<u8:f32, 0.2>} : ...
    ```
    After:
    ```mlir
    %3 = top.add %0, %0 : (...) -> tensor<1x8x8x8x!quant.uniform<u8:f32, 0.2>>
    ```
  }];
  let options = [
    Option<"integers", "integers", "bool", "true", "compute on integers; else only constants change">,
  ];
  let dependentDialects = ["::tpu_mlir::top::TopDialect", "::mlir::quant::QuantizationDialect"];
}

def Quantize : Pass<"tpu-quantize", "::mlir::ModuleOp"> {
  let summary = "compute in 8-bit integers what can be";
  let description = [{
    Gives values `!quant.uniform` types by the ranges that calibration found, filters a scale for each channel, and
    inserts `top.cast` where types meet. What an op's operands and results get is stated in RangeRules.h. Ops without
    an integer form are computed in the type `fallback`, and so is what only floats or the network's caller read, unless
    `quantize-outputs` or an override INT8 keeps it in integers. A convolution or product whose result no integer op
    reads multiplies integers and writes floats. Inputs and outputs of the network keep their types.

    `ranges` has lines `name threshold min max`, one for each tensor that is not a constant; without it, only what
    `top-fuse-quantization` found is computed in integers. Each line of `overrides`
    names an op (the tensor it computes) and its precision, e.g. `conv1 F16`. `#` starts a comment in both.

    Before:
    ```mlir
    %1 = top.max_pool %x ...
    %2 = top.conv %1, %w, %b ... : (tensor<1x3x8x8xf32>, tensor<8x3x1x1xf32>, tensor<8xf32>) -> tensor<1x8x8x8xf32>
    ```
    After, with the range [0, 2.55] of `%x`:
    ```mlir
    %0 = top.cast %x {to = !quant.uniform<u8:f32, 0.01>} ...
    %1 = top.max_pool %0 ...
    %w8 = top.weight dense_resource<w> : tensor<8x3x1x1xi8> as !quant.uniform<i8:f32:0, {...}>
    %2 = top.conv %1, %w8, %b ... : (...) -> tensor<1x8x8x8xf32>
    ```
  }];
  let options = [
    Option<"ranges", "ranges", "std::string", "", "file of lines `name threshold min max`">,
    Option<"fallback", "fallback", "::tpu_mlir::top::Precision", "::tpu_mlir::top::Precision::F16",
           "what ops without an integer form compute in", [{::llvm::cl::values(
             clEnumValN(::tpu_mlir::top::Precision::F32, "f32", "32-bit floats"),
             clEnumValN(::tpu_mlir::top::Precision::F16, "f16", "16-bit floats"),
             clEnumValN(::tpu_mlir::top::Precision::BF16, "bf16", "16-bit floats with the range of f32"))}]>,
    Option<"asymmetric", "asymmetric", "bool", "false", "give activations zero points, from -min and max">,
    Option<"quantizeOutputs", "quantize-outputs", "bool", "false", "compute in integers what only floats read, too">,
    Option<"overrides", "overrides", "std::string", "", "file of lines `name F32|F16|BF16|INT8`">,
  ];
  let dependentDialects = ["::tpu_mlir::top::TopDialect", "::mlir::quant::QuantizationDialect"];
}

def FusePreprocess : Pass<"top-fuse-preprocess", "::mlir::ModuleOp"> {
  let summary = "let a network take pixels and make its images of them";
  let description = [{
    An input of floats [n, c, h, w], in `layout` nhwc [n, h, w, c], with as many channels as `pixel-format` has becomes
    one of u8 [n, h, w, c]: 3 channels in the order R, G, B, or 1. The network's numbers are (pixel - mean) * scale,
    `mean` and `scale` one or in the order of `pixel-format`. Other inputs stay, with a warning; it is an error if no
    input is an image.

    This comes after the types are chosen: what an op reads as quantized integers is computed from the pixels by one
    convolution of integers, which rounds once, or is the pixels themselves if these are the numbers. With bgr, the
    convolutions that read an image, if nothing else does, get filters of channels in the order of the pixels;
    otherwise that convolution reverses them.

    Before:
    ```mlir
    func.func @main(%x: tensor<1x1x8x8xf32>) -> ... {
      %0 = top.cast %x {to = !quant.uniform<u8:f32, 0.01>} ...
    ```
    After, with the scale 0.01:
    ```mlir
    func.func @main(%x: tensor<1x8x8x1x!quant.uniform<u8:f32, 1.0>>) -> ... {
      %1 = top.transpose %x perm = [0, 3, 1, 2] ...
      %w = top.weight dense<1> : tensor<1x1x1x1xi8> as !quant.uniform<i8:f32:0, {0.01}>
      %b = top.weight dense<0.0> : tensor<1xf32>
      %0 = top.conv %1, %w, %b ... : (...) -> tensor<1x1x8x8x!quant.uniform<u8:f32, 0.01>>
    ```
  }];
  let options = [
    ListOption<"mean", "mean", "double", "subtracted from the pixels; 0 without it">,
    ListOption<"scale", "scale", "double", "by which the differences are multiplied; 1 without it">,
    Option<"pixelFormat", "pixel-format", "::tpu_mlir::top::PixelFormat", "::tpu_mlir::top::PixelFormat::RGB",
           "channels of the network's image", [{::llvm::cl::values(
             clEnumValN(::tpu_mlir::top::PixelFormat::RGB, "rgb", "red, green, blue"),
             clEnumValN(::tpu_mlir::top::PixelFormat::BGR, "bgr", "blue, green, red"),
             clEnumValN(::tpu_mlir::top::PixelFormat::GRAY, "gray", "one"))}]>,
    Option<"layout", "layout", "::tpu_mlir::top::ImageLayout", "::tpu_mlir::top::ImageLayout::NCHW",
           "dimensions of the network's image", [{::llvm::cl::values(
             clEnumValN(::tpu_mlir::top::ImageLayout::NCHW, "nchw", "channels first"),
             clEnumValN(::tpu_mlir::top::ImageLayout::NHWC, "nhwc", "channels last"))}]>,
  ];
  let dependentDialects = ["::tpu_mlir::top::TopDialect", "::mlir::quant::QuantizationDialect"];
}

#endif

//===- Resize.td - Interpolation --------------------------------*- tablegen -*-===//
#ifndef TPU_MLIR_TOP_RESIZE
#define TPU_MLIR_TOP_RESIZE

include "dialects/Top/TopBase.td"

def Top_ResizeMode : Top_Enum<"ResizeMode", "how values between elements are found", [
    I32EnumAttrCase<"Nearest", 0, "nearest">, I32EnumAttrCase<"Linear", 1, "linear">,
    I32EnumAttrCase<"Cubic", 2, "cubic">]>;
def Top_ResizeModeAttr : EnumAttr<Top_Dialect, Top_ResizeMode, "resize_mode">;

def Top_CoordinateTransformation : Top_Enum<"CoordinateTransformation", "where an output element lies in the input", [
    I32EnumAttrCase<"HalfPixel", 0, "half_pixel">, I32EnumAttrCase<"HalfPixelSymmetric", 1, "half_pixel_symmetric">,
    I32EnumAttrCase<"PytorchHalfPixel", 2, "pytorch_half_pixel">, I32EnumAttrCase<"AlignCorners", 3, "align_corners">,
    I32EnumAttrCase<"Asymmetric", 4, "asymmetric">]>;
def Top_CoordinateTransformationAttr : EnumAttr<Top_Dialect, Top_CoordinateTransformation, "coordinate_transformation">;

def Top_NearestMode : Top_Enum<"NearestMode", "which element is nearest", [
    I32EnumAttrCase<"RoundPreferFloor", 0, "round_prefer_floor">,
    I32EnumAttrCase<"RoundPreferCeil", 1, "round_prefer_ceil">, I32EnumAttrCase<"Floor", 2, "floor">,
    I32EnumAttrCase<"Ceil", 3, "ceil">]>;
def Top_NearestModeAttr : EnumAttr<Top_Dialect, Top_NearestMode, "nearest_mode">;

def Top_ResizeOp : Top_InferredOp<"resize", Top_Moves> {
  let summary = "output[i_0, ..] = input interpolated at coordinate(i_0), ..";
  let description = [{
    The result has the dimensions `sizes`. With i an index into a dimension of l' = size elements, l the dimension of
    `input`, s its scale and p = s * l before it is rounded, the coordinate is

    | coordinate_transformation | coordinate |
    |---|---|
    | `half_pixel` | (i + 0.5) / s - 0.5 |
    | `half_pixel_symmetric` | l / 2 * (1 - l' / (s * l)) + (i + 0.5) / s - 0.5 |
    | `pytorch_half_pixel` | l' > 1 ? (i + 0.5) / s - 0.5 : 0 |
    | `align_corners` | l' > 1 ? i * (l - 1) / (p - 1) : 0 |
    | `asymmetric` | i / s |

    `nearest` rounds it as `nearest_mode` says, `linear` and `cubic` weigh the nearest 2 or 4 elements of each
    dimension; `cubic_coeff` is the parameter a of the cubic, and with `exclude_outside` elements outside weigh
    nothing, otherwise the nearest element stands for them.

    - (C1) `scales` and `sizes` have as many elements as `input` has dimensions.
    - (C2) A scale is that of the size up to rounding: |l * scale - size| <= 1.

    Example:
    ```mlir
    %y = top.resize linear %x scales = [1.0, 1.0, 2.0, 2.0] sizes = [1, 8, 8, 8] coordinate_transformation = half_pixel
       nearest_mode = floor {cubic_coeff = -0.75 : f32} : (tensor<1x8x4x4xf32>) -> tensor<1x8x8x8xf32>
    ```
  }];
  let arguments = (ins Top_FloatTensor:$input, Top_ResizeModeAttr:$mode, Top_PositiveFloats:$scales,
                       Top_PositiveInts:$sizes, Top_CoordinateTransformationAttr:$coordinate_transformation,
                       Top_NearestModeAttr:$nearest_mode, F32Attr:$cubic_coeff, UnitAttr:$exclude_outside);
  let results = (outs Top_FloatTensor:$output);
  let hasFolder = 1;
  let assemblyFormat = [{
    $mode $input `scales` `=` $scales `sizes` `=` $sizes `coordinate_transformation` `=` $coordinate_transformation
    `nearest_mode` `=` $nearest_mode attr-dict `:` functional-type(operands, results)
  }];
}

#endif

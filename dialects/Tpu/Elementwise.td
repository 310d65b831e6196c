//===- Elementwise.td - Arithmetic element by element -----------*- tablegen -*-===//
#ifndef TPU_MLIR_TPU_ELEMENTWISE
#define TPU_MLIR_TPU_ELEMENTWISE

include "dialects/Tpu/TpuBase.td"

def Tpu_BinaryKind : Tpu_Enum<"BinaryKind", "arithmetic of two values", [
    I32EnumAttrCase<"add", 0>, I32EnumAttrCase<"sub", 1>, I32EnumAttrCase<"mul", 2>, I32EnumAttrCase<"div", 3>,
    I32EnumAttrCase<"max", 4>, I32EnumAttrCase<"min", 5>]>;
def Tpu_BinaryKindAttr : EnumAttr<Tpu_Dialect, Tpu_BinaryKind, "binary_kind">;

def Tpu_CompareKind : Tpu_Enum<"CompareKind", "comparison of two values", [
    I32EnumAttrCase<"eq", 0>, I32EnumAttrCase<"gt", 1>, I32EnumAttrCase<"lt", 2>]>;
def Tpu_CompareKindAttr : EnumAttr<Tpu_Dialect, Tpu_CompareKind, "compare_kind">;

def Tpu_BinaryOp : Tpu_Op<"binary", [
    ElementByElement, AllElementTypesMatch<["lhs", "rhs", "result"]>]> {
  let summary = "result = lhs kind rhs, element by element";
  let description = [{
    (C1) A dimension of an operand is that of the result, or 1 and then repeated.
    (C2) The result's shape is the broadcast of the operands' shapes.

    Example: `%r = tpu.binary add %a, %b : (tensor<1x64x8x8xf16>, tensor<1x64x1x1xf16>) -> tensor<1x64x8x8xf16>`
  }];
  let arguments = (ins Tpu_BinaryKindAttr:$kind, Tpu_FloatTensor:$lhs, Tpu_FloatTensor:$rhs);
  let results = (outs Tpu_FloatTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$kind $lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

def Tpu_BinaryScalarOp : Tpu_Op<"binary_scalar", [ElementByElement, SameOperandsAndResultType]> {
  let summary = "result = input kind scalar, or scalar kind input where reversed";
  let description = [{
    Example: `%r = tpu.binary_scalar max %a, 0.0 : tensor<1x64x8x8xf16>`
  }];
  let arguments = (ins Tpu_BinaryKindAttr:$kind, Tpu_FloatTensor:$input, F32Attr:$scalar, UnitAttr:$reversed);
  let results = (outs Tpu_FloatTensor:$result);
  let assemblyFormat = "$kind $input `,` $scalar (`reversed` $reversed^)? attr-dict `:` type($input)";
}

def Tpu_SelectOp : Tpu_Op<"select", [
    ElementByElement, AllElementTypesMatch<["lhs", "rhs"]>, AllElementTypesMatch<["onTrue", "onFalse", "result"]>]> {
  let summary = "result = lhs kind rhs ? on_true : on_false, element by element";
  let description = [{
    (C1) A dimension of an operand is that of the result, or 1 and then repeated.
    (C2) lhs and rhs are of the result's element type, or i32 where that has 32 bits.

    Example: `%r = tpu.select gt %a, %b, %t, %f : (...) -> tensor<1x64x8x8xf16>`
  }];
  let arguments = (ins Tpu_CompareKindAttr:$kind, Tpu_Tensor:$lhs, Tpu_Tensor:$rhs,
                       Tpu_FloatTensor:$onTrue, Tpu_FloatTensor:$onFalse);
  let results = (outs Tpu_FloatTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $kind $lhs `,` $rhs `,` $onTrue `,` $onFalse attr-dict `:` functional-type(operands, results)
  }];
}

def Tpu_CastOp : Tpu_Op<"cast", [ElementByElement, SameOperandsAndResultShape]> {
  let summary = "result = input in another element type";
  let description = [{
    Floats are rounded to nearest even; to integers they are cut off towards zero, what the type does not hold becomes the
    nearest that it does, and NaN 0. Integers keep their low bits.

    (C1) The types differ.

    Example: `%r = tpu.cast %a : tensor<1x3x8x8xf32> -> tensor<1x3x8x8xf16>`
  }];
  let arguments = (ins Tpu_Tensor:$input);
  let results = (outs Tpu_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

#endif

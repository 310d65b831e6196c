//===- Activation.td - Functions of one value -------------------*- tablegen -*-===//
#ifndef TPU_MLIR_TPU_ACTIVATION
#define TPU_MLIR_TPU_ACTIVATION

include "dialects/Tpu/TpuBase.td"

def Tpu_UnaryKind : Tpu_Enum<"UnaryKind", "function of one value", [
    I32EnumAttrCase<"abs", 0>, I32EnumAttrCase<"neg", 1>, I32EnumAttrCase<"exp", 2>, I32EnumAttrCase<"log", 3>,
    I32EnumAttrCase<"sqrt", 4>, I32EnumAttrCase<"rsqrt", 5>, I32EnumAttrCase<"reciprocal", 6>,
    I32EnumAttrCase<"sigmoid", 7>, I32EnumAttrCase<"tanh", 8>, I32EnumAttrCase<"erf", 9>,
    I32EnumAttrCase<"floor", 10>, I32EnumAttrCase<"ceil", 11>, I32EnumAttrCase<"round", 12>,
    I32EnumAttrCase<"sign", 13>, I32EnumAttrCase<"sin", 14>, I32EnumAttrCase<"cos", 15>,
    I32EnumAttrCase<"atan", 16>, I32EnumAttrCase<"silu", 17>, I32EnumAttrCase<"gelu", 18>,
    I32EnumAttrCase<"gelu_tanh", 19>]>;
def Tpu_UnaryKindAttr : EnumAttr<Tpu_Dialect, Tpu_UnaryKind, "unary_kind">;

def Tpu_UnaryOp : Tpu_Op<"unary", [ElementByElement, SameOperandsAndResultType]> {
  let summary = "result = kind(input), computed in f32 and rounded to the element type";
  let description = "Example: `%r = tpu.unary exp %a : tensor<1x64x8x8xf32>`";
  let arguments = (ins Tpu_UnaryKindAttr:$kind, Tpu_FloatTensor:$input);
  let results = (outs Tpu_FloatTensor:$result);
  let assemblyFormat = "$kind $input attr-dict `:` type($input)";
}

#endif

//===- Integer.td - Integers, truth values and choices by them --*- tablegen -*-===//
#ifndef TPU_MLIR_TPU_INTEGER
#define TPU_MLIR_TPU_INTEGER

include "dialects/Tpu/Elementwise.td"

// Integers are the numbers themselves, in two's complement; those of Quantize.td stand for others. A truth value is a
// ui8 of 0 or 1.

def Tpu_IntegerTensor : Type<
    And<[4DTensorOf<[I8, I16, I32, UI8, UI16, UI32]>.predicate, HasStaticShapePred, HasElementsPred]>,
    "static rank-4 tensor of integers of 8, 16 or 32 bits", "::mlir::RankedTensorType">;

def Tpu_TruthTensor : Type<
    And<[4DTensorOf<[UI8]>.predicate, HasStaticShapePred, HasElementsPred]>,
    "static rank-4 tensor of truth values in ui8", "::mlir::RankedTensorType">;

def Tpu_IntegerKind : Tpu_Enum<"IntegerKind", "arithmetic of two integers", [
    I32EnumAttrCase<"add", 0>, I32EnumAttrCase<"sub", 1>, I32EnumAttrCase<"mul", 2>, I32EnumAttrCase<"max", 3>,
    I32EnumAttrCase<"min", 4>, I32EnumAttrCase<"band", 5, "and">, I32EnumAttrCase<"bor", 6, "or">,
    I32EnumAttrCase<"bxor", 7, "xor">, I32EnumAttrCase<"shift", 8>]>;
def Tpu_IntegerKindAttr : EnumAttr<Tpu_Dialect, Tpu_IntegerKind, "integer_kind">;

def Tpu_IntegerOp : Tpu_Op<"integer", [ElementByElement]> {
  let summary = "result = the low bits of lhs kind rhs, element by element";
  let description = [{
    `add`, `sub` and `mul` take any three types: each operand is its own number, and of the exact result the low bits are
    kept. `and`, `or` and `xor` work bit by bit. `shift` moves the bits of lhs by rhs, modulo 32 to the left
    where that is positive, to the right where it is negative; zeros come in, or there
    copies of the sign.

    (C1) A dimension of an operand is that of the result, or 1 and then repeated.
    (C2) The result's shape is the broadcast of the operands' shapes.
    (C3) Of `max`, `min`, `and`, `or` and `xor` all three have one element type; of `shift` lhs and the result have, and
    rhs is signed.

    Example: `%r = tpu.integer add %a, %b : (tensor<1x64x8x8xui8>, tensor<1x64x1x1xui8>) -> tensor<1x64x8x8xui8>`
  }];
  let arguments = (ins Tpu_IntegerKindAttr:$kind, Tpu_IntegerTensor:$lhs, Tpu_IntegerTensor:$rhs);
  let results = (outs Tpu_IntegerTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$kind $lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

def Tpu_IntegerScalarOp : Tpu_Op<"integer_scalar", [ElementByElement, SameOperandsAndResultType]> {
  let summary = "result = the low bits of input kind scalar";
  let description = [{
    As `tpu.integer` with the number on the right.

    (C1) The scalar is a value of the element type, of `shift` one from -32 to 31.

    Example: `%r = tpu.integer_scalar max %a, 0 : tensor<1x64x8x8xi32>`
  }];
  let arguments = (ins Tpu_IntegerKindAttr:$kind, Tpu_IntegerTensor:$input, I64Attr:$scalar);
  let results = (outs Tpu_IntegerTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$kind $input `,` $scalar attr-dict `:` type($input)";
}

def Tpu_IntegerAbsOp : Tpu_Op<"integer_abs", [ElementByElement, SameOperandsAndResultType]> {
  let summary = "result = |input|; the least value of a type is its own";
  let description = "Example: `%r = tpu.integer_abs %a : tensor<1x64x8x8xi32>`";
  let arguments = (ins Tpu_IntegerTensor:$input);
  let results = (outs Tpu_IntegerTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def Tpu_CompareOp : Tpu_Op<"compare", [ElementByElement, AllElementTypesMatch<["lhs", "rhs"]>]> {
  let summary = "result = lhs kind rhs, or its opposite where negated, element by element";
  let description = [{
    As the chip compares floats: 0 and -0 are equal, a NaN is equal to its own bits alone, greater than nothing, and less than
    whatever it is not equal to.

    (C1) A dimension of an operand is that of the result, or 1 and then repeated.
    (C2) The result's shape is the broadcast of the operands' shapes.

    Example: `%r = tpu.compare lt %a, %b negated : (tensor<1x64x8x8xf16>, tensor<1x64x8x8xf16>) -> tensor<1x64x8x8xui8>`
  }];
  let arguments = (ins Tpu_CompareKindAttr:$kind, Tpu_Tensor:$lhs, Tpu_Tensor:$rhs, UnitAttr:$negated);
  let results = (outs Tpu_TruthTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$kind $lhs `,` $rhs (`negated` $negated^)? attr-dict `:` functional-type(operands, results)";
}

def Tpu_WhereOp : Tpu_Op<"where", [ElementByElement, AllElementTypesMatch<["onTrue", "onFalse", "result"]>]> {
  let summary = "result = condition ? on_true : on_false, element by element, bit for bit";
  let description = [{
    (C1) A dimension of an operand is that of the result, or 1 and then repeated.

    Example: `%r = tpu.where %c, %t, %f : (tensor<1x64x8x8xui8>, tensor<1x64x8x8xi32>, tensor<1x1x1x1xi32>) -> tensor<1x64x8x8xi32>`
  }];
  let arguments = (ins Tpu_TruthTensor:$condition, Tpu_Tensor:$onTrue, Tpu_Tensor:$onFalse);
  let results = (outs Tpu_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$condition `,` $onTrue `,` $onFalse attr-dict `:` functional-type(operands, results)";
}

#endif

//===- Elementwise.td - Arithmetic, comparison and logic by element -*- tablegen -*-===//
#ifndef TPU_MLIR_TOP_ELEMENTWISE
#define TPU_MLIR_TOP_ELEMENTWISE

include "dialects/Top/TopBase.td"

//===----------------------------------------------------------------------===//
// Two operands, broadcast as in NumPy: shapes are aligned at the last
// dimension, and a dimension of 1 repeats.
//===----------------------------------------------------------------------===//

class Top_BroadcastOp<string mnemonic, string formula, Type operand, Type result, list<Trait> traits = [],
                      string inference = "inferBroadcast(emit, adaptor.getOperands(), types)">
    : Top_InferredOp<mnemonic, !listconcat(traits, [Top_OneElementType]), inference> {
  let summary = "output = " # formula;
  let description = [{
    Operands of any rank and of one element type; the result has the broadcast shape.

    - (C1) Aligned at the last dimension, the operands' dimensions are equal or one of them is 1.

    Example: `%y = top.}] # mnemonic # [{ %a, %b : (tensor<2x8x1xT>, tensor<8x4xT>) -> tensor<2x8x4xR>`
  }];
  let arguments = (ins operand:$lhs, operand:$rhs);
  let results = (outs result:$output);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

class Top_BinaryOp<string mnemonic, string formula, list<Trait> traits = [],
                   string inference = "inferBroadcast(emit, adaptor.getOperands(), types)">
    : Top_BroadcastOp<mnemonic, formula, Top_NumericTensor, Top_NumericTensor,
                      !listconcat(traits, [Top_TakesIntegers]<Trait>), inference>;

defvar Top_Extremum = [Commutative, Top_MagnitudeOpInterface, Top_AbsorbsOverflow, Top_ReadsWide]<Trait>;

let hasFolder = 1, hasCanonicalizer = 1 in {
  def Top_AddOp : Top_BinaryOp<"add", "lhs + rhs", !listconcat([Commutative]<Trait>, Top_Sums)>;
  def Top_MulOp : Top_BinaryOp<"mul", "lhs * rhs", [Commutative, Top_OwnMagnitude, Top_ReadsWide]>;
  def Top_MaxOp : Top_BinaryOp<"max", "the larger of lhs and rhs", Top_Extremum>;
  def Top_MinOp : Top_BinaryOp<"min", "the smaller of lhs and rhs", Top_Extremum>;
}
let hasFolder = 1 in {
  def Top_SubOp : Top_BinaryOp<"sub", "lhs - rhs", [Top_OwnMagnitude, Top_PassesOverflow, Top_ReadsWide]>;
  def Top_DivOp : Top_BinaryOp<"div", "lhs / rhs (integers: towards zero)", [Top_OwnMagnitude, Top_ReadsWide]>;
  def Top_PowOp : Top_BinaryOp<"pow", "lhs ^ rhs", [Top_OwnMagnitude, Top_ReadsWide]>;
}

def Top_ModOp : Top_BinaryOp<"mod", "lhs modulo rhs", [Top_ReadsWide]> {
  let description = [{
    The remainder has the sign of `rhs` (as in Python), or with `fmod` the sign of `lhs` (as in C). That of integers after
    a division by 0 is lhs.

    - (C1) Aligned at the last dimension, the operands' dimensions are equal or one of them is 1.

    Example: `%y = top.mod %a, %b {fmod} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>`
  }];
  let arguments = (ins Top_NumericTensor:$lhs, Top_NumericTensor:$rhs, UnitAttr:$fmod);
}

class Top_CompareOp<string mnemonic, string formula, list<Trait> traits = []>
    : Top_BroadcastOp<mnemonic, formula, Top_AnyTensor, Top_BoolTensor, !listconcat(traits, [Top_ReadsWide, Top_TakesIntegers]<Trait>),
                      "inferComparison(emit, adaptor.getOperands(), types)">;

def Top_EqualOp : Top_CompareOp<"equal", "lhs == rhs", [Commutative]>;
def Top_GreaterOp : Top_CompareOp<"greater", "lhs > rhs">;
def Top_GreaterOrEqualOp : Top_CompareOp<"greater_or_equal", "lhs >= rhs">;
def Top_LessOp : Top_CompareOp<"less", "lhs < rhs">;
def Top_LessOrEqualOp : Top_CompareOp<"less_or_equal", "lhs <= rhs">;

class Top_LogicOp<string mnemonic, string formula>
    : Top_BroadcastOp<mnemonic, formula # ", bit by bit", Top_LogicTensor, Top_LogicTensor,
                      [Commutative, Top_TakesIntegers]>;

def Top_AndOp : Top_LogicOp<"and", "lhs and rhs">;
def Top_OrOp : Top_LogicOp<"or", "lhs or rhs">;
def Top_XorOp : Top_LogicOp<"xor", "lhs exclusive-or rhs">;

def Top_ShiftOp : Top_BroadcastOp<"shift", "", Top_IntegerTensor, Top_IntegerTensor, [Top_TakesIntegers]> {
  let summary = "output = lhs * 2^rhs, or with `right` lhs / 2^rhs, without the bits that leave";
  let description = [{
    Operands of any rank and of one element type; the result has the broadcast shape. To the right, copies of the sign come
    in. Where rhs is negative, or the width of the type or more, only those are left: 0, or -1.

    - (C1) Aligned at the last dimension, the operands' dimensions are equal or one of them is 1.

    Example: `%y = top.shift %a, %b {right} : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xui8>`
  }];
  let arguments = (ins Top_IntegerTensor:$lhs, Top_IntegerTensor:$rhs, UnitAttr:$right);
}

def Top_WhereOp : Top_InferredOp<"where",
    !listconcat([AllElementTypesMatch<["on_true", "on_false", "output"]>, Top_TakesIntegers]<Trait>, Top_Moves)> {
  let summary = "output = condition ? on_true : on_false";
  let description = [{
    All three operands broadcast to the shape of the result.

    - (C1) Aligned at the last dimension, the operands' dimensions are equal or 1.

    Example: `%y = top.where %c, %a, %b : (tensor<4x1xi1>, tensor<4xf32>, tensor<1xf32>) -> tensor<4x4xf32>`
  }];
  let arguments = (ins Top_BoolTensor:$condition, Top_AnyTensor:$on_true, Top_AnyTensor:$on_false);
  let results = (outs Top_AnyTensor:$output);
  let hasFolder = 1;
  let assemblyFormat = "$condition `,` $on_true `,` $on_false attr-dict `:` functional-type(operands, results)";
}

//===----------------------------------------------------------------------===//
// One operand
//===----------------------------------------------------------------------===//

class Top_UnaryOp<string mnemonic, string formula, list<Trait> traits = [], Type type = Top_FloatTensor>
    : Top_ElementOp<mnemonic, (ins), traits, type> {
  let summary = "output = " # formula;
  let description = "Any shape.\n\nExample: `%y = top." # mnemonic # " %x : tensor<1x64x56x56xT>`";
}

let hasFolder = 1 in {
  def Top_AbsOp : Top_UnaryOp<"abs", "|input|", !listconcat([Top_TakesIntegers]<Trait>, Top_Moves), Top_NumericTensor>;
  def Top_NegOp : Top_UnaryOp<"neg", "-input", !listconcat([Top_TakesIntegers]<Trait>, Top_Moves), Top_SignedTensor>;
  def Top_CeilOp : Top_UnaryOp<"ceil", "the least integer >= input", Top_Moves>;
  def Top_FloorOp : Top_UnaryOp<"floor", "the greatest integer <= input", Top_Moves>;
  def Top_RoundOp : Top_UnaryOp<"round", "the nearest integer, halves to even", Top_Moves>;
  def Top_SignOp : Top_UnaryOp<"sign", "-1, 0 or 1, as input is negative, zero or positive",
      [Top_AbsorbsOverflow, Top_TakesIntegers], Top_NumericTensor>;
  def Top_NotOp : Top_UnaryOp<"not", "not input, bit by bit", [Top_TakesIntegers], Top_LogicTensor>;
}
def Top_ExpOp : Top_UnaryOp<"exp", "e ^ input", [Top_OwnMagnitude, Top_ReadsWide, Top_AbsorbsOverflow]>;
def Top_LogOp : Top_UnaryOp<"log", "ln(input)", [Top_ReadsWide]>;
def Top_SqrtOp : Top_UnaryOp<"sqrt", "square root of input", [Top_OwnMagnitude, Top_ReadsWide]>;
def Top_ReciprocalOp : Top_UnaryOp<"reciprocal", "1 / input", [Top_OwnMagnitude, Top_ReadsWide]>;
def Top_SinOp : Top_UnaryOp<"sin", "sin(input)", [Top_ReadsWide]>;
def Top_CosOp : Top_UnaryOp<"cos", "cos(input)", [Top_ReadsWide]>;
def Top_TanOp : Top_UnaryOp<"tan", "tan(input)", [Top_ReadsWide]>;
def Top_AsinOp : Top_UnaryOp<"asin", "arcsin(input)">;
def Top_AcosOp : Top_UnaryOp<"acos", "arccos(input)">;
def Top_AtanOp : Top_UnaryOp<"atan", "arctan(input)">;
def Top_SinhOp : Top_UnaryOp<"sinh", "(e^input - e^-input) / 2", [Top_OwnMagnitude, Top_ReadsWide]>;
def Top_CoshOp : Top_UnaryOp<"cosh", "(e^input + e^-input) / 2", [Top_OwnMagnitude, Top_ReadsWide]>;
def Top_TanhOp : Top_UnaryOp<"tanh", "sinh(input) / cosh(input)", [Top_AbsorbsOverflow]>;
def Top_AsinhOp : Top_UnaryOp<"asinh", "ln(input + sqrt(input^2 + 1))">;
def Top_AcoshOp : Top_UnaryOp<"acosh", "ln(input + sqrt(input^2 - 1))">;
def Top_AtanhOp : Top_UnaryOp<"atanh", "ln((1 + input) / (1 - input)) / 2">;
def Top_ErfOp : Top_UnaryOp<"erf", "2 / sqrt(pi) * integral of e^(-t^2) for t from 0 to input", [Top_AbsorbsOverflow]>;

def Top_ClipOp : Top_ElementOp<"clip", (ins F32Attr:$min, F32Attr:$max),
    [Top_OwnMagnitude, Top_ReadsWide, Top_PassesOverflow], Top_FloatTensor, ""> {
  let summary = "output = min(max(input, min), max)";
  let description = [{
    Any shape. A side without a limit has an infinite one.

    - (C1) `min` <= `max`, and neither is a NaN.

    Example: `%y = top.clip %x {max = 6.0 : f32, min = 0.0 : f32} : tensor<1x64x56x56xf32>`
  }];
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

class Top_PredicateOp<string mnemonic, string formula>
    : Top_InferredOp<mnemonic, [Top_ReadsWide], "inferComparison(emit, adaptor.getOperands(), types)"> {
  let summary = "output = " # formula;
  let description = "Any shape.\n\nExample: `%y = top." # mnemonic # " %x : (tensor<8xf32>) -> tensor<8xi1>`";
  let arguments = (ins Top_FloatTensor:$input);
  let results = (outs Top_BoolTensor:$output);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def Top_IsNanOp : Top_PredicateOp<"is_nan", "input is not a number">;
def Top_IsInfOp : Top_PredicateOp<"is_inf", "input is one of the detected infinities"> {
  let description = [{
    Any shape. `detect_negative` and `detect_positive` say which infinities count.

    Example: `%y = top.is_inf %x {detect_negative, detect_positive} : (tensor<8xf32>) -> tensor<8xi1>`
  }];
  let arguments = (ins Top_FloatTensor:$input, UnitAttr:$detect_negative, UnitAttr:$detect_positive);
}

def Top_CastOp : Top_InferredOp<"cast", !listconcat([Top_TakesIntegers]<Trait>, Top_Moves)> {
  let summary = "output = input converted to the element type `to`";
  let description = [{
    Any shape. Floats become integers by truncation towards zero, and anything that is not zero becomes true. A
    quantized type stands for its floats: to it, they are divided by the scale and rounded to nearest even, and what its
    integers cannot hold becomes the nearest they can.

    - (C1) `to` is an element type of the dialect; a quantized one has one scale.

    Example: `%y = top.cast %x {to = f32} : (tensor<8xi64>) -> tensor<8xf32>`
  }];
  let arguments = (ins Top_AnyTensor:$input, TypeAttr:$to);
  let results = (outs Top_AnyTensor:$output);
  let hasFolder = 1;
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

#endif

//===- Activation.td - Non-linear functions of one value --------*- tablegen -*-===//
#ifndef TPU_MLIR_TOP_ACTIVATION
#define TPU_MLIR_TOP_ACTIVATION

include "dialects/Top/TopBase.td"

//===----------------------------------------------------------------------===//
// By element: any shape, the result has the type of the input
//===----------------------------------------------------------------------===//

class Top_ActivationOp<string mnemonic, string formula, dag parameters = (ins), string example = "",
                       list<Trait> traits = []>
    : Top_ElementOp<mnemonic, parameters, traits> {
  let summary = "output = " # formula;
  let description = "Any shape.\n\nExample: `%y = top." # mnemonic # " %x " # example # ": tensor<1x64x56x56xf32>`";
}

def Top_ReluOp : Top_ActivationOp<"relu", "max(input, 0)", (ins), "", Top_Moves> {
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}
def Top_LeakyReluOp : Top_ActivationOp<"leaky_relu", "input >= 0 ? input : alpha * input",
    (ins F32Attr:$alpha), "{alpha = 0.01 : f32} ", Top_Moves>;
def Top_EluOp : Top_ActivationOp<"elu", "input > 0 ? input : alpha * (e^input - 1)",
    (ins F32Attr:$alpha), "{alpha = 1.0 : f32} ">;
def Top_CeluOp : Top_ActivationOp<"celu", "max(input, 0) + min(alpha * (e^(input / alpha) - 1), 0)",
    (ins F32Attr:$alpha), "{alpha = 1.0 : f32} ">;
def Top_SeluOp : Top_ActivationOp<"selu", "gamma * (input > 0 ? input : alpha * (e^input - 1))",
    (ins F32Attr:$alpha, F32Attr:$gamma), "{alpha = 1.67326319 : f32, gamma = 1.05070102 : f32} ">;
def Top_ThresholdedReluOp : Top_ActivationOp<"thresholded_relu", "input > alpha ? input : 0",
    (ins F32Attr:$alpha), "{alpha = 1.0 : f32} ">;
def Top_SigmoidOp : Top_ActivationOp<"sigmoid", "1 / (1 + e^-input)", (ins), "", [Top_AbsorbsOverflow, Top_Refines]>;
def Top_HardSigmoidOp : Top_ActivationOp<"hard_sigmoid", "max(0, min(1, alpha * input + beta))",
    (ins F32Attr:$alpha, F32Attr:$beta), "{alpha = 0.2 : f32, beta = 0.5 : f32} ", [Top_AbsorbsOverflow]>;
def Top_HardSwishOp : Top_ActivationOp<"hard_swish", "input * max(0, min(1, input / 6 + 1 / 2))">;
def Top_SoftplusOp : Top_ActivationOp<"softplus", "ln(e^input + 1)">;
def Top_SoftsignOp : Top_ActivationOp<"softsign", "input / (1 + |input|)", (ins), "", [Top_AbsorbsOverflow]>;
def Top_MishOp : Top_ActivationOp<"mish", "input * tanh(softplus(input))">;
def Top_SiluOp : Top_ActivationOp<"silu", "input * sigmoid(input)">;

def Top_GeluApproximation : Top_Enum<"GeluApproximation", "how gelu computes the normal distribution",
    [I32EnumAttrCase<"Exact", 0, "none">, I32EnumAttrCase<"Tanh", 1, "tanh">]>;
def Top_GeluApproximationAttr : EnumAttr<Top_Dialect, Top_GeluApproximation, "gelu_approximation">;

def Top_GeluOp : Top_ActivationOp<"gelu", "input * P(X <= input) with X normally distributed",
    (ins Top_GeluApproximationAttr:$approximate)> {
  let description = [{
    Any shape. `none`: input / 2 * (1 + erf(input / sqrt(2))).
    `tanh`: input / 2 * (1 + tanh(sqrt(2 / pi) * (input + 0.044715 * input^3))).

    Example: `%y = top.gelu tanh %x : tensor<1x197x768xf32>`
  }];
  let assemblyFormat = "$approximate $input attr-dict `:` custom<UnaryTypes>(type($input), type($output))";
}

def Top_PReluOp : Top_InferredOp<"prelu", !listconcat([Top_OneElementType]<Trait>, Top_Moves)> {
  let summary = "output = input >= 0 ? input : slope * input";
  let description = [{
    `slope` broadcasts to the shape of `input`, which is the shape of the result.

    - (C1) Aligned at the last dimension, each dimension of `slope` is 1 or that of `input`.

    Example: `%y = top.prelu %x, %s : (tensor<1x64x56x56xf32>, tensor<64x1x1xf32>) -> tensor<1x64x56x56xf32>`
  }];
  let arguments = (ins Top_FloatTensor:$input, Top_FloatTensor:$slope);
  let results = (outs Top_FloatTensor:$output);
  let assemblyFormat = "$input `,` $slope attr-dict `:` functional-type(operands, results)";
}

//===----------------------------------------------------------------------===//
// Along one axis
//===----------------------------------------------------------------------===//

class Top_AxisActivationOp<string mnemonic, string formula, list<Trait> traits>
    : Top_InferredOp<mnemonic, traits, "inferAlongAxis(emit, adaptor.getInput(), adaptor.getAxis(), types)"> {
  let summary = "output = " # formula # ", along `axis`";
  let description = [{
    Any shape, which the result keeps. Each line of elements along `axis` is computed by itself (opset 13).

    - (C1) `axis` is less than the rank of `input`.

    Example: `%y = top.}] # mnemonic # [{ %x {axis = 1 : i64} : (tensor<1x1000xf32>) -> tensor<1x1000xf32>`
  }];
  let arguments = (ins Top_FloatTensor:$input, Top_Axis:$axis);
  let results = (outs Top_FloatTensor:$output);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def Top_SoftmaxOp : Top_AxisActivationOp<"softmax", "e^input / sum(e^input)",
    [Top_ReadsWide, Top_AbsorbsOverflow, Top_Refines]>;
def Top_LogSoftmaxOp : Top_AxisActivationOp<"log_softmax", "input - ln(sum(e^input))", [Top_ReadsWide, Top_Refines]>;
def Top_HardmaxOp : Top_AxisActivationOp<"hardmax", "1 at the first largest element and 0 elsewhere",
    [Top_ReadsWide, Top_AbsorbsOverflow]>;

#endif

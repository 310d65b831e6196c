//===- Gather.td - Elements chosen by index ---------------------*- tablegen -*-===//
#ifndef TPU_MLIR_TOP_GATHER
#define TPU_MLIR_TOP_GATHER

include "dialects/Top/TopBase.td"

class Top_GatherLikeOp<string mnemonic, list<Trait> traits = []>
    : Top_InferredOp<mnemonic, !listconcat(traits, Top_Moves)> {
  let arguments = (ins Top_AnyTensor:$input, Top_IndexTensor:$indices, Top_Axis:$axis);
  let results = (outs Top_AnyTensor:$output);
  let assemblyFormat = "$input `,` $indices attr-dict `:` functional-type(operands, results)";
}

def Top_GatherOp : Top_GatherLikeOp<"gather", [Top_TakesIntegers]> {
  let summary = "output[a.., i.., b..] = input[a.., indices[i..], b..], a.. being the dimensions before `axis`";
  let description = [{
    The result has the dimensions of `input` with that of `axis` replaced by those of `indices`. An index lies in
    [-d, d - 1], d the dimension `axis`, and a negative one counts from the end.

    - (C1) `axis` is less than the rank of `input`.
    - (C2) Where the result has elements, so has the dimension `axis`.

    Example: `%y = top.gather %t, %i {axis = 0 : i64} : (tensor<30522x768xf32>, tensor<1x128xi64>) -> tensor<1x128x768xf32>`
  }];
}

def Top_GatherElementsOp : Top_GatherLikeOp<"gather_elements"> {
  let summary = "output[a.., i, b..] = input[a.., indices[a.., i, b..], b..], a.. being the dimensions before `axis`";
  let description = [{
    The result has the dimensions of `indices`. Indices as for `top.gather`.

    - (C1) `axis` is less than the rank of `input`.
    - (C2) `input` and `indices` have the same rank.
    - (C3) Except for `axis`, no dimension of `indices` is larger than that of `input`.
    - (C4) Where the result has elements, so has the dimension `axis`.

    Example: `%y = top.gather_elements %x, %i {axis = 1 : i64} : (tensor<2x8xf32>, tensor<2x3xi64>) -> tensor<2x3xf32>`
  }];
}

#endif

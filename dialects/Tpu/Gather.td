//===- Gather.td - Rows chosen by index -------------------------*- tablegen -*-===//
#ifndef TPU_MLIR_TPU_GATHER
#define TPU_MLIR_TPU_GATHER

include "dialects/Tpu/TpuBase.td"

def Tpu_GatherOp : Tpu_Op<"gather", [AllElementTypesMatch<["table", "result"]>]> {
  let summary = "result[n, i, 0, :] = table[n, indices[i], 0, :]";
  let description = [{
    table [n, rows, 1, w], indices [1, 1, 1, k], result [n, k, 1, w]; what an index outside of the table chooses is 0.

    (C1) The shapes agree as above.
    (C2) The indices are i32.

    Example: `%r = tpu.gather %t, %i : (tensor<1x30522x1x768xf16>, tensor<1x1x1x384xi32>) -> tensor<1x384x1x768xf16>`
  }];
  let arguments = (ins Tpu_Tensor:$table, Tpu_Tensor:$indices);
  let results = (outs Tpu_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$table `,` $indices attr-dict `:` functional-type(operands, results)";
}

def Tpu_WrapIndexOp : Tpu_Op<"wrap_index", [SameOperandsAndResultType]> {
  let summary = "result = input < 0 ? input + size : input, element by element";
  let description = [{
    (C1) The elements are i32.

    Example: `%r = tpu.wrap_index %i {size = 30522 : i64} : tensor<1x1x1x384xi32>`
  }];
  let arguments = (ins Tpu_Tensor:$input, I64Attr:$size);
  let results = (outs Tpu_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

#endif

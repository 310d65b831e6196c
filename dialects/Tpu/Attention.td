//===- Attention.td - Attention of several heads ----------------*- tablegen -*-===//
#ifndef TPU_MLIR_TPU_ATTENTION
#define TPU_MLIR_TPU_ATTENTION

include "dialects/Tpu/TpuBase.td"

def Tpu_AttentionOp : Tpu_Op<"attention", [AllElementTypesMatch<["query", "key", "value", "result"]>]> {
  let summary = "result of a head = softmax(scale * query x key^T + masks) x value, the scores in f32";
  let description = [{
    query [b, m, 1, ..], key and value [b, k, 1, ..], result [b, m, 1, heads * v]. Head i has `size` columns of query and of
    key, from column `query_offset` + i * size and `key_offset` + i * size on, v of value from `value_offset` + i * v on, and
    columns i * v of the result. So one tensor may hold all three.

    Masks [b, m, heads, k], each of the first three sizes its own or 1, are added to the scores.

    (C1) The shapes agree as above, and the columns of every head lie inside of its operand.
    (C2) The type is f16 or bf16: the chip has no product of f32 for rows in lanes.

    Example: `%r = tpu.attention %x, %x, %y {heads = 12 : i64, size = 64 : i64, key_offset = 768 : i64, scale = 0.125 : f32} : (tensor<1x384x1x1536xf16>, tensor<1x384x1x1536xf16>, tensor<1x384x1x768xf16>) -> tensor<1x384x1x768xf16>`
  }];
  let arguments = (ins Tpu_FloatTensor:$query, Tpu_FloatTensor:$key, Tpu_FloatTensor:$value,
                       Variadic<Tpu_FloatTensor>:$masks, I64Attr:$heads, I64Attr:$size, F32Attr:$scale,
                       DefaultValuedAttr<I64Attr, "0">:$query_offset, DefaultValuedAttr<I64Attr, "0">:$key_offset,
                       DefaultValuedAttr<I64Attr, "0">:$value_offset);
  let results = (outs Tpu_FloatTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$query `,` $key `,` $value (`,` $masks^)? attr-dict `:` functional-type(operands, results)";
}

#endif

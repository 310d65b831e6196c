//===- Schedule.td - Groups, tilings and addresses --------------*- tablegen -*-===//
#ifndef TPU_MLIR_TPU_SCHEDULE
#define TPU_MLIR_TPU_SCHEDULE

include "dialects/Tpu/TpuBase.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"

def Tpu_TilingAttr : AttrDef<Tpu_Dialect, "Tiling"> {
  let mnemonic = "tiling";
  let summary = "into how many slices the result of a group is cut in each dimension";
  let description = [{
    Slices are visited with n outermost, then c, h, w; with `channels_inner`, c is innermost. Where there is one slice,
    `ahead` is by how many ops a load precedes the first op that uses it; 0 loads everything first.
  }];
  let parameters = (ins "int64_t":$n, "int64_t":$c, "int64_t":$h, "int64_t":$w,
                        DefaultValuedParameter<"bool", "false">:$channelsInner,
                        DefaultValuedParameter<"int64_t", "0">:$ahead);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Tpu_BufferAttr : AttrDef<Tpu_Dialect, "Buffer"> {
  let mnemonic = "buffer";
  let summary = "where slices of a value lie in local memory";
  let description = [{
    Bytes from the start of each lane. Slices of a double-buffered value alternate between its two addresses.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$addresses);
  let assemblyFormat = "`<` $addresses `>`";
}

def Tpu_GroupOp : Tpu_Op<"group", [SingleBlock]> {
  let summary = "ops whose intermediates never leave local memory";
  let description = [{
    The ops keep their whole tensors; the schedule stands beside them: the tiling of the result, a buffer for each
    operand of the group, and on each op inside the attributes `tpu.buffer` of its result and `tpu.scratch`.

    (C1) The body uses only operands of the group and values of its own.
    (C2) Every op of the body but the terminator is a kernel (`KernelOpInterface`).
    (C3) A schedule, if there is one, has a tiling and one buffer for each operand.
    (C4) Only the yielded value is used outside, and it has the group's result type.
  }];
  let arguments = (ins Variadic<Tpu_Tensor>:$inputs, OptionalAttr<Tpu_TilingAttr>:$tiling,
                       OptionalAttr<TypedArrayAttrBase<Tpu_BufferAttr, "buffers">>:$buffers);
  let results = (outs Tpu_Tensor:$result);
  let regions = (region SizedRegion<1>:$body);
  let hasVerifier = 1;
  let assemblyFormat = [{
    (`ins` `(` $inputs^ `:` type($inputs) `)`)? (`tiling` $tiling^)? (`buffers` $buffers^)? $body attr-dict `:` type($result)
  }];
}

def Tpu_YieldOp : Op<Tpu_Dialect, "yield", [Pure, Terminator, ReturnLike, HasParent<"GroupOp">]> {
  let summary = "the result of a group";
  let arguments = (ins Tpu_Tensor:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

#endif

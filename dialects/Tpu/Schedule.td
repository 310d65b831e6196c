//===- Schedule.td - Groups, tilings and addresses --------------*- tablegen -*-===//
#ifndef TPU_MLIR_TPU_SCHEDULE
#define TPU_MLIR_TPU_SCHEDULE

include "dialects/Tpu/TpuBase.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"

def Tpu_TilingAttr : AttrDef<Tpu_Dialect, "Tiling"> {
  let mnemonic = "tiling";
  let summary = "into how many slices the result of a group is cut in each dimension";
  let description = [{
    Slices are visited with n outermost, then c, h, w; with `channels_inner`, c is innermost.
  }];
  let parameters = (ins "int64_t":$n, "int64_t":$c, "int64_t":$h, "int64_t":$w,
                        DefaultValuedParameter<"bool", "false">:$channelsInner);
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

    `loads` has, for each operand, the op of the group before which its first slice is loaded, counted slice by slice;
    where it is negative, an op of what runs before the group. `holds` has, for each operand, where all of it lies in
    local memory already, or -1; its buffer then is there, too, or one into which slices are moved. `keeps` is where all
    of the result stays in local memory for groups that hold it. Only a result that something does not hold has a place
    in global memory. The first `leading` ops work on a slice ahead of the others, which compute while the transfer engine
    moves what the leading ones have made.

    (C1) The body uses only operands of the group and values of its own.
    (C2) Every op of the body but the terminator is a kernel (`KernelOpInterface`).
    (C3) A schedule, if there is one, has a tiling, and a buffer, a load and a hold for each operand.
    (C4) Only the yielded value is used outside, and it has the group's result type.
  }];
  let arguments = (ins Variadic<Tpu_Tensor>:$inputs, OptionalAttr<Tpu_TilingAttr>:$tiling,
                       OptionalAttr<DenseI64ArrayAttr>:$loads, OptionalAttr<DenseI64ArrayAttr>:$holds,
                       OptionalAttr<TypedArrayAttrBase<Tpu_BufferAttr, "buffers">>:$buffers,
                       OptionalAttr<I64Attr>:$keeps, OptionalAttr<I64Attr>:$leading);
  let results = (outs Tpu_Tensor:$result);
  let regions = (region SizedRegion<1>:$body);
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Whether the result goes to global memory: something does not hold it, or nothing keeps it.
    bool stores();
  }];
  let assemblyFormat = [{
    (`ins` `(` $inputs^ `:` type($inputs) `)`)? (`tiling` $tiling^)? (`loads` $loads^)? (`holds` $holds^)?
    (`buffers` $buffers^)? (`keeps` $keeps^)? (`leading` $leading^)? $body attr-dict `:` type($result)
  }];
}

def Tpu_YieldOp : Op<Tpu_Dialect, "yield", [Pure, Terminator, ReturnLike, HasParent<"GroupOp">]> {
  let summary = "the result of a group";
  let arguments = (ins Tpu_Tensor:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

#endif

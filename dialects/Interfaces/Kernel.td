//===- Kernel.td - What the scheduler may ask of a tpu op -------*- tablegen -*-===//
#ifndef TPU_MLIR_INTERFACES_KERNEL
#define TPU_MLIR_INTERFACES_KERNEL

include "mlir/IR/OpBase.td"

def KernelOpInterface : OpInterface<"KernelOpInterface"> {
  let cppNamespace = "::tpu_mlir";
  let description = [{
    An op with one result that works on slices in local memory. The scheduler knows nothing else of it, and it knows
    nothing of the scheduler. Implementations are external models in `lib/Kernels`.
  }];
  let methods = [
    InterfaceMethod<"Whether the kernel can do what this op asks for; of ops that can also move within global memory.",
      "bool", "available", (ins), [{}], [{ return true; }]>,
    InterfaceMethod<[{
      The slice of an operand that a slice of the result needs, clipped to the operand; what lies outside is padding
      that `emit` states in the command.
    }], "::tpu_mlir::Tile", "operandTile", (ins "unsigned":$operand, "const ::tpu_mlir::Tile &":$resultTile)>,
    InterfaceMethod<"Whether the result may be cut along dimension 0 to 3 (n, c, h, w).",
      "bool", "sliceable", (ins "unsigned":$dim)>,
    InterfaceMethod<"The local layout an operand must have.",
      "::tpu_mlir::Layout", "operandLayout", (ins "unsigned":$operand), [{}], [{ return ::tpu_mlir::Layout::Aligned; }]>,
    InterfaceMethod<"The local layout of the result.",
      "::tpu_mlir::Layout", "resultLayout", (ins), [{}], [{ return ::tpu_mlir::Layout::Aligned; }]>,
    InterfaceMethod<"Whether `emit` can read its part of a buffer that holds more of the operand than it needs.",
      "bool", "readsPart", (ins "unsigned":$operand), [{}], [{ return true; }]>,
    InterfaceMethod<"Scratch buffers that `emit` needs for one slice, in bytes a lane.",
      "::llvm::SmallVector<int64_t>", "scratch", (ins "const ::tpu_mlir::Tile &":$resultTile), [{}], [{ return {}; }]>,
    InterfaceMethod<"Appends the commands for one slice; the binding tells where everything is.",
      "void", "emit", (ins "::tpu_mlir::Emitter &":$emitter, "const ::tpu_mlir::Binding &":$binding)>,
  ];
}

def GlobalKernelOpInterface : OpInterface<"GlobalKernelOpInterface"> {
  let cppNamespace = "::tpu_mlir";
  let description = [{
    An op that moves data between places in global memory and never enters a group.
  }];
  let methods = [
    InterfaceMethod<"Appends the commands; addresses are absolute bytes in global memory.",
      "void", "emitGlobal", (ins "::tpu_mlir::Emitter &":$emitter, "const ::tpu_mlir::GlobalBinding &":$binding)>,
  ];
}

def AliasOpInterface : OpInterface<"AliasOpInterface"> {
  let cppNamespace = "::tpu_mlir";
  let description = [{
    An op whose result can share memory with an operand: views (the result lies inside the operand) and
    concatenations (each operand lies inside the result).
  }];
  let methods = [
    InterfaceMethod<[{
      Byte offset of the operand from the start of the result, negative where the result lies inside the operand;
      nothing where the two cannot share memory.
    }], "std::optional<int64_t>", "aliasOffset", (ins "unsigned":$operand)>,
  ];
}

#endif

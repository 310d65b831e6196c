//===- TopBase.td - The top dialect and the classes its ops share -*- tablegen -*-===//
#ifndef TPU_MLIR_TOP_BASE
#define TPU_MLIR_TOP_BASE

include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Top_Dialect : Dialect {
  let name = "top";
  let cppNamespace = "::tpu_mlir::top";
  let summary = "hardware-independent networks with the float semantics of ONNX";
}

class Top_Op<string mnemonic, list<Trait> traits = []>
    : Op<Top_Dialect, mnemonic, !listconcat(traits, [Pure])>;

#endif

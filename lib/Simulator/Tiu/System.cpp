//===- System.cpp - SYSID: commands that compute nothing ------------------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/Tiu/Elements.h"

using namespace tpu_mlir;

llvm::Error sim::execute(Machine &, const isa::TiuSystem &command) {
  if (command.function() == isa::TiuSystemOp::Nop ||
      command.function() == isa::TiuSystemOp::End)
    return llvm::Error::success();
  return refuse(command.mnemonic() + ": this sub-function is not supported");
}

//===- GdmaSystem.cpp - Commands that move nothing ------------------------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/Gdma/Transfer.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;

llvm::Error tpu_mlir::sim::execute(Machine &, const isa::GdmaSystem &command) {
  if (command.cmd_special_function <= uint32_t(isa::GdmaSystemOp::Nop))
    return llvm::Error::success();
  return refuse(llvm::formatv("there is no system function {0}",
                              command.cmd_special_function));
}

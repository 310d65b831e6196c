//===- Gdma.h - What each command of the transfer engine does --*- C++ -*-===//
//
// The rules, and how they were measured: docs/targets/notes/gdma.md.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Isa/Instructions.h"
#include "lib/Simulator/Machine.h"

namespace tpu_mlir::sim {

llvm::Error execute(Machine &machine, const isa::GdmaTensor &command);
llvm::Error execute(Machine &machine, const isa::GdmaMatrix &command);
llvm::Error execute(Machine &machine, const isa::GdmaGeneral &command);
llvm::Error execute(Machine &machine, const isa::GdmaCwTranspose &command);
llvm::Error execute(Machine &machine, const isa::GdmaGather &command);
llvm::Error execute(Machine &machine, const isa::GdmaScatter &command);
llvm::Error execute(Machine &machine, const isa::GdmaMaskedSelect &command);
llvm::Error execute(Machine &machine, const isa::GdmaNonzero &command);
llvm::Error execute(Machine &machine, const isa::GdmaSystem &command);

} // namespace tpu_mlir::sim

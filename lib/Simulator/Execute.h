//===- Execute.h - What each instruction does to a machine -----*- C++ -*-===//
//
// One function per instruction, in Tiu/<Name>.cpp and Gdma/<Name>.cpp. Each
// fails, leaving its results undefined, if an operand is outside its memory or
// the command asks for something the simulator does not know; the error says
// which field. Waiting for other commands is not their business.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Isa/Instructions.h"
#include "lib/Simulator/Machine.h"

namespace tpu_mlir::sim {

/// Fails for a command that the chip model takes in its long form only.
llvm::Error checkForm(const isa::Decoded &command);

llvm::Error execute(Machine &machine, const isa::Conv &instruction);
llvm::Error execute(Machine &machine, const isa::PoolDepthwise &instruction);
llvm::Error execute(Machine &machine, const isa::MatMul &instruction);
llvm::Error execute(Machine &machine, const isa::MatMul2 &instruction);

llvm::Error execute(Machine &machine, const isa::Arith &instruction);
llvm::Error execute(Machine &machine, const isa::LaneArith &instruction);
llvm::Error execute(Machine &machine, const isa::Requant &instruction);
llvm::Error execute(Machine &machine, const isa::TransBroadcast &instruction);
llvm::Error execute(Machine &machine, const isa::ScatterGather &instruction);
llvm::Error execute(Machine &machine,
                    const isa::ScatterGatherLine &instruction);
llvm::Error execute(Machine &machine, const isa::Special &instruction);
llvm::Error execute(Machine &machine, const isa::Linear &instruction);
llvm::Error execute(Machine &machine, const isa::Vector &instruction);
llvm::Error execute(Machine &machine, const isa::Compare &instruction);
llvm::Error execute(Machine &machine, const isa::TiuSystem &instruction);
llvm::Error execute(Machine &machine, const isa::LaneMask &instruction);

llvm::Error execute(Machine &machine, const isa::GdmaTensor &instruction);
llvm::Error execute(Machine &machine, const isa::GdmaMatrix &instruction);
llvm::Error execute(Machine &machine, const isa::GdmaMaskedSelect &instruction);
llvm::Error execute(Machine &machine, const isa::GdmaGeneral &instruction);
llvm::Error execute(Machine &machine, const isa::GdmaCwTranspose &instruction);
llvm::Error execute(Machine &machine, const isa::GdmaNonzero &instruction);
llvm::Error execute(Machine &machine, const isa::GdmaGather &instruction);
llvm::Error execute(Machine &machine, const isa::GdmaScatter &instruction);
llvm::Error execute(Machine &machine, const isa::GdmaSystem &instruction);

/// Executes the instruction it holds.
llvm::Error execute(Machine &machine, const isa::Instruction &instruction);

} // namespace tpu_mlir::sim

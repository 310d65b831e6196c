//===- Cycles.h - How long a command keeps its engine busy --*- C++ -*-===//
//
// A function of the command alone: memory traffic of the other engine does not
// count. Fitted to the samples that the vendor's static model gives
// (test/Target/BM1684X); docs/targets/notes/cycles.md has the formulas.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Target/CycleModel.h"

namespace tpu_mlir::bm1684x {

// The functions of the chip's CycleModel.
uint64_t cycles(const isa::Instruction &instruction, Preset preset);
uint64_t startCycles(Preset preset);
Work workOf(const isa::Instruction &instruction);

/// Outputs of a lane that the multipliers work on at once, and input channels
/// that they sum up at once.
uint64_t outputsAtOnce(uint32_t precision);
uint64_t channelsAtOnce(uint32_t precision);

// By instruction, in the vendor's model (TiuCycles.cpp, GdmaCycles.cpp).
uint64_t cycles(const isa::Conv &command);
uint64_t cycles(const isa::PoolDepthwise &command);
uint64_t cycles(const isa::MatMul &command);
uint64_t cycles(const isa::MatMul2 &command);
uint64_t cycles(const isa::Arith &command);
uint64_t cycles(const isa::LaneArith &command);
uint64_t cycles(const isa::Requant &command);
uint64_t cycles(const isa::TransBroadcast &command);
uint64_t cycles(const isa::ScatterGather &command);
uint64_t cycles(const isa::ScatterGatherLine &command);
uint64_t cycles(const isa::Special &command);
uint64_t cycles(const isa::Linear &command);
uint64_t cycles(const isa::Vector &command);
uint64_t cycles(const isa::Compare &command);
uint64_t cycles(const isa::TiuSystem &command);
uint64_t cycles(const isa::LaneMask &command);

uint64_t cycles(const isa::GdmaTensor &command);
uint64_t cycles(const isa::GdmaMatrix &command);
uint64_t cycles(const isa::GdmaMaskedSelect &command);
uint64_t cycles(const isa::GdmaGeneral &command);
uint64_t cycles(const isa::GdmaCwTranspose &command);
uint64_t cycles(const isa::GdmaNonzero &command);
uint64_t cycles(const isa::GdmaGather &command);
uint64_t cycles(const isa::GdmaScatter &command);
uint64_t cycles(const isa::GdmaSystem &command);

} // namespace tpu_mlir::bm1684x

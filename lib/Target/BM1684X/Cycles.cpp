//===- Cycles.cpp - How long a command keeps its engine busy ----------===//
#include "lib/Target/BM1684X/Cycles.h"

#include "lib/Target/BM1684X/Chip.h"

using namespace tpu_mlir;

// Differences between boards and the vendor's model, fitted to published times
// (docs/targets/bm1684x.md, "Cycles").
static constexpr uint64_t commandStart = 300; // cycles, both engines
static constexpr uint64_t runStart = 90'000;  // cycles, before the first
static constexpr uint64_t f32ConvPercent = 195;

/// What a board adds to a command, besides its start.
template <typename Command>
static uint64_t onSilicon(const Command &, uint64_t cycles) {
  return cycles;
}

static uint64_t onSilicon(const isa::Conv &command, uint64_t cycles) {
  bool isF32 = command.opd0_prec == uint32_t(isa::Precision::F32);
  return isF32 ? cycles * f32ConvPercent / 100 : cycles;
}

uint64_t bm1684x::cycles(const isa::Instruction &instruction, Preset preset) {
  return std::visit(
      [preset](const auto &command) {
        uint64_t ideal = cycles(command);
        return preset == Preset::Static
                   ? ideal
                   : onSilicon(command, ideal) + commandStart;
      },
      instruction);
}

uint64_t bm1684x::startCycles(Preset preset) {
  return preset == Preset::Silicon ? runStart : 0;
}

const CycleModel bm1684x::cycleModel = {cycles, startCycles, workOf};

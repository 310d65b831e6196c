//===- Timing.h - The times of a run's commands ----------------*- C++ -*-===//
#pragma once

#include "lib/Runtime/Program.h"

namespace tpu_mlir::runtime {

/// The chip's cycle model.
std::function<uint64_t(const isa::Instruction &)> chipCycles(const Chip &chip,
                                                             Preset preset);

/// Appends the commands of a group, which starts when those before are over.
void addTimes(RunReport &report, const sim::CommandGroup &group,
              uint32_t groupIndex, const sim::Order &times,
              const LayerNames &names);

} // namespace tpu_mlir::runtime

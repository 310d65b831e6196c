//===- Timing.cpp - The times of a run's commands -------------------------===//
#include "lib/Runtime/Timing.h"

#include "llvm/ADT/STLExtras.h"

using namespace tpu_mlir;
using namespace tpu_mlir::runtime;

std::function<uint64_t(const isa::Instruction &)>
tpu_mlir::runtime::chipCycles(const Chip &chip, Preset preset) {
  return [cycles = chip.model->cycles,
          preset](const isa::Instruction &instruction) {
    return cycles(instruction, preset);
  };
}

void tpu_mlir::runtime::addTimes(RunReport &report,
                                 const sim::CommandGroup &group,
                                 uint32_t groupIndex, const sim::Order &times,
                                 const LayerNames &names) {
  uint64_t begin = report.cycles;
  uint64_t free[2] = {0, 0}; // when each engine has finished its last command
  for (const sim::CommandTime &time : times.times) {
    sim::CommandId id = time.command;
    const isa::Instruction &instruction = group.of(id.engine)[id.id - 1];
    uint64_t &engineFree = free[unsigned(id.engine)];
    report.commands.push_back(
        {id.engine, groupIndex, id.id, isa::mnemonic(instruction).str(),
         names(id), begin + time.start, begin + time.end,
         isa::dependency(instruction), time.start - engineFree,
         report.chip->model->workOf(instruction)});
    engineFree = time.end;
  }
  report.cycles += times.cycles;
}

llvm::Expected<RunReport> Program::profile(size_t net, size_t stage,
                                           Preset preset) const {
  const Prepared &prepared = stages[net][stage];
  sim::Machine none(*target);
  RunReport report{target};
  report.cycles = target->model->startCycles(preset);
  for (auto [index, group] : llvm::enumerate(prepared.groups)) {
    LayerNames names(group, index, prepared.records, prepared.layers);
    sim::RunOptions options;
    options.execute = false;
    options.cycles = chipCycles(*target, preset);
    options.names = std::ref(names);
    llvm::Expected<sim::Order> times = sim::run(none, group, options);
    if (!times)
      return times.takeError();
    addTimes(report, group, index, *times, names);
  }
  return report;
}

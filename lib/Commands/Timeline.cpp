//===- Timeline.cpp - When commands run -----------------------------------===//
#include "lib/Commands/Timeline.h"

#include "lib/Commands/Dependencies.h"
#include "lib/Target/CycleModel.h"

using namespace tpu_mlir;

int64_t tpu_mlir::cyclesOf(llvm::ArrayRef<Command> commands, const Chip &chip,
                           int64_t started) {
  std::vector<int64_t> ends[2] = {{0}, {0}}; // by id; id 0 is over at once
  std::vector<CommandOrder> order = orderCommands(commands);
  for (auto [command, place] : llvm::zip(commands, order)) {
    unsigned self = unsigned(place.engine);
    int64_t start = std::max(ends[self].back(), ends[1 - self][place.waitsFor]);
    ends[self].push_back(
        start + started +
        chip.model->cycles(command.instruction, Preset::Static));
  }
  return std::max(ends[0].back(), ends[1].back());
}

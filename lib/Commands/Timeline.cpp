//===- Timeline.cpp - When commands run -----------------------------------===//
#include "lib/Commands/Timeline.h"

#include "lib/Commands/Dependencies.h"

using namespace tpu_mlir;

std::vector<Timed> tpu_mlir::timesOf(llvm::ArrayRef<Command> commands,
                                     const Chip &chip, const Prices &prices) {
  std::vector<int64_t> ends[2] = {{0}, {0}}; // by id; id 0 is over at once
  std::vector<Timed> times;
  std::vector<CommandOrder> order = orderCommands(commands);
  for (auto [command, place] : llvm::zip(commands, order)) {
    unsigned self = unsigned(place.engine);
    int64_t start = std::max(ends[self].back(), ends[1 - self][place.waitsFor]);
    int64_t end = start + prices.of(command, chip);
    ends[self].push_back(end);
    times.push_back({place.engine, start, end});
  }
  return times;
}

int64_t tpu_mlir::cyclesOf(llvm::ArrayRef<Command> commands, const Chip &chip,
                           const Prices &prices) {
  int64_t end = 0;
  for (const Timed &time : timesOf(commands, chip, prices))
    end = std::max(end, time.end);
  return end;
}

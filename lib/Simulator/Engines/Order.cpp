//===- Order.cpp - In which order the commands of a group run -------------===//
#include "lib/Simulator/Engines/Order.h"

#include <algorithm>
#include <optional>

using namespace tpu_mlir;
using namespace tpu_mlir::sim;

Order tpu_mlir::sim::orderOf(const CommandGroup &group,
                             const CycleModel &cycles) {
  Order order;
  std::vector<uint64_t> ends[2] = {{0}, {0}}; // by id; 0 before the first
  order.times.reserve(group.tiu.size() + group.gdma.size());
  // When the engine's next command could start; nothing if the engine has none
  // or has to wait for one that has not run.
  auto startOf = [&](isa::Engine engine) -> std::optional<uint64_t> {
    if (order.isOver(group, engine))
      return std::nullopt;
    uint32_t waited =
        isa::dependency(group.of(engine)[order.next[unsigned(engine)] - 1]);
    const std::vector<uint64_t> &others = ends[unsigned(otherEngine(engine))];
    if (waited >= others.size())
      return std::nullopt;
    return std::max(ends[unsigned(engine)].back(), others[waited]);
  };
  while (true) {
    std::optional<uint64_t> tiu = startOf(isa::Engine::Tiu);
    std::optional<uint64_t> gdma = startOf(isa::Engine::Gdma);
    if (!tiu && !gdma)
      return order;
    bool isTiu = tiu && (!gdma || *tiu <= *gdma);
    isa::Engine engine = isTiu ? isa::Engine::Tiu : isa::Engine::Gdma;
    CommandId command{engine, order.next[unsigned(engine)]++};
    uint64_t start = isTiu ? *tiu : *gdma;
    uint64_t end =
        start + (cycles ? cycles(group.of(engine)[command.id - 1]) : 0);
    ends[unsigned(engine)].push_back(end);
    order.times.push_back({command, start, end});
    order.cycles = std::max(order.cycles, end);
  }
}

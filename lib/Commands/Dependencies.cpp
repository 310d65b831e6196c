//===- Dependencies.cpp - What a command must wait for
//---------------------===//
#include "lib/Commands/Dependencies.h"

#include "lib/Isa/Accesses.h"

#include <map>

using namespace llvm;
using namespace tpu_mlir;

namespace {
/// For each byte of a memory the last command, by id, that touched it. Ids only
/// grow, so a newer command simply covers older ones.
class LastTouch {
public:
  /// The highest id that touched a byte of [begin, end); 0 if none.
  uint32_t latest(uint64_t begin, uint64_t end) const {
    uint32_t id = 0;
    for (auto it = firstAfter(begin); it != spans.end() && it->first < end;
         ++it)
      id = std::max(id, it->second.id);
    return id;
  }

  void cover(uint64_t begin, uint64_t end, uint32_t id) {
    auto it = firstAfter(begin);
    while (it != spans.end() && it->first < end) {
      auto [oldBegin, old] = *it;
      it = spans.erase(it);
      if (oldBegin < begin)
        spans.emplace(oldBegin, Span{begin, old.id});
      if (old.end > end)
        it = std::next(spans.emplace(end, Span{old.end, old.id}).first);
    }
    spans.emplace(begin, Span{end, id});
  }

private:
  struct Span {
    uint64_t end;
    uint32_t id;
  };

  std::map<uint64_t, Span>::const_iterator firstAfter(uint64_t begin) const {
    auto it = spans.upper_bound(begin);
    if (it != spans.begin() && std::prev(it)->second.end > begin)
      --it;
    return it;
  }
  std::map<uint64_t, Span>::iterator firstAfter(uint64_t begin) {
    auto it = spans.upper_bound(begin);
    if (it != spans.begin() && std::prev(it)->second.end > begin)
      --it;
    return it;
  }

  std::map<uint64_t, Span> spans;
};

/// Who read and who wrote what, for one engine.
struct History {
  std::map<isa::Space, LastTouch> reads, writes;
};
} // namespace

std::vector<CommandOrder> tpu_mlir::orderCommands(ArrayRef<Command> commands) {
  History histories[2];
  uint32_t lastId[2] = {0, 0}, waited[2] = {0, 0};
  std::vector<CommandOrder> order;
  order.reserve(commands.size());
  for (const Command &command : commands) {
    isa::Engine engine = isa::engineOf(command.instruction);
    unsigned self = unsigned(engine);
    History &own = histories[self], &other = histories[1 - self];
    uint32_t id = ++lastId[self], waitsFor = 0;
    auto accesses = isa::accesses(command.instruction);
    for (const isa::Access &access : accesses) {
      waitsFor =
          std::max(waitsFor,
                   other.writes[access.space].latest(access.begin, access.end));
      if (access.write)
        waitsFor = std::max(waitsFor, other.reads[access.space].latest(
                                          access.begin, access.end));
    }
    for (const isa::Access &access : accesses)
      (access.write ? own.writes : own.reads)[access.space].cover(
          access.begin, access.end, id);
    if (waitsFor <= waited[self])
      waitsFor = 0;
    else
      waited[self] = waitsFor;
    order.push_back({engine, id, waitsFor});
  }
  return order;
}

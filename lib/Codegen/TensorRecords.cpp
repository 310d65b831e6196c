//===- TensorRecords.cpp - Which tensors can be seen, and when ------------===//
#include "lib/Codegen/TensorRecords.h"

#include "dialects/Tpu/Tpu.h"
#include "lib/BModel/TensorTable.h"
#include "lib/Codegen/Signature.h"
#include "lib/Isa/Accesses.h"
#include "lib/Support/Locations.h"

#include <map>

using namespace mlir;
using namespace tpu_mlir;

/// Notes of each record, complete ones first, the first transfer that writes
/// over it. Only records that nothing has written over yet are looked at.
static void markOverwritten(const Program &program,
                            ArrayRef<uint32_t> transfersBefore,
                            std::vector<bmodel::TensorRecord> &records) {
  std::multimap<uint64_t, bmodel::TensorRecord *> intact; // by address
  uint64_t longest = 0;                                   // bytes
  auto next = records.begin();
  for (auto [command, before] : llvm::zip(program.commands, transfersBefore)) {
    for (; next != records.end() && next->complete <= before; ++next) {
      intact.emplace(next->tensor.address, &*next);
      longest = std::max<uint64_t>(longest, next->tensor.size);
    }
    for (const isa::Access &access : isa::accesses(command.instruction)) {
      if (!access.write || access.space != isa::Space::Global)
        continue;
      auto it =
          intact.lower_bound(access.begin - std::min(access.begin, longest));
      while (it != intact.end() && it->first < access.end) {
        auto [address, record] = *it;
        bool overlaps = access.begin < address + record->tensor.size;
        if (overlaps)
          record->overwritten = before + 1;
        it = overlaps ? intact.erase(it) : std::next(it);
      }
    }
  }
}

/// Which intermediate tensors can be seen, from which transfer to which.
static std::vector<bmodel::TensorRecord> tensorRecords(const Program &program) {
  std::vector<uint32_t> transfersBefore = {0}; // by command
  for (const Command &command : program.commands)
    transfersBefore.push_back(
        transfersBefore.back() +
        (isa::engineOf(command.instruction) == isa::Engine::Gdma));
  std::vector<bmodel::TensorRecord> records;
  for (const Completion &completion : program.completions) {
    Location location = completion.value.getLoc();
    StringRef name = nameOf(location);
    if (name.empty() || !holdsTensor(location))
      continue;
    bmodel::TensorRecord record;
    record.tensor = tensorOf(completion.value, name);
    llvm::copy(orderOf(location), std::back_inserter(record.order));
    record.complete = transfersBefore[completion.commands];
    records.push_back(std::move(record));
  }
  markOverwritten(program, transfersBefore, records);
  return records;
}

/// Tensors that became part of others, by name.
static bmodel::Aliases aliasesOf(func::FuncOp function) {
  bmodel::Aliases aliases;
  function.walk([&](Operation *op) {
    for (StringRef part : partsOf(op->getLoc()))
      aliases[part.str()] = nameOf(op->getLoc()).str();
  });
  return aliases;
}

/// Of the inputs that choose rows of tables.
static bmodel::IndexLimits indexLimits(func::FuncOp function,
                                       const bmodel::Stage &stage) {
  bmodel::IndexLimits limits;
  for (auto [index, input] : llvm::enumerate(stage.inputs))
    if (auto limit =
            function.getArgAttrOfType<IntegerAttr>(index, "tpu.index_limit"))
      limits[input.name] = limit.getInt();
  return limits;
}

static std::vector<bmodel::LayerRun> layerRuns(const Program &program) {
  std::vector<bmodel::LayerRun> runs;
  for (isa::Engine engine : {isa::Engine::Tiu, isa::Engine::Gdma}) {
    uint32_t id = 0;
    StringRef current;
    for (const Command &command : program.commands) {
      if (isa::engineOf(command.instruction) != engine)
        continue;
      ++id;
      StringRef layer = nameOf(command.location);
      if (layer != current)
        runs.push_back(
            {/*group=*/0, engine == isa::Engine::Gdma, id, layer.str()});
      current = layer;
    }
  }
  return runs;
}

static std::vector<bmodel::ScheduledGroup> scheduleOf(func::FuncOp function) {
  std::vector<bmodel::ScheduledGroup> groups;
  for (auto group : function.getOps<tpu::GroupOp>()) {
    bmodel::ScheduledGroup &found = groups.emplace_back();
    for (Operation &op : group.getBody().front().without_terminator())
      found.tensors.push_back(nameOf(op.getLoc()).str());
    if (std::optional<tpu::TilingAttr> tiling = group.getTiling())
      found.slices = {tiling->getN(), tiling->getC(), tiling->getH(),
                      tiling->getW()};
  }
  return groups;
}

std::vector<uint8_t> tpu_mlir::describeTensors(func::FuncOp function,
                                               const Program &program,
                                               const bmodel::Stage &stage) {
  return bmodel::writeTensorTable(
      tensorRecords(program), layerRuns(program), aliasesOf(function),
      indexLimits(function, stage), scheduleOf(function));
}

//===- LayerNames.cpp - Which tensor a command works for ------------------===//
#include "lib/Runtime/LayerNames.h"

#include "llvm/ADT/STLExtras.h"
#include <map>

using namespace tpu_mlir;
using namespace tpu_mlir::runtime;

LayerNames::LayerNames(const sim::CommandGroup &group, uint32_t groupIndex,
                       llvm::ArrayRef<bmodel::TensorRecord> records,
                       llvm::ArrayRef<bmodel::LayerRun> layers) {
  tensors.push_back(""); // of the commands that belong to none
  if (layers.empty())
    deriveFrom(group, groupIndex, records);
  else
    takeRuns(group, groupIndex, layers);
}

void LayerNames::takeRuns(const sim::CommandGroup &group, uint32_t groupIndex,
                          llvm::ArrayRef<bmodel::LayerRun> layers) {
  for (isa::Engine engine : {isa::Engine::Tiu, isa::Engine::Gdma}) {
    std::vector<const bmodel::LayerRun *> runs;
    for (const bmodel::LayerRun &run : layers)
      if (run.group == groupIndex &&
          run.isGdma == (engine == isa::Engine::Gdma))
        runs.push_back(&run);
    llvm::stable_sort(
        runs, [](const auto *a, const auto *b) { return a->first < b->first; });
    std::vector<size_t> &names = index[unsigned(engine)];
    names.push_back(0); // ids count from 1
    size_t count = group.of(engine).size();
    for (const bmodel::LayerRun *run : runs) {
      if (run->first > count)
        break;
      names.resize(std::max<size_t>(run->first, 1), names.back());
      names.push_back(tensors.size());
      tensors.push_back(run->name);
    }
    names.resize(std::max<size_t>(count, 1), names.back());
    names.resize(count + 1, 0); // the end command
  }
}

void LayerNames::deriveFrom(const sim::CommandGroup &group, uint32_t groupIndex,
                            llvm::ArrayRef<bmodel::TensorRecord> records) {
  std::map<uint32_t, size_t> complete; // GDMA id -> tensor
  for (const bmodel::TensorRecord &record : records)
    if (record.group == groupIndex && record.complete) {
      complete.emplace(record.complete, tensors.size());
      tensors.push_back(record.tensor.name);
    }
  std::vector<size_t> &tiu = index[unsigned(isa::Engine::Tiu)];
  std::vector<size_t> &gdma = index[unsigned(isa::Engine::Gdma)];
  tiu.push_back(0); // ids count from 1
  gdma.push_back(0);
  for (auto [at, command] : llvm::enumerate(group.gdma)) {
    auto it = complete.lower_bound(uint32_t(at + 1));
    gdma.push_back(it == complete.end() ? 0 : it->second);
    size_t waited =
        std::min<size_t>(isa::dependency(command), group.tiu.size());
    if (tiu.size() <= waited)
      tiu.resize(waited + 1, gdma.back());
  }
  tiu.resize(group.tiu.size() + 1, 0);
}

const std::string &LayerNames::operator()(sim::CommandId command) const {
  return tensors[index[unsigned(command.engine)][command.id]];
}

//===- LayerNames.cpp - Which tensor a command works for ------------------===//
#include "lib/Runtime/LayerNames.h"

#include "llvm/ADT/STLExtras.h"
#include <map>

using namespace tpu_mlir;
using namespace tpu_mlir::runtime;

LayerNames::LayerNames(const sim::CommandGroup &group, uint32_t groupIndex,
                       llvm::ArrayRef<bmodel::TensorRecord> records) {
  tensors.push_back("");               // of the commands behind the last tensor
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

//===- LayerNames.h - Which tensor a command works for --------*- C++ -*-===//
#pragma once

#include "lib/BModel/TensorTable.h"
#include "lib/Simulator/Engines/Engine.h"

namespace tpu_mlir::runtime {

/// The names of a group's commands, from the stage's table of layers. Without
/// one, from that of tensors: each is complete with a GDMA command; earlier
/// GDMA commands belong to it, back to the tensor before, and so do the TIU
/// commands that they wait for. Empty names if neither says anything.
class LayerNames {
public:
  LayerNames(const sim::CommandGroup &group, uint32_t groupIndex,
             llvm::ArrayRef<bmodel::TensorRecord> records,
             llvm::ArrayRef<bmodel::LayerRun> layers);

  const std::string &operator()(sim::CommandId command) const;

private:
  void takeRuns(const sim::CommandGroup &group, uint32_t groupIndex,
                llvm::ArrayRef<bmodel::LayerRun> layers);
  void deriveFrom(const sim::CommandGroup &group, uint32_t groupIndex,
                  llvm::ArrayRef<bmodel::TensorRecord> records);

  std::vector<std::string> tensors;
  std::vector<size_t> index[2]; ///< by engine and id: into tensors
};

} // namespace tpu_mlir::runtime

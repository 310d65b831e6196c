//===- Feeds.h - The caller's tensors against a network's stages ----------===//
#pragma once

#include "lib/BModel/TensorTable.h"
#include "llvm/Support/Error.h"
#include <optional>

namespace tpu_mlir::runtime {

/// A tensor of the caller, row-major, without gaps.
struct Feed {
  std::string name;
  bmodel::DataType dataType;
  std::vector<int64_t> shape;
  llvm::ArrayRef<uint8_t> bytes;
};

/// The first stage whose inputs have exactly these names, types and shapes, or
/// the stage `wanted` if it is such a one. The error says what is missing or
/// unknown, or which shapes the network was compiled for.
llvm::Expected<size_t> chooseStage(const bmodel::Net &net,
                                   llvm::ArrayRef<Feed> feeds,
                                   std::optional<size_t> wanted = {});

/// Fails for the first index outside of its table, in feeds that the stage
/// takes.
llvm::Error checkIndices(const bmodel::IndexLimits &limits,
                         llvm::ArrayRef<Feed> feeds);

} // namespace tpu_mlir::runtime

//===- Feeds.h - The caller's tensors against a network's stages ----------===//
#pragma once

#include "lib/BModel/Model.h"
#include "llvm/Support/Error.h"

namespace tpu_mlir::runtime {

/// A tensor of the caller, row-major, without gaps.
struct Feed {
  std::string name;
  bmodel::DataType dataType;
  std::vector<int64_t> shape;
  llvm::ArrayRef<uint8_t> bytes;
};

/// The stage whose inputs have exactly these names, types and shapes. The error
/// says what is missing or unknown, or which shapes the network was compiled
/// for.
llvm::Expected<size_t> chooseStage(const bmodel::Net &net,
                                   llvm::ArrayRef<Feed> feeds);

} // namespace tpu_mlir::runtime

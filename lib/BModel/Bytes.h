//===- Bytes.h - Immutable bytes that several values may share ------------===//
//
// A model's coefficients can take hundreds of megabytes and several stages may
// name the same ones. Copying a Bytes shares its memory; it never changes.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace tpu_mlir::bmodel {

class Bytes {
public:
  Bytes() = default;
  Bytes(std::vector<uint8_t> data) {
    auto kept = std::make_shared<const std::vector<uint8_t>>(std::move(data));
    view = *kept;
    owner = std::move(kept);
  }
  /// `view` must stay valid as long as `owner` lives.
  Bytes(std::shared_ptr<const void> owner, llvm::ArrayRef<uint8_t> view)
      : owner(std::move(owner)), view(view) {}

  operator llvm::ArrayRef<uint8_t>() const { return view; }
  llvm::ArrayRef<uint8_t> get() const { return view; }
  const uint8_t *data() const { return view.data(); }
  size_t size() const { return view.size(); }
  bool empty() const { return view.empty(); }

  /// The part of these bytes that starts at `start`; shares the memory.
  Bytes slice(size_t start, size_t size) const {
    return Bytes(owner, view.slice(start, size));
  }

private:
  std::shared_ptr<const void> owner;
  llvm::ArrayRef<uint8_t> view;
};

} // namespace tpu_mlir::bmodel

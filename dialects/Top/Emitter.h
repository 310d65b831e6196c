//===- Emitter.h - How an inference function reports a violation ----------===//
#pragma once

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Operation.h"

#include <optional>

namespace tpu_mlir::top {

/// Called with the parts of a message, emits an error that starts with the op's
/// name and returns failure. Silent where a builder has no location.
class Emitter {
public:
  Emitter(std::optional<mlir::Location> location, llvm::StringRef name)
      : location(location), name(name) {}
  explicit Emitter(mlir::Operation *op)
      : name(op->getName().getStringRef()), op(op) {}

  template <typename... Parts>
  llvm::LogicalResult operator()(Parts &&...parts) const {
    if (op)
      return op->emitOpError().append(std::forward<Parts>(parts)...);
    if (location)
      return mlir::emitError(*location, "'")
          .append(name, "' op ", std::forward<Parts>(parts)...);
    return mlir::failure();
  }

private:
  std::optional<mlir::Location> location;
  llvm::StringRef name;
  mlir::Operation *op = nullptr;
};

} // namespace tpu_mlir::top

//===- Overrides.h - Precisions of single ops, from a file ----------------===//
#pragma once

#include "lib/Dialect/Top/Transforms/Passes.h"
#include "llvm/ADT/StringMap.h"

namespace tpu_mlir::top {

/// The float type of a precision; null for INT8.
mlir::Type floatType(Precision precision, mlir::MLIRContext *context);

/// Lines `name PRECISION`; the name is that of the tensor an op computes, or of
/// one that became part of it, and may hold blanks. `#` starts a comment.
class Overrides {
public:
  /// No path, no overrides. Reports a file or line that cannot be read;
  /// `integers` allows INT8.
  static mlir::FailureOr<Overrides> read(llvm::StringRef path, bool integers,
                                         mlir::Location location);

  /// What the file says about the op, if it does.
  std::optional<Precision> find(mlir::Operation *op);
  /// Where the file says it: `path:line`.
  std::string whereOf(mlir::Operation *op);
  /// Reports names that no op has.
  llvm::LogicalResult reportUnknown(mlir::Location location) const;

private:
  struct Entry {
    Precision precision;
    int64_t line;
    bool used = false;
  };
  std::string where(int64_t line) const;
  /// Those for the parts of what the op computes, then those for itself, which
  /// count more.
  llvm::SmallVector<Entry *> entriesOf(mlir::Operation *op);

  std::string path;
  llvm::StringMap<Entry> entries;
};

} // namespace tpu_mlir::top

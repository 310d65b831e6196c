//===- RangeTable.h - Which values each tensor took in calibration --------===//
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Location.h"
#include "llvm/ADT/StringMap.h"

#include <string>

namespace tpu_mlir::top {

/// What a tensor is to be quantized for: `threshold` bounds its finite
/// magnitudes, [min, max] its values; an infinite end tells that it takes
/// infinities, too.
struct Range {
  double threshold = 0, min = 0, max = 0;
};

/// The largest finite magnitude of the values. Infinities are left aside: they
/// are what they are in any float type.
double reachOf(const Range &range);

/// Whether numbers of that magnitude are finite in a float type.
bool holds(mlir::FloatType type, double reach);

/// The file that calibration writes: lines `name threshold min max`, of which
/// the name may hold blanks; `#` starts a comment.
class RangeTable {
public:
  /// Reports what cannot be read, no number, NaN, out of order, or a threshold
  /// that is infinite.
  static mlir::FailureOr<RangeTable> read(llvm::StringRef path,
                                          mlir::Location location);

  struct Entry {
    Range range;
    int64_t line;
  };
  const Entry *find(llvm::StringRef name) const;
  /// Warns of entries that nothing reads, since passes have made their tensors
  /// part of others.
  void warnOfParts(mlir::func::FuncOp function) const;
  llvm::StringRef getPath() const { return path; }
  /// `path:line`
  std::string where(const Entry &entry) const;

private:
  std::string path;
  llvm::StringMap<Entry> entries;
};

} // namespace tpu_mlir::top

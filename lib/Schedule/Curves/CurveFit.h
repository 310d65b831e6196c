//===- CurveFit.h - Curves in place of tables -----------------------------===//
#pragma once

#include "lib/Kernels/Curve.h"

namespace tpu_mlir::tpu {

/// A curve of few coefficients that differs from the table, which begins with
/// the entry of -128, by at most one in at most a sixteenth of the entries.
std::optional<Curve> fitCurve(llvm::ArrayRef<int64_t> table);

} // namespace tpu_mlir::tpu

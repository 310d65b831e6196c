//===- Reduction.h - Reductions as pools over h and w ---------------------===//
#pragma once

#include "lib/Conversion/TopToTpu/Support/View.h"
#include "lib/Conversion/TopToTpu/Support/Window.h"

namespace tpu_mlir {

/// What becomes of the elements; means are scaled stage by stage, so that sums
/// stay in the range of 16 bits.
enum class Reduction { Max, Sum, Mean };

/// Reduces axes of a value in its canonical view; the result is in that of
/// `shape` with 1 for each axis.
mlir::Value reduceAxes(Lowering &l, Reduction kind, mlir::Value value,
                       ShapeRef shape, ShapeRef axes);

/// The window that covers exactly these axes in the canonical view, if they lie
/// in h and w and one pool can reduce them.
std::optional<Window> windowInPlace(ShapeRef shape, ShapeRef axes);

/// Reduces a window that covers h, w or both of any view.
mlir::Value reduceWindow(Lowering &l, Reduction kind, mlir::Value value,
                         ShapeRef window);

/// Combines the elements along axes, by halving each again and again.
using Combine = llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)>;
mlir::Value combineAll(Lowering &l, mlir::Value value, Shape shape,
                       ShapeRef axes, Combine combine);

/// The low bits of sums and products, or extremes, of integers; 8 bits have a
/// command for the largest.
mlir::Value reduceIntegers(Lowering &l, tpu::IntegerKind kind,
                           mlir::Value value, ShapeRef shape, ShapeRef axes);

/// The two factors of `size` that are closest to each other, smaller first.
std::pair<int64_t, int64_t> halves(int64_t size);

} // namespace tpu_mlir

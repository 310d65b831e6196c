//===- Stretch.h - Interpolation to a multiple of the size ----------------===//
#pragma once

#include "lib/Conversion/TopToTpu/Support/Matrix.h"

namespace tpu_mlir {

/// An axis whose size becomes `scale` times as large by weights that are the
/// same for every input: a convolution of the input with zeros between its
/// elements, of which the first and last are repeated.
struct Stretch {
  int64_t scale;
  std::vector<float> kernel;
  std::array<int64_t, 2> repeats; // of the first and the last element
  std::array<int64_t, 2> pads;    // zeros, less than `scale`, at both ends

  /// The stretch that the matrix is, if it is one.
  static std::optional<Stretch> of(const Matrix &matrix);
};

/// Stretches h (axis 2) or w (3) of an image; nothing if the commands do not
/// hold it, or if a product with a matrix, which has rows of the image in
/// lanes, takes less.
mlir::Value stretchAxis(Lowering &l, mlir::Value image, size_t axis,
                        const Matrix &matrix);

} // namespace tpu_mlir

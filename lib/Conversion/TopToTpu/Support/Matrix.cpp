//===- Matrix.cpp - Constant matrices along one axis ----------------------===//
#include "lib/Conversion/TopToTpu/Support/Matrix.h"

using namespace mlir;
using namespace tpu_mlir;

/// [outer, inner, 1, axis] of any such lines, times the matrix.
static Value multiplyLines(Lowering &l, Value lines, const Matrix &matrix) {
  Value constant = l.constant({1, matrix.inputs, 1, matrix.outputs},
                              elementOf(lines), matrix.values);
  return l.matmul(lines, constant);
}

Value tpu_mlir::multiplyAxis(Lowering &l, Value value, ShapeRef shape,
                             size_t axis, const Matrix &matrix) {
  Shape to(shape);
  to[axis] = matrix.outputs;
  Shape view = axisShape(shape, axis); // [outer, axis, 1, inner]
  if (view[3] == 1) {
    Value result =
        multiplyLines(l, l.reshape(value, {1, view[0], 1, view[1]}), matrix);
    return l.reshape(result, canonicalShape(to));
  }
  Shape swap = {0, 3, 2, 1};
  Value turned = l.permute(l.reshape(value, view), swap);
  return l.reshape(l.permute(multiplyLines(l, turned, matrix), swap),
                   canonicalShape(to));
}

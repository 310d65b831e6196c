//===- Verbs.h - The commands behind each verb on a BM1684X ---------------===//
//
// One file for each family: Windows, Matrices, Elements, Rescale, Transfers.
// What the fields mean: docs/targets/notes.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Kernels/Verbs.h"

namespace tpu_mlir::bm1684x {

struct ChipVerbs : Verbs {
  void convolve(Emitter &emitter, const Convolution &) const override;
  void depthwise(Emitter &emitter, const Convolution &) const override;
  void maxPool(Emitter &emitter, const Sliding &) const override;
  void sumPool(Emitter &emitter, const Sliding &, float scale,
               int64_t padding) const override;

  void multiply(Emitter &emitter, const MatrixProduct &) const override;
  void multiply(Emitter &emitter, const SpreadProduct &) const override;

  void arithmetic(Emitter &emitter, ArithOp op, const Elements &,
                  const Argument &a, const Argument &b,
                  int64_t shift) const override;
  void unary(Emitter &emitter, UnaryOp op, const Elements &,
             const Argument &a) const override;
  void select(Emitter &emitter, ArithOp comparison, const Elements &,
              const Argument &a, const Argument &b,
              uint32_t bits) const override;
  void cast(Emitter &emitter, const Elements &, const LocalView &a,
            Rounding rounding) const override;

  void series(Emitter &emitter, const Elements &, const LocalView &x,
              uint32_t coefficients, unsigned count) const override;

  void requantize(Emitter &emitter, const Rescaling &,
                  uint32_t address) const override;
  void requantize(Emitter &emitter, const Rescaling &, float scale,
                  float offset) const override;
  void requantizeExactly(Emitter &emitter, const Rescaling &, float scale,
                         int64_t zeroPoint) const override;
  void rescale(Emitter &emitter, const Rescaling &, int64_t zeroPoint,
               float scale) const override;
  void dequantize(Emitter &emitter, const Rescaling &, int64_t zeroPoint,
                  float scale) const override;
  void lookUp(Emitter &emitter, const TableLookup &) const override;

  void move(Emitter &emitter, const TransferSide &from, const TransferSide &to,
            const Quad &size, int64_t elementBytes) const override;
  void replicate(Emitter &emitter, const TransferSide &from,
                 const TransferSide &to, const Quad &size,
                 int64_t elementBytes) const override;
  void turn(Emitter &emitter, const TransferSide &from, const TransferSide &to,
            const Quad &size, int64_t elementBytes) const override;
  void moveMatrix(Emitter &emitter, const MatrixMove &,
                  int64_t elementBytes) const override;
  void gather(Emitter &emitter, const RowGather &,
              int64_t elementBytes) const override;
  void fill(Emitter &emitter, uint32_t bits, const TransferSide &to,
            const Quad &size, int64_t elementBytes) const override;
};

} // namespace tpu_mlir::bm1684x

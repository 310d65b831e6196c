//===- ScatterGatherLine.cpp - SGL: rows moved by index -------------------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/Indexed/Indices.h"
#include "lib/Simulator/Tiu/Elements.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using isa::Precision;
using isa::ScatterGatherLineOp;

static llvm::Error run(Machine &machine,
                       const isa::ScatterGatherLine &command) {
  llvm::Expected<Precision> precision =
      elementPrecision("res0", command.res0_prec);
  if (!precision)
    return precision.takeError();
  auto indexPrecision = Precision(command.opd1_prec);
  if (indexPrecision != Precision::I8 && indexPrecision != Precision::I16)
    return refuse("opd1: indices must be i8 or i16, but are " +
                  precisionName(command.opd1_prec));
  bool scatters = command.function() == ScatterGatherLineOp::ScatterLine;
  uint32_t lines = scatters ? command.opd0_h : command.res0_h;
  uint32_t limit = scatters ? command.res0_h : command.opd0_h;
  Shape4 shape{command.res0_n, command.res0_c, command.res0_h, command.res0_w};
  unsigned size = bytesOf(*precision);
  llvm::Expected<TensorView> result =
      TensorView::rowAligned(machine, command.res0_addr, size, shape);
  if (!result)
    return result.takeError();
  llvm::Expected<TensorView> data = TensorView::rowAligned(
      machine, command.opd0_addr, size, {1, shape.c, command.opd0_h, shape.w});
  // Unless the layout is strided, all channels of a lane share one table.
  if (data && command.opd0_str != uint32_t(Layout::Strided))
    data = TensorView::make(machine, command.opd0_addr, size, data->shape(),
                            unsigned(Layout::Strided),
                            {0, 0, data->stride().h, 1});
  if (!data)
    return data.takeError();
  llvm::Expected<TensorView> indexView =
      TensorView::make(machine, command.opd1_addr, bytesOf(indexPrecision),
                       {shape.n, shape.c, 1, lines}, unsigned(Layout::Aligned));
  if (!indexView)
    return indexView.takeError();
  if (data->firstLane() != result->firstLane() ||
      indexView->firstLane() != result->firstLane())
    return refuse("operands and res0 must begin in the same lane");
  if (llvm::Error error = data->read(machine, "opd0"))
    return error;
  llvm::Expected<IndexTable> indices =
      IndexTable::read(machine, *indexView, command.opd3_const);
  if (!indices)
    return indices.takeError();
  if (llvm::Error error = result->write(machine, "res0"))
    return error;

  PackedTensor source(machine, *data);
  uint64_t rowBytes = uint64_t(shape.w) * size;
  for (uint32_t n = 0; n < shape.n; ++n)
    for (uint32_t c = 0; c < shape.c; ++c) {
      if (!isa::Lanes(command.tsk_lane_num).contains(result->lane(c)))
        continue;
      for (uint32_t line = 0; line < lines; ++line) {
        // The index that means "none" must name a row, too.
        uint32_t index = indices->raw(n, c, line);
        if (index >= limit)
          return refuse(llvm::formatv(
              "index {0} of channel [{1}, {2}] is {3}, but {4} has {5} rows",
              line, n, c, index, scatters ? "res0" : "opd0", limit));
        uint8_t *to = result->at(machine, n, c, scatters ? index : line);
        if (indices->at(n, c, line))
          std::memcpy(to, source.at(0, c, scatters ? line : index, 0),
                      rowBytes);
        else if (command.opd2_const && !scatters)
          for (uint32_t w = 0; w < shape.w; ++w)
            std::memcpy(to + uint64_t(w) * size, &command.opd2_addr, size);
      }
    }
  return llvm::Error::success();
}

llvm::Error sim::execute(Machine &machine,
                         const isa::ScatterGatherLine &command) {
  if (llvm::Error error = run(machine, command))
    return refuse(command.mnemonic() + ": " + llvm::toString(std::move(error)));
  return llvm::Error::success();
}

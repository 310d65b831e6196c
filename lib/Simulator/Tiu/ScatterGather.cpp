//===- ScatterGather.cpp - SG: elements of a lane by index ----------------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/Tiu/Elements.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using isa::Precision;
using isa::ScatterGatherOp;

namespace {
struct GatherOperands {
  TensorView table, indices, result;
  unsigned indexBytes;
  bool sharedIndices; ///< index w serves all channels; else each has its own
};
} // namespace

static llvm::Expected<GatherOperands>
findOperands(Machine &machine, const isa::ScatterGather &command) {
  llvm::Expected<Precision> precision =
      elementPrecision("res0", command.res0_prec);
  if (!precision)
    return precision.takeError();
  if (command.opd0_prec != command.res0_prec)
    return refuse("opd0 and res0 must have the same precision");
  auto indexPrecision = Precision(command.opd1_prec);
  if (indexPrecision != Precision::I8 && indexPrecision != Precision::I16)
    return refuse("indices must be 8 or 16 bits wide");
  if (command.opd2_const || command.opd3_const || command.opd0_str != 0)
    return refuse("limits, fill values and table layouts other than aligned "
                  "are not supported");
  if (command.res0_h != 1 || command.opd0_h != 1)
    return refuse("operands must have one row (h = 1)");
  bool shared = command.function() == ScatterGatherOp::GatherD1;
  uint32_t indexCount = shared ? command.opd1_c : command.opd1_w;
  if (indexCount != command.res0_w)
    return refuse(llvm::formatv("expected as many indices as the result is "
                                "wide, {0}, but found {1}",
                                command.res0_w, indexCount));
  unsigned size = bytesOf(*precision), indexBytes = bytesOf(indexPrecision);
  uint32_t n = command.res0_n, c = command.res0_c, w = command.res0_w;
  llvm::Expected<TensorView> table = TensorView::make(
      machine, command.opd0_addr, size, {shared ? n : 1, c, 1, command.opd0_w},
      unsigned(Layout::Aligned));
  if (!table)
    return table.takeError();
  llvm::Expected<TensorView> indices =
      shared ? TensorView::make(machine, command.opd1_addr, indexBytes,
                                {1, w, 1, 1}, unsigned(Layout::Compact))
             : TensorView::make(machine, command.opd1_addr, indexBytes,
                                {n, c, 1, w}, unsigned(Layout::Aligned));
  if (!indices)
    return indices.takeError();
  llvm::Expected<TensorView> result =
      TensorView::make(machine, command.res0_addr, size, {n, c, 1, w},
                       unsigned(Layout::Aligned));
  if (!result)
    return result.takeError();
  if (table->firstLane() != result->firstLane() ||
      (!shared && indices->firstLane() != result->firstLane()))
    return refuse("operands and res0 must begin in the same lane");
  if (llvm::Error error = table->read(machine, "opd0"))
    return std::move(error);
  if (llvm::Error error = indices->read(machine, "opd1"))
    return std::move(error);
  if (llvm::Error error = result->write(machine, "res0"))
    return std::move(error);
  return GatherOperands{*table, *indices, *result, indexBytes, shared};
}

static llvm::Error gather(Machine &machine, uint64_t lanes,
                          const GatherOperands &operands) {
  Shape4 shape = operands.result.shape();
  unsigned size = operands.result.elementBytes();
  uint32_t width = operands.table.shape().w;
  for (uint32_t n = 0; n < shape.n; ++n)
    for (uint32_t c = 0; c < shape.c; ++c) {
      if (!(lanes >> operands.result.lane(c) & 1))
        continue;
      for (uint32_t w = 0; w < shape.w; ++w) {
        const uint8_t *at = operands.sharedIndices
                                ? operands.indices.at(machine, 0, w)
                                : operands.indices.at(machine, n, c, 0, w);
        uint32_t index = operands.indexBytes == 1 ? at[0] : at[0] | at[1] << 8;
        if (index >= width)
          return refuse(llvm::formatv("index {0} of element [{1}, {2}, 0, {3}] "
                                      "is beyond the table's width {4}",
                                      index, n, c, w, width));
        uint32_t image = operands.sharedIndices ? n : 0;
        std::memcpy(operands.result.at(machine, n, c, 0, w),
                    operands.table.at(machine, image, c, 0, index), size);
      }
    }
  return llvm::Error::success();
}

static llvm::Error run(Machine &machine, const isa::ScatterGather &command) {
  if (command.function() != ScatterGatherOp::GatherD1 &&
      command.function() != ScatterGatherOp::LaneGatherD1)
    return refuse("this sub-function is not supported");
  llvm::Expected<GatherOperands> operands = findOperands(machine, command);
  if (!operands)
    return operands.takeError();
  return gather(machine, command.tsk_lane_num, *operands);
}

llvm::Error sim::execute(Machine &machine, const isa::ScatterGather &command) {
  if (llvm::Error error = run(machine, command))
    return refuse(command.mnemonic() + ": " + llvm::toString(std::move(error)));
  return llvm::Error::success();
}

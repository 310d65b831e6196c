//===- Selection.cpp - SG functions whose result has a length of its own --===//
#include "lib/Simulator/Indexed/Selection.h"

#include "lib/Simulator/Indexed/Indices.h"
#include "lib/Simulator/Tiu/Elements.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using isa::Precision;

llvm::Expected<TensorView> sim::laneTable(Machine &machine, uint64_t address,
                                          unsigned elementBytes, uint32_t c,
                                          uint32_t w, uint32_t layout) {
  llvm::Expected<TensorView> table = TensorView::make(
      machine, address, elementBytes, {1, c, 1, w}, unsigned(Layout::Aligned));
  if (!table || !layout)
    return table;
  return TensorView::make(machine, address, elementBytes, {1, c, 1, w},
                          unsigned(Layout::Strided), {0, 0, w, 1});
}

/// An integer tensor [res0_n, res0_c, 1, w], aligned: a mask, or numbers.
static llvm::Expected<TensorView>
integersAt(Machine &machine, llvm::StringRef name, uint64_t address,
           uint32_t precision, const isa::ScatterGather &command, uint32_t w) {
  if (!isInteger(Precision(precision)))
    return refuse(name + " must be i8, i16 or i32, but is " +
                  precisionName(precision));
  llvm::Expected<TensorView> view = TensorView::make(
      machine, address, bytesOf(Precision(precision)),
      {command.res0_n, command.res0_c, 1, w}, unsigned(Layout::Aligned));
  if (view)
    if (llvm::Error error = view->read(machine, name))
      return std::move(error);
  return view;
}

/// Writes, for each channel, one element for each that is not zero in `tested`,
/// and their number. `element(c, w)` gives the bytes.
template <typename Element>
static llvm::Error pack(Machine &machine, const isa::ScatterGather &command,
                        const TensorView &tested, unsigned elementBytes,
                        Element element) {
  Shape4 shape = tested.shape();
  if (command.res0_h != 1 || command.opd0_h != 1)
    return refuse("opd0 and res0 must have one row (h = 1)");
  if (command.res0_w != shape.w || command.opd0_w != shape.w)
    return refuse(llvm::formatv(
        "opd0, the mask and res0 must be equally wide, but opd0_w is {0}, the "
        "mask's width {1} and res0_w {2}",
        command.opd0_w, shape.w, command.res0_w));
  llvm::Expected<TensorView> result =
      TensorView::make(machine, command.res0_addr, elementBytes, shape,
                       unsigned(Layout::Aligned));
  if (!result)
    return result.takeError();
  llvm::Expected<TensorView> counts =
      TensorView::make(machine, command.res1_addr, sizeof(uint16_t),
                       {shape.n, shape.c, 1, 1}, unsigned(Layout::Compact));
  if (!counts)
    return counts.takeError();
  if (tested.firstLane() != result->firstLane() ||
      counts->firstLane() != result->firstLane())
    return refuse("operands and results must begin in the same lane");
  if (llvm::Error error = result->write(machine, "res0"))
    return error;
  if (llvm::Error error = counts->write(machine, "res1"))
    return error;
  PackedTensor mask(machine, tested);
  unsigned maskBytes = tested.elementBytes();
  for (uint32_t n = 0; n < shape.n; ++n)
    for (uint32_t c = 0; c < shape.c; ++c) {
      if (!isa::Lanes(command.tsk_lane_num).contains(result->lane(c)))
        continue;
      uint16_t count = 0;
      for (uint32_t w = 0; w < shape.w; ++w) {
        uint32_t value = 0;
        std::memcpy(&value, mask.at(n, c, 0, w), maskBytes);
        if (value)
          std::memcpy(result->at(machine, n, c, 0, count++), element(c, w),
                      elementBytes);
      }
      std::memcpy(counts->at(machine, n, c), &count, sizeof count);
    }
  return llvm::Error::success();
}

llvm::Error sim::selectByMask(Machine &machine,
                              const isa::ScatterGather &command) {
  llvm::Expected<Precision> precision =
      elementPrecision("res0", command.res0_prec);
  if (!precision)
    return precision.takeError();
  if (command.opd0_prec != command.res0_prec)
    return refuse("opd0 and res0 must have the same precision");
  llvm::Expected<TensorView> mask =
      integersAt(machine, "opd1", command.opd1_addr, command.opd1_prec, command,
                 command.opd1_w);
  if (!mask)
    return mask.takeError();
  llvm::Expected<TensorView> table =
      laneTable(machine, command.opd0_addr, bytesOf(*precision), command.res0_c,
                command.opd0_w, command.opd0_str);
  if (!table)
    return table.takeError();
  if (llvm::Error error = table->read(machine, "opd0"))
    return error;
  PackedTensor elements(machine, *table);
  return pack(machine, command, *mask, bytesOf(*precision),
              [&](uint32_t c, uint32_t w) { return elements.at(0, c, 0, w); });
}

llvm::Error sim::findNonzero(Machine &machine,
                             const isa::ScatterGather &command) {
  auto precision = Precision(command.res0_prec);
  if (precision != Precision::I16 && precision != Precision::I32)
    return refuse("res0 must be i16 or i32, but is " +
                  precisionName(command.res0_prec));
  llvm::Expected<TensorView> tested =
      integersAt(machine, "opd0", command.opd0_addr, command.opd0_prec, command,
                 command.opd0_w);
  if (!tested)
    return tested.takeError();
  uint32_t column = 0; // its low bytes count
  return pack(machine, command, *tested, bytesOf(precision),
              [&](uint32_t, uint32_t w) {
                column = w;
                return reinterpret_cast<const uint8_t *>(&column);
              });
}

//===- ScatterGather.cpp - SG: elements moved by index --------------------===//
//
// pl_*: one list of indices for all channels. pe_*: each channel has its own,
// and one table serves all n.
//
//===----------------------------------------------------------------------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/Tiu/Indices.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using isa::Precision;
using isa::ScatterGatherOp;

namespace {
/// What the sub-functions differ in.
struct Kind {
  bool shared = false;   ///< one list of indices for all channels
  bool scatters = false; ///< the indices choose places of the result
  unsigned values = 1;   ///< of an index: w; w, h; w, h, last w, last h
};

struct Operands {
  TensorView data, result;
  IndexTable indices;
};

/// Rows and columns of the rectangles of pl_gather_rec.
struct Window {
  uint32_t rows, columns;
};
} // namespace

static Kind kindOf(ScatterGatherOp function) {
  switch (function) {
  case ScatterGatherOp::GatherD1:
    return {true, false, 1};
  case ScatterGatherOp::GatherD2:
    return {true, false, 2};
  case ScatterGatherOp::GatherRect:
    return {true, false, 4};
  case ScatterGatherOp::ScatterD1:
    return {true, true, 1};
  case ScatterGatherOp::ScatterD2:
    return {true, true, 2};
  case ScatterGatherOp::LaneScatterD1:
  case ScatterGatherOp::LaneScatterHazard:
  case ScatterGatherOp::LaneScatterPingPong:
    return {false, true, 1};
  default:
    return {};
  }
}

static llvm::Error checkFields(const isa::ScatterGather &command, Kind kind) {
  if (command.opd0_prec != command.res0_prec)
    return refuse("opd0 and res0 must have the same precision");
  auto index = Precision(command.opd1_prec);
  bool isOne = kind.values == 1;
  if (index != Precision::I16 && !(isOne && index == Precision::I8) &&
      !(isOne && !kind.shared && index == Precision::I32))
    return refuse(llvm::formatv(
        "opd1: indices must be i16{0}, but are {1}",
        !isOne ? "" : kind.shared ? " or i8" : ", i8 or i32",
        precisionName(command.opd1_prec)));
  if (kind.shared && command.opd0_str)
    return refuse("opd0: the layout must be aligned (code 0)");
  uint32_t indexed = kind.scatters ? command.opd0_w : command.res0_w;
  uint32_t found = kind.shared ? command.opd1_c : command.opd1_w;
  if (found != indexed)
    return refuse(llvm::formatv("opd1 has {0} indices, but {1} has {2} columns",
                                found, kind.scatters ? "opd0" : "res0",
                                indexed));
  if (!kind.shared && command.opd1_c != command.res0_c)
    return refuse(llvm::formatv("opd1 has {0} channels, but res0 has {1}",
                                command.opd1_c, command.res0_c));
  bool dataIsFlat = command.opd0_h == 1, resultIsFlat = command.res0_h == 1;
  if ((kind.values == 1 || kind.scatters) && !dataIsFlat)
    return refuse("opd0 must have one row (h = 1)");
  if ((kind.values == 1 || !kind.scatters) && !resultIsFlat)
    return refuse("res0 must have one row (h = 1)");
  return llvm::Error::success();
}

static llvm::Expected<Operands> findOperands(Machine &machine,
                                             const isa::ScatterGather &command,
                                             Kind kind, Window window) {
  if (llvm::Error error = checkFields(command, kind))
    return std::move(error);
  llvm::Expected<Precision> precision =
      elementPrecision("res0", command.res0_prec);
  if (!precision)
    return precision.takeError();
  unsigned size = bytesOf(*precision);
  uint32_t n = command.res0_n, c = command.res0_c;
  llvm::Expected<TensorView> data = indexedData(
      machine, command.opd0_addr, size,
      {kind.shared ? n : 1, c, command.opd0_h, command.opd0_w},
      /*sharesChannels=*/command.opd0_str != 0, /*alignsRows=*/false);
  if (!data)
    return data.takeError();
  llvm::Expected<TensorView> result =
      kind.values == 4
          ? rowAlignedView(machine, command.res0_addr, size,
                           {n, c, window.rows * window.columns, command.res0_w})
          : TensorView::make(machine, command.res0_addr, size,
                             {n, c, command.res0_h, command.res0_w},
                             unsigned(Layout::Aligned));
  if (!result)
    return result.takeError();
  unsigned indexBytes = bytesOf(Precision(command.opd1_prec));
  llvm::Expected<TensorView> indices =
      kind.shared
          ? TensorView::make(machine, command.opd1_addr, indexBytes,
                             {1, command.opd1_c, 1, kind.values},
                             unsigned(Layout::Compact))
          : TensorView::make(machine, command.opd1_addr, indexBytes,
                             {n, c, 1, command.opd1_w},
                             unsigned(Layout::Aligned));
  if (!indices)
    return indices.takeError();
  if (data->firstLane() != result->firstLane() ||
      (!kind.shared && indices->firstLane() != result->firstLane()))
    return refuse("operands and res0 must begin in the same lane");
  if (llvm::Error error = data->read(machine, "opd0"))
    return std::move(error);
  if (llvm::Error error = result->write(machine, "res0"))
    return std::move(error);
  llvm::Expected<IndexTable> table = IndexTable::read(
      machine, *indices, /*isLimited=*/command.opd3_const != 0);
  if (!table)
    return table.takeError();
  return Operands{*data, *result, std::move(*table)};
}

/// Value `part` of index k of a channel.
static std::optional<uint32_t> indexOf(const Operands &operands, Kind kind,
                                       uint32_t n, uint32_t c, uint32_t k,
                                       unsigned part) {
  return kind.shared ? operands.indices.at(0, k, part)
                     : operands.indices.at(n, c, k);
}

/// The row and column that index k means; none: the command leaves it out.
static llvm::Expected<std::optional<std::pair<uint32_t, uint32_t>>>
placeOf(const Operands &operands, Kind kind, Shape4 limits, uint32_t n,
        uint32_t c, uint32_t k) {
  std::optional<uint32_t> column = indexOf(operands, kind, n, c, k, 0);
  std::optional<uint32_t> row =
      kind.values > 1 ? indexOf(operands, kind, n, c, k, 1) : 0;
  if (!column || !row)
    return std::nullopt;
  if (*column >= limits.w || *row >= limits.h)
    return refuse(llvm::formatv(
        "index {0} of channel [{1}, {2}] means row {3}, column {4}, but {5} "
        "has {6} and {7}",
        k, n, c, *row, *column, kind.scatters ? "res0" : "opd0", limits.h,
        limits.w));
  return std::make_pair(*row, *column);
}

/// Moves the elements of one channel.
static llvm::Error moveChannel(Machine &machine, const Operands &operands,
                               const PackedTensor &data, Kind kind, uint32_t n,
                               uint32_t c, const uint8_t *fill) {
  const TensorView &result = operands.result;
  unsigned size = result.elementBytes();
  Shape4 limits =
      kind.scatters ? result.shape() : operands.data.shape();
  uint32_t width =
      kind.scatters ? operands.data.shape().w : result.shape().w;
  uint32_t image = kind.shared ? n : 0;
  for (uint32_t k = 0; k < width; ++k) {
    auto place = placeOf(operands, kind, limits, n, c, k);
    if (!place)
      return place.takeError();
    if (!*place) {
      if (fill && !kind.scatters)
        std::memcpy(result.at(machine, n, c, 0, k), fill, size);
      continue;
    }
    auto [row, column] = **place;
    if (kind.scatters)
      std::memcpy(result.at(machine, n, c, row, column),
                  data.at(image, c, 0, k), size);
    else
      std::memcpy(result.at(machine, n, c, 0, k),
                  data.at(image, c, row, column), size);
  }
  return llvm::Error::success();
}

/// The rectangle of index k becomes column k of the result, an element a row.
static llvm::Error gatherRectangles(Machine &machine, const Operands &operands,
                                    const PackedTensor &data, Kind kind,
                                    Window window, uint32_t n, uint32_t c,
                                    const uint8_t *fill) {
  Shape4 limits = operands.data.shape();
  unsigned size = operands.result.elementBytes();
  for (uint32_t k = 0; k < operands.result.shape().w; ++k) {
    auto value = [&](unsigned part) {
      return *operands.indices.at(0, k, part);
    };
    for (uint32_t i = 0; i < window.rows; ++i)
      for (uint32_t j = 0; j < window.columns; ++j) {
        uint32_t column = value(0) + j, row = value(1) + i;
        uint8_t *to = operands.result.at(machine, n, c, i * window.columns + j,
                                         k);
        if (column > value(2) || row > value(3)) {
          if (fill)
            std::memcpy(to, fill, size);
          continue;
        }
        if (column >= limits.w || row >= limits.h)
          return refuse(llvm::formatv(
              "rectangle {0} reaches row {1}, column {2}, but opd0 has {3} "
              "and {4}",
              k, row, column, limits.h, limits.w));
        std::memcpy(to, data.at(n, c, row, column), size);
      }
  }
  return llvm::Error::success();
}

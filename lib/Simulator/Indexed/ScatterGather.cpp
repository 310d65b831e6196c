//===- ScatterGather.cpp - SG: elements moved by index --------------------===//
//
// pl_*: one list of indices for all channels. pe_*: each channel has its own,
// and one table serves all n.
//
//===----------------------------------------------------------------------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/Indexed/Indices.h"
#include "lib/Simulator/Indexed/Selection.h"
#include "lib/Simulator/Tiu/Elements.h"
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

/// One command with its operands found.
struct Move {
  Kind kind;
  TensorView data, result;
  PackedTensor source; ///< what `data` held
  IndexTable indices;
  isa::Lanes lanes;
  std::optional<uint32_t> fill; ///< where a gather has no index
  uint32_t rows, columns;       ///< of the rectangles of pl_gather_rec
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
  auto precision = Precision(command.opd1_prec);
  bool takesBytes = kind.values == 1;
  if (precision != Precision::I16 &&
      !(takesBytes && precision == Precision::I8))
    return refuse("opd1: indices must be " +
                  llvm::Twine(takesBytes ? "i8 or i16" : "i16") + ", but are " +
                  precisionName(command.opd1_prec));
  if (kind.scatters && command.opd2_const && command.opd3_const)
    return refuse("a scatter of limited indices has no fill value");
  if (kind.shared && command.opd0_str)
    return refuse("opd0 must be aligned (layout code 0)");
  uint32_t indexed = kind.scatters ? command.opd0_w : command.res0_w;
  uint32_t found = kind.shared ? command.opd1_c : command.opd1_w;
  if (found != indexed)
    return refuse(llvm::formatv("opd1 has {0} indices, but {1} has {2} columns",
                                found, kind.scatters ? "opd0" : "res0",
                                indexed));
  if ((kind.values == 1 || kind.scatters) && command.opd0_h != 1)
    return refuse("opd0 must have one row (h = 1)");
  bool isRectangle = kind.values == 4; // has its rows from opd3_addr
  if ((kind.values == 1 || !kind.scatters) && !isRectangle &&
      command.res0_h != 1)
    return refuse("res0 must have one row (h = 1)");
  return llvm::Error::success();
}

static llvm::Expected<Move> findOperands(Machine &machine,
                                         const isa::ScatterGather &command) {
  Kind kind = kindOf(command.function());
  if (llvm::Error error = checkFields(command, kind))
    return std::move(error);
  llvm::Expected<Precision> precision =
      elementPrecision("res0", command.res0_prec);
  if (!precision)
    return precision.takeError();
  unsigned size = bytesOf(*precision);
  bool isMultiGather = command.function() == ScatterGatherOp::LaneMultiGatherD1;
  uint32_t n = isMultiGather ? 1 : command.res0_n, c = command.res0_c;
  uint32_t rows = command.opd3_addr >> 16, columns = command.opd3_addr & 0xffff;
  llvm::Expected<TensorView> data =
      kind.shared
          ? TensorView::make(machine, command.opd0_addr, size,
                             {n, c, command.opd0_h, command.opd0_w},
                             unsigned(Layout::Aligned))
          : laneTable(machine, command.opd0_addr, size, c, command.opd0_w,
                      isMultiGather ? 0 : command.opd0_str);
  if (!data)
    return data.takeError();
  llvm::Expected<TensorView> result =
      kind.values == 4
          ? TensorView::rowAligned(machine, command.res0_addr, size,
                                   {n, c, rows * columns, command.res0_w})
          : TensorView::make(machine, command.res0_addr, size,
                             {n, c, command.res0_h, command.res0_w},
                             unsigned(Layout::Aligned));
  if (!result)
    return result.takeError();
  unsigned indexBytes = bytesOf(Precision(command.opd1_prec));
  llvm::Expected<TensorView> indexView =
      kind.shared ? TensorView::make(machine, command.opd1_addr, indexBytes,
                                     {1, command.opd1_c, 1, kind.values},
                                     unsigned(Layout::Compact))
                  : TensorView::make(machine, command.opd1_addr, indexBytes,
                                     {n, c, 1, command.opd1_w},
                                     unsigned(Layout::Aligned));
  if (!indexView)
    return indexView.takeError();
  if (data->firstLane() != result->firstLane() ||
      (!kind.shared && indexView->firstLane() != result->firstLane()))
    return refuse("operands and res0 must begin in the same lane");
  if (llvm::Error error = data->read(machine, "opd0"))
    return std::move(error);
  // Pairs and fours of indices are read as one number.
  llvm::Expected<IndexTable> indices = IndexTable::read(
      machine, *indexView, command.opd3_const, kind.values * indexBytes);
  if (!indices)
    return indices.takeError();
  if (llvm::Error error = result->write(machine, "res0"))
    return std::move(error);
  Move move{kind,
            *data,
            *result,
            PackedTensor(machine, *data),
            std::move(*indices),
            isa::Lanes(command.tsk_lane_num),
            {},
            rows,
            columns};
  if (command.opd2_const)
    move.fill = command.opd2_addr;
  return move;
}

/// Element k, or the rectangle's element that goes to row `row` of the result:
/// the given one of the source, or the fill value.
static void put(Machine &machine, const Move &move, uint32_t n, uint32_t c,
                uint32_t row, uint32_t k, const uint8_t *from) {
  if (from || move.fill)
    std::memcpy(move.result.at(machine, n, c, row, k),
                from ? from : reinterpret_cast<const uint8_t *>(&*move.fill),
                move.result.elementBytes());
}

static llvm::Error outside(const Move &move, uint32_t k, uint32_t row,
                           uint32_t column) {
  Shape4 limits = move.kind.scatters ? move.result.shape() : move.data.shape();
  return refuse(llvm::formatv(
      "index {0} means row {1}, column {2}, but {3} is {4} x {5}", k, row,
      column, move.kind.scatters ? "res0" : "opd0", limits.h, limits.w));
}

/// Moves the element of index k.
static llvm::Error moveElement(Machine &machine, const Move &move, uint32_t n,
                               uint32_t c, uint32_t k) {
  Kind kind = move.kind;
  auto value = [&](unsigned part) {
    return kind.shared ? move.indices.at(0, k, part) : move.indices.at(n, c, k);
  };
  uint32_t image = kind.shared ? n : 0;
  std::optional<uint32_t> column = value(0);
  std::optional<uint32_t> row = kind.values > 1 ? value(1) : 0;
  if (!column || !row) {
    if (!kind.scatters)
      put(machine, move, n, c, 0, k, nullptr);
    return llvm::Error::success();
  }
  Shape4 limits = kind.scatters ? move.result.shape() : move.data.shape();
  if (*column >= limits.w || *row >= limits.h)
    return outside(move, k, *row, *column);
  if (kind.scatters)
    put(machine, move, n, c, *row, *column, move.source.at(image, c, 0, k));
  else
    put(machine, move, n, c, 0, k, move.source.at(image, c, *row, *column));
  return llvm::Error::success();
}

/// The rectangle of index k becomes column k of the result, one element a row;
/// beyond its last row or column there are only fill values.
static llvm::Error moveRectangle(Machine &machine, const Move &move, uint32_t n,
                                 uint32_t c, uint32_t k) {
  std::optional<uint32_t> left = move.indices.at(0, k, 0);
  std::optional<uint32_t> top = move.indices.at(0, k, 1);
  uint32_t right = move.indices.raw(0, k, 2);
  uint32_t bottom = move.indices.raw(0, k, 3);
  Shape4 limits = move.data.shape();
  for (uint32_t i = 0; i < move.rows; ++i)
    for (uint32_t j = 0; j < move.columns; ++j) {
      const uint8_t *from = nullptr;
      if (left && top && *left + j <= right && *top + i <= bottom) {
        if (*left + j >= limits.w || *top + i >= limits.h)
          return outside(move, k, *top + i, *left + j);
        from = move.source.at(n, c, *top + i, *left + j);
      }
      put(machine, move, n, c, i * move.columns + j, k, from);
    }
  return llvm::Error::success();
}

static llvm::Error moveAll(Machine &machine, const Move &move) {
  Shape4 shape = move.result.shape();
  uint32_t count = move.kind.scatters ? move.data.shape().w : shape.w;
  auto moveOne = move.kind.values == 4 ? moveRectangle : moveElement;
  for (uint32_t n = 0; n < shape.n; ++n)
    for (uint32_t c = 0; c < shape.c; ++c)
      for (uint32_t k = 0; k < count; ++k)
        if (move.lanes.contains(move.result.lane(c)))
          if (llvm::Error error = moveOne(machine, move, n, c, k))
            return error;
  return llvm::Error::success();
}

/// The functions that read a table in four banks at once.
static llvm::Error checkCopies(Machine &machine,
                               const isa::ScatterGather &command,
                               const Move &move) {
  constexpr uint64_t copyBytes = laneBytes / 8;
  Shape4 shape = move.data.shape();
  for (unsigned copy = 1; copy < 4; ++copy) {
    llvm::Expected<TensorView> view = TensorView::make(
        machine, command.opd0_addr + copy * copyBytes, move.data.elementBytes(),
        shape, unsigned(Layout::Aligned));
    if (!view)
      return view.takeError();
    if (llvm::Error error = view->read(machine, "opd0"))
      return error;
    for (uint32_t c = 0; c < shape.c; ++c)
      for (uint32_t w = 0; w < shape.w; ++w)
        if (std::memcmp(view->at(machine, 0, c, 0, w),
                        move.source.at(0, c, 0, w), move.data.elementBytes()))
          return refuse(llvm::formatv(
              "opd0 must be there four times, 32 KiB apart, but copy {0} "
              "differs in element [0, {1}, 0, {2}]",
              copy, c, w));
  }
  return llvm::Error::success();
}

/// On the chip model this function moves nothing; it stops at a limited index
/// that means "none".
static llvm::Error checkPingPong(const isa::ScatterGather &command) {
  if (command.opd3_const)
    return refuse("the indices of this sub-function must not be limited");
  if (command.opd0_addr != command.res0_addr)
    return refuse("opd0 and res0 must be at the same address");
  if (Precision(command.res0_prec) != Precision::I16)
    return refuse("opd0 and res0 must be i16, but are " +
                  precisionName(command.res0_prec));
  return llvm::Error::success();
}

static llvm::Error run(Machine &machine, const isa::ScatterGather &command) {
  switch (command.function()) {
  case ScatterGatherOp::GatherPerW:
  case ScatterGatherOp::ScatterPerW:
    return refuse("the chip does not define this sub-function");
  case ScatterGatherOp::LaneMaskSelect:
  case ScatterGatherOp::LaneMaskSelectHazard:
    return selectByMask(machine, command);
  case ScatterGatherOp::LaneNonzero:
  case ScatterGatherOp::LaneNonzeroHazard:
    return findNonzero(machine, command);
  default:
    break;
  }
  llvm::Expected<Move> move = findOperands(machine, command);
  if (!move)
    return move.takeError();
  if (command.function() == ScatterGatherOp::LaneScatterPingPong)
    return checkPingPong(command);
  if (command.function() == ScatterGatherOp::LaneMultiGatherD1)
    if (llvm::Error error = checkCopies(machine, command, *move))
      return error;
  return moveAll(machine, *move);
}

llvm::Error sim::execute(Machine &machine, const isa::ScatterGather &command) {
  if (llvm::Error error = run(machine, command))
    return refuse(command.mnemonic() + ": " + llvm::toString(std::move(error)));
  return llvm::Error::success();
}

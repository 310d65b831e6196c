//===- Window.cpp - Which inputs a sliding window covers ------------------===//
#include "lib/Simulator/Mac/Window.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tpu_mlir::sim;

static constexpr int32_t isPadding = -1, isInserted = -2;

static llvm::Error checkAxis(const WindowAxis &axis, char name) {
  if (!axis.input || !axis.kernel || !axis.stride)
    return refuse(llvm::formatv("input {0} {1}, kernel {2} and step {3} must "
                                "not be zero",
                                name, axis.input, axis.kernel, axis.stride));
  int64_t padded = int64_t(axis.input - 1) * (axis.inputInserted + 1) + 1 +
                   axis.padBefore + axis.padAfter;
  int64_t kernel = int64_t(axis.kernel - 1) * (axis.kernelInserted + 1) + 1;
  int64_t expected = padded < kernel ? 0 : (padded - kernel) / axis.stride + 1;
  if (axis.output != expected)
    return refuse(llvm::formatv(
        "the result has {0} = {1}, but the window of {2} over {3} padded input "
        "elements in steps of {4} gives {5}",
        name, axis.output, kernel, padded, axis.stride, expected));
  return llvm::Error::success();
}

/// The input coordinate of a position in the input with insertions.
static int32_t coordinate(const WindowAxis &axis, PadMode mode, int32_t at) {
  int32_t size = (axis.input - 1) * (axis.inputInserted + 1) + 1;
  if (at < 0 || at >= size) {
    switch (mode) {
    case PadMode::Constant:
      return isPadding;
    case PadMode::Reflect:
      at = at < 0 ? -at : 2 * (size - 1) - at;
      break;
    case PadMode::Replicate:
      at = at < 0 ? 0 : size - 1;
      break;
    case PadMode::Circular:
      at = at < 0 ? at + size : at - size;
      break;
    }
  }
  int32_t step = axis.inputInserted + 1;
  return at % step ? isInserted : at / step;
}

/// The coordinate for every position a kernel element can fall on, from the
/// first padding element on.
static std::vector<int32_t> coordinates(const WindowAxis &axis, PadMode mode) {
  uint32_t positions = (axis.output - 1) * axis.stride +
                       (axis.kernel - 1) * (axis.kernelInserted + 1) + 1;
  std::vector<int32_t> table(positions);
  for (uint32_t i = 0; i < positions; ++i)
    table[i] = coordinate(axis, mode, int32_t(i) - int32_t(axis.padBefore));
  return table;
}

/// No plane that lies in a lane is larger; broadcast ones could be.
static llvm::Error checkPlane(uint32_t rows, uint32_t columns) {
  if (rows && columns && uint64_t(rows) * columns <= laneBytes)
    return llvm::Error::success();
  return refuse(llvm::formatv(
      "a plane of {0} x {1} elements does not exist in a lane", rows, columns));
}

llvm::Expected<Window> Window::overRegions(uint32_t rows, uint32_t columns,
                                           uint32_t kernelRows,
                                           uint32_t kernelColumns,
                                           std::vector<Region> regions) {
  if (llvm::Error error = checkPlane(rows, columns))
    return std::move(error);
  if (llvm::Error error = checkPlane(kernelRows, kernelColumns))
    return std::move(error);
  for (auto [index, region] : llvm::enumerate(regions)) {
    int64_t right = std::min<int64_t>(region.right,
                                      int64_t(region.left) + kernelColumns - 1);
    int64_t bottom =
        std::min<int64_t>(region.bottom, int64_t(region.top) + kernelRows - 1);
    if (region.left < 0 || region.top < 0 || right >= columns || bottom >= rows)
      return refuse(llvm::formatv(
          "region {0} reaches from [{1}, {2}] to [{3}, {4}] of an input of {5} "
          "x {6} elements",
          index, region.top, region.left, bottom, right, rows, columns));
  }
  Window window;
  window.h = {rows, 1, kernelRows, 1, 0, 0, 0, 0};
  window.w = {columns, uint32_t(regions.size()), kernelColumns, 1, 0, 0, 0, 0};
  window.regions = std::move(regions);
  return window;
}

llvm::Expected<Window> Window::make(WindowAxis h, WindowAxis w, PadMode mode) {
  for (auto [rows, columns] :
       {std::pair(h.input, w.input), std::pair(h.kernel, w.kernel),
        std::pair(h.output, w.output)})
    if (llvm::Error error = checkPlane(rows, columns))
      return std::move(error);
  for (auto [axis, name] : {std::pair(&h, 'h'), std::pair(&w, 'w')}) {
    if (llvm::Error error = checkAxis(*axis, name))
      return std::move(error);
    uint32_t size = (axis->input - 1) * (axis->inputInserted + 1) + 1;
    uint32_t reach = mode == PadMode::Reflect    ? size - 1
                     : mode == PadMode::Circular ? size
                                                 : 15; // the fields' width
    if (std::max(axis->padBefore, axis->padAfter) > reach)
      return refuse(llvm::formatv(
          "pad mode {0} cannot take {1} elements of {2} from an input of {3}",
          unsigned(mode), std::max(axis->padBefore, axis->padAfter), name,
          size));
  }
  Window window;
  window.h = h;
  window.w = w;
  window.rows = coordinates(h, mode);
  window.columns = coordinates(w, mode);
  return window;
}

void Window::fillRegions(uint32_t first, uint32_t count, int32_t *to) const {
  for (uint32_t row = 0; row < h.kernel; ++row)
    for (uint32_t column = 0; column < w.kernel; ++column)
      for (uint32_t p = 0; p < count; ++p) {
        const Region &region = regions[first + p];
        int32_t y = region.top + int32_t(row);
        int32_t x = region.left + int32_t(column);
        bool isInside = y <= region.bottom && x <= region.right;
        *to++ = isInside ? y * int32_t(w.input) + x : padding();
      }
}

void Window::fill(uint32_t first, uint32_t count,
                  std::vector<int32_t> &table) const {
  table.resize(size_t(taps()) * count);
  int32_t *to = table.data();
  if (!regions.empty())
    return fillRegions(first, count, to);
  for (uint32_t kernelRow = 0; kernelRow < h.kernel; ++kernelRow)
    for (uint32_t kernelColumn = 0; kernelColumn < w.kernel; ++kernelColumn) {
      const int32_t *rowsHere = &rows[kernelRow * (h.kernelInserted + 1)];
      const int32_t *columnsHere =
          &columns[kernelColumn * (w.kernelInserted + 1)];
      uint32_t outRow = first / w.output, outColumn = first % w.output;
      for (uint32_t p = 0; p < count; ++p) {
        int32_t row = rowsHere[outRow * h.stride];
        int32_t column = columnsHere[outColumn * w.stride];
        *to++ = row >= 0 && column >= 0 ? row * int32_t(w.input) + column
                : row == isPadding || column == isPadding ? padding()
                                                          : inserted();
        if (++outColumn == w.output) {
          outColumn = 0;
          ++outRow;
        }
      }
    }
}

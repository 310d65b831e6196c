//===- PoolWindow.h - Which windows a PorD command takes -------*- C++ -*-===//
#pragma once

#include "lib/Simulator/Mac/Operands.h"
#include "lib/Simulator/Mac/Window.h"
#include <algorithm>
#include <cstring>

namespace tpu_mlir::sim {

/// The region functions look at one window for each region of a table; what
/// stands beyond a region is a constant in opd2_addr.
constexpr bool takesRegions(isa::PoolOp function) {
  return function == isa::PoolOp::RoiDepthwise ||
         function == isa::PoolOp::RoiAverage || function == isa::PoolOp::RoiMax;
}

/// What a function computes in each window.
enum class PoolKind { Depthwise, Average, Maximum };
PoolKind poolKind(isa::PoolOp function);

/// The windows of a command: they slide, or lie on the regions of opd3. Reads
/// the table of regions.
llvm::Expected<Window> poolWindow(Machine &machine,
                                  const isa::PoolDepthwise &instruction);

/// Calls compute(n, c, first place, count, places) for all results of channels
/// in `lanes`; places is [tap][count]. Channels may run in parallel.
void forEachChannel(
    Machine &machine, const Window &window, const TensorView &result,
    isa::Lanes lanes,
    llvm::function_ref<void(uint32_t n, uint32_t c, uint32_t first,
                            uint32_t count, const int32_t *places)>
        compute);

/// Factors in the order of the window's taps, a row for each channel or one for
/// all.
template <typename T> struct WindowWeights {
  std::vector<T> rows;
  uint32_t taps;

  const T *of(uint32_t channel) const {
    return &rows[rows.size() == taps ? 0 : size_t(channel) * taps];
  }

  /// Of average pooling, all are the unsigned factor in opd1_addr.
  static llvm::Expected<WindowWeights>
  read(Machine &machine, const isa::PoolDepthwise &i, uint32_t taps) {
    auto precision = isa::Precision(i.opd0_prec);
    bool isDepthwise = poolKind(i.function()) == PoolKind::Depthwise;
    bool isSigned = isDepthwise && i.opd1_sign;
    if (!isDepthwise || i.opd1_const) {
      uint8_t bytes[sizeof i.opd1_addr];
      std::memcpy(bytes, &i.opd1_addr, sizeof bytes);
      T value;
      widen(precision, isSigned, bytes, &value, 1);
      return WindowWeights{std::vector<T>(taps, value), taps};
    }
    auto view = readWeights(machine, i.opd1_addr, /*isConstant=*/false,
                            isa::bitsOf(precision) / 8, i.res0_c, taps);
    if (!view)
      return view.takeError();
    WindowWeights weights{std::vector<T>(size_t(i.res0_c) * taps), taps};
    for (uint32_t c = 0; c < i.res0_c; ++c) {
      T *row = &weights.rows[size_t(c) * taps];
      widen(precision, isSigned, view->at(machine, 0, c), row, taps);
      if (i.kernel_rotate)
        std::reverse(row, row + taps);
    }
    return weights;
  }
};

} // namespace tpu_mlir::sim

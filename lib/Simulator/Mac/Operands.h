//===- Operands.h - Operands every compute instruction has -----*- C++ -*-===//
#pragma once

#include "lib/Simulator/Convert.h"
#include "lib/Simulator/TensorView.h"
#include <vector>

namespace tpu_mlir::sim {

/// Checks what the multiplying instructions have in common in their long form:
/// the units write aligned results, and relu is a function, not a bit.
template <typename Instruction> llvm::Error checkCommon(const Instruction &i) {
  if (i.relu)
    return refuse("relu without requantisation has no effect on the chip");
  if (i.res0_str != unsigned(Layout::Aligned))
    return refuse("res0_str must be 0, the result is always aligned");
  return llvm::Error::success();
}

/// The result tensor of an instruction with the fields res0_*.
template <typename Instruction>
llvm::Expected<TensorView> resultView(const Machine &machine,
                                      const Instruction &i,
                                      unsigned elementBytes) {
  return TensorView::make(
      machine, i.res0_addr, elementBytes,
      {i.res0_n, i.res0_c, i.res0_h, i.res0_w}, i.res0_str,
      {i.res0_n_str, i.res0_c_str, i.res0_h_str, i.res0_w_str});
}

/// The input tensor of an instruction with the fields opd0_*, with the
/// result's batch. One repeated by strides of zero must not be larger than what
/// local memory could hold.
template <typename Instruction>
llvm::Expected<TensorView> inputView(const Machine &machine,
                                     const Instruction &i, uint32_t channels,
                                     unsigned elementBytes) {
  if (uint64_t(i.opd0_h) * i.opd0_w > laneBytes ||
      uint64_t(i.opd0_h) * i.opd0_w * channels > localBytes)
    return refuse("opd0 has more elements than local memory");
  return TensorView::make(
      machine, i.opd0_addr, elementBytes,
      {i.res0_n, channels, i.opd0_h, i.opd0_w}, i.opd0_str,
      {i.opd0_n_str, i.opd0_c_str, i.opd0_h_str, i.opd0_w_str});
}

/// Weights: `each` consecutive elements for every channel, for a constant
/// nothing but the check that such weights could exist.
llvm::Expected<TensorView> readWeights(Machine &machine, uint32_t address,
                                       bool isConstant, unsigned elementBytes,
                                       uint32_t channels, uint64_t each);

/// What a window reads beyond its input, per channel: padding and inserted
/// elements. A constant pads every channel and inserts zeros.
struct Margin {
  std::vector<float> padding, inserted;
};
llvm::Expected<Margin> readMargin(Machine &machine, isa::Precision precision,
                                  uint32_t address, bool isConstant,
                                  uint32_t channels);

/// A value for each channel from a compact table, or one constant for all.
llvm::Expected<std::vector<float>>
readPerChannel(Machine &machine, llvm::StringRef operand,
               isa::Precision precision, uint32_t address, bool isConstant,
               uint32_t channels);

/// Widens consecutive elements of an operand; floats are always signed.
inline void widen(isa::Precision precision, bool, const uint8_t *from,
                  float *to, size_t count) {
  toFloats(precision, from, to, count);
}
inline void widen(isa::Precision precision, bool isSigned, const uint8_t *from,
                  int32_t *to, size_t count) {
  toIntegers(precision, isSigned, from, to, count);
}

/// The h * w elements of one channel as f32, rows without gaps.
void readPlane(const Machine &machine, const TensorView &view,
               isa::Precision precision, uint32_t n, uint32_t c, float *to);

} // namespace tpu_mlir::sim

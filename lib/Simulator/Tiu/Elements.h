//===- Elements.h - Operands of element-wise instructions, run by run -----===//
//
// Element-wise instructions walk their operands in runs of equally spaced
// elements of one lane, and compute on float or int64_t values.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Isa/Instructions.h"
#include "lib/Simulator/Convert.h"
#include "lib/Simulator/TensorView.h"
#include <array>
#include <optional>

namespace tpu_mlir::sim {

inline bool isFloating(isa::Precision precision) {
  return precision == isa::Precision::F32 || precision == isa::Precision::F16 ||
         precision == isa::Precision::BF16;
}
/// One of the integers an element-wise instruction takes: no 4-bit elements.
inline bool isInteger(isa::Precision precision) {
  return precision == isa::Precision::I8 || precision == isa::Precision::I16 ||
         precision == isa::Precision::I32;
}
inline unsigned bytesOf(isa::Precision precision) {
  return isa::bitsOf(precision) / 8;
}

/// A precision field, if element-wise instructions take that precision.
llvm::Expected<isa::Precision> elementPrecision(llvm::StringRef operand,
                                                uint32_t field);

/// An operand that is read: a tensor or one value for all elements.
class Source {
public:
  static Source constant(uint32_t bits, isa::Precision precision,
                         bool isSigned) {
    Source source(precision, isSigned);
    source.value = bits;
    return source;
  }
  static Source tensor(TensorView view, isa::Precision precision,
                       bool isSigned) {
    Source source(precision, isSigned);
    source.view = view;
    return source;
  }

  Source withSign(bool isSigned) const {
    Source source = *this;
    source.hasSign = isSigned;
    return source;
  }

  isa::Precision precision() const { return format; }
  bool isSigned() const { return hasSign; }
  const std::optional<TensorView> &tensor() const { return view; }
  /// The constant, as the bytes of one element.
  const uint8_t *constantBytes() const {
    return reinterpret_cast<const uint8_t *>(&value);
  }

private:
  Source(isa::Precision precision, bool isSigned)
      : format(precision), hasSign(isSigned) {}

  std::optional<TensorView> view;
  uint32_t value = 0; ///< little-endian, as the machine running this
  isa::Precision format;
  bool hasSign;
};

/// Elements of one operand, `step` bytes apart.
struct ReadRun {
  const uint8_t *at;
  int64_t step;
};
struct WriteRun {
  uint8_t *at;
  int64_t step;
};

constexpr unsigned longestRun = 256;
constexpr unsigned mostSources = 4;

using RunBody = llvm::function_ref<void(
    WriteRun, const std::array<ReadRun, mostSources> &, unsigned count)>;

/// Calls `body` for each run of at most `longestRun` elements of `result` that
/// lies in a lane of `lanes`, with the same elements of the sources. Sources
/// have the shape of the result and begin in the same lane. Lanes may run in
/// parallel.
void forEachRun(Machine &machine, isa::Lanes lanes, const TensorView &result,
                llvm::ArrayRef<Source> sources, RunBody body);

/// Exact for every precision. `flush` reads f32 and bf16 denormals as zeros of
/// their sign, as the chip's floating-point units do.
void loadFloats(ReadRun run, isa::Precision precision, bool flush,
                unsigned count, float *values);
/// Nearest even; 16-bit results that are NaN become 0x7fff.
void storeFloats(const float *values, isa::Precision precision, WriteRun run,
                 unsigned count);
/// Puts back values that came from loadFloats, NaN bits included.
void restoreFloats(const float *values, isa::Precision precision, WriteRun run,
                   unsigned count);
/// Copies elements of `bytes` bytes; a run may overlap the other.
void copyRun(ReadRun from, WriteRun to, unsigned bytes, unsigned count);
/// The bits of an element with an f32 or bf16 denormal made zero.
inline int64_t flushedBits(isa::Precision precision, int64_t bits) {
  if (precision == isa::Precision::F32 && !(bits & 0x7f80'0000))
    return bits & ~int64_t(0x007f'ffff);
  if (precision == isa::Precision::BF16 && !(bits & 0x7f80))
    return bits & ~int64_t(0x007f);
  return bits;
}

void loadIntegers(ReadRun run, isa::Precision precision, bool isSigned,
                  unsigned count, int64_t *values);
/// The low bits.
void storeIntegers(const int64_t *values, isa::Precision precision,
                   WriteRun run, unsigned count);

} // namespace tpu_mlir::sim

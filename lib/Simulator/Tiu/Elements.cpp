//===- Elements.cpp - Operands of element-wise instructions, run by run ---===//
#include "lib/Simulator/Tiu/Elements.h"

#include "lib/Simulator/Numeric.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using isa::Precision;

llvm::Expected<Precision> sim::elementPrecision(llvm::StringRef operand,
                                                uint32_t field) {
  auto precision = Precision(field);
  if (isFloating(precision) || isInteger(precision))
    return precision;
  return refuse(
      llvm::formatv("{0}: precision code {1} is not supported (0 i8, 1 f16, "
                    "2 f32, 3 i16, 4 i32, 5 bf16)",
                    operand, field));
}

/// Rows follow one another as elements do within them.
static bool isOneRow(const TensorView &view) {
  return view.stride().h == view.stride().w * view.shape().w;
}

void sim::forEachRun(Machine &machine, isa::Lanes lanes,
                     const TensorView &result, llvm::ArrayRef<Source> sources,
                     RunBody body) {
  Shape4 shape = result.shape();
  bool merge = shape.h == 1 || isOneRow(result);
  for (const Source &source : sources)
    merge &= !source.tensor() || shape.h == 1 || isOneRow(*source.tensor());
  uint32_t height = merge ? 1 : shape.h;
  uint32_t width = merge ? shape.h * shape.w : shape.w;

  auto runRow = [&](uint32_t n, uint32_t c, uint32_t h) {
    std::array<ReadRun, mostSources> from{};
    for (auto [run, source] : llvm::zip(from, sources))
      if (const std::optional<TensorView> &view = source.tensor())
        run = {view->at(machine, n, c, h),
               view->stride().w * view->elementBytes()};
      else
        run = {source.constantBytes(), 0};
    WriteRun to{result.at(machine, n, c, h),
                result.stride().w * result.elementBytes()};
    for (uint32_t done = 0; done < width; done += longestRun) {
      unsigned count = std::min(longestRun, width - done);
      body(to, from, count);
      to.at += to.step * count;
      for (ReadRun &run : from)
        run.at += run.step * count;
    }
  };
  machine.parallelFor(laneCount, [&](unsigned lane) {
    if (!lanes.contains(lane))
      return;
    for (uint32_t n = 0; n < shape.n; ++n)
      for (uint32_t c = result.firstChannelOf(lane); c < shape.c;
           c += laneCount)
        for (uint32_t h = 0; h < height; ++h)
          runRow(n, c, h);
  });
}

/// Calls body(step) with the step as a constant if there are no gaps: such
/// loops become vectors.
template <typename Element, typename Body>
static void withStep(int64_t step, Body body) {
  if (step == sizeof(Element))
    return body(std::integral_constant<int64_t, sizeof(Element)>());
  body(step);
}

template <typename Element, typename Value, typename Convert>
static void load(ReadRun run, unsigned count, Value *values, Convert convert) {
  auto at = [&](int64_t offset) {
    Element element;
    std::memcpy(&element, run.at + offset, sizeof element);
    return convert(element);
  };
  if (run.step == 0) {
    std::fill_n(values, count, Value(at(0)));
    return;
  }
  withStep<Element>(run.step, [&](auto step) {
    for (unsigned i = 0; i < count; ++i)
      values[i] = at(step * i);
  });
}

template <typename Element, typename Value, typename Convert>
static void store(const Value *values, WriteRun run, unsigned count,
                  Convert convert) {
  withStep<Element>(run.step, [&](auto step) {
    for (unsigned i = 0; i < count; ++i) {
      Element element = convert(values[i]);
      std::memcpy(run.at + step * i, &element, sizeof element);
    }
  });
}

void sim::loadFloats(ReadRun run, Precision precision, bool flush,
                     unsigned count, float *values) {
  switch (precision) {
  case Precision::F32:
    return load<uint32_t>(run, count, values, [flush](uint32_t bits) {
      float value = floatFromBits(bits);
      return flush ? flushed(value) : value;
    });
  case Precision::BF16:
    return load<uint16_t>(run, count, values, [flush](uint16_t brain) {
      uint32_t bits = uint32_t(brain) << 16;
      float value = floatFromBits(bits);
      return flush ? flushed(value) : value;
    });
  case Precision::F16:
    return load<uint16_t>(run, count, values,
                          [](uint16_t half) { return f16ToFloat(half); });
  default:
    assert(false && "not a precision of floating-point operands");
  }
}

void sim::storeFloats(const float *values, Precision precision, WriteRun run,
                      unsigned count) {
  switch (precision) {
  case Precision::F32:
    return store<uint32_t>(values, run, count,
                           [](float value) { return bitsOfFloat(value); });
  case Precision::BF16:
    return store<uint16_t>(values, run, count, [](float value) {
      uint16_t bits = floatToBf16(value);
      return isNan(bitsOfFloat(value)) ? uint16_t(0x7fff) : bits;
    });
  case Precision::F16:
    return store<uint16_t>(values, run, count, [](float value) {
      uint16_t bits = floatToF16(value);
      return isNan(bitsOfFloat(value)) ? uint16_t(0x7fff) : bits;
    });
  default:
    assert(false && "not a precision of floating-point results");
  }
}

void sim::restoreFloats(const float *values, Precision precision, WriteRun run,
                        unsigned count) {
  switch (precision) {
  case Precision::F32:
    return storeFloats(values, precision, run, count);
  case Precision::BF16:
    return store<uint16_t>(values, run, count, [](float value) {
      return uint16_t(bitsOfFloat(value) >> 16);
    });
  default:
    return store<uint16_t>(values, run, count, [](float value) {
      uint32_t bits = bitsOfFloat(value);
      uint16_t nan = (bits >> 16 & 0x8000) | 0x7c00 | (bits >> 13 & 0x3ff);
      uint16_t number = floatToF16(value);
      return isNan(bits) ? nan : number;
    });
  }
}

void sim::copyRun(ReadRun from, WriteRun to, unsigned bytes, unsigned count) {
  if (from.step == bytes && to.step == bytes) {
    std::memmove(to.at, from.at, size_t(bytes) * count);
    return;
  }
  uint32_t values[longestRun];
  auto same = [](auto value) { return value; };
  auto copy = [&](auto element) {
    using Element = decltype(element);
    load<Element>(from, count, values, same);
    store<Element>(values, to, count,
                   [](uint32_t value) { return Element(value); });
  };
  bytes == 1   ? copy(uint8_t())
  : bytes == 2 ? copy(uint16_t())
               : copy(uint32_t());
}

void sim::loadIntegers(ReadRun run, Precision precision, bool isSigned,
                       unsigned count, int64_t *values) {
  auto widen = [](auto value) { return int64_t(value); };
  switch (bytesOf(precision)) {
  case 1:
    return isSigned ? load<int8_t>(run, count, values, widen)
                    : load<uint8_t>(run, count, values, widen);
  case 2:
    return isSigned ? load<int16_t>(run, count, values, widen)
                    : load<uint16_t>(run, count, values, widen);
  default:
    return isSigned ? load<int32_t>(run, count, values, widen)
                    : load<uint32_t>(run, count, values, widen);
  }
}

void sim::storeIntegers(const int64_t *values, Precision precision,
                        WriteRun run, unsigned count) {
  switch (bytesOf(precision)) {
  case 1:
    return store<uint8_t>(values, run, count,
                          [](int64_t v) { return uint8_t(v); });
  case 2:
    return store<uint16_t>(values, run, count,
                           [](int64_t v) { return uint16_t(v); });
  default:
    return store<uint32_t>(values, run, count,
                           [](int64_t v) { return uint32_t(v); });
  }
}

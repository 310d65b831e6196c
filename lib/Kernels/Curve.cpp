//===- Curve.cpp - Kernel of tpu.curve ------------------------------------===//
//
// A table takes a cycle for each element of a lane; 16-bit arithmetic passes 32
// in one and 8-bit arithmetic 64.
//
//===----------------------------------------------------------------------===//
#include "lib/Kernels/Curve.h"

#include "lib/Kernels/Kernels.h"
#include "lib/Kernels/Support/ElementwiseKernel.h"
#include "lib/Kernels/Support/Math.h"
#include "llvm/ADT/APFloat.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace tpu_mlir;

static constexpr float kLargestHalf = 65504;

Curve::Curve(tpu::CurveOp op)
    : centre(op.getCentre()), limit(op.getLimit()),
      argumentShift(op.getArgumentShift()), p(op.getP()), slope(op.getSlope()),
      slopeShift(op.getSlopeShift()), offset(op.getOffset()) {}

//===----------------------------------------------------------------------===//
// What the commands compute
//===----------------------------------------------------------------------===//

float tpu_mlir::roundToHalf(double value) {
  llvm::APFloat number(value);
  bool inexact = false;
  number.convert(llvm::APFloat::IEEEhalf(), llvm::APFloat::rmNearestTiesToEven,
                 &inexact);
  return number.convertToFloat();
}

/// value / 2^right, rounded to nearest even.
static int64_t shifted(int64_t value, int64_t right) {
  return static_cast<int64_t>(
      std::nearbyint(std::ldexp(static_cast<double>(value), -int(right))));
}

template <int64_t bits> static int64_t saturate(int64_t value) {
  constexpr int64_t kEnd = int64_t(1) << (bits - 1);
  return std::clamp<int64_t>(value, -kEnd, kEnd - 1);
}

/// slope q, in units of a sum.
static int64_t linear(const Curve &curve, int64_t q) {
  return saturate<16>(shifted(q * curve.slope, curve.slopeShift));
}

int64_t Curve::constant() const {
  return (offset << kFractionBits) - linear(*this, centre);
}

std::optional<int64_t> Curve::apply(int64_t q) const {
  int64_t argument = std::min(std::abs(q - centre), limit) - middle();
  auto x = static_cast<float>(
      std::ldexp(static_cast<double>(argument), -int(argumentShift)));
  float sum = p.back();
  for (float coefficient : llvm::reverse(ArrayRef(p).drop_back())) {
    sum = roundToHalf(roundToHalf(sum * x) + coefficient);
    if (!(std::fabs(sum) <= kLargestHalf))
      return std::nullopt;
  }
  int64_t even = saturate<16>(static_cast<int64_t>(std::nearbyint(sum)));
  even = saturate<16>(even + constant());
  return saturate<8>(
      shifted(linear(*this, std::max(q, centre)) + even, kFractionBits));
}

//===----------------------------------------------------------------------===//
// The commands
//===----------------------------------------------------------------------===//

namespace {
struct CurveKernel : ElementwiseBase<CurveKernel, tpu::CurveOp> {
  bool readsPart(Operation *, unsigned) const { return false; }

  SmallVector<int64_t> scratch(Operation *op, const Tile &result) const {
    Type word = IntegerType::get(op->getContext(), 16);
    SmallVector<int64_t> bytes(3, scratchBytes(op, result, word));
    bytes.push_back(kSeriesBytes);
    return bytes;
  }

  /// The temporaries alternate: a result in the place of an operand takes twice
  /// as long.
  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    Curve curve(cast<tpu::CurveOp>(operation));
    MLIRContext *context = operation->getContext();
    const Tile &tile = binding.result.tile;
    Type half = Float16Type::get(context);
    auto word = IntegerType::get(context, 16);
    auto view = [&](unsigned index, Type type) {
      return scratchView(binding, index, tile, type);
    };
    Math math(emitter, context, tile.size);
    LocalView q = viewOf(binding.operands[0]);
    LocalView raised = view(2, q.elementType), lowered = view(0, q.elementType);
    auto centre = static_cast<float>(curve.centre);
    math.max(raised, q, centre);
    math.min(lowered, q, centre);
    Type byte = IntegerType::get(context, 8, IntegerType::Unsigned);
    LocalView magnitude = view(1, byte), limited = view(0, byte);
    math.integer(ArithOp::Sub, magnitude, raised, lowered);
    math.min(limited, magnitude, static_cast<float>(curve.limit));
    LocalView argument = view(1, q.elementType);
    math.integer(ArithOp::Sub, argument, limited,
                 IntegerAttr::get(q.elementType, curve.middle()));
    math.cast(view(0, half), argument);
    math.mul(view(1, half), view(0, half),
             std::ldexp(1.0f, -int(curve.argumentShift)));
    math.series(view(0, half), view(1, half), curve.p, binding.scratch.back());
    LocalView even = view(1, word), other = view(0, word);
    math.cast(even, view(0, half));
    if (int64_t constant = curve.constant()) {
      math.integer(ArithOp::AddSaturate, other, even,
                   IntegerAttr::get(word, constant));
      std::swap(even, other);
    }
    math.integer(ArithOp::MulSaturate, other, raised,
                 IntegerAttr::get(word, curve.slope), -curve.slopeShift);
    math.integer(ArithOp::AddSaturate, viewOf(binding.result), other, even,
                 -Curve::kFractionBits);
  }
};
} // namespace

void tpu_mlir::registerCurveKernels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tpu::TpuDialect *) {
    tpu::CurveOp::attachInterface<CurveKernel>(*context);
  });
}

//===- QuantizedBinary.cpp - Kernel of tpu.quantized_binary
//----------------===//
#include "dialects/Tpu/Tpu.h"
#include "lib/Kernels/Kernels.h"
#include "lib/Kernels/Support/ElementwiseKernel.h"
#include "lib/Kernels/Support/Math.h"
#include "lib/Kernels/Support/Rescale.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace tpu_mlir;
using tpu::BinaryKind;

namespace {
/// An operand, and what its integers stand for.
struct Quantized {
  unsigned index;
  Type type;
  int64_t zeroPoint;
  float scale;

  /// The largest |q - zero point|.
  int64_t reach() const {
    int64_t low = type.isUnsignedInteger() ? 0 : -128;
    return std::max(low + 255 - zeroPoint, zeroPoint - low);
  }
};
} // namespace

static Quantized lhsOf(tpu::QuantizedBinaryOp op) {
  return {0, op.getLhs().getType().getElementType(),
          int64_t(op.getLhsZeroPoint()), op.getLhsScale().convertToFloat()};
}

static Quantized rhsOf(tpu::QuantizedBinaryOp op) {
  return {1, op.getRhs().getType().getElementType(),
          int64_t(op.getRhsZeroPoint()), op.getRhsScale().convertToFloat()};
}

/// Max and min of integers with one meaning are those of the integers.
static bool isPlain(tpu::QuantizedBinaryOp op) {
  Type type = op.getResult().getType().getElementType();
  auto isSame = [&](const Quantized &q) {
    return q.type == type && q.scale == 1 &&
           q.zeroPoint == int64_t(op.getZeroPoint());
  };
  return (op.getKind() == BinaryKind::max || op.getKind() == BinaryKind::min) &&
         isSame(lhsOf(op)) && isSame(rhsOf(op));
}

/// Bits after the point with which both operands fit into 16 bits.
static int64_t fractionBits(const Quantized &a, const Quantized &b) {
  constexpr int64_t kMost = 14, kLargest = 32767;
  double largest =
      std::max(a.reach() * double(a.scale), b.reach() * double(b.scale));
  int64_t bits = kMost;
  while (bits > 0 && std::ldexp(largest, bits) > kLargest)
    --bits;
  return bits;
}

static Type integer(tpu::QuantizedBinaryOp op, unsigned width) {
  return IntegerType::get(op.getContext(), width);
}

/// Sums of what is never negative stay unsigned, which is how the chip then
/// saturates.
static bool addsUnsigned(tpu::QuantizedBinaryOp op) {
  auto isNatural = [](const Quantized &q) {
    return q.type.isUnsignedInteger() && q.zeroPoint == 0;
  };
  return op.getKind() == BinaryKind::add && op.getZeroPoint() == 0 &&
         isNatural(lhsOf(op)) && isNatural(rhsOf(op)) &&
         op.getResult().getType().getElementType().isUnsignedInteger();
}

/// Whether the last arithmetic command can saturate to the result.
static bool saturatesAtOnce(tpu::QuantizedBinaryOp op) {
  bool sums =
      op.getKind() == BinaryKind::add || op.getKind() == BinaryKind::sub;
  bool isSigned =
      !op.getResult().getType().getElementType().isUnsignedInteger();
  return addsUnsigned(op) || (sums && isSigned && op.getZeroPoint() == 0);
}

namespace {
struct QuantizedBinaryKernel
    : ElementwiseBase<QuantizedBinaryKernel, tpu::QuantizedBinaryOp> {
  /// Of 16 bits: both operands without their zero points, both scaled, and what
  /// becomes the result; products of the first take 32 bits.
  SmallVector<int64_t> scratch(Operation *operation, const Tile &result) const {
    auto op = cast<tpu::QuantizedBinaryOp>(operation);
    if (isPlain(op))
      return {};
    int64_t half = scratchBytes(op, result, integer(op, 16));
    int64_t word = scratchBytes(op, result, integer(op, 32));
    bool isProduct = op.getKind() == BinaryKind::mul;
    bool shifted = op.getLhsZeroPoint() != 0 || op.getRhsZeroPoint() != 0;
    SmallVector<int64_t> bytes;
    if (isProduct)
      bytes.push_back(shifted ? word : half);
    else
      bytes.append(saturatesAtOnce(op) ? 2 : 3, half);
    if (shifted)
      bytes.append({half, half});
    return bytes;
  }

  void emit(Operation *operation, Emitter &emitter,
            const Binding &binding) const {
    auto op = cast<tpu::QuantizedBinaryOp>(operation);
    if (op.getKind() == BinaryKind::mul)
      return multiply(op, emitter, binding);
    const Tile &tile = binding.result.tile;
    Math math(emitter, op.getContext(), tile.size);
    LocalView result = viewOf(binding.result);
    bool isMax = op.getKind() == BinaryKind::max;
    if (isPlain(op))
      return math.binary(isMax ? ArithOp::Max : ArithOp::Min, result,
                         operandView(op.getLhs(), binding.operands[0], tile),
                         operandView(op.getRhs(), binding.operands[1], tile));
    Quantized lhs = lhsOf(op), rhs = rhsOf(op);
    int64_t fraction = fractionBits(lhs, rhs);
    LocalView a = scale(op, math, binding, lhs, fraction);
    LocalView b = scale(op, math, binding, rhs, fraction);
    bool isSum = op.getKind() == BinaryKind::add;
    ArithOp sum = isSum ? ArithOp::AddSaturate : ArithOp::SubSaturate;
    if (saturatesAtOnce(op))
      return math.integer(sum, result, a, b, -fraction);
    LocalView last = scratchView(binding, 2, tile, integer(op, 16));
    Rescale rescale(emitter, tile.size);
    if (isSum || op.getKind() == BinaryKind::sub) {
      math.integer(sum, last, a, b, -fraction);
      fraction = 0;
    } else {
      math.binary(isMax ? ArithOp::Max : ArithOp::Min, last, a, b);
    }
    rescale.requantizeExactly(result, last, std::ldexp(1.0f, -int(fraction)),
                              op.getZeroPoint());
  }

private:
  /// q - zero point: of 16 bits, or the operand as it is where that is 0.
  static LocalView subtract(tpu::QuantizedBinaryOp op, const Math &math,
                            const Binding &binding, const Quantized &operand) {
    const Tile &tile = binding.result.tile;
    LocalView q = operandView(op->getOperand(operand.index),
                              binding.operands[operand.index], tile);
    if (operand.zeroPoint == 0)
      return q;
    unsigned last = binding.scratch.size() - 2; // the first of them
    LocalView shifted =
        scratchView(binding, last + operand.index, tile, integer(op, 16));
    math.integer(ArithOp::Sub, shifted, q,
                 IntegerAttr::get(integer(op, 16), operand.zeroPoint));
    return shifted;
  }

  /// (q - zero point) * scale in multiples of 2^-fraction.
  static LocalView scale(tpu::QuantizedBinaryOp op, const Math &math,
                         const Binding &binding, const Quantized &operand,
                         int64_t fraction) {
    auto signedness =
        addsUnsigned(op) ? IntegerType::Unsigned : IntegerType::Signless;
    auto typed = [&](unsigned width) {
      return IntegerType::get(op.getContext(), width, signedness);
    };
    LocalView scaled =
        scratchView(binding, operand.index, binding.result.tile, typed(16));
    FixedPoint number(operand.scale);
    math.integer(ArithOp::MulSaturate, scaled,
                 subtract(op, math, binding, operand),
                 IntegerAttr::get(typed(32), number.multiplier),
                 number.shift + fraction);
    return scaled;
  }

  /// The exact product, and one rounding.
  static void multiply(tpu::QuantizedBinaryOp op, Emitter &emitter,
                       const Binding &binding) {
    const Tile &tile = binding.result.tile;
    Math math(emitter, op.getContext(), tile.size);
    LocalView a = subtract(op, math, binding, lhsOf(op));
    LocalView b = subtract(op, math, binding, rhsOf(op));
    bool wide = op.getLhsZeroPoint() != 0 || op.getRhsZeroPoint() != 0;
    bool isNatural = !isSigned(a.elementType) && !isSigned(b.elementType);
    Type type = IntegerType::get(op.getContext(), wide ? 32 : 16,
                                 isNatural ? IntegerType::Unsigned
                                           : IntegerType::Signless);
    LocalView product = scratchView(binding, 0, tile, type);
    math.integer(ArithOp::Mul, product, a, b);
    Rescale(emitter, tile.size)
        .requantizeExactly(viewOf(binding.result), product,
                           op.getLhsScale().convertToFloat(),
                           op.getZeroPoint());
  }
};
} // namespace

void tpu_mlir::registerQuantizedBinaryKernels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tpu::TpuDialect *) {
    tpu::QuantizedBinaryOp::attachInterface<QuantizedBinaryKernel>(*context);
  });
}

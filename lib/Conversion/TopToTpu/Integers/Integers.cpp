//===- Integers.cpp - Integers and truth values as the chip has them ------===//
#include "lib/Conversion/TopToTpu/Integers/Integers.h"

#include "lib/Dialect/Top/Transforms/Weights.h"
#include "lib/Dialect/Tpu/IR/Integers.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace tpu_mlir;
using tpu::CompareKind;
using tpu::IntegerKind;

//===----------------------------------------------------------------------===//
// Types and constants
//===----------------------------------------------------------------------===//

Type tpu_mlir::carrierOf(Type element) {
  auto type = dyn_cast<IntegerType>(element);
  if (!type || type.isSigned())
    return {};
  if (type.getWidth() == 1)
    return IntegerType::get(type.getContext(), 8, IntegerType::Unsigned);
  return IntegerType::get(type.getContext(), std::min(type.getWidth(), 32u),
                          type.getSignedness());
}

Type tpu_mlir::storedElement(Type element) {
  if (auto quantized = dyn_cast<quant::QuantizedType>(element))
    return top::storageOf(quantized);
  Type carrier = carrierOf(element);
  return carrier ? carrier : element;
}

bool tpu_mlir::isInteger(Type tensor) {
  return carrierOf(getElementTypeOrSelf(tensor)) != Type();
}

template <typename T>
static ElementsAttr makeElements(RankedTensorType type,
                                 ArrayRef<int64_t> values) {
  std::vector<T> narrow(values.begin(), values.end());
  return DenseElementsAttr::get(type, ArrayRef(narrow));
}

ElementsAttr tpu_mlir::carry(Value weight, RankedTensorType type) {
  Type element = type.getElementType();
  ElementsAttr value = top::weightOf(weight);
  if (value && value.getElementType() == element)
    return top::reshapeElements(value, type.getShape());
  std::optional<std::vector<int64_t>> wide = top::readIntegers(weight);
  if (!wide ||
      !llvm::all_of(*wide, [&](int64_t v) { return tpu::holds(element, v); }))
    return {};
  if (element.isInteger(8))
    return makeElements<uint8_t>(type, *wide);
  return element.isUnsignedInteger() ? makeElements<uint32_t>(type, *wide)
                                     : makeElements<int32_t>(type, *wide);
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

std::optional<int64_t> tpu_mlir::integerScalarOf(Operation *op,
                                                 unsigned operand) {
  Value constant = op->getOperand(operand);
  if (product(shapeOf(op->getOperand(1 - operand))) !=
      product(shapeOf(op->getResult(0))))
    return std::nullopt;
  std::optional<std::vector<int64_t>> values = top::readIntegers(constant);
  if (!values || values->empty() || !llvm::all_equal(*values))
    return std::nullopt;
  return values->front();
}

Value tpu_mlir::integerBinary(IntegerKind kind, Operation *op,
                              ValueRange operands, Lowering &l) {
  if (auto scalar = integerScalarOf(op, 1))
    return l.integerScalar(kind, operands[0], *scalar);
  if (auto scalar = integerScalarOf(op, 0); scalar && kind != IntegerKind::sub)
    return l.integerScalar(kind, operands[1], *scalar);
  SmallVector<Value> views = alignOperands(op, operands, l);
  return l.integer(kind, views[0], views[1]);
}

/// Minus one, or all bits of a type without sign.
static int64_t allOnes(Value x) {
  unsigned width = elementOf(x).getIntOrFloatBitWidth();
  return elementOf(x).isUnsignedInteger() ? llvm::maxUIntN(width) : -1;
}

Value tpu_mlir::absoluteInteger(Lowering &l, Value x) {
  if (elementOf(x).isUnsignedInteger())
    return x;
  return l.builder.create<tpu::IntegerAbsOp>(l.location, x);
}

Value tpu_mlir::negateInteger(Lowering &l, Value x) {
  return l.integerScalar(IntegerKind::mul, x, allOnes(x));
}

Value tpu_mlir::invertInteger(Lowering &l, Value x) {
  return l.integerScalar(IntegerKind::bxor, x, allOnes(x));
}

Value tpu_mlir::integerSign(Lowering &l, Value x) {
  Value zero = l.integerSplat(0, elementOf(x));
  Value above = l.cast(l.compare(CompareKind::gt, x, zero), elementOf(x));
  Value below = l.cast(l.compare(CompareKind::lt, x, zero), elementOf(x));
  return l.integer(IntegerKind::sub, above, below);
}

Value tpu_mlir::shiftInteger(Lowering &l, Value x, Value amount, bool right) {
  Type element = elementOf(x);
  unsigned width = element.getIntOrFloatBitWidth();
  Type bits = l.builder.getIntegerType(width, /*isSigned=*/false);
  Value steps = l.integerScalar(IntegerKind::min, l.cast(amount, bits), width);
  steps = l.cast(steps, l.builder.getI8Type());
  if (right)
    return l.integer(IntegerKind::shift, x, negateInteger(l, steps));
  if (width < 32)
    return l.integer(IntegerKind::shift, x, steps);
  // The command counts to the left modulo 32.
  Value most = l.integerScalar(IntegerKind::min, steps, width - 1);
  Value shifted = l.integer(IntegerKind::shift, x, most);
  return l.integer(IntegerKind::shift, shifted,
                   l.integer(IntegerKind::sub, steps, most));
}

Value tpu_mlir::integerPower(Lowering &l, Value base, int64_t exponent) {
  Value result = l.integerSplat(1, elementOf(base)), square = base;
  for (uint64_t left = exponent; left; left >>= 1) {
    if (left & 1)
      result = l.integer(IntegerKind::mul, square, result);
    if (left > 1)
      square = l.integer(IntegerKind::mul, square, square);
  }
  return l.broadcast(result, shapeOf(base));
}

Value tpu_mlir::integerPower(Lowering &l, Value base, Value exponent) {
  Type element = elementOf(base);
  unsigned width = element.getIntOrFloatBitWidth();
  bool isSigned = !element.isUnsignedInteger();
  Value result = l.integerSplat(1, element), zero = l.integerSplat(0, element);
  Value one = result, square = base;
  for (unsigned bit = 0; bit < width - isSigned; ++bit) {
    Value isSet = l.compare(
        CompareKind::eq,
        l.integerScalar(IntegerKind::band, exponent, int64_t(1) << bit), zero,
        /*negated=*/true);
    result =
        l.where(isSet, l.integer(IntegerKind::mul, square, result), result);
    square = l.integer(IntegerKind::mul, square, square);
  }
  if (!isSigned)
    return result;
  // The powers of 1 and -1 are right already.
  Value vanishes =
      l.integer(IntegerKind::band, l.compare(CompareKind::lt, exponent, zero),
                l.compare(CompareKind::eq, absoluteInteger(l, base), one,
                          /*negated=*/true));
  return l.where(vanishes, zero, result);
}

//===----------------------------------------------------------------------===//
// Division
//===----------------------------------------------------------------------===//

/// Of 8 or 16 bits: the quotient in f32 is nearer to the exact one than that is
/// to the next whole number.
static Value divideShort(Lowering &l, Value lhs, Value rhs) {
  Value quotient = l.div(l.wide(lhs), l.wide(rhs));
  Value whole = l.cast(quotient, l.builder.getI32Type());
  return l.cast(whole, elementOf(lhs)); // -128 / -1 wraps around
}

/// Of ui32, in two steps: each takes off a quotient in f32 that is made smaller
/// by more than what it may be wrong by. What is left is less than 2 rhs.
static Value divideUnsigned(Lowering &l, Value lhs, Value rhs) {
  constexpr double kBelow = 1 - 0x1p-21; // four roundings of 2^-24
  Value divisor = l.wide(rhs), quotient, rest = lhs;
  for (unsigned step = 0; step < 2; ++step) {
    Value part =
        l.cast(l.mul(l.div(l.wide(rest), divisor), kBelow), elementOf(lhs));
    quotient = quotient ? l.integer(IntegerKind::add, quotient, part) : part;
    rest = l.integer(IntegerKind::sub, rest,
                     l.integer(IntegerKind::mul, part, rhs));
  }
  Value more = l.compare(CompareKind::lt, rest, rhs, /*negated=*/true);
  return l.integer(IntegerKind::add, quotient, more);
}

static Value divideSigned(Lowering &l, Value lhs, Value rhs) {
  Type bits = l.builder.getIntegerType(32, /*isSigned=*/false);
  auto magnitude = [&](Value x) { return l.cast(absoluteInteger(l, x), bits); };
  Value zero = l.integerSplat(0, elementOf(lhs));
  Value quotient =
      l.cast(divideUnsigned(l, magnitude(lhs), magnitude(rhs)), elementOf(lhs));
  Value differ =
      l.integer(IntegerKind::bxor, l.compare(CompareKind::lt, lhs, zero),
                l.compare(CompareKind::lt, rhs, zero));
  return l.where(differ, negateInteger(l, quotient), quotient);
}

Value tpu_mlir::divideIntegers(Lowering &l, Value lhs, Value rhs) {
  Type element = elementOf(lhs);
  Value quotient = element.getIntOrFloatBitWidth() < 32
                       ? divideShort(l, lhs, rhs)
                   : element.isUnsignedInteger() ? divideUnsigned(l, lhs, rhs)
                                                 : divideSigned(l, lhs, rhs);
  Value zero = l.integerSplat(0, element);
  return l.where(l.compare(CompareKind::eq, rhs, zero), zero, quotient);
}

Value tpu_mlir::integerRemainder(Lowering &l, Value lhs, Value rhs,
                                 bool floor) {
  Value quotient = divideIntegers(l, lhs, rhs);
  Value rest = l.integer(IntegerKind::sub, lhs,
                         l.integer(IntegerKind::mul, quotient, rhs));
  if (!floor || elementOf(lhs).isUnsignedInteger())
    return rest;
  Value zero = l.integerSplat(0, elementOf(lhs));
  Value differ =
      l.integer(IntegerKind::bxor, l.compare(CompareKind::lt, rest, zero),
                l.compare(CompareKind::lt, rhs, zero));
  Value isOff =
      l.integer(IntegerKind::band, differ,
                l.compare(CompareKind::eq, rest, zero, /*negated=*/true));
  return l.where(isOff, l.integer(IntegerKind::add, rest, rhs), rest);
}

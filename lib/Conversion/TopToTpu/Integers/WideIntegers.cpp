//===- WideIntegers.cpp - Numbers of 64 bits in 32 ------------------------===//
//
// Intervals of all integers of a network follow from those of its arguments.
// The largest arguments with which none of 64 bits leaves its carrier are found
// by bisection.
//===----------------------------------------------------------------------===//
#include "lib/Conversion/TopToTpu/Integers/WideIntegers.h"

#include "lib/Conversion/TopToTpu/Integers/Indices.h"
#include "lib/Conversion/TopToTpu/Integers/Integers.h"
#include "lib/Dialect/Top/Transforms/Weights.h"
#include "lib/Support/Locations.h"

#include <cmath>

using namespace mlir;
using namespace tpu_mlir;

namespace {

/// Whole numbers; exact where they are of any interest, below 2^53.
struct Interval {
  double low, high;

  static Interval of(ArrayRef<double> numbers) {
    return {*llvm::min_element(numbers), *llvm::max_element(numbers)};
  }
  Interval joined(const Interval &other) const {
    return {std::min(low, other.low), std::max(high, other.high)};
  }
  bool contains(const Interval &other) const {
    return low <= other.low && other.high <= high;
  }
};

/// What a function of two numbers that grows or falls along each gives.
template <typename Function>
Interval atCorners(const Interval &a, const Interval &b, Function function) {
  return Interval::of({function(a.low, b.low), function(a.low, b.high),
                       function(a.high, b.low), function(a.high, b.high)});
}

} // namespace

/// All numbers of an integer type.
static Interval rangeOf(Type carrier) {
  unsigned width = carrier.getIntOrFloatBitWidth();
  return carrier.isUnsignedInteger() ? Interval{0, std::ldexp(1.0, width) - 1}
                                     : Interval{-std::ldexp(1.0, width - 1),
                                                std::ldexp(1.0, width - 1) - 1};
}

static Interval magnitude(const Interval &x) {
  double most = std::max(std::abs(x.low), std::abs(x.high));
  return {x.low <= 0 && x.high >= 0
              ? 0
              : std::min(std::abs(x.low), std::abs(x.high)),
          most};
}

/// Of as many bits as the larger operand has.
static Interval bitsOf(const Interval &a, const Interval &b) {
  Interval both = a.joined(b);
  double most = std::max(-both.low - 1, both.high);
  double bits = std::ceil(std::log2(std::max(most, 0.0) + 1));
  return {both.low < 0 ? -std::exp2(bits) : 0, std::exp2(bits) - 1};
}

//===----------------------------------------------------------------------===//
// What ops compute
//===----------------------------------------------------------------------===//

using Ranges = ArrayRef<Interval>;

static Interval resultOf(top::AddOp, Ranges in) {
  return {in[0].low + in[1].low, in[0].high + in[1].high};
}
static Interval resultOf(top::SubOp, Ranges in) {
  return {in[0].low - in[1].high, in[0].high - in[1].low};
}
static Interval resultOf(top::MulOp, Ranges in) {
  return atCorners(in[0], in[1], std::multiplies<>());
}
static Interval resultOf(top::DivOp, Ranges in) {
  double most = magnitude(in[0]).high / std::max(magnitude(in[1]).low, 1.0);
  bool isPositive = in[0].low >= 0 && in[1].low >= 0;
  return {isPositive ? 0 : -std::floor(most), std::floor(most)};
}
static Interval resultOf(top::ModOp op, Ranges in) {
  double most = std::max(magnitude(in[1]).high - 1, 0.0);
  Interval sign = op.getFmod() ? in[0] : in[1];
  return {sign.low < 0 ? -most : 0, sign.high > 0 ? most : 0};
}
static Interval resultOf(top::MaxOp, Ranges in) {
  return {std::max(in[0].low, in[1].low), std::max(in[0].high, in[1].high)};
}
static Interval resultOf(top::MinOp, Ranges in) {
  return {std::min(in[0].low, in[1].low), std::min(in[0].high, in[1].high)};
}
static Interval resultOf(top::PowOp, Ranges in) {
  double exponent = std::max(in[1].high, 0.0);
  double most = std::pow(std::max(magnitude(in[0]).high, 1.0), exponent);
  return {in[0].low < 0 ? -most : 0, most};
}
static Interval resultOf(top::NegOp, Ranges in) {
  return {-in[0].high, -in[0].low};
}
static Interval resultOf(top::AbsOp, Ranges in) { return magnitude(in[0]); }
static Interval resultOf(top::SignOp, Ranges in) {
  return {std::clamp(in[0].low, -1.0, 1.0), std::clamp(in[0].high, -1.0, 1.0)};
}
static Interval resultOf(top::NotOp op, Ranges in) {
  Type element = getElementTypeOrSelf(op.getType());
  return element.isSignlessInteger() ? Interval{-in[0].high - 1, -in[0].low - 1}
                                     : rangeOf(element);
}
static Interval resultOf(top::AndOp, Ranges in) {
  if (in[0].low >= 0 && in[1].low >= 0)
    return {0, std::min(in[0].high, in[1].high)};
  return bitsOf(in[0], in[1]);
}
static Interval resultOf(top::OrOp, Ranges in) { return bitsOf(in[0], in[1]); }
static Interval resultOf(top::XorOp, Ranges in) { return bitsOf(in[0], in[1]); }
static Interval resultOf(top::ShiftOp op, Ranges in) {
  constexpr double kMost = 64; // bits, after which nothing is left
  Interval factor = {0, op.getRight() ? 1
                                      : std::exp2(std::min(in[1].high, kMost))};
  return atCorners(in[0], factor, std::multiplies<>());
}
static Interval resultOf(top::WhereOp, Ranges in) {
  return in[1].joined(in[2]);
}
static Interval resultOf(top::GatherOp, Ranges in) { return in[0]; }
static Interval resultOf(top::PadOp op, Ranges in) {
  double value = op.getValue().convertToDouble();
  return op.getMode() == top::PadMode::Constant ? in[0].joined({value, value})
                                                : in[0];
}
static Interval resultOf(top::ArgOp op, Ranges) {
  int64_t size =
      cast<RankedTensorType>(op.getInput().getType()).getDimSize(op.getAxis());
  return {0, static_cast<double>(size - 1)};
}

static Interval sumOf(const Interval &term, double count) {
  return {std::min(term.low, term.low * count),
          std::max(term.high, term.high * count)};
}
static Interval resultOf(top::CumSumOp op, Ranges in) {
  auto type = cast<RankedTensorType>(op.getType());
  Interval sum = sumOf(in[0], type.getDimSize(op.getAxis()));
  return op.getExclusive() ? sum.joined({0, 0}) : sum;
}
static Interval resultOf(top::ReduceOp op, Ranges in) {
  using Kind = top::ReduceKind;
  double count = static_cast<double>(product(shapeOf(op.getInput()))) /
                 static_cast<double>(product(shapeOf(op.getOutput())));
  switch (op.getKind()) {
  case Kind::Max:
  case Kind::Min:
    return in[0];
  case Kind::L1:
    return sumOf(magnitude(in[0]), count);
  case Kind::SumSquare: {
    Interval size = magnitude(in[0]);
    return sumOf({size.low * size.low, size.high * size.high}, count);
  }
  case Kind::Prod: {
    double most = std::pow(std::max(magnitude(in[0]).high, 1.0), count);
    return {in[0].low < 0 ? -most : 0, most};
  }
  default: // the sum that a mean divides has to fit, too
    return sumOf(in[0], count);
  }
}

/// The first of the op classes that the op belongs to tells; moves keep what
/// they move, and of others nothing is known.
template <typename... OpTys>
static std::optional<Interval> firstOf(Operation *op, Ranges in) {
  std::optional<Interval> result;
  (void)((isa<OpTys>(op) && (result = resultOf(cast<OpTys>(op), in), true)) ||
         ...);
  return result;
}

static std::optional<Interval> resultOf(Operation *op, Ranges in) {
  using namespace top;
  if (auto known =
          firstOf<AddOp, SubOp, MulOp, DivOp, ModOp, MaxOp, MinOp, PowOp, NegOp,
                  AbsOp, SignOp, NotOp, AndOp, OrOp, XorOp, ShiftOp, WhereOp,
                  GatherOp, PadOp, ArgOp, CumSumOp, ReduceOp>(op, in))
    return known;
  if (!op->hasTrait<PassesOverflow>() || op->hasTrait<ReadsWide>())
    return std::nullopt;
  Interval all = in.front();
  for (const Interval &operand : in.drop_front())
    all = all.joined(operand);
  return all;
}

using RangeMap = DenseMap<Value, Interval>;

namespace {

/// The integers of a function, and the ops that make too large ones of them.
class Walk {
public:
  /// `limits`: of each argument of 64 bits, as the attribute says.
  Walk(func::FuncOp function, const RangeMap &constants,
       ArrayRef<int64_t> limits);

  llvm::SmallVector<Operation *> leaving;

private:
  Interval rangeOfValue(Value value) const;
  void visit(Operation *op);

  RangeMap ranges;
};

} // namespace

static bool isWide(Value value) {
  return getElementTypeOrSelf(value).isInteger(64);
}

static RangeMap constantsOf(func::FuncOp function) {
  RangeMap ranges;
  for (top::WeightOp weight : function.getOps<top::WeightOp>()) {
    auto numbers = top::readIntegers(weight.getOutput());
    if (!numbers || numbers->empty())
      continue;
    auto [low, high] = std::minmax_element(numbers->begin(), numbers->end());
    ranges[weight.getOutput()] = {static_cast<double>(*low),
                                  static_cast<double>(*high)};
  }
  return ranges;
}

Walk::Walk(func::FuncOp function, const RangeMap &constants,
           ArrayRef<int64_t> limits)
    : ranges(constants) {
  for (auto [argument, limit] : llvm::zip(function.getArguments(), limits))
    if (isWide(argument)) {
      Interval all = rangeOf(carrierOf(getElementTypeOrSelf(argument)));
      ranges[argument] = {std::max<double>(all.low, -limit),
                          std::min<double>(all.high, limit - 1)};
    }
  for (Operation &op : function.getBody().front().without_terminator())
    visit(&op);
}

/// Of floats, which may become any number of an integer type, all.
Interval Walk::rangeOfValue(Value value) const {
  auto known = ranges.find(value);
  if (known != ranges.end())
    return known->second;
  Type element = getElementTypeOrSelf(value);
  if (element.isInteger(1))
    return {0, 1};
  Type carrier = carrierOf(element);
  return carrier ? rangeOf(carrier) : Interval{-INFINITY, INFINITY};
}

void Walk::visit(Operation *op) {
  if (isa<top::WeightOp>(op) || !llvm::any_of(op->getResultTypes(), isInteger))
    return;
  SmallVector<Interval> in;
  for (Value operand : op->getOperands())
    in.push_back(rangeOfValue(operand));
  bool fromFloats = llvm::any_of(op->getOperandTypes(), top::isReal);
  std::optional<Interval> found =
      fromFloats && !isa<top::ArgOp>(op) ? std::nullopt : resultOf(op, in);
  for (Value result : op->getResults()) {
    if (getElementTypeOrSelf(result).isInteger(1))
      continue;
    Interval all = rangeOf(carrierOf(getElementTypeOrSelf(result)));
    if (found && all.contains(*found))
      ranges[result] = *found;
    else if (found && isWide(result))
      leaving.push_back(op);
  }
}

//===----------------------------------------------------------------------===//
// Limits
//===----------------------------------------------------------------------===//

/// All numbers of a carrier, and fewer than which no network could be said to
/// take.
static constexpr int64_t kAll = int64_t(1) << 32, kFewest = 1 << 8;

static void refuse(Operation *op) {
  emitError(op->getLoc())
      << "'" << op->getName()
      << "' cannot be lowered: its numbers of 64 bits may leave the 32 in "
         "which "
         "the chip carries them; clip what it reads, or compute in 32 bits";
}

LogicalResult tpu_mlir::limitWideIntegers(func::FuncOp function) {
  const RangeMap constants = constantsOf(function);
  auto arguments = function.getArguments();
  /// With all arguments below a limit, but one that has none.
  auto leavingBelow = [&](int64_t limit, Value unlimited = {}) {
    std::vector<int64_t> limits(arguments.size(), limit);
    if (auto argument = dyn_cast_or_null<BlockArgument>(unlimited))
      limits[argument.getArgNumber()] = kAll;
    return Walk(function, constants, limits).leaving;
  };
  const SmallVector<Operation *> always = leavingBelow(kFewest);
  llvm::for_each(always, refuse);
  if (!always.empty())
    return failure();
  if (leavingBelow(kAll).empty())
    return success();
  int64_t fits = kFewest, fails = kAll;
  while (fails - fits > 1) {
    int64_t middle = (fits + fails) / 2;
    (leavingBelow(middle).empty() ? fits : fails) = middle;
  }
  for (BlockArgument argument : arguments)
    if (isWide(argument) && !leavingBelow(fits, argument).empty())
      function.setArgAttr(argument.getArgNumber(), kIndexLimit,
                          Builder(function).getI64IntegerAttr(fits));
  return success();
}

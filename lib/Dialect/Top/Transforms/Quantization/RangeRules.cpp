//===- RangeRules.cpp - Which quantized type each value gets --------------===//
#include "lib/Dialect/Top/Transforms/Quantization/RangeRules.h"

#include "lib/Dialect/Top/Transforms/Quantization/IntegerForms.h"
#include "lib/Dialect/Top/Transforms/Weights.h"
#include "mlir/IR/Builders.h"

#include <cmath>

using namespace mlir;
using namespace tpu_mlir::top;
using quant::UniformQuantizedPerAxisType;
using quant::UniformQuantizedType;

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

static UniformQuantizedType byteType(MLIRContext *context, bool isSigned,
                                     double scale, int64_t zeroPoint = 0) {
  return UniformQuantizedType::get(
      isSigned ? quant::QuantizationFlags::Signed : 0,
      IntegerType::get(context, 8), Float32Type::get(context), scale, zeroPoint,
      isSigned ? -128 : 0, isSigned ? 127 : 255);
}

UniformQuantizedType tpu_mlir::top::quantizedType(MLIRContext *context,
                                                  const Range &range,
                                                  bool asymmetric) {
  constexpr double kWorthZeroPoint = 1.5;
  double min = std::min(range.min, 0.0), max = std::max(range.max, 0.0);
  if (!asymmetric) {
    if (range.min >= 0)
      return byteType(context, /*isSigned=*/false, range.threshold / 255);
    min = std::max(min, -range.threshold);
    max = std::min(max, range.threshold);
    if (2 * range.threshold < kWorthZeroPoint * (max - min))
      return byteType(context, /*isSigned=*/true, range.threshold / 127);
  }
  double scale = (max - min) / 255;
  return byteType(context, /*isSigned=*/true, scale,
                  -128 - static_cast<int64_t>(std::nearbyint(min / scale)));
}

UniformQuantizedType tpu_mlir::top::constantType(MLIRContext *context,
                                                 ArrayRef<float> values) {
  Range range;
  for (double value : values) {
    range.threshold = std::max(range.threshold, std::abs(value));
    range.min = std::min(range.min, value);
    range.max = std::max(range.max, value);
  }
  if (range.threshold == 0)
    range.threshold = 1; // any scale has a zero
  return quantizedType(context, range, /*asymmetric=*/false);
}

UniformQuantizedPerAxisType tpu_mlir::top::channelType(RankedTensorType type,
                                                       ArrayRef<float> values,
                                                       unsigned axis) {
  int64_t count = type.getDimSize(axis), inner = 1;
  for (int64_t size : type.getShape().drop_front(axis + 1))
    inner *= size;
  SmallVector<double> scales(count, 0);
  for (auto [i, value] : llvm::enumerate(values)) {
    double &largest = scales[i / inner % count];
    largest = std::max<double>(largest, std::abs(value));
  }
  for (double &scale : scales)
    scale = scale == 0 ? 1 : scale / 127;
  return UniformQuantizedPerAxisType::get(
      quant::QuantizationFlags::Signed, IntegerType::get(type.getContext(), 8),
      Float32Type::get(type.getContext()), scales,
      SmallVector<int64_t>(count, 0), axis, -128, 127);
}

UniformQuantizedPerAxisType
tpu_mlir::top::unscaledType(UniformQuantizedType product,
                            ArrayRef<float> factors) {
  SmallVector<double> scales;
  for (double factor : factors)
    scales.push_back(product.getScale() / factor);
  return UniformQuantizedPerAxisType::get(
      product.getFlags(), product.getStorageType(), product.getExpressedType(),
      scales, SmallVector<int64_t>(factors.size(), product.getZeroPoint()),
      /*quantizedDimension=*/1, product.getStorageTypeMin(),
      product.getStorageTypeMax());
}

Type tpu_mlir::top::constantTypeOf(OpOperand &operand) {
  Operation *op = operand.getOwner();
  std::optional<FloatData> data = FloatData::read(operand.get());
  std::optional<ChannelWeight> channels = channelWeightOf(op);
  if (!channels || channels->operand != operand.getOperandNumber())
    return constantType(op->getContext(), data->values());
  return channelType(cast<RankedTensorType>(operand.get().getType()),
                     data->values(), channels->axis);
}

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

Value RangeRules::leaderOf(Value value) {
  while (Value parent = parents.lookup(value))
    value = parent;
  return value;
}

void RangeRules::share(Value value, Value with) {
  Value from = leaderOf(value), to = leaderOf(with);
  if (from == to)
    return;
  parents[from] = to;
  for (Value leader : {from, to})
    if (members[leader].empty())
      members[leader].push_back(leader);
  SmallVector<Value> joined = std::move(members[from]);
  members[to].append(joined);
  SmallVector<double> found = std::move(elements[from]);
  elements[to].append(found);
}

void RangeRules::include(Value value, double element) {
  elements[leaderOf(value)].push_back(element);
}

static Location locationOfValue(Value value) {
  auto result = dyn_cast<OpResult>(value);
  return result ? locationOf(result) : value.getLoc();
}

std::optional<Range> tpu_mlir::top::calibratedRange(const RangeTable &table,
                                                    Value value) {
  const RangeTable::Entry *entry = table.find(nameOf(locationOfValue(value)));
  if (!entry)
    return std::nullopt;
  Range range = entry->range;
  if (auto result = dyn_cast<OpResult>(value)) {
    Bounds bounds = boundsOf(result.getOwner());
    range.min = std::clamp(range.min, bounds.min, bounds.max);
    range.max = std::clamp(range.max, bounds.min, bounds.max);
    range.threshold = std::min(
        range.threshold, std::max(std::abs(bounds.min), std::abs(bounds.max)));
  }
  return range;
}

/// The type that the network itself has given the value.
static UniformQuantizedType givenType(Value value) {
  return dyn_cast<UniformQuantizedType>(getElementTypeOrSelf(value.getType()));
}

/// What a type can hold.
static Range limitsOf(UniformQuantizedType type) {
  auto read = [&](int64_t stored) {
    return static_cast<double>(stored - type.getZeroPoint()) * type.getScale();
  };
  double min = read(type.getStorageTypeMin()),
         max = read(type.getStorageTypeMax());
  return {std::max(std::abs(min), std::abs(max)), min, max};
}

std::optional<Range> RangeRules::rangeOf(Value value) {
  if (UniformQuantizedType given = givenType(value))
    return limitsOf(given);
  Location location = locationOfValue(value);
  StringRef name = nameOf(location);
  std::optional<Range> range = calibratedRange(table, value);
  if (!range) {
    InFlightDiagnostic error = emitError(location);
    error << table.getPath() << ": expected a range of '" << name
          << "', but found none; ";
    for (StringRef part : partsOf(location))
      if (const RangeTable::Entry *entry = table.find(part))
        error << "'" << part << "' of line " << entry->line
              << " became part of it; ";
    error << "calibrate this model";
    return std::nullopt;
  }
  bool isZero =
      asymmetric ? range->min == 0 && range->max == 0 : range->threshold == 0;
  if (isZero) {
    emitError(location) << table.where(*table.find(name)) << ": the range of '"
                        << name
                        << "' is zero, so that it has no scale; calibrate with "
                           "other inputs, or give it another precision";
    return std::nullopt;
  }
  return range;
}

/// How far one can go from `from` towards `to` while the function changes by
/// less than `change`.
static double flatUntil(const ElementFunction &function, double from, double to,
                        double change) {
  constexpr int kPoints = 4096;
  double least = function(from), most = least, reached = from;
  for (int i = 1; i <= kPoints; ++i) {
    double x = from + (to - from) * i / kPoints, y = function(x);
    least = std::min(least, y);
    most = std::max(most, y);
    if (!(most - least <= change))
      break;
    reached = x;
  }
  return reached;
}

void tpu_mlir::top::narrowRange(Range &range, const ElementFunction &function,
                                double change) {
  double min = flatUntil(function, range.min, range.max, change);
  double max = flatUntil(function, range.max, range.min, change);
  double threshold = std::max(std::abs(min), std::abs(max));
  if (min >= max || threshold == 0) // flat everywhere: nothing is lost anyway
    return;
  range.min = std::min(min, 0.0);
  range.max = std::max(max, 0.0);
  range.threshold = std::min(range.threshold, threshold);
}

/// False after a diagnostic if the reader's result has no type.
bool RangeRules::narrow(Value value, Range &range) {
  auto found = readers.find(value);
  if (found == readers.end())
    return true;
  Reader reader = found->second; // typeOf may move the table
  UniformQuantizedType result = typeOf(reader.result);
  if (!result)
    return false;
  Range whole = range;
  narrowRange(range, reader.function, result.getScale() / 4);
  if (range.min > whole.min || range.max < whole.max)
    clipped.insert(value);
  return true;
}

UniformQuantizedPerAxisType
RangeRules::channelTypeOf(Value value, const ElementFunction &function,
                          UniformQuantizedPerAxisType result) {
  std::optional<Range> range = rangeOf(value);
  if (!range)
    return {};
  SmallVector<double> scales;
  SmallVector<int64_t> zeroPoints;
  std::string name = nameOf(locationOfValue(value)).str();
  for (auto [channel, scale, zeroPoint] :
       llvm::enumerate(result.getScales(), result.getZeroPoints())) {
    double low = (result.getStorageTypeMin() - zeroPoint) * scale;
    double high = (result.getStorageTypeMax() - zeroPoint) * scale;
    ElementFunction stored = [&](double x) {
      return std::clamp(function(x), low, high);
    };
    double min = range->min, max = range->max;
    std::string part = name + "[" + std::to_string(channel) + "]";
    if (const RangeTable::Entry *entry = table.find(part)) {
      min = std::clamp(entry->range.min, min, max);
      max = std::clamp(entry->range.max, min, max);
    }
    // The second time on a finer grid.
    for (int i = 0; i < 2 && min < max; ++i) {
      double first = flatUntil(stored, min, max, scale / 4);
      double last = flatUntil(stored, max, min, scale / 4);
      if (first >= last)
        break;
      min = first;
      max = last;
    }
    Range found{0, std::min(min, 0.0), std::max(max, 0.0)};
    if (found.min == found.max) // of a channel that is always zero
      found.max = range->threshold;
    UniformQuantizedType type =
        quantizedType(value.getContext(), found, /*asymmetric=*/true);
    scales.push_back(type.getScale());
    zeroPoints.push_back(type.getZeroPoint());
  }
  MLIRContext *context = value.getContext();
  return UniformQuantizedPerAxisType::get(
      quant::QuantizationFlags::Signed, IntegerType::get(context, 8),
      Float32Type::get(context), scales, zeroPoints, /*quantizedDimension=*/1,
      -128, 127);
}

/// The members of a group that have ranges of their own.
SmallVector<Value> RangeRules::rangedMembers(Value leader) {
  SmallVector<Value> group = members.lookup(leader);
  if (group.empty())
    group.push_back(leader);
  llvm::erase_if(group,
                 [&](Value member) { return withoutRange.contains(member); });
  return group;
}

/// The type that the network has given all members, if it holds the constants
/// among them.
UniformQuantizedType RangeRules::givenTypeOf(Value leader) {
  SmallVector<Value> group = rangedMembers(leader);
  UniformQuantizedType type =
      group.empty() ? UniformQuantizedType() : givenType(group.front());
  if (!type || llvm::any_of(group, [&](Value member) {
        return givenType(member) != type;
      }))
    return {};
  Range limits = limitsOf(type);
  bool holds = llvm::all_of(elements.lookup(leader), [&](double element) {
    return element >= limits.min && element <= limits.max;
  });
  return holds ? type : UniformQuantizedType();
}

std::optional<Range> RangeRules::rangeOfGroup(Value leader) {
  std::optional<Range> joined;
  for (Value member : rangedMembers(leader)) {
    std::optional<Range> range = rangeOf(member);
    if (!range)
      return std::nullopt;
    if (!joined)
      joined = range;
    joined->threshold = std::max(joined->threshold, range->threshold);
    joined->min = std::min(joined->min, range->min);
    joined->max = std::max(joined->max, range->max);
  }
  assert(joined && "every group has a member that is computed or given");
  for (double element : elements.lookup(leader)) {
    joined->threshold = std::max(joined->threshold, std::abs(element));
    joined->min = std::min(joined->min, element);
    joined->max = std::max(joined->max, element);
  }
  if (members.lookup(leader).size() <= 1 && !narrow(leader, *joined))
    return std::nullopt;
  return joined;
}

UniformQuantizedType RangeRules::typeOf(Value value) {
  if (UniformQuantizedType given = givenType(value))
    return given;
  Value leader = leaderOf(value);
  if (auto known = types.find(leader); known != types.end())
    return known->second;
  if (UniformQuantizedType given = givenTypeOf(leader))
    return types[leader] = given;
  std::optional<Range> range = rangeOfGroup(leader);
  if (!range)
    return types[leader] = {}; // reported once
  return types[leader] = quantizedType(value.getContext(), *range, asymmetric);
}

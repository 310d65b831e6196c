//===- FusePreprocess.cpp - Lets a network take pixels --------------------===//
#include "lib/Dialect/Top/Transforms/Passes.h"

#include "lib/Dialect/Top/Transforms/Retyper.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/MapVector.h"

#include <cmath>
#include <limits>

namespace tpu_mlir::top {
#define GEN_PASS_DEF_FUSEPREPROCESS
#include "lib/Dialect/Top/Transforms/Passes.h.inc"
} // namespace tpu_mlir::top

using namespace mlir;
using namespace tpu_mlir::top;
using quant::UniformQuantizedPerAxisType;
using quant::UniformQuantizedType;

static constexpr int64_t kToPlanes[] = {0, 3, 1, 2}; // from [n, h, w, c]
static constexpr int64_t kToPixels[] = {0, 2, 3, 1}; // from [n, c, h, w]

namespace {

/// From a pixel to numbers, one for each channel of the network.
struct Normalisation {
  SmallVector<double> mean, scale;
  bool reversed; // the network's first channel is a pixel's last
  ImageLayout layout;

  int64_t channels() const { return mean.size(); }
  bool isIdentity() const {
    return llvm::all_of(mean, [](double value) { return value == 0; }) &&
           llvm::all_of(scale, [](double value) { return value == 1; });
  }
};

/// Lets one input take pixels.
class Fuser {
public:
  Fuser(func::FuncOp function, unsigned index, const Normalisation &how)
      : block(function.getBody().front()), index(index), how(how),
        builder(function.getContext()),
        location(block.getArgument(index).getLoc()) {}

  void run();

private:
  /// The pixels as u8 [n, c, h, w].
  Value makePlanes();
  /// The numbers as [n, c, h, w] of a float or quantized type, with the
  /// channels in the order of the network or of the pixels.
  Value convolve(Type element, bool inNetworkOrder);
  Value normalise(Type element);
  /// Lets all that reads the input, as it was or cast, read the numbers.
  void replace(Value input);
  /// Lets convolutions read channels in the order of the pixels, where nothing
  /// else reads the numbers.
  void reverseFilters(Value &numbers, Type element);

  Block &block;
  unsigned index;
  const Normalisation &how;
  OpBuilder builder;
  Location location;
  Value planes;
  llvm::MapVector<Type, Value> numbers;
};

struct FusePreprocessPass
    : tpu_mlir::top::impl::FusePreprocessBase<FusePreprocessPass> {
  using FusePreprocessBase::FusePreprocessBase;

  void runOnOperation() override;

private:
  FailureOr<Normalisation> readOptions();
  LogicalResult fuse(func::FuncOp function, const Normalisation &how);
};

} // namespace

//===----------------------------------------------------------------------===//
// One input
//===----------------------------------------------------------------------===//

Value Fuser::makePlanes() {
  MLIRContext *context = builder.getContext();
  Value input = block.getArgument(index);
  SmallVector<int64_t> shape(
      cast<RankedTensorType>(input.getType()).getShape());
  if (how.layout == ImageLayout::NHWC)
    shape = {shape[0], shape[3], shape[1], shape[2]};
  auto element = UniformQuantizedType::get(
      /*flags=*/0, IntegerType::get(context, 8), Float32Type::get(context),
      /*scale=*/1, /*zeroPoint=*/0, /*storageTypeMin=*/0,
      /*storageTypeMax=*/255);
  Value pixels = block.insertArgument(
      index,
      RankedTensorType::get({shape[0], shape[2], shape[3], shape[1]}, element),
      location);
  builder.setInsertionPointToStart(&block);
  auto name = StringAttr::get(context, nameOf(location).str() + "/planes");
  return builder.create<TransposeOp>(NameLoc::get(name),
                                     RankedTensorType::get(shape, element),
                                     pixels, ArrayRef(kToPlanes));
}

/// A convolution whose filters are 1 at a scale for each channel, so that its
/// sums are exact, and rounded to the result's type only.
Value Fuser::convolve(Type element, bool inNetworkOrder) {
  MLIRContext *context = builder.getContext();
  Type f32 = Float32Type::get(context);
  int64_t channels = how.channels();
  bool mixes = how.reversed && inNetworkOrder;
  if (!mixes && how.isIdentity() &&
      element == getElementTypeOrSelf(planes.getType()))
    return planes;
  int64_t read = mixes ? channels : 1;
  SmallVector<double> steps;
  std::vector<float> filter(channels * read, 0.0f), bias;
  for (int64_t o = 0; o < channels; ++o) {
    int64_t c = how.reversed && !mixes ? channels - 1 - o : o;
    steps.push_back(std::abs(how.scale[c]));
    filter[o * read + (mixes ? channels - 1 - o : 0)] =
        static_cast<float>(how.scale[c]);
    bias.push_back(static_cast<float>(-how.mean[c] * how.scale[c]));
  }
  auto stored = UniformQuantizedPerAxisType::get(
      quant::QuantizationFlags::Signed, IntegerType::get(context, 8), f32,
      steps, SmallVector<int64_t>(channels, 0), /*quantizedDimension=*/0, -128,
      127);
  builder.setInsertionPointAfterValue(planes);
  Value weights = makeQuantizedWeight(
      builder, location, RankedTensorType::get({channels, read, 1, 1}, stored),
      filter);
  Value offsets = makeWeight(builder, location,
                             RankedTensorType::get({channels}, f32), bias);
  return builder.create<ConvOp>(
      location, withElement(planes.getType(), element), planes, weights,
      offsets, /*strides=*/ArrayRef<int64_t>{1, 1},
      /*pads=*/ArrayRef<int64_t>{0, 0, 0, 0},
      /*dilations=*/ArrayRef<int64_t>{1, 1},
      /*group=*/mixes ? 1 : channels, /*relu=*/false,
      /*relu_limit=*/FloatAttr());
}

Value Fuser::normalise(Type element) {
  Value &known = numbers[element];
  if (!known)
    known = convolve(element, /*inNetworkOrder=*/true);
  return known;
}

/// The values of a constant filter; nothing if they are not there.
static std::optional<std::vector<float>> readFilter(Value filter) {
  auto weight = filter.getDefiningOp<WeightOp>();
  if (!weight)
    return std::nullopt;
  if (weight.getQuantized())
    return readQuantized(weight);
  std::optional<FloatData> data = FloatData::read(filter);
  if (!data)
    return std::nullopt;
  return std::vector<float>(data->values());
}

/// The same filter of channels in the opposite order.
static Value reverseChannels(Value filter) {
  auto type = cast<RankedTensorType>(filter.getType());
  std::vector<float> from = *readFilter(filter), to(from.size());
  int64_t channels = type.getDimSize(1);
  int64_t taps = type.getDimSize(2) * type.getDimSize(3);
  for (int64_t plane = 0; plane < type.getDimSize(0) * channels; ++plane) {
    int64_t c = plane % channels;
    std::copy_n(from.begin() + plane * taps, taps,
                to.begin() + (plane - c + channels - 1 - c) * taps);
  }
  OpBuilder builder(filter.getDefiningOp());
  if (isQuantized(type.getElementType()))
    return makeQuantizedWeight(builder, filter.getLoc(), type, to);
  return makeWeight(builder, filter.getLoc(), type, to);
}

void Fuser::reverseFilters(Value &numbers, Type element) {
  bool onlyFilters = llvm::all_of(numbers.getUses(), [&](OpOperand &use) {
    auto conv = dyn_cast<ConvOp>(use.getOwner());
    return conv && use.getOperandNumber() == 0 && conv.getGroup() == 1 &&
           readFilter(conv.getFilter());
  });
  if (!onlyFilters || isa<UniformQuantizedPerAxisType>(element))
    return;
  for (Operation *user : numbers.getUsers()) {
    auto conv = cast<ConvOp>(user);
    conv.getFilterMutable().assign(reverseChannels(conv.getFilter()));
  }
  Operation *mixing = numbers.getDefiningOp();
  numbers.replaceAllUsesWith(convolve(element, /*inNetworkOrder=*/false));
  mixing->erase();
}

void Fuser::replace(Value input) {
  // What stores integers rounds once, whatever floats are on the way.
  bool isFloat = isa<FloatType>(getElementTypeOrSelf(input.getType()));
  for (Operation *user : llvm::make_early_inc_range(input.getUsers())) {
    auto cast = dyn_cast<CastOp>(user);
    if (!cast || !isReal(cast.getType()) ||
        (!isFloat && cast.getType() != input.getType()))
      continue;
    replace(cast.getOutput());
    cast.erase();
  }
  if (input.use_empty())
    return;
  Value result = normalise(getElementTypeOrSelf(input.getType()));
  if (how.layout == ImageLayout::NHWC) {
    for (Operation *user : llvm::make_early_inc_range(input.getUsers())) {
      auto turn = dyn_cast<TransposeOp>(user);
      if (!turn || turn.getPerm() != ArrayRef(kToPlanes))
        continue;
      turn.replaceAllUsesWith(result);
      turn.erase();
    }
    if (input.use_empty())
      return;
    builder.setInsertionPointAfterValue(result);
    result = builder.create<TransposeOp>(location, input.getType(), result,
                                         ArrayRef(kToPixels));
  }
  input.replaceAllUsesWith(result);
}

void Fuser::run() {
  planes = makePlanes();
  Value input = block.getArgument(index + 1);
  replace(input);
  if (how.reversed)
    for (auto &[element, value] : numbers)
      reverseFilters(value, element);
  block.eraseArgument(index + 1);
}

//===----------------------------------------------------------------------===//
// The network
//===----------------------------------------------------------------------===//

FailureOr<Normalisation> FusePreprocessPass::readOptions() {
  bool isGray = pixelFormat == PixelFormat::GRAY;
  Normalisation how{{}, {}, pixelFormat == PixelFormat::BGR, layout};
  Location location = getOperation().getLoc();
  auto read = [&](StringRef name, ArrayRef<double> given, double absent,
                  SmallVector<double> &values) {
    values.assign(isGray ? 1 : 3, given.empty() ? absent : given.front());
    if (given.size() == values.size())
      values.assign(given.begin(), given.end());
    else if (given.size() > 1)
      return emitError(location)
             << "expected as many numbers of " << name << " as a pixel has "
             << "channels, " << values.size() << ", or 1, but found "
             << given.size();
    return InFlightDiagnostic();
  };
  if (failed(read("mean", mean, 0, how.mean)) ||
      failed(read("scale", scale, 1, how.scale)))
    return failure();
  for (auto [mean, scale] : llvm::zip(how.mean, how.scale)) {
    float step = std::abs(static_cast<float>(scale));
    if (!std::isnormal(step))
      return emitError(location) << "expected a scale that is finite in f32 "
                                    "and not zero, but found "
                                 << std::to_string(scale);
    if (!std::isfinite(static_cast<float>(mean * scale)))
      return emitError(location)
             << "expected a mean that is finite when multiplied by the scale, "
                "but found "
             << std::to_string(mean);
  }
  return how;
}

LogicalResult FusePreprocessPass::fuse(func::FuncOp function,
                                       const Normalisation &how) {
  unsigned axis = layout == ImageLayout::NHWC ? 3 : 1;
  SmallVector<BlockArgument> others;
  for (BlockArgument argument : function.getArguments()) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type || type.getRank() != 4 ||
        !isa<FloatType>(type.getElementType()) ||
        type.getDimSize(axis) != how.channels())
      others.push_back(argument);
  }
  bool hasNone = others.size() == function.getNumArguments();
  for (BlockArgument argument : others) {
    InFlightDiagnostic found =
        hasNone ? emitError(argument.getLoc()) : emitWarning(argument.getLoc());
    found << "expected floats " << (axis == 1 ? "[n, " : "[n, h, w, ")
          << how.channels() << (axis == 1 ? ", h, w]" : "]")
          << " to make of pixels, but found " << argument.getType() << "; "
          << (hasNone ? "see the options for pixel format and layout"
                      : "this input stays as it is");
  }
  if (hasNone && others.empty())
    return emitError(function.getLoc())
           << "expected an input to make of pixels, but the network has none";
  if (hasNone)
    return failure();
  for (unsigned index = 0; index < function.getNumArguments(); ++index)
    if (!llvm::is_contained(others, function.getArgument(index)))
      Fuser(function, index, how).run();
  function.setType(FunctionType::get(&getContext(),
                                     function.getBody().getArgumentTypes(),
                                     function.getResultTypes()));
  Retyper(function).eraseUnusedWeights();
  return success();
}

void FusePreprocessPass::runOnOperation() {
  FailureOr<Normalisation> how = readOptions();
  if (failed(how))
    return signalPassFailure();
  for (auto function : getOperation().getOps<func::FuncOp>())
    if (failed(fuse(function, *how)))
      return signalPassFailure();
}

//===- Conv.cpp - Convolutions and transposed convolutions ----------------===//
#include "lib/Conversion/TopToTpu/Pattern.h"
#include "lib/Conversion/TopToTpu/Support/Convolution.h"
#include "lib/Dialect/Top/Transforms/Weights.h"

using namespace mlir;
using namespace tpu_mlir;

/// What both ops share; nothing, with the reason recorded, if they do not fit.
template <typename OpTy>
static std::optional<Convolution> readConv(OpTy op, typename OpTy::Adaptor in,
                                           Lowering &l) {
  std::optional<std::vector<float>> filter = elementsOf(op.getFilter());
  std::optional<top::FloatData> bias = top::FloatData::read(op.getBias());
  if (!filter || (op.getBias() && !bias)) {
    l.fail("its filter and bias must be constants whose elements are present");
    return std::nullopt;
  }
  ShapeRef kernel = shapeOf(op.getFilter()).drop_front(2);
  std::optional<Window> window =
      Window::make(kernel, op.getStrides(), op.getPads(), op.getDilations());
  if (!window) {
    l.fail("it has " + Twine(kernel.size()) +
           " spatial dimensions, but 1 or 2 can be computed");
    return std::nullopt;
  }
  Convolution conv;
  conv.input = in.getInput();
  conv.filter = std::move(*filter);
  if (bias)
    conv.bias.assign(bias->values().begin(), bias->values().end());
  conv.oc = shapeOf(op.getOutput())[1];
  conv.group = op.getGroup();
  conv.window = *window;
  conv.relu = op.getRelu();
  return conv;
}

template <typename OpTy>
static Value limit(OpTy op, Value result, Lowering &l) {
  std::optional<APFloat> limit = op.getReluLimit();
  return limit ? l.min(result, limit->convertToFloat()) : result;
}

/// The convolution of what has been read: of floats, or of quantized values.
template <typename OpTy>
static Value emit(OpTy op, Convolution conv, Lowering &l) {
  if (!isQuantizedOp(op))
    return limit(op, emitConvolution(l, conv), l);
  return emitQuantized(l, conv,
                       {op.getInput(), op.getFilter(), op.getOutput(),
                        op.getRelu(), op.getReluLimit(),
                        op->hasAttr(top::kOwnScales)});
}

static Value lowerConv(top::ConvOp op, top::ConvOp::Adaptor in, Lowering &l) {
  std::optional<Convolution> conv = readConv(op, in, l);
  return conv ? emit(op, *conv, l) : Value();
}

//===----------------------------------------------------------------------===//
// Transposed: a convolution of the input with zeros between its elements
//===----------------------------------------------------------------------===//

/// [ic, oc / group, kh, kw] to [oc, ic / group, kh, kw], turned by 180 degrees.
static void turnFilter(Convolution &conv) {
  int64_t ic = conv.inputsPerGroup(), oc = conv.oc / conv.group;
  int64_t taps = conv.taps();
  std::vector<float> turned(conv.filter.size());
  for (int64_t i = 0; i < conv.ic(); ++i)
    for (int64_t o = 0; o < oc; ++o)
      for (int64_t tap = 0; tap < taps; ++tap)
        turned[((i / ic * oc + o) * ic + i % ic) * taps + taps - 1 - tap] =
            conv.filter[(i * oc + o) * taps + tap];
  conv.filter = std::move(turned);
}

static Value lowerConvTranspose(top::ConvTransposeOp op,
                                top::ConvTransposeOp::Adaptor in, Lowering &l) {
  std::optional<Convolution> conv = readConv(op, in, l);
  if (!conv)
    return {};
  turnFilter(*conv);
  Window &window = conv->window;
  std::array<int64_t, 2> more = {0, 0}; // output padding
  ArrayRef<int64_t> padding = op.getOutputPadding();
  std::copy_backward(padding.begin(), padding.end(), more.end());
  Shape crop(2, 0); // from the top and left of the result
  Shape sizes(canonicalShape(shapeOf(op.getOutput())));
  for (unsigned i = 0; i < 2; ++i) {
    conv->insertion[i] = window.strides[i] - 1;
    window.strides[i] = 1;
    int64_t low = window.extent(i) - 1 - window.pads[i];
    int64_t high = window.extent(i) - 1 - window.pads[2 + i] + more[i];
    crop[i] = std::max<int64_t>(-low, 0);
    window.pads[i] = std::max<int64_t>(low, 0);
    window.pads[2 + i] = std::max<int64_t>(high, 0);
  }
  Value whole = emit(op, *conv, l);
  return whole ? l.slice(whole, {0, 0, crop[0], crop[1]}, sizes, {1, 1, 1, 1})
               : Value();
}

void tpu_mlir::addConvs(Lowerings &set) {
  set.add<top::ConvOp>(lowerConv, lowerConv);
  set.add<top::ConvTransposeOp>(lowerConvTranspose, lowerConvTranspose);
}

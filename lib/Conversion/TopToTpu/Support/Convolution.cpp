//===- Convolution.cpp - Convolutions within the limits of the chip -------===//
#include "lib/Conversion/TopToTpu/Support/Convolution.h"

#include "lib/Conversion/TopToTpu/Support/View.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tpu_mlir;

//===----------------------------------------------------------------------===//
// Rewriting what does not fit into the fields of a command
//===----------------------------------------------------------------------===//

/// Copies a filter into one of other kernel sizes; tap k goes to k * step.
static void scatterTaps(Convolution &conv, std::array<int64_t, 2> kernel,
                        std::array<int64_t, 2> step) {
  auto [kh, kw] = conv.window.kernel;
  size_t planes = conv.filter.size() / conv.taps();
  std::vector<float> filter(planes * kernel[0] * kernel[1], 0.0f);
  for (size_t plane = 0; plane < planes; ++plane)
    for (int64_t y = 0; y < kh; ++y)
      for (int64_t x = 0; x < kw; ++x)
        filter[(plane * kernel[0] + y * step[0]) * kernel[1] + x * step[1]] =
            conv.filter[(plane * kh + y) * kw + x];
  conv.filter = std::move(filter);
  conv.window.kernel = kernel;
}

/// Writes the zeros between the taps into the filter.
static void dilateFilter(Convolution &conv) {
  Window &window = conv.window;
  scatterTaps(conv, {window.extent(0), window.extent(1)}, window.dilations);
  window.dilations = {1, 1};
}

static double zeroOf(const Convolution &conv) {
  return static_cast<double>(conv.zeroPoint);
}

/// Puts the zeros between the elements of the input.
static void insertZeros(Lowering &l, Convolution &conv) {
  for (unsigned i = 0; i < 2; ++i) {
    int64_t zeros = conv.insertion[i];
    if (zeros == 0)
      continue;
    Shape shape(shapeOf(conv.input));
    Shape view = i == 0 ? Shape{shape[0] * shape[1], shape[2], 1, shape[3]}
                        : Shape{shape[0] * shape[1], shape[2] * shape[3], 1, 1};
    Shape high(4, 0);
    high[2 + i] = zeros;
    Value spread =
        l.pad(l.reshape(conv.input, view), Shape(4, 0), high, zeroOf(conv));
    shape[2 + i] *= zeros + 1;
    conv.input =
        l.slice(l.reshape(spread, shape), 2 + i, 0, shape[2 + i] - zeros);
    conv.insertion[i] = 0;
  }
}

/// A stride s is a stride of 1 over s times the channels: [c, h, w] becomes
/// [c * s * s, h / s, w / s], and so does the filter.
static void foldStrides(Lowering &l, Convolution &conv) {
  dilateFilter(conv);
  conv.input =
      padInput(l, conv.input, conv.window, zeroOf(conv), /*everywhere=*/true);
  Window &window = conv.window;
  auto [sh, sw] = window.strides;
  Shape shape(shapeOf(conv.input)), missing(4, 0);
  std::array<int64_t, 2> blocks; // of the filter
  for (unsigned i = 0; i < 2; ++i) {
    int64_t stride = window.strides[i];
    blocks[i] = llvm::divideCeil(window.kernel[i], stride);
    int64_t needed = (window.count(i, shape[2 + i]) + blocks[i] - 1) * stride;
    missing[2 + i] = std::max<int64_t>(needed - shape[2 + i], 0);
    conv.input = l.slice(conv.input, 2 + i, 0, std::min(needed, shape[2 + i]));
    shape[2 + i] = needed;
  }
  conv.input = l.pad(conv.input, Shape(4, 0), missing, zeroOf(conv));
  int64_t h = shape[2] / sh, w = shape[3] / sw;
  Value turned = transpose(l, conv.input, {shape[0], shape[1], h, sh, w, sw},
                           {0, 1, 3, 5, 2, 4});
  conv.input = l.reshape(turned, {shape[0], shape[1] * sh * sw, h, w});

  scatterTaps(conv, {blocks[0] * sh, blocks[1] * sw}, {1, 1});
  size_t planes = conv.filter.size() / conv.taps();
  std::vector<float> filter(conv.filter.size());
  float *to = filter.data();
  for (size_t plane = 0; plane < planes; ++plane)
    for (int64_t inY = 0; inY < sh; ++inY)
      for (int64_t inX = 0; inX < sw; ++inX)
        for (int64_t y = inY; y < blocks[0] * sh; y += sh)
          for (int64_t x = inX; x < blocks[1] * sw; x += sw)
            *to++ =
                conv.filter[(plane * blocks[0] * sh + y) * blocks[1] * sw + x];
  conv.filter = std::move(filter);
  window.kernel = blocks;
  window.strides = {1, 1};
}

static void fitIntoFields(Lowering &l, Convolution &conv) {
  Window &window = conv.window;
  const WindowLimits &most = l.chip.window;
  bool longPads =
      llvm::any_of(window.pads, [&](int64_t pad) { return pad > most.pad; });
  bool inserts = conv.insertion[0] || conv.insertion[1];
  if (std::max(conv.insertion[0], conv.insertion[1]) > most.insertion ||
      (inserts && (longPads || conv.zeroPoint != 0)))
    insertZeros(l, conv);
  if (std::max(window.strides[0], window.strides[1]) > most.stride)
    foldStrides(l, conv);
  if (std::max(window.dilations[0], window.dilations[1]) > most.dilation)
    dilateFilter(conv);
  conv.input = padInput(l, conv.input, window, zeroOf(conv));
}

//===----------------------------------------------------------------------===//
// Commands
//===----------------------------------------------------------------------===//

static Type filterElement(const Convolution &conv) {
  Type element = elementOf(conv.input);
  return conv.scales.empty() ? element
                             : IntegerType::get(element.getContext(), 8);
}

/// Input channels that are multiplied at a time.
static int64_t channelsTogether(const Lowering &l, const Convolution &conv) {
  return l.chip.channelsTogether(filterElement(conv).getIntOrFloatBitWidth());
}

/// [oc, ic, kh, kw] as the chip reads it: [1, oc, ceil(ic / P) * kh * kw, P].
static Value packFilter(Lowering &l, const Convolution &conv) {
  Type element = filterElement(conv);
  int64_t together = channelsTogether(l, conv); // P
  int64_t ic = conv.inputsPerGroup(), taps = conv.taps();
  int64_t rows = llvm::divideCeil(ic, together) * taps;
  std::vector<float> packed(conv.oc * rows * together, 0.0f);
  for (int64_t o = 0; o < conv.oc; ++o)
    for (int64_t i = 0; i < ic; ++i)
      for (int64_t tap = 0; tap < taps; ++tap)
        packed[(o * rows + i / together * taps + tap) * together +
               i % together] = conv.filter[(o * ic + i) * taps + tap];
  return l.constant({1, conv.oc, rows, together}, element, packed);
}

/// [1, oc, 1, 2]: scale and offset of each channel.
static Value requantTable(Lowering &l, const Convolution &conv) {
  std::vector<float> table;
  for (auto [scale, offset] : llvm::zip(conv.scales, conv.bias)) {
    table.push_back(scale);
    table.push_back(offset);
  }
  return l.constant({1, conv.oc, 1, 2}, l.builder.getF32Type(), table);
}

template <typename OpTy>
static Value emitOp(Lowering &l, const Convolution &conv, Value filter,
                    Type biasElement) {
  OpBuilder &b = l.builder;
  const Window &window = conv.window;
  Shape shape(shapeOf(conv.input));
  shape[1] = conv.oc;
  for (unsigned i = 0; i < 2; ++i)
    shape[2 + i] =
        window.count(i, (shape[2 + i] - 1) * (conv.insertion[i] + 1) + 1);
  Value bias, requant;
  if (!conv.scales.empty())
    requant = requantTable(l, conv);
  else if (!conv.bias.empty())
    bias = l.constant({1, conv.oc, 1, 1}, biasElement, conv.bias);
  Type element = conv.result ? conv.result : elementOf(conv.input);
  return b.create<OpTy>(l.location, RankedTensorType::get(shape, element),
                        conv.input, filter, bias, requant,
                        b.getDenseI64ArrayAttr(window.kernel),
                        b.getDenseI64ArrayAttr(window.strides),
                        b.getDenseI64ArrayAttr(window.pads),
                        b.getDenseI64ArrayAttr(window.dilations),
                        b.getDenseI64ArrayAttr(conv.insertion),
                        conv.relu ? b.getUnitAttr() : UnitAttr(),
                        b.getI64IntegerAttr(conv.zeroPoint));
}

/// One input channel a group; several outputs of it repeat the channel.
static Value emitDepthwise(Lowering &l, Convolution &conv) {
  Shape shape(shapeOf(conv.input));
  int64_t repeats = conv.oc / conv.group;
  if (repeats > 1) {
    Shape view = {shape[0] * shape[1], 1, shape[2], shape[3]};
    Value single = l.reshape(conv.input, view);
    view[1] = repeats;
    conv.input = l.reshape(l.broadcast(single, view),
                           {shape[0], conv.oc, shape[2], shape[3]});
  }
  auto [kh, kw] = conv.window.kernel;
  Value filter =
      l.constant({1, conv.oc, kh, kw}, filterElement(conv), conv.filter);
  return emitOp<tpu::DepthwiseOp>(l, conv, filter, elementOf(conv.input));
}

/// The part of the convolution that is group `index`.
static Convolution sliceGroup(Lowering &l, const Convolution &conv,
                              int64_t index) {
  int64_t ic = conv.inputsPerGroup(), oc = conv.oc / conv.group;
  Convolution part = conv;
  part.input = l.slice(conv.input, 1, index * ic, ic);
  part.oc = oc;
  part.group = 1;
  size_t size = oc * ic * conv.taps();
  auto first = conv.filter.begin() + index * size;
  part.filter.assign(first, first + size);
  auto slice = [&](const std::vector<float> &values) {
    return values.empty()
               ? values
               : std::vector<float>(values.begin() + index * oc,
                                    values.begin() + (index + 1) * oc);
  };
  part.bias = slice(conv.bias);
  part.scales = slice(conv.scales);
  return part;
}

/// One convolution of all channels, zero where input and output differ in
/// their group.
static void joinGroups(Convolution &conv) {
  int64_t ic = conv.inputsPerGroup(), taps = conv.taps();
  int64_t oc = conv.oc / conv.group;
  std::vector<float> filter(conv.oc * conv.ic() * taps, 0.0f);
  for (int64_t o = 0; o < conv.oc; ++o)
    std::copy_n(conv.filter.begin() + o * ic * taps, ic * taps,
                filter.begin() + (o * conv.ic() + o / oc * ic) * taps);
  conv.filter = std::move(filter);
  conv.group = 1;
}

Value tpu_mlir::emitConvolution(Lowering &l, Convolution conv) {
  const int64_t together = channelsTogether(l, conv);
  const int64_t worthSlicing = std::max<int64_t>(32, together);
  Type f32 = l.builder.getF32Type();
  fitIntoFields(l, conv);
  if (wastesChannels(l, conv, together))
    turnRowsIntoChannels(l, conv, together);
  if (conv.group > 1 && conv.inputsPerGroup() == 1)
    return emitDepthwise(l, conv);
  if (conv.group > 1 && conv.inputsPerGroup() >= worthSlicing) {
    SmallVector<Value> parts;
    for (int64_t index = 0; index < conv.group; ++index) {
      Convolution part = sliceGroup(l, conv, index);
      parts.push_back(emitOp<tpu::ConvOp>(l, part, packFilter(l, part), f32));
    }
    return l.concat(parts, 1);
  }
  if (conv.group > 1)
    joinGroups(conv);
  return emitOp<tpu::ConvOp>(l, conv, packFilter(l, conv), f32);
}

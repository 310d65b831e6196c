//===- Weights.cpp - Reading and building constants of a network ----------===//
#include "lib/Dialect/Top/Transforms/Weights.h"

#include "lib/Dialect/Top/Transforms/Half.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"

#include <cmath>
#include <cstring>

using namespace mlir;
using namespace tpu_mlir::top;

/// Tensors of at most this many elements are written out as `dense`.
static constexpr int64_t kDense = 16;

ElementsAttr tpu_mlir::top::weightOf(Value value) {
  auto weight = value ? value.getDefiningOp<WeightOp>() : WeightOp();
  return weight ? weight.getValue() : ElementsAttr();
}

/// The bytes of a resource if there are as many as the type needs.
static ArrayRef<char> bytesOf(DenseResourceElementsAttr resource) {
  AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  Type element = resource.getType().getElementType();
  if (!blob || !element.isIntOrFloat())
    return {};
  size_t width = llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
  if (blob->getData().size() != resource.getType().getNumElements() * width)
    return {};
  return blob->getData();
}

static float toFloat(const APFloat &value) {
  APFloat copy = value;
  bool inexact;
  copy.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven, &inexact);
  return copy.convertToFloat();
}

std::optional<FloatData> FloatData::read(ElementsAttr attribute) {
  if (!attribute)
    return std::nullopt;
  FloatData data;
  Type element = attribute.getElementType();
  bool isBool = element.isInteger(1);
  if (!isa<FloatType>(element) && !isBool)
    return std::nullopt;
  size_t count = attribute.getNumElements();
  if (auto dense = dyn_cast<DenseElementsAttr>(attribute)) {
    data.owned.reserve(count);
    if (isBool)
      for (bool value : dense.getValues<bool>())
        data.owned.push_back(value);
    else
      for (const APFloat &value : dense.getValues<APFloat>())
        data.owned.push_back(toFloat(value));
    return data;
  }
  auto resource = dyn_cast<DenseResourceElementsAttr>(attribute);
  ArrayRef<char> bytes = resource ? bytesOf(resource) : ArrayRef<char>();
  if (bytes.empty())
    return std::nullopt;
  if (element.isF32() &&
      reinterpret_cast<uintptr_t>(bytes.data()) % alignof(float) == 0) {
    data.inPlace =
        ArrayRef(reinterpret_cast<const float *>(bytes.data()), count);
    return data;
  }
  data.owned.resize(count);
  if (element.isF32())
    std::memcpy(data.owned.data(), bytes.data(), bytes.size());
  else if (isBool)
    llvm::copy(bytes, data.owned.begin());
  else if (element.isF16())
    for (size_t i = 0; i < count; ++i)
      data.owned[i] = fromF16(llvm::support::endian::read16le(&bytes[2 * i]));
  else if (element.isBF16())
    for (size_t i = 0; i < count; ++i)
      data.owned[i] = fromBF16(llvm::support::endian::read16le(&bytes[2 * i]));
  else
    return std::nullopt;
  return data;
}

std::optional<FloatData> FloatData::read(Value value) {
  return read(weightOf(value));
}

template <typename T> static std::vector<int64_t> widen(ArrayRef<char> bytes) {
  std::vector<int64_t> values(bytes.size() / sizeof(T));
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = llvm::support::endian::read<T, llvm::endianness::little>(
        bytes.data() + i * sizeof(T));
  return values;
}

std::optional<std::vector<int64_t>> tpu_mlir::top::readIntegers(Value value) {
  ElementsAttr attribute = weightOf(value);
  if (!attribute || !isa<IntegerType>(attribute.getElementType()))
    return std::nullopt;
  bool isUnsigned = attribute.getElementType().isInteger(1) ||
                    attribute.getElementType().isUnsignedInteger();
  if (auto dense = dyn_cast<DenseElementsAttr>(attribute)) {
    std::vector<int64_t> values;
    for (const APInt &element : dense.getValues<APInt>())
      values.push_back(isUnsigned ? element.getZExtValue()
                                  : element.getSExtValue());
    return values;
  }
  auto resource = dyn_cast<DenseResourceElementsAttr>(attribute);
  ArrayRef<char> bytes = resource ? bytesOf(resource) : ArrayRef<char>();
  if (bytes.empty())
    return std::nullopt;
  switch (attribute.getElementType().getIntOrFloatBitWidth()) {
  case 1:
  case 8:
    return isUnsigned ? widen<uint8_t>(bytes) : widen<int8_t>(bytes);
  case 16:
    return isUnsigned ? widen<uint16_t>(bytes) : widen<int16_t>(bytes);
  case 32:
    return isUnsigned ? widen<uint32_t>(bytes) : widen<int32_t>(bytes);
  case 64:
    return widen<int64_t>(bytes);
  default:
    return std::nullopt;
  }
}

std::optional<float> tpu_mlir::top::readSplat(Value value) {
  std::optional<FloatData> data = FloatData::read(value);
  if (!data || data->size() == 0)
    return std::nullopt;
  float first = (*data)[0];
  if (!llvm::all_of(data->values(), [&](float v) { return v == first; }))
    return std::nullopt;
  return first;
}

/// A name that the assembly format of MLIR prints and reads back as it is.
static std::string blobName(StringRef name) {
  std::string result = name.empty() ? "weight" : name.str();
  for (char &c : result)
    if (!llvm::isAlnum(c) && c != '_' && c != '.' && c != '$')
      c = '_';
  if (!llvm::isAlpha(result.front()))
    result.insert(0, "_");
  return result;
}

static ElementsAttr makeBytes(RankedTensorType type, ArrayRef<float> values,
                              StringRef name) {
  std::vector<char> bytes(values.size());
  for (auto [byte, value] : llvm::zip(bytes, values))
    byte = static_cast<char>(static_cast<int>(value));
  if (type.getNumElements() <= kDense)
    return DenseElementsAttr::getFromRawBuffer(type, bytes);
  return DenseResourceElementsAttr::get(
      type, blobName(name),
      HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, 64));
}

ElementsAttr tpu_mlir::top::makeElements(RankedTensorType type,
                                         ArrayRef<float> values,
                                         StringRef name) {
  assert(type.getNumElements() == static_cast<int64_t>(values.size()));
  if (type.getElementType().isInteger(8))
    return makeBytes(type, values, name);
  auto element = cast<FloatType>(type.getElementType());
  if (type.getNumElements() <= kDense) {
    SmallVector<APFloat> elements;
    for (float value : values) {
      APFloat rounded(value);
      bool inexact;
      rounded.convert(element.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                      &inexact);
      elements.push_back(rounded);
    }
    return DenseElementsAttr::get(type, elements);
  }
  assert((element.isF32() || element.isF16() || element.isBF16()) &&
         "the only float types of networks");
  std::vector<char> bytes(values.size() * element.getWidth() / 8);
  if (element.isF32())
    std::memcpy(bytes.data(), values.data(), bytes.size());
  else if (element.isF16())
    for (size_t i = 0; i < values.size(); ++i)
      llvm::support::endian::write16le(&bytes[2 * i], toF16(values[i]));
  else
    for (size_t i = 0; i < values.size(); ++i)
      llvm::support::endian::write16le(&bytes[2 * i], toBF16(values[i]));
  return DenseResourceElementsAttr::get(
      type, blobName(name),
      HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, 64));
}

WeightOp tpu_mlir::top::makeWeight(OpBuilder &builder, Location location,
                                   RankedTensorType type,
                                   ArrayRef<float> values) {
  return builder.create<WeightOp>(location,
                                  makeElements(type, values, nameOf(location)));
}

namespace {
/// What each element of a quantized tensor is stored with.
class Steps {
public:
  explicit Steps(RankedTensorType type)
      : single(dyn_cast<quant::UniformQuantizedType>(type.getElementType())),
        axes(dyn_cast<quant::UniformQuantizedPerAxisType>(
            type.getElementType())) {
    if (axes)
      for (int64_t size :
           type.getShape().drop_front(axes.getQuantizedDimension() + 1))
        inner *= size;
  }

  double scale(size_t i) const {
    return axes ? axes.getScales()[channel(i)] : single.getScale();
  }
  double zeroPoint(size_t i) const {
    return static_cast<double>(axes ? axes.getZeroPoints()[channel(i)]
                                    : single.getZeroPoint());
  }

private:
  size_t channel(size_t i) const { return i / inner % axes.getScales().size(); }

  quant::UniformQuantizedType single;
  quant::UniformQuantizedPerAxisType axes;
  int64_t inner = 1; // elements in a row that share a scale
};
} // namespace

std::optional<std::vector<float>>
tpu_mlir::top::readQuantized(WeightOp weight) {
  std::optional<std::vector<int64_t>> stored = readIntegers(weight.getOutput());
  if (!stored)
    return std::nullopt;
  Steps steps(weight.getType());
  std::vector<float> values(stored->size());
  for (auto [i, q] : llvm::enumerate(*stored))
    values[i] = static_cast<float>(
        (static_cast<double>(q) - steps.zeroPoint(i)) * steps.scale(i));
  return values;
}

WeightOp tpu_mlir::top::makeQuantizedWeight(OpBuilder &builder,
                                            Location location,
                                            RankedTensorType type,
                                            ArrayRef<float> values) {
  auto quantized = cast<quant::QuantizedType>(type.getElementType());
  Steps steps(type);
  std::vector<float> stored(values.size());
  for (auto [i, value] : llvm::enumerate(values))
    stored[i] = static_cast<float>(std::clamp<double>(
        std::nearbyint(value / steps.scale(i)) + steps.zeroPoint(i),
        quantized.getStorageTypeMin(), quantized.getStorageTypeMax()));
  ElementsAttr elements =
      makeElements(type.clone(storageOf(quantized)), stored, nameOf(location));
  return builder.create<WeightOp>(location, elements, TypeAttr::get(quantized));
}

ElementsAttr tpu_mlir::top::reshapeElements(ElementsAttr attribute,
                                            ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get(shape, attribute.getElementType());
  if (auto dense = dyn_cast<DenseElementsAttr>(attribute))
    return dense.reshape(type);
  return DenseResourceElementsAttr::get(
      type, cast<DenseResourceElementsAttr>(attribute).getRawHandle());
}

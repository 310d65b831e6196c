//===- Sizes.cpp - How large tensors and the numbers of ops may be --------===//
#include "dialects/Interfaces/Sizes.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>

using namespace mlir;

int64_t tpu_mlir::countElements(ArrayRef<int64_t> shape) {
  if (llvm::is_contained(shape, 0))
    return 0;
  int64_t count = 1;
  for (int64_t size : shape)
    if (llvm::MulOverflow(count, size, count))
      return INT64_MAX;
  return count;
}

bool tpu_mlir::hasElements(Type type) {
  return !llvm::is_contained(cast<ShapedType>(type).getShape(), 0);
}

static bool isBounded(Type type) {
  auto tensor = dyn_cast<ShapedType>(type);
  if (!tensor || !tensor.hasStaticShape())
    return true; // nothing to count
  SmallVector<int64_t> shape(tensor.getShape());
  std::replace(shape.begin(), shape.end(), int64_t(0), int64_t(1));
  return tpu_mlir::countElements(shape) <= tpu_mlir::kMaxElements;
}

static bool isBounded(int64_t number) {
  return -tpu_mlir::kMaxElements <= number && number <= tpu_mlir::kMaxElements;
}

/// The first number beyond the limit.
static std::optional<int64_t> excessOf(Attribute attribute) {
  if (auto integer = dyn_cast<IntegerAttr>(attribute))
    if (!isBounded(integer.getValue().getSExtValue()))
      return integer.getValue().getSExtValue();
  if (auto array = dyn_cast<DenseI64ArrayAttr>(attribute))
    for (int64_t number : array.asArrayRef())
      if (!isBounded(number))
        return number;
  return std::nullopt;
}

std::string tpu_mlir::describeExcess(TypeRange types, Attribute attributes) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  for (Type type : types)
    if (!isBounded(type)) {
      stream << "expects tensors of at most " << kMaxElements
             << " elements, but found " << type;
      return text;
    }
  if (auto dictionary = dyn_cast_or_null<DictionaryAttr>(attributes))
    for (NamedAttribute named : dictionary)
      if (std::optional<int64_t> excess = excessOf(named.getValue())) {
        stream << "expects numbers from " << -kMaxElements << " to "
               << kMaxElements << ", but found " << *excess << " in '"
               << named.getName().getValue() << "'";
        return text;
      }
  return text;
}

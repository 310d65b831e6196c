//===- Signature.cpp - Tensors as a bmodel describes them -----------------===//
#include "lib/Codegen/Signature.h"

#include "lib/Codegen/Program.h"
#include "lib/Support/Locations.h"

using namespace mlir;
using namespace tpu_mlir;

static bmodel::DataType dataTypeOf(Type type) {
  if (type.isF32())
    return bmodel::DataType::F32;
  if (type.isF16())
    return bmodel::DataType::F16;
  if (type.isBF16())
    return bmodel::DataType::BF16;
  bool isUnsigned = type.isUnsignedInteger();
  switch (type.getIntOrFloatBitWidth()) {
  case 8:
    return isUnsigned ? bmodel::DataType::U8 : bmodel::DataType::I8;
  case 16:
    return isUnsigned ? bmodel::DataType::U16 : bmodel::DataType::I16;
  default:
    return isUnsigned ? bmodel::DataType::U32 : bmodel::DataType::I32;
  }
}

bmodel::Tensor tpu_mlir::tensorOf(Value value, StringRef name) {
  auto type = cast<RankedTensorType>(value.getType());
  bmodel::Tensor tensor;
  tensor.name = name.str();
  tensor.dataType = dataTypeOf(type.getElementType());
  tensor.address = addressOf(value);
  tensor.size = type.getNumElements() * type.getElementTypeBitWidth() / 8;
  tensor.shape.assign(type.getShape().begin(), type.getShape().end());
  if (Operation *op = value.getDefiningOp()) {
    if (auto scale = op->getAttrOfType<FloatAttr>("tpu.scale"))
      tensor.scale = scale.getValue().convertToFloat();
    if (auto zero = op->getAttrOfType<IntegerAttr>("tpu.zero_point"))
      tensor.zeroPoint = zero.getInt();
  }
  return tensor;
}

static StringRef signatureName(ArrayAttr attributes, unsigned index) {
  if (!attributes)
    return {};
  auto dictionary = cast<DictionaryAttr>(attributes[index]);
  auto name = dictionary.getAs<StringAttr>("top.name");
  return name ? name.getValue() : StringRef();
}

void tpu_mlir::describeSignature(func::FuncOp function, bmodel::Stage &stage) {
  auto name = [](ArrayAttr attributes, unsigned index, Value value) {
    StringRef given = signatureName(attributes, index);
    return given.empty() ? nameOf(value.getLoc()) : given;
  };
  auto add = [](std::vector<bmodel::Tensor> &list, Value value, StringRef name,
                StringRef fallback, unsigned index) {
    list.push_back(tensorOf(
        value, name.empty() ? (fallback + Twine(index)).str() : name.str()));
  };
  for (BlockArgument argument : function.getArguments())
    add(stage.inputs, argument,
        name(function.getArgAttrsAttr(), argument.getArgNumber(), argument),
        "input", argument.getArgNumber());
  Operation *end = function.getBody().front().getTerminator();
  for (auto [index, value] : llvm::enumerate(end->getOperands()))
    add(stage.outputs, value, name(function.getResAttrsAttr(), index, value),
        "output", index);
}

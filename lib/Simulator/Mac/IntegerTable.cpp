//===- IntegerTable.cpp - Integers in a table or in the command -----------===//
#include "lib/Simulator/Mac/IntegerTable.h"

using namespace tpu_mlir::sim;

llvm::Expected<std::vector<int32_t>>
IntegerTable::read(Machine &machine) const {
  std::vector<int32_t> values(size_t(channels) * perChannel);
  if (isConstant) {
    uint8_t bytes[sizeof address];
    std::memcpy(bytes, &address, sizeof address);
    for (uint32_t c = 0; c < channels; ++c)
      toIntegers(precision, isSigned, bytes, &values[size_t(c) * perChannel],
                 1);
    return values;
  }
  auto view = TensorView::perChannel(
      machine, address, isa::bitsOf(precision) / 8, channels, perChannel);
  if (!view)
    return view.takeError();
  if (llvm::Error error = view->read(machine, operand))
    return std::move(error);
  for (uint32_t c = 0; c < channels; ++c)
    toIntegers(precision, isSigned, view->at(machine, 0, c),
               &values[size_t(c) * perChannel], perChannel);
  return values;
}

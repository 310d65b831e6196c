//===- GdmaMaskedSelect.cpp - Elements packed where a mask is set ---------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/Gdma/Sides.h"
#include <algorithm>
#include <cstring>

using namespace tpu_mlir;
using namespace tpu_mlir::sim;

llvm::Error tpu_mlir::sim::execute(Machine &machine,
                                   const isa::GdmaMaskedSelect &command) {
  llvm::Expected<unsigned> bytes = transferElementBytes(command);
  if (!bytes)
    return bytes.takeError();
  llvm::Expected<unsigned> maskBytes = integerBytes(command.mask_data_format);
  if (!maskBytes)
    return maskBytes.takeError();
  Shape4 shape = sourceShape(command);
  llvm::Expected<TransferView> source = TransferView::makeUnstrided(
      machine, "source", command.srcAddress(), *bytes, shape);
  if (!source)
    return source.takeError();
  llvm::Expected<TransferView> mask = TransferView::makeUnstrided(
      machine, "mask", command.maskAddress(), *maskBytes, shape);
  if (!mask)
    return mask.takeError();
  llvm::Expected<Packed> data = source->read(machine);
  if (!data)
    return data.takeError();
  llvm::Expected<Packed> chosen = mask->read(machine);
  if (!chosen)
    return chosen.takeError();
  Packed result;
  for (uint64_t i = 0; i < source->count(); ++i) {
    const uint8_t *element = chosen->data() + i * *maskBytes;
    if (std::any_of(element, element + *maskBytes,
                    [](uint8_t byte) { return byte != 0; }))
      result.insert(result.end(), data->begin() + i * *bytes,
                    data->begin() + (i + 1) * *bytes);
  }
  return writeDense(machine, command.dstAddress(), result, *bytes);
}

//===- GdmaNonzero.cpp - Indices of the elements that are not zero --------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/Gdma/Sides.h"
#include <algorithm>

using namespace tpu_mlir;
using namespace tpu_mlir::sim;

llvm::Error tpu_mlir::sim::execute(Machine &machine,
                                   const isa::GdmaNonzero &command) {
  if (command.decompress_enable)
    return refuse("decompression is not supported");
  llvm::Expected<unsigned> bytes = integerBytes(command.src_data_format);
  if (!bytes)
    return bytes.takeError();
  llvm::Expected<unsigned> indexBytes = integerBytes(command.index_data_format);
  if (!indexBytes)
    return indexBytes.takeError();
  llvm::Expected<TransferView> source = TransferView::makeUnstrided(
      machine, "source", command.srcAddress(), *bytes, sourceShape(command));
  if (!source)
    return source.takeError();
  llvm::Expected<Packed> data = source->read(machine);
  if (!data)
    return data.takeError();
  Packed result;
  for (uint64_t i = 0; i < source->count(); ++i) {
    const uint8_t *element = data->data() + i * *bytes;
    if (std::all_of(element, element + *bytes,
                    [](uint8_t byte) { return byte == 0; }))
      continue;
    uint32_t index = uint32_t(i) + command.dst_nstride; // the field's base
    for (unsigned byte = 0; byte < *indexBytes; ++byte)
      result.push_back(uint8_t(index >> 8 * byte));
  }
  return writeDense(machine, command.dstAddress(), result, *indexBytes);
}

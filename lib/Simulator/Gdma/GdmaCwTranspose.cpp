//===- GdmaCwTranspose.cpp - Copies that exchange c and w -----------------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/Gdma/Sides.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;

llvm::Error tpu_mlir::sim::execute(Machine &machine,
                                   const isa::GdmaCwTranspose &command) {
  if (command.fill_constant_en)
    return refuse("a constant cannot be transposed");
  llvm::Expected<unsigned> bytes = transferElementBytes(command);
  if (!bytes)
    return bytes.takeError();
  Shape4 shape = sourceShape(command);
  llvm::Expected<TransferView> source =
      sourceView(machine, command, *bytes, shape, /*wStrides=*/false);
  if (!source)
    return source.takeError();
  llvm::Expected<TransferView> target =
      targetView(machine, command, *bytes, {shape.n, shape.w, shape.h, shape.c},
                 command.dstAddress(), /*wStrides=*/false);
  if (!target)
    return target.takeError();
  llvm::Expected<Packed> data = source->read(machine);
  if (!data)
    return data.takeError();
  return target->write(machine, permuted(*data, shape, {0, 3, 2, 1}, *bytes),
                       isa::Lanes(command.laneMask()));
}

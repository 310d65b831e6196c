//===- GdmaGather.cpp - Rows chosen by indices ----------------------------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/Gdma/IndexedRows.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;

llvm::Error tpu_mlir::sim::execute(Machine &machine,
                                   const isa::GdmaGather &command) {
  uint32_t rows = command.nchw_copy ? command.src_hsize : command.dst_hsize;
  llvm::Expected<IndexedRows> operands =
      indexedRows(machine, command, rows, rows);
  if (!operands)
    return operands.takeError();
  Packed constant =
      repeated(command.constant_value, operands->width, operands->elementBytes);
  for (uint32_t c = 0; c < operands->channels; ++c)
    for (uint32_t row = 0; row < rows; ++row) {
      uint32_t index = operands->indexAt(c, row);
      llvm::Error error =
          index < command.src_hsize
              ? operands->copyRow(machine, c, index, row,
                                  isa::Lanes(command.laneMask()))
              : operands->writeRow(machine, c, row, constant.data(),
                                   isa::Lanes(command.laneMask()));
      if (error)
        return error;
    }
  return llvm::Error::success();
}

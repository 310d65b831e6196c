//===- GdmaScatter.cpp - Rows written where indices say -------------------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/Gdma/IndexedRows.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;

llvm::Error tpu_mlir::sim::execute(Machine &machine,
                                   const isa::GdmaScatter &command) {
  uint32_t rows = command.nchw_copy ? command.src_hsize : command.dst_hsize;
  llvm::Expected<IndexedRows> operands =
      indexedRows(machine, command, rows, command.src_hsize);
  if (!operands)
    return operands.takeError();
  for (uint32_t c = 0; c < operands->channels; ++c)
    for (uint32_t row = 0; row < command.src_hsize; ++row) {
      uint32_t index = operands->indexAt(c, row);
      if (index >= rows)
        continue; // the chip drops the row
      if (llvm::Error error = operands->copyRow(machine, c, row, index,
                                                isa::Lanes(command.laneMask())))
        return error;
    }
  return llvm::Error::success();
}

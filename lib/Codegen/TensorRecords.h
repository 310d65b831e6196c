//===- TensorRecords.h - Which tensors can be seen, and when --------------===//
#pragma once

#include "lib/BModel/Model.h"
#include "lib/Codegen/Program.h"

namespace tpu_mlir {

/// The table beside a network from which `tpuc compare` and the debugger know
/// its inner tensors, the layers of its commands and the limits of its indices.
std::vector<uint8_t> describeTensors(mlir::func::FuncOp function,
                                     const Program &program,
                                     const bmodel::Stage &stage);

} // namespace tpu_mlir

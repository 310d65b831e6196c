//===- Print.h - Commands as text and as JSON -----------------------------===//

#pragma once

#include "lib/Isa/Instructions.h"
#include "llvm/Support/JSON.h"

namespace tpu_mlir::isa {

/// One line without its end: engine, id, what it waits for, name, operands with
/// type, shape, layout and address, and every other field that is not zero.
/// \code
/// tiu 7 after gdma 3: arith.add opd0 = f16[1, 64, 28, 28] aligned at lane 0 +
/// 0x4000, opd1 = f16 0x3c00 -> ...
/// \endcode
void print(llvm::raw_ostream &os, const Decoded &command);

/// The same as an object, with all fields that the unit reads.
llvm::json::Object toJson(const Decoded &command);

} // namespace tpu_mlir::isa

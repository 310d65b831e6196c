//===- Print.h - Commands as text and as JSON -----------------------------===//

#pragma once

#include "lib/Isa/Instructions.h"
#include "llvm/Support/JSON.h"
#include <vector>

namespace tpu_mlir::isa {

/// Bits, from `lsb` on, that no field of the command holds but its bytes do.
struct Stray {
  unsigned lsb;
  uint64_t value;
};
/// Stray bits are named after their first in text: bits_67.
constexpr llvm::StringLiteral strayPrefix = "bits_";

/// The stray bits of the bytes that `command` was decoded from.
std::vector<Stray> strayBits(const Decoded &command,
                             llvm::ArrayRef<uint8_t> bytes);

/// One line without its end: engine, id, what it waits for, name, the form
/// where it is not the shortest, operands with type, shape, layout and address,
/// and in braces every other field that does not go without saying. assemble()
/// of Assemble.h turns it back into the same bytes.
/// \code
/// tiu 7 after gdma 3: arith.add opd0 = f16[1, 64, 28, 28] aligned at lane 0 +
/// 0x4000, opd1 = f16 0x3c00 -> ...
/// \endcode
void print(llvm::raw_ostream &os, const Decoded &command,
           llvm::ArrayRef<Stray> strays = {});

/// The same as an object, with all fields that the unit reads.
llvm::json::Object toJson(const Decoded &command);

} // namespace tpu_mlir::isa

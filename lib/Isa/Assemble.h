//===- Assemble.h - Commands from their text ------------------------------===//

#pragma once

#include "lib/Isa/Instructions.h"
#include <string>
#include <vector>

namespace tpu_mlir::isa {

struct Assembled {
  Engine engine;
  uint32_t id;
  std::vector<uint8_t> bytes;
};

/// The bytes of a command from the line that print() writes of it, a comment
/// from # on left out. Operands may be missing altogether; then the fields in
/// braces say everything. The error names the operand or field, what was
/// expected and what was found.
llvm::Expected<Assembled> assemble(llvm::StringRef line);

} // namespace tpu_mlir::isa

//===- TextLine.h - A command as its text says it -------------------------===//
//
// For assemble() only: whether the parts make sense together is its business.
//
//===----------------------------------------------------------------------===//

#pragma once

#include "lib/Isa/Operands.h"
#include <optional>
#include <vector>

namespace tpu_mlir::isa {

/// A field in braces.
struct NamedValue {
  llvm::StringRef name;
  uint64_t value;
};

/// What a line says, before it is known whether it makes sense.
struct TextLine {
  Engine engine = Engine::Tiu;
  uint64_t id = 0, waitsFor = 0;
  llvm::StringRef operation;
  std::optional<Form> form;
  std::vector<Operand> operands;
  std::vector<NamedValue> fields;
};

/// Reads a line; a comment from # on is left out. The parts refer to the text.
/// The error tells the column, what was expected and what was found.
llvm::Expected<TextLine> readLine(llvm::StringRef text);

} // namespace tpu_mlir::isa

//===- Listing.h - What the text of a command leaves unsaid ---------------===//
//
// For the writer and the reader of text only. The text of a command names its
// operands and those of its fields that the operands do not tell; both sides
// agree here on what the operands tell, so that no bit is lost between them.
//
//===----------------------------------------------------------------------===//

#pragma once

#include "lib/Isa/Operands.h"
#include <optional>
#include <string>
#include <type_traits>

namespace tpu_mlir::isa {

/// The value of a field that goes without saying beside these operands; nothing
/// where the instruction's default does.
std::optional<uint64_t> toldField(llvm::StringRef field,
                                  llvm::ArrayRef<Operand> all);

/// "local", "static", "l2", "global".
llvm::StringRef spaceName(Space space);
/// Where the addresses of a space's operands begin; those of local memory are
/// offsets already.
uint64_t baseOf(Space space);

/// "f16[1, 64, 28, 28] aligned at lane 0 + 0x4000", "f16 0x3c00".
std::string operandText(const Operand &operand);
/// "f16", "u8"; "?" for a precision that does not exist.
std::string operandType(const Operand &operand);

/// "arith.add": the name of the sub-function, or of the instruction if it has
/// none; with the vendor's name of the instruction before it where two
/// instructions share the sub-function's.
std::string operationName(const Instruction &instruction);
/// The instruction of that name, all other fields at their default; nothing if
/// there is none.
std::optional<Instruction> operationNamed(llvm::StringRef name);

template <typename T, typename = void> struct HasFunction : std::false_type {};
template <typename T>
struct HasFunction<T, std::void_t<decltype(std::declval<T>().function())>>
    : std::true_type {};

/// Give all fields but the operation and the ids the values that the operands
/// tell.
template <typename T> void setTold(T &command, llvm::ArrayRef<Operand> all) {
  T told;
  T::forEachField(told, [&](llvm::StringRef name, auto &member) {
    if (std::optional<uint64_t> value = toldField(name, all))
      member = *value;
  });
  if constexpr (HasFunction<T>::value)
    told.setFunction(command.function());
  T::forEachField(told, [&](llvm::StringRef name, auto &member) {
    if (name == "cmd_id")
      member = command.cmd_id;
    else if (name == "cmd_id_dep")
      member = command.cmd_id_dep;
  });
  command = told;
}

/// Give the fields that the form lacks the values that decoding gives them.
template <typename T> void dropLacking(T &command, Form form) {
  if (T::hasLong && form == Form::Short)
    command.fillImplied();
}

} // namespace tpu_mlir::isa

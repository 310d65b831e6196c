//===- Assemble.cpp - Commands from their text ----------------------------===//

#include "lib/Isa/Assemble.h"
#include "lib/Isa/Listing.h"
#include "lib/Isa/Print.h"
#include "lib/Isa/TextLine.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace tpu_mlir::isa;
namespace isa = tpu_mlir::isa;

static llvm::Error failure(const llvm::Twine &text) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), text);
}

/// The fields in braces; those that name stray bits are handed back.
template <typename T>
static llvm::Expected<std::vector<Stray>> setFields(T &command,
                                                    const TextLine &line) {
  std::vector<Stray> strays;
  for (const NamedValue &field : line.fields) {
    llvm::StringRef name = field.name;
    unsigned lsb = 0;
    if (name.consume_front(strayPrefix) && !name.getAsInteger(10, lsb)) {
      strays.push_back({lsb, field.value});
      continue;
    }
    bool isKnown = false, fits = true;
    T::forEachField(command, [&](llvm::StringRef known, auto &member) {
      if (known != field.name)
        return;
      isKnown = true;
      member = field.value;
      fits = member == field.value;
    });
    if (!isKnown)
      return failure("field " + field.name + ": " + line.operation +
                     " has no such field");
    if (!fits)
      return failure("field " + field.name + ": " + llvm::Twine(field.value) +
                     " has more than 32 bits");
  }
  return strays;
}

/// What the fields make of the operands must be what the line says.
static llvm::Error checkOperands(const Operands &made, const TextLine &line) {
  auto names = [](llvm::ArrayRef<Operand> all) {
    std::string text = llvm::join(
        llvm::map_range(all, [](const Operand &o) { return o.name.str(); }),
        ", ");
    return text.empty() ? "none" : text;
  };
  llvm::ArrayRef<Operand> given(line.operands);
  bool isSame = made.size() == given.size() &&
                llvm::all_of(llvm::zip(made, given), [](const auto &pair) {
                  return std::get<0>(pair).name == std::get<1>(pair).name;
                });
  if (!isSame)
    return failure("expected the operands of " + line.operation +
                   " with these fields, " + names(made) + ", found " +
                   names(given));
  for (auto [expected, found] : llvm::zip(made, given))
    if (operandText(expected) != operandText(found))
      return failure("operand " + expected.name + ": expected '" +
                     operandText(expected) +
                     "', which follows from the other operands and the "
                     "fields, found '" +
                     operandText(found) + "'");
  return llvm::Error::success();
}

template <typename T>
static llvm::Error setIds(T &command, const TextLine &line) {
  bool hasIds = false;
  std::pair<llvm::StringLiteral, uint64_t> ids[] = {
      {"cmd_id", line.id}, {"cmd_id_dep", line.waitsFor}};
  for (auto [name, value] : ids) {
    if (value > UINT32_MAX)
      return failure("the command number " + llvm::Twine(value) +
                     " is too large");
    T::forEachField(command, [&, name = name, value = value](
                                 llvm::StringRef known, auto &member) {
      if (known == name) {
        member = value;
        hasIds = true;
      }
    });
  }
  if (!hasIds && (line.id || line.waitsFor))
    return failure(line.operation + " has no number and waits for nothing");
  return llvm::Error::success();
}

template <typename T>
static llvm::Expected<Assembled> assembleAs(T command, const TextLine &line) {
  if (T::engine != line.engine)
    return failure(line.operation + " is an operation of the other engine");
  if (llvm::Error error = setIds(command, line))
    return std::move(error);
  setTold(command, line.operands);
  llvm::Expected<std::vector<Stray>> strays = setFields(command, line);
  if (!strays)
    return strays.takeError();
  Form form = line.form.value_or(shortestForm(command));
  llvm::StringRef formName = form == Form::Short ? "short" : "long";
  if (form == Form::Short ? !T::hasShort : !T::hasLong)
    return failure(line.operation + " has no " + formName + " form");
  dropLacking(command, form);
  if (llvm::StringRef field = command.misfit(form); !field.empty())
    return failure("field " + field + ": its value is too large for the " +
                   formName + " form of " + line.operation);
  if (!line.operands.empty())
    if (llvm::Error error = checkOperands(operands(command), line))
      return std::move(error);
  Assembled result{T::engine, uint32_t(line.id),
                   std::vector<uint8_t>(T::size(form))};
  command.encode(form, result.bytes);
  for (const Stray &stray : *strays)
    for (unsigned bit = 0; bit < 64; ++bit)
      if (stray.value >> bit & 1) {
        size_t at = size_t(stray.lsb) + bit;
        if (at / 8 >= result.bytes.size())
          return failure("field " + strayPrefix + llvm::Twine(stray.lsb) +
                         ": the " + formName + " form of " + line.operation +
                         " has " + llvm::Twine(8 * result.bytes.size()) +
                         " bits");
        result.bytes[at / 8] ^= uint8_t(1u << at % 8);
      }
  return result;
}

llvm::Expected<Assembled> isa::assemble(llvm::StringRef text) {
  llvm::Expected<TextLine> line = readLine(text);
  if (!line)
    return line.takeError();
  std::optional<Instruction> instruction = operationNamed(line->operation);
  if (!instruction)
    return failure("there is no operation '" + line->operation + "'");
  return std::visit(
      [&](const auto &command) { return assembleAs(command, *line); },
      *instruction);
}

//===- Parse.cpp - Commands from their text -------------------------------===//

#include "lib/Isa/Parse.h"
#include "lib/Isa/Listing.h"
#include "lib/Isa/Print.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tpu_mlir::isa;
namespace isa = tpu_mlir::isa;

namespace {

llvm::Error failure(const llvm::Twine &text) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), text);
}

bool isNameCharacter(char c) { return llvm::isAlnum(c) || c == '_'; }

struct NamedValue {
  llvm::StringRef name;
  uint64_t value;
};

/// What a line says, before it is known whether it makes sense.
struct Line {
  Engine engine = Engine::Tiu;
  uint64_t id = 0, waitsFor = 0;
  llvm::StringRef operation;
  std::optional<Form> form;
  std::vector<Operand> operands;
  std::vector<NamedValue> fields;
};

class Reader {
public:
  explicit Reader(llvm::StringRef text) : text(text), rest(text) {}

  llvm::Expected<Line> read();

private:
  llvm::Error expected(const llvm::Twine &what) const;
  bool take(llvm::StringRef token);
  llvm::Error need(llvm::StringRef token);
  llvm::StringRef takeWhile(llvm::function_ref<bool(char)> belongs);
  llvm::Error number(uint64_t &value);
  llvm::Error sizes(llvm::MutableArrayRef<uint64_t> values);
  llvm::Error type(Operand &o);
  llvm::Error place(Operand &o);
  llvm::Error operand(Operand &o);
  llvm::Error head(Line &line);
  llvm::Error fields(Line &line);

  llvm::StringRef text, rest;
};

} // namespace

llvm::Error Reader::expected(const llvm::Twine &what) const {
  constexpr size_t shown = 24; // characters of what was found
  llvm::StringRef found = rest.ltrim();
  std::string place = found.empty()
                          ? "the end of the line"
                          : ("'" + found.take_front(shown).rtrim() + "'").str();
  return failure("column " + llvm::Twine(text.size() - found.size() + 1) +
                 ": expected " + what + ", found " + place);
}

/// Takes the token if it is next; a word only if it ends there.
bool Reader::take(llvm::StringRef token) {
  llvm::StringRef next = rest.ltrim();
  if (!next.consume_front(token))
    return false;
  if (isNameCharacter(token.back()) && !next.empty() &&
      isNameCharacter(next.front()))
    return false;
  rest = next;
  return true;
}

llvm::Error Reader::need(llvm::StringRef token) {
  return take(token) ? llvm::Error::success() : expected("'" + token + "'");
}

llvm::StringRef Reader::takeWhile(llvm::function_ref<bool(char)> belongs) {
  rest = rest.ltrim();
  llvm::StringRef taken = rest.take_while(belongs);
  rest = rest.drop_front(taken.size());
  return taken;
}

llvm::Error Reader::number(uint64_t &value) {
  llvm::StringRef before = rest;
  if (!takeWhile(isNameCharacter).getAsInteger(0, value))
    return llvm::Error::success();
  rest = before;
  return expected("a number below 2^64");
}

llvm::Error Reader::sizes(llvm::MutableArrayRef<uint64_t> values) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (llvm::Error error = need(i ? "," : "["))
      return error;
    if (llvm::Error error = number(values[i]))
      return error;
  }
  return need("]");
}

llvm::Error Reader::type(Operand &o) {
  if (take("?")) {
    o.precision = Precision(7); // the only code without a meaning
    return llvm::Error::success();
  }
  constexpr std::pair<llvm::StringLiteral, Precision> types[] = {
      {"f16", Precision::F16}, {"bf16", Precision::BF16},
      {"f32", Precision::F32}, {"i4", Precision::I4},
      {"i8", Precision::I8},   {"i16", Precision::I16},
      {"i32", Precision::I32}, {"u4", Precision::I4},
      {"u8", Precision::I8},   {"u16", Precision::I16},
      {"u32", Precision::I32}};
  for (auto [name, precision] : types)
    if (take(name)) {
      o.precision = precision;
      o.isSigned = name.front() == 'i';
      return llvm::Error::success();
    }
  return expected("an element type (f32, f16, bf16, i8, u8, ...)");
}

/// "lane 3 + 0x40", "global + 0x1000", "no memory 0x5000000".
llvm::Error Reader::place(Operand &o) {
  if (take("no memory")) {
    o.hasSpace = false;
    return number(o.address);
  }
  uint64_t base = 0;
  if (take("lane")) {
    o.space = Space::Local;
    if (llvm::Error error = number(base))
      return error;
    if (base >= laneCount)
      return failure("operand " + o.name + ": lane " + llvm::Twine(base) +
                     " does not exist, there are " + llvm::Twine(laneCount));
    base *= laneBytes;
  } else {
    const Space *found = nullptr;
    static constexpr Space spaces[] = {Space::Global, Space::L2, Space::Static};
    for (const Space &space : spaces)
      if (!found && take(spaceName(space)))
        found = &space;
    if (!found)
      return expected("a place (lane 3 + 0x40, global + 0x1000, l2 + 0x0, "
                      "static + 0x0)");
    o.space = *found;
    base = baseOf(o.space);
  }
  if (llvm::Error error = need("+"))
    return error;
  if (llvm::Error error = number(o.address))
    return error;
  o.address += base;
  return llvm::Error::success();
}

llvm::Error Reader::operand(Operand &o) {
  llvm::StringRef before = rest;
  o.name = takeWhile(isNameCharacter);
  if (o.name.empty()) {
    rest = before;
    return expected("an operand, '{' or the end");
  }
  if (llvm::Error error = need("="))
    return error;
  if (take("all of local memory")) {
    o.kind = Operand::Kind::Anything;
    return llvm::Error::success();
  }
  if (llvm::Error error = type(o))
    return error;
  if (!rest.starts_with("[")) {
    o.kind = Operand::Kind::Constant;
    uint64_t value = 0;
    if (llvm::Error error = number(value))
      return error;
    if (value > UINT32_MAX)
      return failure("operand " + o.name + ": the constant " +
                     llvm::Twine(value) + " has more than 32 bits");
    o.value = uint32_t(value);
    return llvm::Error::success();
  }
  bool isLinear =
      !rest.take_until([](char c) { return c == ']'; }).contains(',');
  o.kind = isLinear ? Operand::Kind::Linear : Operand::Kind::Tensor;
  if (isLinear)
    o.shape = {1, 1, 1, 0};
  llvm::MutableArrayRef<uint64_t> shape(o.shape);
  if (llvm::Error error = sizes(isLinear ? shape.take_back(1) : shape))
    return error;
  // "row aligned", "a copy a lane": words, up to strides or to "at".
  llvm::StringRef layout = rest.take_front(rest.find(" at ")).trim();
  rest = rest.drop_front(std::min(rest.size(), rest.find(" at ")));
  o.layout = layout;
  if (layout.starts_with("strided")) {
    o.layout = "strided";
    rest = llvm::StringRef(layout.data() + o.layout.size(),
                           rest.data() - layout.data() - o.layout.size() +
                               rest.size());
    if (llvm::Error error = sizes(o.strides))
      return error;
  }
  if (llvm::Error error = need("at"))
    return error;
  return place(o);
}

llvm::Error Reader::head(Line &line) {
  if (take("gdma"))
    line.engine = Engine::Gdma;
  else if (!take("tiu"))
    return expected("'tiu' or 'gdma'");
  if (llvm::Error error = number(line.id))
    return error;
  if (take("after")) {
    if (llvm::Error error = need(line.engine == Engine::Tiu ? "gdma" : "tiu"))
      return error;
    if (llvm::Error error = number(line.waitsFor))
      return error;
  }
  if (llvm::Error error = need(":"))
    return error;
  llvm::StringRef before = rest;
  line.operation = takeWhile(
      [](char c) { return isNameCharacter(c) || c == '.' || c == '/'; });
  if (line.operation.empty()) {
    rest = before;
    return expected("an operation");
  }
  if (take("(long)"))
    line.form = Form::Long;
  else if (take("(short)"))
    line.form = Form::Short;
  return llvm::Error::success();
}

llvm::Error Reader::fields(Line &line) {
  do {
    llvm::StringRef before = rest;
    NamedValue field{takeWhile(isNameCharacter), 0};
    if (field.name.empty()) {
      rest = before;
      return expected("a field");
    }
    if (llvm::Error error = need("="))
      return error;
    if (llvm::Error error = number(field.value))
      return error;
    line.fields.push_back(field);
  } while (take(","));
  return need("}");
}

llvm::Expected<Line> Reader::read() {
  Line line;
  if (llvm::Error error = head(line))
    return std::move(error);
  while (!rest.trim().empty() && !rest.ltrim().starts_with("{")) {
    if (!line.operands.empty() && !take(",") && !take("->"))
      return expected("',', '->' or '{'");
    else if (line.operands.empty())
      take("->"); // of an operation that reads nothing
    if (llvm::Error error = operand(line.operands.emplace_back()))
      return std::move(error);
  }
  if (take("{"))
    if (llvm::Error error = fields(line))
      return std::move(error);
  if (!rest.trim().empty())
    return expected("the end of the line");
  return line;
}

/// The fields in braces; those that name stray bits are handed back.
template <typename T>
static llvm::Expected<std::vector<Stray>> setFields(T &command,
                                                    const Line &line) {
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
static llvm::Error checkOperands(const Operands &made, const Line &line) {
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

template <typename T> static llvm::Error setIds(T &command, const Line &line) {
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
static llvm::Expected<Assembled> assembleAs(T command, const Line &line) {
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
  llvm::Expected<Line> line = Reader(text.split('#').first).read();
  if (!line)
    return line.takeError();
  std::optional<Instruction> instruction = operationNamed(line->operation);
  if (!instruction)
    return failure("there is no operation '" + line->operation + "'");
  return std::visit(
      [&](const auto &command) { return assembleAs(command, *line); },
      *instruction);
}

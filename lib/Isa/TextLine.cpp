//===- TextLine.cpp - A command as its text says it -----------------------===//

#include "lib/Isa/TextLine.h"
#include "lib/Isa/Listing.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace tpu_mlir::isa;
namespace isa = tpu_mlir::isa;

namespace {

llvm::Error failure(const llvm::Twine &text) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), text);
}

bool isNameCharacter(char c) { return llvm::isAlnum(c) || c == '_'; }

class Reader {
public:
  explicit Reader(llvm::StringRef text) : text(text), rest(text) {}

  llvm::Expected<TextLine> read();

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
  llvm::Error head(TextLine &line);
  llvm::Error fields(TextLine &line);

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

llvm::Error Reader::head(TextLine &line) {
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

llvm::Error Reader::fields(TextLine &line) {
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

llvm::Expected<TextLine> Reader::read() {
  TextLine line;
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

llvm::Expected<TextLine> isa::readLine(llvm::StringRef text) {
  return Reader(text.split('#').first).read();
}

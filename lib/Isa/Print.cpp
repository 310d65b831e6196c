//===- Print.cpp - Commands as text and as JSON ---------------------------===//

#include "lib/Isa/Print.h"
#include "lib/Isa/Listing.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace tpu_mlir::isa;
namespace isa = tpu_mlir::isa;

namespace {

llvm::json::Object operandJson(const Operand &o) {
  llvm::json::Object object{{"name", o.name},
                            {"read", o.isRead},
                            {"written", o.isWritten},
                            {"type", operandType(o)}};
  if (o.kind == Operand::Kind::Constant) {
    object["constant"] = int64_t(o.value);
    return object;
  }
  if (o.kind == Operand::Kind::Anything) {
    object["space"] = "local";
    return object;
  }
  object["space"] = o.hasSpace ? spaceName(o.space) : "none";
  if (o.hasSpace && o.space == Space::Local) {
    object["lane"] = int64_t(o.address / laneBytes);
    object["offset"] = int64_t(o.address % laneBytes);
  } else {
    object["address"] = int64_t(o.address);
  }
  llvm::json::Array shape, strides;
  for (auto [size, stride] : llvm::zip(o.shape, o.strides)) {
    shape.push_back(int64_t(size));
    strides.push_back(int64_t(stride));
  }
  object["shape"] = std::move(shape);
  object["strides"] = std::move(strides);
  object["layout"] = o.layout;
  return object;
}

llvm::StringRef engineName(Engine engine) {
  return engine == Engine::Tiu ? "tiu" : "gdma";
}

Engine otherEngine(Engine engine) {
  return engine == Engine::Tiu ? Engine::Gdma : Engine::Tiu;
}

/// Calls `visit(name, value)` for each member that is read and not zero.
template <typename T, typename Visitor>
void forEachReadField(const T &i, Visitor &&visit) {
  llvm::ArrayRef<llvm::StringLiteral> unread = T::unreadFields();
  i.forEachField(i, [&](llvm::StringRef name, uint64_t value) {
    if (value && !llvm::is_contained(unread, name))
      visit(name, value);
  });
}

/// Calls `visit(name, value)` for each field that the rest of the line does not
/// tell.
template <typename T, typename Visitor>
void forEachUntold(const T &i, Form form, const Operands &all,
                   Visitor &&visit) {
  T told = i;
  setTold(told, all);
  dropLacking(told, form);
  llvm::StringMap<uint64_t> values;
  T::forEachField(told, [&](llvm::StringRef name, uint64_t value) {
    values[name] = value;
  });
  T::forEachField(i, [&](llvm::StringRef name, uint64_t value) {
    if (value != values[name])
      visit(name, value);
  });
}

/// Sizes and counts in decimal, masks and addresses in hexadecimal.
void printValue(llvm::raw_ostream &os, uint64_t value) {
  constexpr uint64_t firstInHex = 1 << 16; // beyond every size field
  if (value < firstInHex)
    os << value;
  else
    os << llvm::formatv("{0:x}", value);
}

template <typename T>
void printCommand(llvm::raw_ostream &os, const T &i, Form form,
                  llvm::ArrayRef<Stray> strays, const Operands &all) {
  os << engineName(T::engine) << ' ' << i.cmd_id;
  if (i.cmd_id_dep)
    os << " after " << engineName(otherEngine(T::engine)) << ' '
       << i.cmd_id_dep;
  os << ": " << operationName(i);
  if (form != shortestForm(i))
    os << (form == Form::Short ? " (short)" : " (long)");
  bool isFirst = true, hasArrow = false;
  for (const Operand &o : all) {
    bool isResult = o.isWritten && o.kind != Operand::Kind::Anything;
    os << (isResult && !hasArrow ? " -> " : isFirst ? " " : ", ");
    hasArrow |= isResult;
    isFirst = false;
    os << o.name << " = " << operandText(o);
  }
  bool isFirstField = true;
  auto field = [&](const llvm::Twine &name, uint64_t value) {
    os << (isFirstField ? " {" : ", ") << name << " = ";
    printValue(os, value);
    isFirstField = false;
  };
  forEachUntold(i, form, all, field);
  for (const Stray &stray : strays)
    field(strayPrefix + llvm::Twine(stray.lsb), stray.value);
  if (!isFirstField)
    os << '}';
}

} // namespace

std::vector<Stray> isa::strayBits(const Decoded &command,
                                  llvm::ArrayRef<uint8_t> bytes) {
  std::vector<uint8_t> known(command.size);
  std::visit([&](const auto &i) { i.encode(command.form, known); },
             command.instruction);
  std::vector<Stray> strays;
  for (size_t bit = 0; bit < 8 * command.size; ++bit) {
    if (!((bytes[bit / 8] ^ known[bit / 8]) >> bit % 8 & 1))
      continue;
    if (strays.empty() || bit - strays.back().lsb >= 64)
      strays.push_back({unsigned(bit), 0});
    strays.back().value |= uint64_t(1) << (bit - strays.back().lsb);
  }
  return strays;
}

void isa::print(llvm::raw_ostream &os, const Decoded &command,
                llvm::ArrayRef<Stray> strays) {
  Operands all = operands(command.instruction);
  std::visit(
      [&](const auto &i) { printCommand(os, i, command.form, strays, all); },
      command.instruction);
}

llvm::json::Object isa::toJson(const Decoded &command) {
  llvm::json::Array all;
  for (const Operand &o : operands(command.instruction))
    all.push_back(operandJson(o));
  return std::visit(
      [&](const auto &i) {
        llvm::json::Object fields;
        forEachReadField(i, [&](llvm::StringRef name, uint64_t value) {
          fields[name] = value;
        });
        using T = std::decay_t<decltype(i)>;
        return llvm::json::Object{
            {"engine", engineName(T::engine)},
            {"id", int64_t(i.cmd_id)},
            {"after", int64_t(i.cmd_id_dep)},
            {"instruction", T::name},
            {"name", operationName(i)},
            {"form", command.form == Form::Short ? "short" : "long"},
            {"operands", std::move(all)},
            {"fields", std::move(fields)}};
      },
      command.instruction);
}

//===- Print.cpp - Commands as text and as JSON ---------------------------===//

#include "lib/Isa/Print.h"
#include "lib/Isa/Operands.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace tpu_mlir::isa;
namespace isa = tpu_mlir::isa;

namespace {

std::string typeName(const Operand &o) {
  switch (o.precision) {
  case Precision::F16:
    return "f16";
  case Precision::BF16:
    return "bf16";
  case Precision::F32:
    return "f32";
  default:
    break;
  }
  unsigned bits = bitsOf(o.precision);
  if (!bits)
    return "?";
  return (o.isSigned ? "i" : "u") + std::to_string(bits);
}

llvm::StringRef spaceName(Space space) {
  switch (space) {
  case Space::Local:
    return "local";
  case Space::Static:
    return "static";
  case Space::L2:
    return "l2";
  case Space::Global:
    return "global";
  }
  return {};
}

uint64_t baseOf(Space space) {
  switch (space) {
  case Space::Local:
    return 0;
  case Space::Static:
    return staticBase;
  case Space::L2:
    return l2Base;
  case Space::Global:
    return globalBase;
  }
  return 0;
}

std::string placeName(const Operand &o) {
  if (!o.hasSpace)
    return llvm::formatv("no memory {0:x}", o.address);
  if (o.space == Space::Local)
    return llvm::formatv("lane {0} + {1:x}", o.address / laneBytes,
                         o.address % laneBytes);
  return llvm::formatv("{0} + {1:x}", spaceName(o.space),
                       o.address - baseOf(o.space));
}

void printSizes(llvm::raw_ostream &os, const Sizes &sizes) {
  os << '[';
  llvm::interleaveComma(sizes, os);
  os << ']';
}

void printOperand(llvm::raw_ostream &os, const Operand &o) {
  os << o.name << " = ";
  switch (o.kind) {
  case Operand::Kind::Anything:
    os << "all of local memory";
    return;
  case Operand::Kind::Constant:
    os << typeName(o) << llvm::formatv(" {0:x}", o.value);
    return;
  case Operand::Kind::Linear:
    os << typeName(o) << '[' << o.shape[3] << ']';
    break;
  case Operand::Kind::Tensor:
    os << typeName(o);
    printSizes(os, o.shape);
    break;
  }
  os << ' ' << o.layout;
  if (o.layout == "strided")
    printSizes(os, o.strides);
  os << " at " << placeName(o);
}

llvm::json::Object operandJson(const Operand &o) {
  llvm::json::Object object{{"name", o.name},
                            {"read", o.isRead},
                            {"written", o.isWritten},
                            {"type", typeName(o)}};
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

/// The name of the command, also where its sub-function is none of the known.
template <typename T> llvm::StringRef listingName(const T &i) {
  return i.mnemonic().empty() ? llvm::StringRef(T::name) : i.mnemonic();
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

/// A field that the command's head or its operands tell already.
template <typename T>
bool isTold(llvm::StringRef name, uint64_t value, const Operands &all) {
  if (name.starts_with("cmd_") || name == "tsk_eu_typ" ||
      name == "src_data_format")
    return true;
  if (name == "tsk_lane_num")
    return value == ~uint64_t(0);
  if (name.starts_with("localmem_mask"))
    return value == ~uint32_t(0);
  if (!T::meaning(name).empty())
    return false;
  return llvm::any_of(all, [&](const Operand &o) {
    return name.starts_with(o.name) &&
           name.drop_front(o.name.size()).starts_with("_");
  });
}

template <typename T>
void printCommand(llvm::raw_ostream &os, const T &i, const Operands &all) {
  os << engineName(T::engine) << ' ' << i.cmd_id;
  if (i.cmd_id_dep)
    os << " after " << engineName(otherEngine(T::engine)) << ' '
       << i.cmd_id_dep;
  os << ": " << listingName(i);
  bool isFirst = true, hasArrow = false;
  for (const Operand &o : all) {
    bool isResult = o.isWritten && o.kind != Operand::Kind::Anything;
    os << (isResult && !hasArrow ? " -> " : isFirst ? " " : ", ");
    hasArrow |= isResult;
    isFirst = false;
    printOperand(os, o);
  }
  bool isFirstField = true;
  forEachReadField(i, [&](llvm::StringRef name, uint64_t value) {
    if (isTold<T>(name, value, all))
      return;
    os << (isFirstField ? " {" : ", ") << name << " = " << value;
    isFirstField = false;
  });
  if (!isFirstField)
    os << '}';
}

} // namespace

void isa::print(llvm::raw_ostream &os, const Decoded &command) {
  Operands all = operands(command.instruction);
  std::visit([&](const auto &i) { printCommand(os, i, all); },
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
            {"name", listingName(i)},
            {"form", command.form == Form::Short ? "short" : "long"},
            {"operands", std::move(all)},
            {"fields", std::move(fields)}};
      },
      command.instruction);
}

//===- Listing.cpp - What the text of a command leaves unsaid -------------===//

#include "lib/Isa/Listing.h"
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

/// Whether the type's name tells signed from unsigned.
bool isInteger(Precision precision) {
  return bitsOf(precision) && precision != Precision::F16 &&
         precision != Precision::BF16 && precision != Precision::F32;
}

/// The n, c, h or w of `sizes` that a field's ending names; `ending` is what
/// stands behind the letter.
std::optional<uint64_t> sizeOf(const Sizes &sizes, llvm::StringRef field,
                               llvm::StringRef ending) {
  size_t axis = llvm::StringRef("nchw").find(field.front());
  if (axis == llvm::StringRef::npos || field.drop_front() != ending)
    return std::nullopt;
  return sizes[axis];
}

uint64_t layoutCode(llvm::StringRef layout) {
  if (layout == "compact")
    return uint64_t(Layout::Compact);
  return uint64_t(layout == "strided" ? Layout::Strided : Layout::Aligned);
}

/// A field of one operand, without the operand's name.
std::optional<uint64_t> toldOf(const Operand &o, llvm::StringRef field) {
  if (field == "prec" || field == "data_format")
    return uint64_t(o.precision);
  if (field == "sign")
    return o.isSigned || !isInteger(o.precision);
  bool isConstant = o.kind == Operand::Kind::Constant;
  if (field == "const")
    return isConstant;
  if (field == "addr")
    return isConstant ? o.value : o.address;
  if (isConstant || o.kind == Operand::Kind::Anything)
    return std::nullopt;
  if (o.kind == Operand::Kind::Linear && field == "cstride")
    return o.shape[3]; // where a plain transfer keeps its length
  if (field == "str")
    return layoutCode(o.layout);
  uint64_t address =
      o.address + (o.hasSpace && o.space == Space::Local ? localBase : 0);
  if (field == "start_addr_l32")
    return uint32_t(address);
  if (field == "start_addr_h8")
    return address >> 32;
  for (llvm::StringRef ending : {"", "size"})
    if (std::optional<uint64_t> size = sizeOf(o.shape, field, ending))
      return size;
  for (llvm::StringRef ending : {"_str", "stride"})
    if (std::optional<uint64_t> stride = sizeOf(o.strides, field, ending))
      return o.layout == "strided" ? *stride : 0;
  return std::nullopt;
}

/// The instruction whose operations are named first; later ones of the same
/// name need their own.
template <size_t Index = 0>
std::optional<Instruction> findOperation(llvm::StringRef name,
                                         llvm::StringRef vendor) {
  if constexpr (Index == std::variant_size_v<Instruction>) {
    return std::nullopt;
  } else {
    using T = std::variant_alternative_t<Index, Instruction>;
    if (vendor.empty() || vendor == T::vendorName) {
      T command;
      if constexpr (HasFunction<T>::value) {
        constexpr unsigned functions = 32; // 5 bits
        for (unsigned value = 0; value < functions; ++value) {
          command.setFunction(decltype(command.function())(value));
          if (command.mnemonic() == name)
            return command;
        }
      } else if (command.mnemonic() == name) {
        return command;
      }
    }
    return findOperation<Index + 1>(name, vendor);
  }
}

} // namespace

llvm::StringRef isa::spaceName(Space space) {
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

uint64_t isa::baseOf(Space space) {
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

std::optional<uint64_t> isa::toldField(llvm::StringRef field,
                                       llvm::ArrayRef<Operand> all) {
  if (field == "cmd_id_en") // a command without it would not count
    return 1;
  auto named = [&](llvm::StringRef name) {
    return llvm::find_if(all, [&](const Operand &o) { return o.name == name; });
  };
  const Operand *source = named("src"), *target = named("dst");
  bool isFill = source != all.end() && source->kind == Operand::Kind::Constant;
  if (field == "fill_constant_en")
    return isFill;
  if (field == "constant_value" && isFill)
    return source->value;
  if (field == "stride_enable")
    return llvm::any_of(all,
                        [](const Operand &o) { return o.layout == "strided"; });
  if (field == "nchw_copy" && source != all.end() && target != all.end())
    return target->kind == Operand::Kind::Tensor &&
           (isFill || source->shape == target->shape);
  if (field.starts_with("localmem_mask")) // every lane
    return ~uint32_t(0);
  for (const Operand &o : all)
    if (field.starts_with(o.name) &&
        field.drop_front(o.name.size()).starts_with("_"))
      return toldOf(o, field.drop_front(o.name.size() + 1));
  return std::nullopt;
}

std::string isa::operandText(const Operand &o) {
  std::string text;
  llvm::raw_string_ostream os(text);
  switch (o.kind) {
  case Operand::Kind::Anything:
    return "all of local memory";
  case Operand::Kind::Constant:
    return llvm::formatv("{0} {1:x}", typeName(o), o.value);
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
  return text;
}

std::string isa::operandType(const Operand &operand) {
  return typeName(operand);
}

std::string isa::operationName(const Instruction &instruction) {
  return std::visit(
      [&](const auto &i) {
        using T = std::decay_t<decltype(i)>;
        llvm::StringRef name =
            i.mnemonic().empty() ? llvm::StringRef(T::name) : i.mnemonic();
        std::optional<Instruction> first = findOperation(name, "");
        bool isFirst = !first || std::holds_alternative<T>(*first);
        return isFirst ? name.str() : (T::vendorName + "/" + name).str();
      },
      instruction);
}

std::optional<Instruction> isa::operationNamed(llvm::StringRef name) {
  auto [vendor, rest] = name.split('/');
  return rest.empty() ? findOperation(name, "") : findOperation(rest, vendor);
}

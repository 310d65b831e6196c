//===- Instructions.cpp - Encoding and decoding of instructions -----------===//

#include "lib/Isa/Instructions.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FormatVariadic.h"
#include <array>
#include <cassert>

using namespace tpu_mlir::isa;
namespace isa = tpu_mlir::isa;

namespace {

/// A command as little-endian words of 64 bits; every form is a multiple of
/// that.
class Words {
public:
  Words() = default;
  explicit Words(llvm::ArrayRef<uint8_t> bytes) {
    for (size_t i = 0; i < bytes.size() / 8; ++i)
      words[i] = llvm::support::endian::read64le(bytes.data() + 8 * i);
  }

  void store(llvm::MutableArrayRef<uint8_t> bytes) const {
    for (size_t i = 0; i < bytes.size() / 8; ++i)
      llvm::support::endian::write64le(bytes.data() + 8 * i, words[i]);
  }

  void put(unsigned lsb, unsigned width, uint64_t value) {
    value &= mask(width);
    words[lsb / 64] |= value << lsb % 64;
    if (lsb % 64 + width > 64)
      words[lsb / 64 + 1] |= value >> (64 - lsb % 64);
  }

  uint64_t get(unsigned lsb, unsigned width) const {
    uint64_t value = words[lsb / 64] >> lsb % 64;
    if (lsb % 64 + width > 64)
      value |= words[lsb / 64 + 1] << (64 - lsb % 64);
    return value & mask(width);
  }

private:
  static uint64_t mask(unsigned width) { return ~uint64_t(0) >> (64 - width); }

  std::array<uint64_t, 16> words{};
};

/// Whether a transfer's target is local memory.
template <typename T> bool toLocal(const T &transfer) {
  return spaceOf(transfer.dstAddress()) == Space::Local;
}

template <typename T>
Instruction decodeAs(Form form, llvm::ArrayRef<uint8_t> bytes) {
  return T::decode(form, bytes);
}

enum class Flag { Long, Short, Any };

/// One form of one instruction, as the decoder tells it from the others.
struct Encoding {
  Engine engine;
  Flag flag;
  uint32_t opcode;
  uint32_t functions; // bit mask of the sub-functions
  Form form;
  size_t size; // bytes
  Instruction (*decode)(Form, llvm::ArrayRef<uint8_t>);
  llvm::StringLiteral name;
};

/// Where the fields that tell an instruction lie.
struct Head {
  unsigned shortLsb, opcodeLsb, opcodeWidth, functionLsb, functionWidth;
};

} // namespace

namespace tpu_mlir::isa {
#include "lib/Isa/InstructionDefinitions.inc"
} // namespace tpu_mlir::isa

unsigned isa::bitsOf(Precision precision) {
  switch (precision) {
  case Precision::I4:
    return 4;
  case Precision::I8:
    return 8;
  case Precision::F16:
  case Precision::I16:
  case Precision::BF16:
    return 16;
  case Precision::F32:
  case Precision::I32:
    return 32;
  }
  return 0;
}

llvm::Expected<Decoded> isa::decode(Engine engine,
                                    llvm::ArrayRef<uint8_t> bytes) {
  llvm::StringRef engineName = engine == Engine::Tiu ? "TIU" : "GDMA";
  if (bytes.size() < 8)
    return llvm::createStringError(
        llvm::formatv(
            "{0} command is cut off: expected at least 8 bytes, found {1}",
            engineName, bytes.size())
            .str());
  const Head &head = heads[static_cast<size_t>(engine)];
  Words words(bytes.take_front(8));
  bool isShort = words.get(head.shortLsb, 1);
  uint64_t opcode = words.get(head.opcodeLsb, head.opcodeWidth);
  uint64_t function = words.get(head.functionLsb, head.functionWidth);
  bool knownOpcode = false;
  for (const Encoding &e : encodings) {
    if (e.engine != engine || e.opcode != opcode)
      continue;
    knownOpcode = true;
    if ((e.flag != Flag::Any && (e.flag == Flag::Short) != isShort) ||
        !(e.functions >> function & 1))
      continue;
    if (bytes.size() < e.size)
      return llvm::createStringError(
          llvm::formatv(
              "{0} command {1} is cut off: expected {2} bytes, found {3}",
              engineName, e.name, e.size, bytes.size())
              .str());
    return Decoded{e.decode(e.form, bytes), e.form, e.size};
  }
  llvm::StringRef form = isShort ? "short" : "long";
  if (!knownOpcode)
    return llvm::createStringError(
        llvm::formatv("{0} command has opcode {1}, which is unknown",
                      engineName, opcode)
            .str());
  return llvm::createStringError(
      llvm::formatv("{0} command has opcode {1} in the {2} form with "
                    "sub-function {3}, which is unknown",
                    engineName, opcode, form, function)
          .str());
}

Engine isa::engineOf(const Instruction &instruction) {
  return std::visit([](const auto &i) { return i.engine; }, instruction);
}

llvm::StringRef isa::mnemonic(const Instruction &instruction) {
  return std::visit([](const auto &i) { return i.mnemonic(); }, instruction);
}

uint32_t isa::commandId(const Instruction &instruction) {
  return std::visit([](const auto &i) -> uint32_t { return i.cmd_id; },
                    instruction);
}

uint32_t isa::dependency(const Instruction &instruction) {
  return std::visit([](const auto &i) -> uint32_t { return i.cmd_id_dep; },
                    instruction);
}

void isa::setCommandIds(Instruction &instruction, uint32_t id,
                        uint32_t dependency) {
  std::visit(
      [&](auto &i) {
        i.forEachField(i, [&](llvm::StringRef name, auto &member) {
          if (name == "cmd_id")
            member = id;
          else if (name == "cmd_id_dep")
            member = dependency;
        });
      },
      instruction);
}

std::array<Instruction, 2> isa::endCommands() {
  TiuSystem tiu;
  tiu.setFunction(TiuSystemOp::End);
  return {tiu, GdmaSystem()};
}

Form isa::shortestForm(const Instruction &instruction) {
  return std::visit(
      [](const auto &i) { return i.fitsShort() ? Form::Short : Form::Long; },
      instruction);
}

//===- Instructions.h - Every BM1684X instruction as a value --------------===//
//
// The structs are made from dialects/Isa: one per instruction, shared by its
// long and short form, with a member per field under the vendor's name. Compute
// commands address local memory by offset: lane * 256 KiB + byte in the lane.
// Transfer commands use the addresses of Space.h.
//
//===----------------------------------------------------------------------===//

#pragma once

#include "lib/Isa/Space.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <array>
#include <cstdint>
#include <variant>

namespace tpu_mlir::isa {

enum class Engine { Tiu, Gdma };
enum class Form { Long, Short };

/// The `*_prec` fields and `src_data_format`; a sign field beside it tells
/// signed from unsigned.
enum class Precision : uint32_t {
  I8 = 0,
  F16 = 1,
  F32 = 2,
  I16 = 3,
  I32 = 4,
  BF16 = 5,
  I4 = 6
};

/// Bits of an element; 0: no such precision.
unsigned bitsOf(Precision precision);

/// The `*_str` mode fields of three bits: how a tensor lies in local memory.
enum class Layout : uint32_t {
  Aligned = 0, // h stride w, c stride h * w rounded up to 64 bytes
  Compact = 1, // as aligned, without the rounding
  Strided = 3, // four strides in elements
};

#include "lib/Isa/InstructionStructs.h.inc"

struct Decoded {
  Instruction instruction;
  Form form;
  size_t size; // bytes
};

/// The command that starts at the first byte. An error names an unknown opcode
/// or sub-function, or a cut-off command.
llvm::Expected<Decoded> decode(Engine engine, llvm::ArrayRef<uint8_t> bytes);

Engine engineOf(const Instruction &instruction);
/// The name of the sub-function in listings, `arith.add`.
llvm::StringRef mnemonic(const Instruction &instruction);
uint32_t commandId(const Instruction &instruction);
/// The id of the other engine's command that this one waits for.
uint32_t dependency(const Instruction &instruction);
/// Set cmd_id and cmd_id_dep; an instruction without them stays as it is.
void setCommandIds(Instruction &instruction, uint32_t id, uint32_t dependency);
/// What ends the stream of each engine.
std::array<Instruction, 2> endCommands();
/// Whether the vendor's runtime, which moves a program to where its memory is,
/// finds the addresses of these commands in the long form only (tried on its
/// chip model: it takes a short DMA_matrix for one with an address too high).
template <typename InstructionT>
inline constexpr bool movesInLongForm =
    std::is_same_v<InstructionT, GdmaMatrix>;

/// Short if that form exists and loses nothing.
Form shortestForm(const Instruction &instruction);

} // namespace tpu_mlir::isa

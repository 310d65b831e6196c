//===- Chip.h - Everything in which one chip differs from another ---------===//
//
// A chip is a value that every floor of the compiler is handed. No code asks
// which chip it is: it reads a number or calls a function of the struct.
// docs/architecture.md tells how to add one.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Isa/AddressMap.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <string>

namespace tpu_mlir {

struct CycleModel;

/// The largest numbers that the fields of a convolution or pool hold.
struct WindowLimits {
  int64_t kernel = 0;
  int64_t stride = 0;
  int64_t pad = 0;
  int64_t dilation = 0;
  int64_t insertion = 0; // zeros between neighbours of the input
};

/// Input channels that a convolution multiplies at once, and that therefore lie
/// together in its filter, by the bits of an element.
struct ChannelsTogether {
  int64_t of8 = 0, of16 = 0, of32 = 0;

  constexpr int64_t operator()(unsigned bits) const {
    return bits <= 8 ? of8 : bits == 16 ? of16 : of32;
  }
};

struct Chip : AddressMap {
  constexpr explicit Chip(const AddressMap &map) : AddressMap(map) {}

  llvm::StringRef name;  // in options and in the IR: "bm1684x"
  llvm::StringRef title; // in bmodels: "BM1684X"
  int64_t cores = 1;

  int64_t globalBytes = 0; // of global memory
  int64_t page = 0;        // bytes; alignment of regions of global memory
  /// Bytes that a lane works on in a cycle; channels and buffers begin at
  /// multiples of it.
  int64_t alignment = 0;

  int64_t maxSize = 0;         // of a dimension that a command names
  int64_t maxTransferStep = 0; // bytes between neighbours along w in a transfer
  int64_t longTransferRow = 0; // bytes; shorter rows of a transfer cost as much
  int64_t maxCommandId = 0;    // commands of one engine in a program
  WindowLimits window;
  ChannelsTogether channelsTogether;

  int64_t cyclesPerMicrosecond = 0;
  const CycleModel *model = nullptr; // lib/Target/CycleModel.h
};

/// All chips; the first is that of a module which names none.
llvm::ArrayRef<const Chip *> chips();
/// The chip of this name, in any case; null if there is none.
const Chip *chipNamed(llvm::StringRef name);
/// "bm1684x", the names of all chips.
std::string namesOfChips();

} // namespace tpu_mlir

//===- Lanes.h - A set of lanes -------------------------------------------===//
#pragma once

#include "llvm/Support/MathExtras.h"

namespace tpu_mlir::isa {

/// A set of lanes of a chip that has at most 64.
class Lanes {
public:
  constexpr Lanes() = default;
  /// As fields of commands state it: bit i for lane i.
  constexpr explicit Lanes(uint64_t bits) : word(bits) {}

  static constexpr Lanes all() { return Lanes(~uint64_t(0)); }
  static constexpr Lanes one(unsigned lane) {
    return Lanes(uint64_t(1) << lane);
  }
  /// From the first lane to before the last.
  static Lanes range(unsigned begin, unsigned end) {
    return Lanes(llvm::maskTrailingOnes<uint64_t>(end) &
                 ~llvm::maskTrailingOnes<uint64_t>(begin));
  }

  constexpr bool contains(unsigned lane) const { return word >> lane & 1; }
  constexpr bool isEmpty() const { return word == 0; }
  constexpr uint64_t bits() const { return word; }
  constexpr Lanes operator&(Lanes other) const {
    return Lanes(word & other.word);
  }
  constexpr bool operator==(Lanes other) const { return word == other.word; }
  constexpr bool operator!=(Lanes other) const { return word != other.word; }

private:
  uint64_t word = 0;
};

} // namespace tpu_mlir::isa

//===- Mutations.cpp - Seeded damage to the bytes of a bmodel -------------===//
#include "test/fuzz/Mutations.h"

#include <algorithm>
#include <cstring>

using Bytes = std::vector<uint8_t>;

namespace {

constexpr size_t headerSize = 64;

/// std::uniform_int_distribution differs between libraries; this does not.
struct Dice {
  std::mt19937_64 engine;
  uint64_t below(uint64_t bound) { return bound ? engine() % bound : 0; }
};

/// Header and tables; the damage that matters most is there.
size_t tableEnd(const Bytes &file) {
  uint32_t size = 0;
  if (file.size() >= headerSize)
    std::memcpy(&size, file.data() + 8, sizeof size);
  return std::min<uint64_t>(file.size(), headerSize + uint64_t(size));
}

void truncate(Bytes &file, Dice &dice) {
  file.resize(dice.below(file.size() + 1));
}

void flipBits(Bytes &file, Dice &dice, size_t begin, size_t end) {
  for (uint64_t i = 0, n = 1 + dice.below(8); i < n && begin < end; ++i)
    file[begin + dice.below(end - begin)] ^= uint8_t(1) << dice.below(8);
}

/// Overwrites an aligned field of 2, 4 or 8 bytes with a value that lengths
/// and offsets get wrong: limits, neighbours of limits, sizes near the file's.
void spoilField(Bytes &file, Dice &dice, size_t end) {
  size_t width = size_t(2) << dice.below(3);
  if (end < width)
    return;
  size_t at = dice.below(end / width) * width;
  uint64_t old = 0;
  std::memcpy(&old, file.data() + at, width);
  const uint64_t values[] = {0,
                             1,
                             ~uint64_t(0),
                             uint64_t(1) << 31,
                             uint64_t(1) << 63,
                             old + 1,
                             old - 1,
                             old * 2,
                             ~old + 1,
                             file.size(),
                             ~uint64_t(0) - 4095,
                             dice.engine()};
  uint64_t value = values[dice.below(std::size(values))];
  std::memcpy(file.data() + at, &value, width);
}

void copyRun(Bytes &file, Dice &dice) {
  if (file.empty())
    return;
  size_t size = 1 + dice.below(std::min<size_t>(file.size(), 64));
  size_t from = dice.below(file.size() - size + 1);
  size_t to = dice.below(file.size() - size + 1);
  std::memmove(file.data() + to, file.data() + from, size);
}

} // namespace

Bytes tpu_mlir::fuzz::mutate(const Bytes &file, uint64_t seed) {
  Dice dice{std::mt19937_64(seed)};
  Bytes damaged = file;
  for (uint64_t i = 0, n = 1 + dice.below(3); i < n; ++i) {
    size_t tables = tableEnd(damaged);
    switch (dice.below(8)) {
    case 0:
      truncate(damaged, dice);
      break;
    case 1:
    case 2:
      flipBits(damaged, dice, 0, tables);
      break;
    case 3:
    case 4: // command buffers and coefficients
      flipBits(damaged, dice, tables, damaged.size());
      break;
    case 5:
    case 6:
      spoilField(damaged, dice, tables);
      break;
    default:
      copyRun(damaged, dice);
    }
  }
  return damaged;
}

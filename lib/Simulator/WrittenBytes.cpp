//===- WrittenBytes.cpp - Which bytes of a memory were written ------------===//
#include "lib/Simulator/WrittenBytes.h"

#include <algorithm>
#include <cstring>

using namespace tpu_mlir::sim;

/// Bits `first` to `last` (excluded) of one byte.
static uint8_t mask(unsigned first, unsigned last) {
  return uint8_t((1u << last) - (1u << first));
}

void WrittenBytes::add(uint64_t begin, uint64_t end) {
  if (begin >= end)
    return;
  uint64_t first = begin / 8, last = (end - 1) / 8;
  unsigned head = begin % 8, tail = (end - 1) % 8 + 1;
  if (first == last) {
    bits.data()[first] |= mask(head, tail);
    return;
  }
  bits.data()[first] |= mask(head, 8);
  std::memset(bits.data() + first + 1, 0xFF, last - first - 1);
  bits.data()[last] |= mask(0, tail);
}

bool WrittenBytes::contains(uint64_t begin, uint64_t end) const {
  if (begin >= end)
    return true;
  uint64_t first = begin / 8, last = (end - 1) / 8;
  unsigned head = begin % 8, tail = (end - 1) % 8 + 1;
  auto has = [&](uint64_t at, uint8_t wanted) {
    return (bits.data()[at] & wanted) == wanted;
  };
  if (first == last)
    return has(first, mask(head, tail));
  return has(first, mask(head, 8)) && has(last, mask(0, tail)) &&
         std::all_of(bits.data() + first + 1, bits.data() + last,
                     [](uint8_t byte) { return byte == 0xFF; });
}

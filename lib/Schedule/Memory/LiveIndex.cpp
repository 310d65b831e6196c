//===- LiveIndex.cpp - What lives at the same time ------------------------===//
#include "lib/Schedule/Memory/LiveIndex.h"

using namespace tpu_mlir::tpu;

LiveIndex::LiveIndex(unsigned steps)
    : steps(steps), starting(steps), nodes(2 * size_t(steps)) {}

void LiveIndex::add(unsigned first, unsigned last, unsigned item) {
  starting[first].push_back(item);
  size_t begin = size_t(steps) + first, end = size_t(steps) + last + 1;
  for (; begin < end; begin /= 2, end /= 2) {
    if (begin % 2)
      nodes[begin++].push_back(item);
    if (end % 2)
      nodes[--end].push_back(item);
  }
}

void LiveIndex::visit(unsigned first, unsigned last,
                      llvm::function_ref<void(unsigned)> visit) const {
  // Those that live in the first step: one node on the way up holds each.
  for (size_t node = size_t(steps) + first; node > 0; node /= 2)
    for (unsigned item : nodes[node])
      visit(item);
  for (unsigned step = first + 1; step <= last; ++step)
    for (unsigned item : starting[step])
      visit(item);
}

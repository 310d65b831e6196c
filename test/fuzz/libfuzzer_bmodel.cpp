//===- libfuzzer_bmodel.cpp - Coverage-guided: whole files ----------------===//
#include "test/fuzz/Harness.h"
#include "test/fuzz/Mutations.h"

#include <algorithm>

using namespace tpu_mlir;

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz::Tally tally;
  fuzz::visitFile({data, data + size}, tally);
  return 0;
}

/// Every other time damage that knows header and tables.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                          size_t maxSize, unsigned seed) {
  if (seed % 2)
    return LLVMFuzzerMutate(data, size, maxSize);
  std::vector<uint8_t> damaged = fuzz::mutate({data, data + size}, seed);
  damaged.resize(std::min(damaged.size(), maxSize));
  std::copy(damaged.begin(), damaged.end(), data);
  return damaged.size();
}

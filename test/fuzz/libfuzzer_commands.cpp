//===- libfuzzer_commands.cpp - Coverage-guided: single commands ----------===//
#include "test/fuzz/FieldMutator.h"
#include "test/fuzz/Harness.h"

using namespace tpu_mlir;

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz::Tally tally;
  fuzz::visitCommands({data, size}, tally);
  return 0;
}

/// Mostly damage that knows the fields of commands.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                          size_t maxSize, unsigned seed) {
  if (seed % 8 == 0)
    return LLVMFuzzerMutate(data, size, maxSize);
  for (unsigned i = 0; i <= seed % 3; ++i)
    fuzz::mutateField({data, size}, uint64_t(seed) * 4 + i);
  return size;
}

//===- bmodel_fuzz.cpp - Damaged bmodels must never do harm ---------------===//
//
//   bmodel-fuzz bmodel FIRST_SEED COUNT FILE...     damaged copies of bmodels
//   bmodel-fuzz commands FIRST_SEED COUNT FILE...   ... of streams of commands
//
// Seed 0 means no damage. Built with AddressSanitizer and UBSan, which end the
// process at the first bad access; the caller limits its time.
//
//===----------------------------------------------------------------------===//
#include "test/fuzz/FieldMutator.h"
#include "test/fuzz/Harness.h"
#include "test/fuzz/Mutations.h"

#include "llvm/ADT/ArrayRef.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string_view>

using namespace tpu_mlir;

using Bytes = std::vector<uint8_t>;

static Bytes damaged(Bytes file, uint64_t seed, bool isBModel) {
  if (seed == 0)
    return file;
  if (isBModel)
    return fuzz::mutate(file, seed);
  // A command, a few fields of it.
  for (uint64_t i = 0; i <= seed % 4; ++i)
    fuzz::mutateField(file, seed * 4 + i);
  return file;
}

static Bytes contents(const char *path) {
  std::ifstream stream(path, std::ios::binary);
  return Bytes{std::istreambuf_iterator<char>(stream), {}};
}

int main(int argc, char **argv) {
  std::string_view kind = argc > 4 ? argv[1] : "";
  if (kind != "bmodel" && kind != "commands") {
    std::fprintf(
        stderr,
        "usage: bmodel-fuzz bmodel|commands FIRST_SEED COUNT FILE...\n");
    return 2;
  }
  uint64_t first = std::strtoull(argv[2], nullptr, 10);
  uint64_t count = std::strtoull(argv[3], nullptr, 10);
  fuzz::Tally tally;
  for (const char *path : llvm::ArrayRef(argv + 4, argc - 4)) {
    Bytes file = contents(path);
    for (uint64_t seed = first; seed < first + count; ++seed) {
      // What the last line names is what brought the process down.
      std::printf("%s, seed %llu\n", path,
                  static_cast<unsigned long long>(seed));
      std::fflush(stdout);
      Bytes bytes = damaged(file, seed, kind == "bmodel");
      if (kind == "bmodel")
        fuzz::visitFile(std::move(bytes), tally);
      else
        fuzz::visitCommands(bytes, tally);
    }
  }
  std::printf(
      "opened %u refused %u whole %u broken %u finished %u stopped %u\n",
      tally.opened, tally.refused, tally.wholeStreams, tally.brokenStreams,
      tally.finished, tally.stopped);
  return 0;
}

//===- bmodel_fuzz.cpp - Damaged bmodels must never do harm ---------------===//
//
//   bmodel-fuzz FILE FIRST_SEED COUNT
//
// Reads COUNT damaged copies of FILE, lists all commands of those that still
// open and runs them on the simulated chip. Built with AddressSanitizer and
// UBSan, which end the process at the first bad access; the caller limits its
// time.
//
//===----------------------------------------------------------------------===//
#include "lib/BModel/Reader.h"
#include "lib/BModel/TensorTable.h"
#include "lib/BModel/Writer.h"
#include "lib/Isa/Print.h"
#include "lib/Runtime/ChromeTrace.h"
#include "lib/Runtime/Program.h"
#include "test/fuzz/Mutations.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

using namespace tpu_mlir;

namespace {
struct Tally {
  unsigned opened = 0, refused = 0, wholeStreams = 0, brokenStreams = 0;
  unsigned finished = 0, stopped = 0; // runs
};
} // namespace

/// Lists one command buffer as `tpuc disasm` does.
static bool decodes(isa::Engine engine, uint32_t count,
                    llvm::ArrayRef<uint8_t> bytes) {
  for (uint32_t i = 0; i < count; ++i) {
    llvm::Expected<isa::Decoded> decoded = isa::decode(engine, bytes);
    if (!decoded) {
      llvm::consumeError(decoded.takeError());
      return false;
    }
    isa::print(llvm::nulls(), *decoded);
    isa::toJson(*decoded);
    bytes = bytes.drop_front(decoded->size);
  }
  return true;
}

static void visit(const bmodel::Stage &stage, Tally &tally) {
  for (const bmodel::CommandGroup &group : stage.groups)
    for (bool whole : {decodes(isa::Engine::Tiu, group.tiuCount, group.tiu),
                       decodes(isa::Engine::Gdma, group.gdmaCount, group.gdma)})
      ++(whole ? tally.wholeStreams : tally.brokenStreams);
  llvm::consumeError(bmodel::readTensorTable(stage).takeError());
}

/// Feeds of zeros; none if they would be larger than a fuzzer's time allows.
static std::vector<runtime::Feed> zeros(const bmodel::Stage &stage) {
  static const std::vector<uint8_t> zero(1 << 20);
  std::vector<runtime::Feed> feeds;
  for (const bmodel::Tensor &input : stage.inputs) {
    uint64_t size = bmodel::dataSize(input).value_or(UINT64_MAX);
    if (size > zero.size())
      return {};
    feeds.push_back({input.name, input.dataType, input.shape,
                     llvm::ArrayRef(zero).take_front(size)});
  }
  return feeds;
}

/// Everything that may stop a run is asked for.
static void run(bmodel::Model model, Tally &tally) {
  llvm::Expected<runtime::Program> program =
      runtime::Program::load(std::move(model));
  if (!program) {
    llvm::consumeError(program.takeError());
    ++tally.stopped;
    return;
  }
  runtime::RunOptions options;
  options.checkRaces = options.trackUninitialised = options.timed = true;
  for (const bmodel::Net &net : program->model().nets)
    for (const bmodel::Stage &stage : net.stages) {
      llvm::Expected<runtime::RunReport> report =
          program->run(net.name, zeros(stage), options);
      ++(report ? tally.finished : tally.stopped);
      if (report)
        runtime::chromeTrace(*report, net.name);
      llvm::consumeError(report.takeError());
    }
}

static void tryFile(std::vector<uint8_t> file, Tally &tally) {
  llvm::Expected<bmodel::Model> model = bmodel::read(std::move(file));
  if (!model) {
    ++tally.refused;
    llvm::consumeError(model.takeError());
    return;
  }
  ++tally.opened;
  for (const bmodel::Net &net : model->nets)
    for (const bmodel::Stage &stage : net.stages)
      visit(stage, tally);
  llvm::consumeError(bmodel::write(*model).takeError());
  run(std::move(*model), tally);
}

int main(int argc, char **argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: bmodel-fuzz FILE FIRST_SEED COUNT\n");
    return 2;
  }
  std::ifstream stream(argv[1], std::ios::binary);
  std::vector<uint8_t> file{std::istreambuf_iterator<char>(stream), {}};
  if (file.empty()) {
    std::fprintf(stderr, "%s: cannot be read\n", argv[1]);
    return 2;
  }
  uint64_t first = std::strtoull(argv[2], nullptr, 10);
  uint64_t count = std::strtoull(argv[3], nullptr, 10);
  Tally tally;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    // What the last line names is what brought the process down.
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    std::fflush(stdout);
    tryFile(fuzz::mutate(file, seed), tally);
  }
  std::printf(
      "opened %u refused %u whole %u broken %u finished %u stopped %u\n",
      tally.opened, tally.refused, tally.wholeStreams, tally.brokenStreams,
      tally.finished, tally.stopped);
  return 0;
}

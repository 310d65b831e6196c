//===- Harness.cpp - What is done with untrusted bytes --------------------===//
#include "test/fuzz/Harness.h"

#include "lib/BModel/Patch.h"
#include "lib/BModel/Reader.h"
#include "lib/BModel/TensorTable.h"
#include "lib/BModel/Writer.h"
#include "lib/Isa/Assemble.h"
#include "lib/Isa/Print.h"
#include "lib/Runtime/ChromeTrace.h"
#include "lib/Runtime/Program.h"
#include "lib/Simulator/Engines/Reach.h"
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/Work.h"
#include "lib/Target/CycleModel.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <cstdlib>

using namespace tpu_mlir;
using namespace tpu_mlir::fuzz;

/// Small, so that every input takes milliseconds; sanitizers slow down tenfold.
static constexpr uint64_t workOfRun = 4'000'000, workOfCommand = 500'000;
static constexpr uint64_t globalBytes = 1 << 20;

/// The text of a command, whatever its bits, must give the same bytes again.
static void checkText(const isa::Decoded &decoded,
                      llvm::ArrayRef<uint8_t> bytes) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  isa::print(stream, decoded, isa::strayBits(decoded, bytes));
  llvm::Expected<isa::Assembled> again = isa::assemble(stream.str());
  if (again && llvm::ArrayRef(again->bytes) == bytes)
    return;
  llvm::errs() << text << "\n"
               << (again ? "gives other bytes"
                         : llvm::toString(again.takeError()))
               << "\n";
  std::abort();
}

/// The next command as `tpuc disasm` lists it; nothing if there is none.
static std::optional<isa::Decoded> list(isa::Engine engine,
                                        llvm::ArrayRef<uint8_t> bytes) {
  llvm::Expected<isa::Decoded> decoded = isa::decode(engine, bytes);
  if (!decoded) {
    llvm::consumeError(decoded.takeError());
    return std::nullopt;
  }
  checkText(*decoded, bytes.take_front(decoded->size));
  isa::toJson(*decoded);
  return *decoded;
}

static bool listAll(isa::Engine engine, uint32_t count,
                    llvm::ArrayRef<uint8_t> bytes) {
  for (uint32_t i = 0; i < count; ++i) {
    std::optional<isa::Decoded> decoded = list(engine, bytes);
    if (!decoded)
      return false;
    bytes = bytes.drop_front(decoded->size);
  }
  return true;
}

static void listStage(const bmodel::Stage &stage, Tally &tally) {
  for (const bmodel::CommandGroup &group : stage.groups)
    for (bool whole : {listAll(isa::Engine::Tiu, group.tiuCount, group.tiu),
                       listAll(isa::Engine::Gdma, group.gdmaCount, group.gdma)})
      ++(whole ? tally.wholeStreams : tally.brokenStreams);
  llvm::consumeError(bmodel::readTensorTable(stage).takeError());
  llvm::consumeError(bmodel::readLayers(stage).takeError());
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

/// Outputs, or the error, of a run that nobody follows.
static std::string outcome(const runtime::Program &program,
                           const bmodel::Net &net, const bmodel::Stage &stage,
                           unsigned threads) {
  runtime::RunOptions options;
  options.threads = threads;
  llvm::Expected<runtime::RunReport> report =
      program.run(net.name, zeros(stage), options);
  if (!report)
    return llvm::toString(report.takeError());
  std::string all;
  for (const runtime::Result &output : report->outputs)
    all.append(output.bytes.begin(), output.bytes.end());
  return all;
}

/// Everything that may stop a run is asked for; both engines at once must do
/// what they do one after the other.
static void run(bmodel::Model model, Tally &tally) {
  runtime::Limits limits;
  limits.work = workOfRun;
  llvm::Expected<runtime::Program> program =
      runtime::Program::load(std::move(model), limits);
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
      if (outcome(*program, net, stage, 1) != outcome(*program, net, stage, 2))
        llvm::report_fatal_error("threads change what a run leaves");
    }
}

/// The file with a stream's own commands and an empty one in its place.
static void patch(const bmodel::Bytes &file, const bmodel::Model &model) {
  for (auto [n, net] : llvm::enumerate(model.nets))
    for (auto [s, stage] : llvm::enumerate(net.stages))
      if (!stage.groups.empty())
        for (const bmodel::CommandGroup &group :
             {stage.groups.back(), bmodel::CommandGroup()})
          llvm::consumeError(
              bmodel::replaceCommands(file, "bmodel",
                                      {{n, s, stage.groups.size() - 1, group}})
                  .takeError());
}

void tpu_mlir::fuzz::visitFile(std::vector<uint8_t> bytes, Tally &tally) {
  bmodel::Bytes file(std::move(bytes));
  llvm::Expected<bmodel::Model> model = bmodel::read(file);
  if (!model) {
    ++tally.refused;
    llvm::consumeError(model.takeError());
    return;
  }
  ++tally.opened;
  for (const bmodel::Net &net : model->nets)
    for (const bmodel::Stage &stage : net.stages)
      listStage(stage, tally);
  llvm::consumeError(bmodel::write(*model).takeError());
  if (model->nets.size() < 4)
    patch(file, *model);
  run(std::move(*model), tally);
}

/// A machine with numbers where commands are likely to look.
static sim::Machine filledMachine() {
  sim::Machine machine(bm1684xMap, globalBytes);
  auto fill = [](uint8_t *memory, size_t size) {
    for (size_t i = 0; i < size; ++i)
      memory[i] = uint8_t(i * 37 >> 3);
  };
  for (unsigned lane = 0; lane < sim::laneCount; ++lane)
    fill(machine.lane(lane), 4096);
  for (sim::Space space :
       {sim::Space::Static, sim::Space::L2, sim::Space::Global})
    fill(machine.data(space), std::min<size_t>(machine.size(space), 16384));
  return machine;
}

/// Engines run at once because of what their commands are said to touch.
static void checkCovers(const sim::Reach &reach,
                        const sim::MemoryAccess &access,
                        const isa::Instruction &instruction) {
  if (reach.covers(access))
    return;
  llvm::errs() << isa::mnemonic(instruction) << " unexpectedly "
               << (access.write ? "writes " : "reads ")
               << sim::spaceName(access.space) << ", lane " << access.lane
               << ", bytes [" << access.begin << ", " << access.end << ")\n";
  std::abort();
}

void tpu_mlir::fuzz::visitCommands(llvm::ArrayRef<uint8_t> bytes,
                                   Tally &tally) {
  while (!bytes.empty()) {
    uint8_t mode = bytes.front();
    std::optional<isa::Decoded> decoded = list(
        mode & 1 ? isa::Engine::Gdma : isa::Engine::Tiu, bytes.drop_front());
    if (!decoded) {
      ++tally.brokenStreams;
      return;
    }
    bytes = bytes.drop_front(1 + decoded->size);
    sim::Reach reach = sim::Reach::of(decoded->instruction);
    chips().front()->model->cycles(decoded->instruction, Preset::Static);
    if (sim::work(decoded->instruction) > workOfCommand) {
      ++tally.refused;
      continue;
    }
    ++tally.opened;
    sim::Machine machine = filledMachine();
    if (mode & 2)
      machine.observe([&](const sim::MemoryAccess &access) {
        checkCovers(reach, access, decoded->instruction);
      });
    llvm::Error error = sim::execute(machine, decoded->instruction);
    ++(error ? tally.stopped : tally.finished);
    llvm::consumeError(std::move(error));
  }
  ++tally.wholeStreams;
}

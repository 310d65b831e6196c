//===- Program.cpp - A bmodel, ready to run on the simulated chip ---------===//
#include "lib/Runtime/Program.h"

#include "lib/Runtime/StaticMemory.h"
#include "lib/Runtime/Timing.h"
#include "lib/Simulator/Work.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>

using namespace tpu_mlir;
using namespace tpu_mlir::runtime;

/// Largest global memory of the boards; a damaged file may ask for anything.
static constexpr uint64_t maxGlobalBytes = uint64_t(16) << 30;

static llvm::Error failure(const llvm::Twine &text) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), text);
}

/// Raises `needed` so that global memory holds the range.
static llvm::Error reserve(uint64_t &needed, const llvm::Twine &what,
                           uint64_t address, uint64_t size) {
  if (size == 0)
    return llvm::Error::success();
  if (address < sim::globalBase || size > maxGlobalBytes ||
      address - sim::globalBase > maxGlobalBytes - size)
    return failure(what + llvm::formatv(" lies outside the global memory: "
                                        "address {0:x}, {1} bytes",
                                        address, size)
                              .str());
  needed = std::max(needed, address - sim::globalBase + size);
  return llvm::Error::success();
}

static llvm::Error checkSupported(const bmodel::Stage &stage) {
  if (stage.isDynamic)
    return failure("it is dynamic; only static stages can be simulated");
  if (stage.coreCount > 1)
    return failure(
        llvm::formatv("it needs {0} cores, BM1684X has one", stage.coreCount));
  for (const bmodel::SubNet &part : stage.subNets)
    if (part.mode != bmodel::SubNetMode::Tpu || part.isDynamic)
      return failure(llvm::formatv(
          "its part {0} does not run on the chip as a static command stream",
          part.id));
  return llvm::Error::success();
}

llvm::Expected<Program::Prepared> Program::prepare(const bmodel::Stage &stage,
                                                   uint64_t &commandsLeft) {
  if (llvm::Error error = checkSupported(stage))
    return std::move(error);
  Prepared prepared;
  llvm::Error error = reserve(prepared.globalBytes, "the coefficients",
                              stage.coeffAddress, stage.coeff.size());
  if (!error)
    error = reserve(prepared.globalBytes, "the neuron memory", stage.ctxAddress,
                    stage.ctxSize);
  if (!error)
    error = reserve(prepared.globalBytes, "the input and output memory",
                    stage.ioAddress, stage.ioSize);
  for (const auto *tensors : {&stage.inputs, &stage.outputs})
    for (const bmodel::Tensor &tensor : *tensors) {
      if (error)
        return std::move(error);
      std::optional<uint64_t> size = bmodel::dataSize(tensor);
      if (!size)
        return failure("tensor '" + tensor.name + "' is too large");
      error = reserve(prepared.globalBytes, "tensor '" + tensor.name + "'",
                      tensor.address, *size);
    }
  if (error)
    return std::move(error);
  for (auto [index, group] : llvm::enumerate(stage.groups)) {
    llvm::Expected<sim::CommandGroup> decoded =
        sim::CommandGroup::decode(group.tiu, group.gdma, commandsLeft);
    if (!decoded)
      return failure(llvm::formatv("command group {0}: {1}", index,
                                   llvm::toString(decoded.takeError())));
    commandsLeft -= decoded->tiu.size() + decoded->gdma.size();
    prepared.groups.push_back(std::move(*decoded));
  }
  llvm::Expected<std::vector<bmodel::TensorRecord>> records =
      bmodel::readTensorTable(stage);
  if (!records)
    return records.takeError();
  prepared.records = std::move(*records);
  llvm::Expected<std::vector<bmodel::LayerRun>> layers =
      bmodel::readLayers(stage);
  if (!layers)
    return layers.takeError();
  prepared.layers = std::move(*layers);
  llvm::Expected<bmodel::IndexLimits> indexLimits =
      bmodel::readIndexLimits(stage);
  if (!indexLimits)
    return indexLimits.takeError();
  prepared.indexLimits = std::move(*indexLimits);
  return prepared;
}

llvm::Expected<Program> Program::load(bmodel::Model model, Limits limits) {
  const Chip *chip = chipNamed(model.chip);
  if (!chip)
    return failure("the bmodel is for chip '" + model.chip + "'; only " +
                   namesOfChips() + " can be simulated");
  Program program;
  program.target = chip;
  program.contents = std::move(model);
  program.limits = limits;
  uint64_t commandsLeft = limits.commands;
  for (const bmodel::Net &net : program.contents.nets) {
    program.stages.emplace_back();
    for (auto [index, stage] : llvm::enumerate(net.stages)) {
      llvm::Expected<Prepared> prepared = prepare(stage, commandsLeft);
      if (!prepared)
        return failure(llvm::formatv("network '{0}', stage {1}: {2}", net.name,
                                     index,
                                     llvm::toString(prepared.takeError())));
      program.stages.back().push_back(std::move(*prepared));
    }
  }
  return program;
}

/// Fails if a run would take more than this computer is to give.
llvm::Error Program::checkLimits(const Prepared &prepared) const {
  if (prepared.globalBytes > limits.memory)
    return failure(llvm::formatv(
        "needs {0} bytes of global memory, more than the limit of {1} bytes; "
        "raise the memory limit if you trust the file",
        prepared.globalBytes, limits.memory));
  uint64_t total = 0, most = 0;
  uint32_t mostGroup = 0;
  sim::CommandId heaviest{isa::Engine::Tiu, 1};
  for (auto [index, group] : llvm::enumerate(prepared.groups))
    for (isa::Engine engine : {isa::Engine::Tiu, isa::Engine::Gdma})
      for (auto [at, command] : llvm::enumerate(group.of(engine))) {
        uint64_t steps = sim::work(command);
        total = llvm::SaturatingAdd(total, steps);
        if (steps <= most)
          continue;
        most = steps;
        mostGroup = index;
        heaviest = {engine, uint32_t(at + 1)};
      }
  if (total <= limits.work)
    return llvm::Error::success();
  const sim::CommandGroup &group = prepared.groups[mostGroup];
  LayerNames names(group, mostGroup, prepared.records, prepared.layers);
  return failure(llvm::formatv(
      "needs {0} steps, more than the limit of {1}; {2} takes {3} of them; "
      "raise the work limit if you trust the file",
      total, limits.work, sim::describe(group, heaviest, std::ref(names)),
      most));
}

/// Puts bytes where the host would; they count as initialised.
static llvm::Error upload(sim::Machine &machine, uint64_t address,
                          llvm::ArrayRef<uint8_t> bytes) {
  if (bytes.empty())
    return llvm::Error::success();
  llvm::Expected<uint8_t *> place = machine.write(address, bytes.size());
  if (!place)
    return place.takeError();
  std::memcpy(*place, bytes.data(), bytes.size());
  return llvm::Error::success();
}

static llvm::Expected<Result> download(sim::Machine &machine,
                                       const bmodel::Tensor &tensor) {
  std::optional<uint64_t> size = bmodel::dataSize(tensor);
  if (!size)
    return failure("tensor '" + tensor.name + "' is too large");
  if (*size == 0)
    return Result{tensor, {}};
  llvm::Expected<const uint8_t *> place = machine.read(tensor.address, *size);
  if (!place)
    return failure("tensor '" + tensor.name +
                   "': " + llvm::toString(place.takeError()));
  return Result{tensor, {*place, *place + *size}};
}

llvm::Error Program::runGroup(sim::Machine &machine, const bmodel::Stage &stage,
                              const Prepared &prepared, uint32_t index,
                              const RunOptions &options,
                              RunReport &report) const {
  const sim::CommandGroup &group = prepared.groups[index];
  LayerNames names(group, index, prepared.records, prepared.layers);
  std::multimap<uint32_t, const bmodel::Tensor *> wanted; // by GDMA id
  for (const bmodel::TensorRecord &record : prepared.records)
    if (record.group == index &&
        llvm::is_contained(options.captured, record.tensor.name))
      wanted.emplace(record.complete, &record.tensor);

  llvm::Error captureError = llvm::Error::success();
  sim::RunOptions engineOptions;
  engineOptions.checkRaces = options.checkRaces;
  engineOptions.names = std::ref(names);
  engineOptions.stop = options.stop;
  if (options.timed)
    engineOptions.cycles = chipCycles(*target, options.preset);
  if (!wanted.empty())
    engineOptions.finished = [&](sim::CommandId command) {
      if (command.engine != isa::Engine::Gdma)
        return;
      auto [begin, end] = wanted.equal_range(command.id);
      for (auto it = begin; it != end; ++it) {
        llvm::Expected<Result> result = download(machine, *it->second);
        if (result)
          report.captured.push_back(std::move(*result));
        else
          captureError =
              llvm::joinErrors(std::move(captureError), result.takeError());
      }
    };
  llvm::Expected<sim::Order> times = sim::run(machine, group, engineOptions);
  if (!times)
    return llvm::joinErrors(std::move(captureError), times.takeError());
  if (captureError)
    return captureError;
  if (!options.timed)
    return llvm::Error::success();
  addTimes(report, group, index, *times, names);
  return llvm::Error::success();
}

llvm::Expected<RunReport> Program::run(llvm::StringRef name,
                                       llvm::ArrayRef<Feed> feeds,
                                       const RunOptions &options) const {
  auto net = llvm::find_if(contents.nets, [&](const bmodel::Net &each) {
    return each.name == name;
  });
  if (net == contents.nets.end())
    return failure("the bmodel has no network '" + name + "'; it has " +
                   llvm::join(llvm::map_range(contents.nets,
                                              [](const bmodel::Net &each) {
                                                return "'" + each.name + "'";
                                              }),
                              ", "));
  llvm::Expected<size_t> chosen = chooseStage(*net, feeds, options.stage);
  if (!chosen)
    return chosen.takeError();
  const bmodel::Stage &stage = net->stages[*chosen];
  const Prepared &prepared = stages[net - contents.nets.begin()][*chosen];

  if (llvm::Error error = checkLimits(prepared))
    return std::move(error);
  if (llvm::Error error = runtime::checkIndices(prepared.indexLimits, feeds))
    return std::move(error);
  llvm::Expected<sim::Machine> made =
      sim::Machine::make(*target, prepared.globalBytes);
  if (!made)
    return made.takeError();
  sim::Machine &machine = *made;
  machine.useThreads(options.threads);
  if (options.trackUninitialised)
    machine.followInitialised();
  if (llvm::Error error = upload(machine, target->staticBase, firmwareTables()))
    return std::move(error);
  if (!stage.coeff.empty())
    if (llvm::Error error = machine.lend(stage.coeffAddress, stage.coeff))
      return std::move(error);
  for (const bmodel::Tensor &input : stage.inputs)
    for (const Feed &feed : feeds)
      if (feed.name == input.name) {
        if (feed.bytes.size() != *bmodel::dataSize(input))
          return failure(llvm::formatv(
              "input '{0}': expected {1} bytes, but found {2}", input.name,
              *bmodel::dataSize(input), feed.bytes.size()));
        if (llvm::Error error = upload(machine, input.address, feed.bytes))
          return std::move(error);
      }

  RunReport report{target};
  if (options.timed)
    report.cycles = target->model->startCycles(options.preset);
  for (uint32_t group = 0; group < prepared.groups.size(); ++group)
    if (llvm::Error error =
            runGroup(machine, stage, prepared, group, options, report))
      return std::move(error);
  for (const bmodel::Tensor &output : stage.outputs) {
    llvm::Expected<Result> result = download(machine, output);
    if (!result)
      return result.takeError();
    report.outputs.push_back(std::move(*result));
  }
  return report;
}

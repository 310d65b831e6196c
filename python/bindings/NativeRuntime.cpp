//===- NativeRuntime.cpp - tpu_mlir._native.runtime: running bmodels ------===//
#include "lib/Runtime/ChromeTrace.h"
#include "lib/Runtime/Program.h"
#include "lib/Runtime/StaticMemory.h"
#include "lib/Target/Chip.h"
#include "python/bindings/Native.h"
#include "llvm/Support/JSON.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <chrono>

namespace py = pybind11;
using namespace py::literals;
using namespace tpu_mlir;
using namespace tpu_mlir::runtime;

namespace {
/// A Feed that keeps its array alive.
struct OwnedFeed {
  py::array array;
  Feed feed;
};

struct Run {
  RunReport report;
  std::string network;
};

/// Asks Python, now and then, whether a run is to stop: for an interrupt, or
/// because the caller says so. What is raised then stays set.
class Poll {
public:
  explicit Poll(py::object stop) : stop(std::move(stop)) {}

  bool isOver() {
    auto now = std::chrono::steady_clock::now();
    if (now < next)
      return false;
    next = now + std::chrono::milliseconds(50);
    py::gil_scoped_acquire locked;
    if (PyErr_CheckSignals() != 0)
      return true;
    try {
      return !stop.is_none() && stop().cast<bool>();
    } catch (py::error_already_set &error) {
      error.restore();
      return true;
    }
  }

private:
  py::object stop; ///< a callable, or None
  std::chrono::steady_clock::time_point next;
};
} // namespace

static OwnedFeed makeFeed(std::string name, const std::string &dataType,
                          const py::array &array) {
  std::optional<bmodel::DataType> type = bmodel::dataTypeNamed(dataType);
  if (!type)
    throw py::value_error("'" + dataType +
                          "' is not an element type of a bmodel");
  if (uint64_t(array.itemsize()) * 8 != bmodel::bitWidth(*type))
    throw py::value_error("elements of " + std::to_string(array.itemsize()) +
                          " bytes cannot be " + dataType);
  py::array dense = py::array::ensure(array, py::array::c_style);
  std::vector<int64_t> shape(dense.shape(), dense.shape() + dense.ndim());
  llvm::ArrayRef<uint8_t> bytes(static_cast<const uint8_t *>(dense.data()),
                                static_cast<size_t>(dense.nbytes()));
  return {dense, {std::move(name), *type, std::move(shape), bytes}};
}

static std::vector<Feed> feedsOf(const std::vector<OwnedFeed *> &owned) {
  std::vector<Feed> feeds;
  for (const OwnedFeed *each : owned)
    feeds.push_back(each->feed);
  return feeds;
}

/// -1 stands for the first stage that fits.
static std::optional<size_t> wantedStage(int64_t stage) {
  return stage == -1 ? std::nullopt : std::optional<size_t>(stage);
}

static const bmodel::Net &netNamed(const Program &program,
                                   const std::string &network) {
  for (const bmodel::Net &net : program.model().nets)
    if (net.name == network)
      return net;
  throw py::value_error("there is no network '" + network + "'");
}

static size_t chosenStage(const Program &program, const std::string &network,
                          const std::vector<OwnedFeed *> &owned,
                          int64_t stage) {
  return python::unwrap("FeedError",
                        chooseStage(netNamed(program, network), feedsOf(owned),
                                    wantedStage(stage)));
}

static Preset presetOf(const std::string &name) {
  if (std::optional<Preset> preset = presetNamed(name))
    return *preset;
  throw py::value_error("'" + name +
                        "' is no cycle model; expected static or silicon");
}

static Run profileStage(const Program &program, const std::string &network,
                        size_t stage, const std::string &cycles) {
  const bmodel::Net &net = netNamed(program, network);
  if (stage >= net.stages.size())
    throw py::index_error("there is no such stage");
  return {python::unwrap("RunError",
                         program.profile(&net - program.model().nets.data(),
                                         stage, presetOf(cycles))),
          network};
}

static void checkLimits(const Program &program, const std::string &network,
                        size_t stage) {
  const bmodel::Net &net = netNamed(program, network);
  if (stage >= net.stages.size())
    throw py::index_error("there is no such stage");
  if (llvm::Error error =
          program.checkLimits(&net - program.model().nets.data(), stage))
    python::raise("RunError", std::move(error));
}

static uint64_t globalBytes(const Program &program, const std::string &network,
                            size_t stage) {
  const bmodel::Net &net = netNamed(program, network);
  if (stage >= net.stages.size())
    throw py::index_error("there is no such stage");
  return program.globalBytes(&net - program.model().nets.data(), stage);
}

/// Wrong feeds are a FeedError, everything later a RunError.
static Run runProgram(const Program &program, const std::string &network,
                      const std::vector<OwnedFeed *> &owned, bool checkRaces,
                      bool trackUninitialised, bool timed, unsigned threads,
                      std::vector<std::string> captured, int64_t stage,
                      const std::string &cycles, py::object stop) {
  std::vector<Feed> feeds = feedsOf(owned);
  for (auto [index, net] : llvm::enumerate(program.model().nets))
    if (net.name == network) {
      size_t chosen = python::unwrap(
          "FeedError", chooseStage(net, feeds, wantedStage(stage)));
      if (llvm::Error error = program.checkIndices(index, chosen, feeds))
        python::raise("FeedError", std::move(error));
      break;
    }
  RunOptions options;
  options.stage = wantedStage(stage);
  options.checkRaces = checkRaces;
  options.trackUninitialised = trackUninitialised;
  options.timed = timed;
  options.preset = presetOf(cycles);
  options.threads = threads;
  options.captured = std::move(captured);
  Poll poll(std::move(stop));
  options.stop = [&poll] { return poll.isOver(); };
  llvm::Expected<RunReport> report = [&] {
    py::gil_scoped_release unlocked;
    return program.run(network, feeds, options);
  }();
  if (!report && PyErr_Occurred()) {
    llvm::consumeError(report.takeError());
    throw py::error_already_set();
  }
  return {python::unwrap("RunError", std::move(report)), network};
}

/// The bytes of a result; the caller's NumPy arrays share them.
static py::array_t<uint8_t> dataOf(py::object owner) {
  const auto &result = owner.cast<const Result &>();
  return py::array_t<uint8_t>({result.bytes.size()}, {1}, result.bytes.data(),
                              owner);
}

/// Of a timed run: a tuple each, as the stub says.
static py::list commandsOf(const Run &run) {
  py::list commands;
  for (const TimedCommand &c : run.report.commands)
    commands.append(py::make_tuple(
        c.engine == isa::Engine::Tiu ? "tiu" : "gdma", c.group, c.id,
        c.mnemonic, llvm::json::fixUTF8(c.layer), c.start, c.end, c.waitsFor,
        c.waited, c.work.macs, c.work.macsPerCycle, c.work.bytesRead,
        c.work.bytesWritten));
  return commands;
}

static uint64_t cyclesOf(const std::string &engine, const py::bytes &command,
                         const std::string &preset) {
  if (engine != "tiu" && engine != "gdma")
    throw py::value_error("'" + engine +
                          "' is no engine; expected tiu or gdma");
  std::string_view text = command;
  isa::Decoded decoded = python::unwrap(
      "CommandError",
      isa::decode(
          engine == "tiu" ? isa::Engine::Tiu : isa::Engine::Gdma,
          {reinterpret_cast<const uint8_t *>(text.data()), text.size()}));
  return chips().front()->model->cycles(decoded.instruction, presetOf(preset));
}

void python::bindRuntime(py::module_ &module) {
  py::module_ m =
      module.def_submodule("runtime", "Runs bmodels on the simulated chip");
  py::class_<OwnedFeed>(m, "Feed").def(py::init(&makeFeed), "name"_a,
                                       "data_type"_a, "array"_a);
  py::class_<Result>(m, "Result")
      .def_readonly("tensor", &Result::tensor)
      .def_property_readonly("data", &dataOf);
  py::class_<Run>(m, "Run")
      .def_property_readonly(
          "outputs",
          [](py::object run) {
            py::list results;
            for (const Result &result : run.cast<const Run &>().report.outputs)
              results.append(py::cast(
                  result, py::return_value_policy::reference_internal, run));
            return results;
          })
      .def_property_readonly(
          "captured",
          [](py::object run) {
            py::list results;
            for (const Result &result : run.cast<const Run &>().report.captured)
              results.append(py::cast(
                  result, py::return_value_policy::reference_internal, run));
            return results;
          })
      .def_property_readonly("cycles",
                             [](const Run &run) { return run.report.cycles; })
      .def_property_readonly("commands", &commandsOf)
      .def("trace",
           [](const Run &run) { return chromeTrace(run.report, run.network); });
  py::class_<Limits>(m, "Limits")
      .def(py::init([](std::optional<uint64_t> memory,
                       std::optional<uint64_t> commands,
                       std::optional<uint64_t> work) {
             Limits limits;
             limits.memory = memory.value_or(limits.memory);
             limits.commands = commands.value_or(limits.commands);
             limits.work = work.value_or(limits.work);
             return limits;
           }),
           py::kw_only(), "memory"_a = py::none(), "commands"_a = py::none(),
           "work"_a = py::none())
      .def_readonly("memory", &Limits::memory)
      .def_readonly("commands", &Limits::commands)
      .def_readonly("work", &Limits::work);
  py::class_<Program>(m, "Program")
      .def(py::init([](const bmodel::Model &model, const Limits &limits) {
             return python::unwrap("RunError", Program::load(model, limits));
           }),
           "model"_a, "limits"_a = Limits())
      .def("run", &runProgram, "network"_a, "feeds"_a, py::kw_only(),
           "check_races"_a = false, "track_uninitialised"_a = false,
           "timed"_a = false, "threads"_a = 1,
           "captured"_a = std::vector<std::string>(), "stage"_a = -1,
           "cycles"_a = "static", "stop"_a = py::none())
      .def("choose_stage", &chosenStage, "network"_a, "feeds"_a, "stage"_a = -1)
      .def("profile", &profileStage, "network"_a, "stage"_a = 0,
           "cycles"_a = "static")
      .def("check_limits", &checkLimits, "network"_a, "stage"_a)
      .def("global_bytes", &globalBytes, "network"_a, "stage"_a);
  m.def("firmware_tables", [] {
    std::vector<uint8_t> tables = firmwareTables();
    return py::bytes(reinterpret_cast<const char *>(tables.data()),
                     tables.size());
  });
  m.def("cycles", &cyclesOf, "engine"_a, "command"_a, "preset"_a = "static");
}

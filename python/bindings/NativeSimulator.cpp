//===- NativeSimulator.cpp - tpu_mlir._native.simulator: machines ---------===//
#include "lib/Simulator/Execute.h"
#include "python/bindings/Native.h"
#include <pybind11/numpy.h>

namespace py = pybind11;
using namespace tpu_mlir;

/// A memory as a writable NumPy array of bytes that keeps the machine alive.
static py::array_t<uint8_t> memoryView(py::object owner, sim::Space space) {
  auto &machine = owner.cast<sim::Machine &>();
  std::vector<py::ssize_t> shape;
  if (space == sim::Space::Local)
    shape = {machine.map().lanes, machine.map().laneBytes};
  else
    shape = {py::ssize_t(machine.size(space))};
  return py::array_t<uint8_t>(shape, machine.data(space), owner);
}

/// Decodes and executes the commands that `bytes` holds, one after the other.
static void executeBytes(sim::Machine &machine, const std::string &engine,
                         const py::bytes &bytes) {
  isa::Engine which = python::engineNamed(engine);
  std::string_view text = bytes;
  llvm::ArrayRef<uint8_t> rest(reinterpret_cast<const uint8_t *>(text.data()),
                               text.size());
  while (!rest.empty()) {
    isa::Decoded decoded =
        python::unwrap("CommandError", isa::decode(which, rest));
    if (llvm::Error error = sim::checkForm(decoded))
      python::raise("CommandError", std::move(error));
    if (llvm::Error error = sim::execute(machine, decoded.instruction))
      python::raise("CommandError", std::move(error));
    rest = rest.drop_front(decoded.size);
  }
}

void python::bindSimulator(py::module_ &module) {
  py::module_ m = module.def_submodule("simulator", "One chip");
  py::class_<sim::Machine> machine(m, "Machine");
  machine
      .def(py::init([](uint64_t globalBytes, const std::string &chip) {
             return python::unwrap(
                 "CommandError",
                 sim::Machine::make(python::chipOf(chip), globalBytes));
           }),
           py::arg("global_bytes") = 0,
           py::arg("chip") = chips().front()->name.str())
      .def("__copy__",
           [](const sim::Machine &other) { return sim::Machine(other); })
      .def("use_threads", &sim::Machine::useThreads, py::arg("count"))
      .def("follow_initialised", &sim::Machine::followInitialised)
      .def("execute", &executeBytes, py::arg("engine"), py::arg("commands"));
  auto addMemory = [&](const char *name, sim::Space space) {
    machine.def_property_readonly(
        name, [space](py::object self) { return memoryView(self, space); });
  };
  addMemory("local", sim::Space::Local);
  addMemory("static", sim::Space::Static);
  addMemory("l2", sim::Space::L2);
  addMemory("global_memory", sim::Space::Global);
}

//===- Native.cpp - Python module of the libraries that need no MLIR ------===//
#include "python/bindings/Native.h"
#include "llvm/Support/JSON.h"

namespace py = pybind11;
using namespace tpu_mlir::python;

void tpu_mlir::python::raise(const char *errorClass, llvm::Error error) {
  // It may quote names of files, which may be anything.
  std::string message = llvm::json::fixUTF8(llvm::toString(std::move(error)));
  py::object type = py::module_::import("tpu_mlir.errors").attr(errorClass);
  PyErr_SetObject(type.ptr(), type(message).ptr());
  throw py::error_already_set();
}

tpu_mlir::isa::Engine tpu_mlir::python::engineNamed(const std::string &name) {
  if (name != "tiu" && name != "gdma")
    throw py::value_error("expected engine 'tiu' or 'gdma', but found '" +
                          name + "'");
  return name == "tiu" ? isa::Engine::Tiu : isa::Engine::Gdma;
}

PYBIND11_MODULE(_native, m) {
  m.doc() = "Containers, instructions and the simulator";
  bindBModel(m);
  bindCalibration(m);
  bindInterrupts(m);
  bindIsa(m);
  bindEncode(m);
  bindSimulator(m);
  bindRuntime(m);
  bindTarget(m);
}

//===- TpuMlirExtension.cpp - What the upstream bindings do not offer
//------===//
#include "lib/CAPI/TpuMlir.h"
#include "mlir-c/Pass.h"
#include "mlir-c/Support.h"
#include "mlir/Bindings/Python/PybindAdaptors.h"
#include "python/bindings/PassRun.h"

#include <set>
#include <string>

namespace py = pybind11;
using namespace mlir::python::adaptors;

namespace {
struct PythonPass {
  py::function function;
};
} // namespace

static MlirStringRef toStringRef(const std::string &text) {
  return mlirStringRefCreate(text.data(), text.size());
}

/// mlir::Pass keeps the anchor's name by reference: hand it memory that stays.
static const std::string &intern(const std::string &text) {
  static auto *names = new std::set<std::string>;
  return *names->insert(text).first;
}

static py::object viewRawData(MlirAttribute attribute) {
  MlirStringRef bytes = tpuMlirElementsAttrGetRawData(attribute);
  if (!bytes.data)
    throw py::value_error("the attribute carries no data");
  return py::memoryview::from_memory(static_cast<const void *>(bytes.data),
                                     static_cast<ssize_t>(bytes.length));
}

static void runPythonPass(MlirOperation op, MlirExternalPass pass,
                          void *userData) {
  py::gil_scoped_acquire gil;
  try {
    py::object result = static_cast<PythonPass *>(userData)->function(op);
    if (!result.is_none() && !result.cast<bool>())
      mlirExternalPassSignalFailure(pass);
  } catch (py::error_already_set &error) {
    std::string message = std::string("Python pass raised ") + error.what();
    mlirEmitError(mlirOperationGetLocation(op), message.c_str());
    mlirExternalPassSignalFailure(pass);
  }
}

/// PassManager.run() of LLVM 19's bindings holds the GIL: anchor such passes on
/// the top operation, since a nested one would wait for it on a worker thread.
static void addPythonPass(MlirPassManager manager, const std::string &name,
                          py::function function) {
  static MlirTypeIDAllocator ids = mlirTypeIDAllocatorCreate();
  MlirExternalPassCallbacks callbacks{};
  callbacks.construct = [](void *) {};
  callbacks.destruct = [](void *userData) {
    py::gil_scoped_acquire gil;
    delete static_cast<PythonPass *>(userData);
  };
  callbacks.clone = [](void *userData) -> void * {
    py::gil_scoped_acquire gil;
    return new PythonPass(*static_cast<PythonPass *>(userData));
  };
  callbacks.run = runPythonPass;
  MlirPass pass = mlirCreateExternalPass(
      mlirTypeIDAllocatorAllocateTypeID(ids), toStringRef(name),
      toStringRef(name), toStringRef(std::string()),
      toStringRef(intern("builtin.module")), 0, nullptr, callbacks,
      new PythonPass{std::move(function)});
  mlirOpPassManagerAddOwnedPass(mlirPassManagerGetAsOpPassManager(manager),
                                pass);
}

PYBIND11_MODULE(_tpuMlir, m) {
  m.doc() = "Python passes, interruptible runs and raw access to constants";
  m.def("run_passes", tpu_mlir::python::runPasses, py::arg("pass_manager"),
        py::arg("operation"),
        "Runs passes without the GIL; (succeeded, [(severity, location, "
        "message, notes)]). A signal's exception stops them.");
  m.attr("MAX_ELEMENTS") = tpuMlirMaxElements();
  m.def("raw_data", viewRawData, py::arg("attribute"),
        "Read-only bytes of a constant; valid while its context lives.");
  py::enum_<TpuMlirIntegerForm>(m, "IntegerForm")
      .value("NONE", TpuMlirIntegerFormNone)
      .value("COMPUTE", TpuMlirIntegerFormCompute)
      .value("MOVE", TpuMlirIntegerFormMove);
  m.def("integer_form", tpuMlirGetIntegerForm, py::arg("operation"),
        "How an operation is computed on 8-bit integers, if it is.");
  m.def("add_python_pass", addPythonPass, py::arg("pass_manager"),
        py::arg("name"), py::arg("function"),
        "Appends a pass on the module whose body is a Python callable.");
}

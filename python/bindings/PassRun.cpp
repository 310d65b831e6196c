//===- PassRun.cpp - Passes without the interpreter's lock ----------------===//
//
// PassManager.run of LLVM 19's bindings holds the lock: no signal is handled
// and no progress shown until it returns, and a diagnostic handler written in
// Python needs the lock where it has none. Here passes run in a thread of their
// own; the caller's waits for it, looks for signals, and stops it by a flag.
//
//===----------------------------------------------------------------------===//
#include "python/bindings/PassRun.h"

#include "lib/CAPI/TpuMlir.h"
#include "mlir-c/Diagnostics.h"
#include "mlir-c/Pass.h"
#include "mlir/Bindings/Python/PybindAdaptors.h"
#include "python/bindings/Text.h"

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <vector>

namespace py = pybind11;
using tpu_mlir::python::toText;

/// How long an interrupt waits to be seen.
static constexpr std::chrono::milliseconds interval(50);

namespace {
/// What a diagnostic says, taken while it lives.
struct Diagnostic {
  MlirDiagnosticSeverity severity;
  std::string location, message;
  std::vector<std::string> notes;
};

struct Run {
  std::vector<Diagnostic> diagnostics; // handlers are called one at a time
  std::atomic<bool> isStopped = false;
};
} // namespace

static void append(MlirStringRef text, void *to) {
  static_cast<std::string *>(to)->append(text.data, text.length);
}

static std::string messageOf(MlirDiagnostic diagnostic) {
  std::string text;
  mlirDiagnosticPrint(diagnostic, append, &text);
  return text;
}

static MlirLogicalResult collect(MlirDiagnostic diagnostic, void *userData) {
  std::string location;
  mlirLocationPrint(mlirDiagnosticGetLocation(diagnostic), append, &location);
  std::vector<std::string> notes;
  for (intptr_t i = 0, e = mlirDiagnosticGetNumNotes(diagnostic); i < e; ++i)
    notes.push_back(messageOf(mlirDiagnosticGetNote(diagnostic, i)));
  static_cast<Run *>(userData)->diagnostics.push_back(
      {mlirDiagnosticGetSeverity(diagnostic), std::move(location),
       messageOf(diagnostic), std::move(notes)});
  return mlirLogicalResultSuccess();
}

/// Runs the passes; tells whether they succeeded. Throws what a signal's
/// handler raised, once the passes have stopped.
static bool runUnlocked(MlirPassManager manager, MlirOperation operation,
                        Run &run) {
  py::gil_scoped_release unlocked;
  std::future<bool> done = std::async(std::launch::async, [&] {
    return mlirLogicalResultIsSuccess(
        mlirPassManagerRunOnOp(manager, operation));
  });
  while (done.wait_for(interval) == std::future_status::timeout) {
    py::gil_scoped_acquire locked;
    if (PyErr_CheckSignals() == 0)
      continue;
    py::error_already_set interrupt; // takes the error: Python may go on
    run.isStopped = true;
    {
      py::gil_scoped_release waiting;
      done.wait();
    }
    throw interrupt;
  }
  return done.get();
}

static py::tuple toTuple(const Diagnostic &diagnostic) {
  py::list notes;
  for (const std::string &note : diagnostic.notes)
    notes.append(toText(note));
  return py::make_tuple(static_cast<int>(diagnostic.severity),
                        toText(diagnostic.location), toText(diagnostic.message),
                        notes);
}

py::tuple tpu_mlir::python::runPasses(MlirPassManager manager,
                                      const py::object &operation) {
  auto op = operation.cast<MlirOperation>();
  // Objects for what passes may erase become invalid.
  operation.attr("context").attr("_clear_live_operations_inside")(operation);
  MlirContext context = mlirOperationGetContext(op);
  Run run;
  MlirDiagnosticHandlerID handler =
      mlirContextAttachDiagnosticHandler(context, collect, &run, nullptr);
  tpuMlirContextSetStop(
      context,
      [](void *userData) -> bool {
        return static_cast<Run *>(userData)->isStopped;
      },
      &run);
  struct Detach {
    MlirContext context;
    MlirDiagnosticHandlerID handler;
    ~Detach() {
      tpuMlirContextSetStop(context, nullptr, nullptr);
      mlirContextDetachDiagnosticHandler(context, handler);
    }
  } detach{context, handler};
  bool succeeded = runUnlocked(manager, op, run);
  py::list diagnostics;
  for (const Diagnostic &each : run.diagnostics)
    diagnostics.append(toTuple(each));
  return py::make_tuple(succeeded, diagnostics);
}

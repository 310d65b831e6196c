//===- NativeInterrupts.cpp - tpu_mlir._native.interrupts: the way out ----===//
//
// Python handles a signal between two of its instructions: a simulated run, a
// session of ONNX Runtime or a large model's check may keep it waiting for
// minutes. A thread without Python ends the process then, and removes what it
// must not leave behind.
//
//===----------------------------------------------------------------------===//
#include "python/bindings/Native.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <unistd.h>

namespace py = pybind11;
using namespace py::literals;

namespace {
/// Files and folders that the process has to remove before it ends. One for the
/// process, as what atexit keeps.
class Unfinished {
public:
  void add(const std::string &path) {
    std::lock_guard<std::mutex> lock(mutex);
    paths.insert(path);
  }
  void drop(const std::string &path) {
    std::lock_guard<std::mutex> lock(mutex);
    paths.erase(path);
  }
  void removeAll() {
    std::lock_guard<std::mutex> lock(mutex);
    std::error_code ignored;
    for (const std::string &path : paths)
      std::filesystem::remove_all(path, ignored);
  }

private:
  std::mutex mutex;
  std::set<std::string> paths;
};
} // namespace

static Unfinished &unfinished() {
  static auto *all = new Unfinished; // outlives threads at exit
  return *all;
}

/// Says once on stderr that a signal ends the process.
static void announce(int signal) {
  static std::atomic<bool> isSaid = false;
  if (isSaid.exchange(true))
    return;
  if (isatty(STDERR_FILENO)) // progress may have hidden the cursor
    std::fputs("\x1b[?25h\r\x1b[K", stderr);
  std::fputs(signal == SIGINT ? "error: interrupted\n" : "error: terminated\n",
             stderr);
  std::fflush(stderr);
}

/// Waits for the number of a signal, then for Python to end the process, and
/// ends it otherwise.
static void watch(int pipe, std::chrono::duration<double> patience) {
  unsigned char signal = 0;
  do
    if (read(pipe, &signal, 1) != 1)
      return;
  while (signal != SIGINT && signal != SIGTERM && signal != SIGHUP);
  std::this_thread::sleep_for(patience);
  unfinished().removeAll();
  announce(signal);
  _exit(128 + signal);
}

void tpu_mlir::python::bindInterrupts(py::module_ &module) {
  py::module_ m = module.def_submodule("interrupts", "The end by a signal");
  m.def(
      "watch",
      [](int pipe, double seconds) {
        std::thread(watch, pipe, std::chrono::duration<double>(seconds))
            .detach();
      },
      "pipe"_a, "seconds"_a);
  m.def("announce", &announce, "signal"_a);
  m.def(
      "add_unfinished", [](const py::bytes &path) { unfinished().add(path); },
      "path"_a);
  m.def(
      "drop_unfinished", [](const py::bytes &path) { unfinished().drop(path); },
      "path"_a);
}

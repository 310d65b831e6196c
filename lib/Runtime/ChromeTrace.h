//===- ChromeTrace.h - A run as a timeline for trace viewers --------------===//
#pragma once

#include "lib/Runtime/Program.h"

namespace tpu_mlir::runtime {

/// JSON in the Trace Event Format, which Perfetto and chrome://tracing read:
/// one track for each engine, one slice for each command, named by its layer.
/// A microsecond of the trace has the chip's cycles of one.
std::string chromeTrace(const RunReport &report, llvm::StringRef network);

} // namespace tpu_mlir::runtime

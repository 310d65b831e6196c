//===- Harness.h - What is done with untrusted bytes ----------------------===//
//
// Everything that the command line would do with a file, and with a command.
// Errors are outcomes; a sanitizer ends the process at the first bad access.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <vector>

namespace tpu_mlir::fuzz {

/// How many files, streams and runs went which way.
struct Tally {
  unsigned opened = 0, refused = 0, wholeStreams = 0, brokenStreams = 0;
  unsigned finished = 0, stopped = 0; // runs
};

/// Reads a bmodel, lists its commands, writes it, runs every stage with inputs
/// of zeros, races and uninitialised reads checked, timed.
void visitFile(std::vector<uint8_t> bytes, Tally &tally);

/// Lists the commands of a stream and executes each on a machine of its own,
/// whose memories hold numbers. A byte before each command tells the engine
/// (its lowest bit) and whether accesses are followed (the next one).
void visitCommands(llvm::ArrayRef<uint8_t> bytes, Tally &tally);

} // namespace tpu_mlir::fuzz

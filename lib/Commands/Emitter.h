//===- Emitter.h - Collects the commands of a program ---------------------===//
#pragma once

#include "lib/Isa/Instructions.h"
#include "lib/Target/Chip.h"
#include "mlir/IR/Location.h"

#include <vector>

namespace tpu_mlir {

/// An instruction and the op it came from.
struct Command {
  isa::Instruction instruction;
  mlir::Location location;
};

/// The part of each lane that moves within global memory may pass through.
struct LocalWindow {
  int64_t begin = 0;
  int64_t bytes = -1; // all that follows
};

/// Appends commands of a chip in program order. Order says what happens first
/// where two commands touch the same memory; the engines' ids, the dependencies
/// between them and the encoding follow later from it.
class Emitter {
public:
  Emitter(mlir::Location location, const Chip &chip, LocalWindow window = {})
      : location(location), chip(&chip), window(window) {}

  const Chip &getChip() const { return *chip; }

  /// An empty one for the same chip, op and window, to try something.
  Emitter another() const { return Emitter(location, *chip, window); }

  mlir::Location getLocation() const { return location; }
  void setLocation(mlir::Location newLocation) { location = newLocation; }

  const LocalWindow &getWindow() const { return window; }
  void setWindow(const LocalWindow &newWindow) { window = newWindow; }

  template <typename InstructionT>
  void append(const InstructionT &instruction) {
    commands.push_back({isa::Instruction(instruction), location});
  }

  const std::vector<Command> &getCommands() const { return commands; }
  std::vector<Command> takeCommands() { return std::move(commands); }

private:
  mlir::Location location;
  const Chip *chip;
  LocalWindow window;
  std::vector<Command> commands;
};

} // namespace tpu_mlir

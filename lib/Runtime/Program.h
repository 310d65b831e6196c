//===- Program.h - A bmodel, ready to run on the simulated chip -----------===//
#pragma once

#include "lib/Runtime/Feeds.h"
#include "lib/Runtime/LayerNames.h"
#include "lib/Simulator/Engines/Engine.h"
#include "lib/Target/CycleModel.h"
#include <map>
#include <optional>

namespace tpu_mlir::runtime {

/// What a file that nobody has checked may ask of this computer.
struct Limits {
  /// Bytes of the chip's global memory; a run takes at most three times that.
  uint64_t memory = uint64_t(4) << 30;
  /// Commands of all stages, decoded at some 340 bytes each.
  uint64_t commands = uint64_t(4) << 20;
  /// Steps of a run (Simulator/Work.h); a core does some 100 million a second.
  uint64_t work = 100'000'000'000;
};

struct RunOptions {
  bool checkRaces = false;
  bool trackUninitialised = false;
  bool timed = false; ///< engines take the time of the chip's cycle model
  Preset preset = Preset::Static; ///< of that model
  unsigned threads = 1;           ///< that instructions may use
  std::optional<size_t> stage;    ///< none: the first that takes the shapes
  /// Names of intermediate tensors to return beside the outputs.
  std::vector<std::string> captured;
  sim::Stop stop; ///< asked between commands
};

/// A tensor as the chip left it, row-major, without gaps.
struct Result {
  bmodel::Tensor tensor;
  std::vector<uint8_t> bytes;
};

/// A command that has run, for profiles; cycles from the start of the run.
struct TimedCommand {
  isa::Engine engine;
  uint32_t group, id;
  std::string mnemonic, layer;
  uint64_t start, end;
  uint32_t waitsFor; ///< id of the other engine's command, 0: none
  uint64_t waited;   ///< cycles that its engine idled before, for that command
  Work work;
};

struct RunReport {
  const Chip *chip = nullptr;
  std::vector<Result> outputs, captured;
  uint64_t cycles = 0;                ///< 0 unless timed
  std::vector<TimedCommand> commands; ///< empty unless timed
};

/// Never changes: runs share nothing and may happen in several threads.
class Program {
public:
  /// Decodes all commands. Fails for what this simulator does not run: another
  /// chip, several cores, dynamic stages, parts that run on a CPU; and beyond
  /// the limits, which hold for the runs, too.
  static llvm::Expected<Program> load(bmodel::Model model, Limits limits = {});

  /// Runs a stage of `net` on a fresh machine.
  llvm::Expected<RunReport> run(llvm::StringRef net, llvm::ArrayRef<Feed> feeds,
                                const RunOptions &options = {}) const;

  /// Fails if a run of a stage would take more than the limits.
  llvm::Error checkLimits(size_t net, size_t stage) const {
    return checkLimits(stages[net][stage]);
  }

  /// Fails for a feed that the stage takes, but with an index outside of the
  /// table that it chooses from; `run` does, too.
  llvm::Error checkIndices(size_t net, size_t stage,
                           llvm::ArrayRef<Feed> feeds) const {
    return runtime::checkIndices(stages[net][stage].indexLimits, feeds);
  }

  /// When each command of a stage would run, without running it.
  llvm::Expected<RunReport> profile(size_t net, size_t stage,
                                    Preset preset = Preset::Static) const;

  const bmodel::Model &model() const { return contents; }
  const Chip &chip() const { return *target; }
  /// Bytes of global memory that a stage of network `net` needs.
  uint64_t globalBytes(size_t net, size_t stage) const {
    return stages[net][stage].globalBytes;
  }

private:
  /// What load() derives from a stage.
  struct Prepared {
    std::vector<sim::CommandGroup> groups;
    std::vector<bmodel::TensorRecord> records;
    std::vector<bmodel::LayerRun> layers;
    bmodel::IndexLimits indexLimits;
    uint64_t globalBytes = 0; ///< that the machine must have
  };

  static llvm::Expected<Prepared> prepare(const bmodel::Stage &stage,
                                          uint64_t &commandsLeft);
  llvm::Error checkLimits(const Prepared &prepared) const;
  llvm::Error runGroup(sim::Machine &machine, const bmodel::Stage &stage,
                       const Prepared &prepared, uint32_t index,
                       const RunOptions &options, RunReport &report) const;

  bmodel::Model contents;
  const Chip *target = nullptr;
  Limits limits;
  std::vector<std::vector<Prepared>> stages; ///< [net][stage]
};

} // namespace tpu_mlir::runtime

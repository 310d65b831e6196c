//===- TensorTable.h - Where a stage's intermediate tensors can be seen ---===//
//
// The vendor's container leaves the format of Stage::tensorLocations open. Ours
// is JSON, so that other tools can use it:
//
//   {"format": "tpu_mlir.tensors", "version": 1, "tensors": [
//     {"name": "conv1", "dtype": "f16", "shape": [1, 64, 56, 56],
//      "address": 4294975488, "size": 401408, "scale": 1, "zero_point": 0,
//      "order": [0, 2, 3, 1], "group": 0, "complete": 17,
//      "overwritten": 42}, ...],
//    "layers": {"names": ["conv1", ...], "tiu": [[0, 1, 0], ...],
//      "gdma": [[0, 1, 0], ...]},
//    "aliases": {"conv0": "conv1", ...}, "index_limits": {"ids": 30522},
//    "schedule": [{"tensors": ["conv1", ...], "slices": [1, 1, 4, 1]}, ...]}
//
// A tensor appears if all of it lies in global memory at some time, elements
// in row-major order without gaps. Layers tell for which tensor each command
// works: of group 0, from command 1 on, for names[0]; up to the next entry.
// With an order the ONNX tensor is the one stored, its dimensions permuted by
// it; `shape` may be another view of what is stored. Aliases are tensors that
// became part of a layer. Inputs with an index limit hold numbers below it,
// negative ones down to its negative. The schedule has, for each group in
// order, the tensors that are computed together, and into how many slices along
// n, c, h and w. Optional keys: scale, zero_point, order, group, overwritten,
// layers, aliases, index_limits, schedule.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/BModel/Model.h"
#include "llvm/Support/Error.h"
#include <map>

namespace tpu_mlir::bmodel {

struct TensorRecord {
  Tensor tensor;      // the name is the ONNX model's
  uint32_t group = 0; // index of the command group that computes it
  /// Readable once the group's GDMA command of this cmd_id has finished ...
  uint32_t complete = 0;
  /// ... until the one of this cmd_id starts; 0: to the end of the stage.
  uint32_t overwritten = 0;
  std::vector<int64_t> order = {}; ///< empty: the ONNX tensor's own
};

/// Commands of one engine that work for the same tensor: from `first` (a
/// cmd_id) to the next run's.
struct LayerRun {
  uint32_t group = 0;
  bool isGdma = false;
  uint32_t first = 1;
  std::string name;
};

/// Names of tensors that became part of layers, and those layers.
using Aliases = std::map<std::string, std::string>;

/// Names of inputs that choose rows of tables, and rows of the smallest.
using IndexLimits = std::map<std::string, int64_t>;

/// A group of the schedule.
struct ScheduledGroup {
  std::vector<std::string> tensors;
  std::vector<int64_t> slices;
};

/// Bytes for Stage::tensorLocations.
std::vector<uint8_t>
writeTensorTable(llvm::ArrayRef<TensorRecord> records,
                 llvm::ArrayRef<LayerRun> layers = {},
                 const Aliases &aliases = {}, const IndexLimits &limits = {},
                 llvm::ArrayRef<ScheduledGroup> schedule = {});

/// The records of a stage: none if another compiler wrote it, an error if the
/// table is damaged. Addresses are not compared with any memory.
llvm::Expected<std::vector<TensorRecord>> readTensorTable(const Stage &stage);

/// The runs of commands by layer; also from files of the vendor's compiler that
/// have them (VendorLayers.h).
llvm::Expected<std::vector<LayerRun>> readLayers(const Stage &stage);

/// Empty if another compiler wrote the file.
llvm::Expected<std::vector<ScheduledGroup>> readSchedule(const Stage &stage);

/// Empty if another compiler wrote the file.
llvm::Expected<Aliases> readAliases(const Stage &stage);

/// Empty if another compiler wrote the file.
llvm::Expected<IndexLimits> readIndexLimits(const Stage &stage);

} // namespace tpu_mlir::bmodel

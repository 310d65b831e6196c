//===- Model.h - What a bmodel file says, as plain values -----------------===//
#pragma once

#include "lib/BModel/Bytes.h"
#include "lib/BModel/DataType.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tpu_mlir::bmodel {

/// No operator of the source models has more dimensions.
constexpr size_t maxRank = 8;

/// A tensor that lies in global memory.
struct Tensor {
  std::string name;
  DataType dataType = DataType::F32;
  uint64_t address = 0; // absolute, as the commands name it
  uint64_t size = 0;    // bytes
  std::vector<int64_t> shape;
  float scale = 1.0f; // real -> integer for inputs, integer -> real for outputs
  int32_t zeroPoint = 0;
};

/// Bytes that the elements take; nothing if no memory can hold the shape.
std::optional<uint64_t> dataSize(const Tensor &tensor);

/// Two command streams that start together, one for each engine.
struct CommandGroup {
  uint32_t tiuCount = 0; // commands, the end command included
  uint32_t gdmaCount = 0;
  Bytes tiu; // commands back to back, then zeros up to 128 bytes
  Bytes gdma;
};

enum class SubNetMode { Tpu = 0, Cpu = 1, Merge = 2, Switch = 3 };

/// A part of a stage that runs in one piece. The writer makes the single static
/// one that a stage needs; files of other compilers may hold more.
struct SubNet {
  int32_t id = 0;
  SubNetMode mode = SubNetMode::Tpu;
  bool isDynamic = false;
  size_t firstGroup = 0; // its groups are Stage::groups[firstGroup ...]
  size_t groupCount = 0;
};

/// A network for one set of input shapes.
struct Stage {
  std::vector<Tensor> inputs, outputs;
  uint64_t ctxAddress = 0, ctxSize = 0; // inputs, outputs and all between
  uint64_t ioAddress = 0, ioSize = 0;   // 0 unless Net::addressMode says so
  uint64_t coeffAddress = 0;
  Bytes coeff;
  std::vector<CommandGroup> groups;
  Bytes tensorLocations; // TensorTable.h, if this project wrote the file

  // The reader reports these; the writer knows only the defaults.
  bool isDynamic = false;
  uint32_t coreCount = 1;
  std::vector<SubNet> subNets;
};

struct Net {
  std::string name;
  std::vector<Stage> stages;
  int32_t addressMode = 0; // 0: inputs and outputs lie within the context
};

/// An input or output as the model's author declared it.
struct Declared {
  std::string name;
  uint32_t elementType = 1;   // ONNX's TensorProto.DataType
  std::vector<int64_t> shape; // -1 where the data decide
};

/// A step of a composite: a network of the same file, or a model for the host.
struct Part {
  std::string net;
  uint32_t stage = 0; // of that network
  Bytes host;         // an ONNX model; empty: the network
};

/// A composite for one set of input shapes. Parts run in order and find what
/// they read by name among the inputs and the results of parts before them.
struct CompositeStage {
  std::vector<Declared> inputs, outputs;
  std::vector<Part> parts;
};

/// A model as its user sees it: types at its border that no network has, or
/// several parts.
struct Composite {
  std::string name;
  std::vector<CompositeStage> stages;
};

struct Model {
  std::string chip;         // "BM1684X"
  std::string version;      // of the container; the writer's is "2.2"
  std::string time;         // "-" keeps equal inputs equal files
  uint32_t deviceCount = 1; // the writer knows only 1
  std::string kernelModule; // file name of embedded firmware, or ""
  std::vector<Net> nets;
  std::vector<Composite> composites;
};

} // namespace tpu_mlir::bmodel

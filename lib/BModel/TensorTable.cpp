//===- TensorTable.cpp - Where a stage's intermediate tensors can be seen -===//
#include "lib/BModel/TensorTable.h"

#include "lib/BModel/VendorLayers.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include <utility>

using namespace tpu_mlir;
using namespace tpu_mlir::bmodel;

static constexpr llvm::StringLiteral formatName = "tpu_mlir.tensors";
static constexpr int64_t formatVersion = 1;
/// llvm::json recurses as deep as the text nests; the format needs 4 levels.
static constexpr unsigned maxNesting = 16;

static void writeLayers(llvm::json::OStream &json,
                        llvm::ArrayRef<LayerRun> layers) {
  std::vector<llvm::StringRef> names;
  llvm::StringMap<int64_t> index;
  for (const LayerRun &run : layers)
    if (index.try_emplace(run.name, names.size()).second)
      names.push_back(run.name);
  json.attributeArray("names", [&] {
    for (llvm::StringRef each : names)
      json.value(llvm::json::fixUTF8(each));
  });
  for (bool isGdma : {false, true})
    json.attributeArray(isGdma ? "gdma" : "tiu", [&] {
      for (const LayerRun &run : layers)
        if (run.isGdma == isGdma)
          json.array([&] {
            json.value(run.group);
            json.value(run.first);
            json.value(index[run.name]);
          });
    });
}

static void writeSchedule(llvm::json::OStream &json,
                          llvm::ArrayRef<ScheduledGroup> schedule) {
  for (const ScheduledGroup &group : schedule)
    json.object([&] {
      json.attributeArray("tensors", [&] {
        for (llvm::StringRef name : group.tensors)
          json.value(llvm::json::fixUTF8(name));
      });
      json.attributeArray("slices", [&] {
        for (int64_t count : group.slices)
          json.value(count);
      });
    });
}

std::vector<uint8_t> tpu_mlir::bmodel::writeTensorTable(
    llvm::ArrayRef<TensorRecord> records, llvm::ArrayRef<LayerRun> layers,
    const Aliases &aliases, const IndexLimits &limits,
    llvm::ArrayRef<ScheduledGroup> schedule) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  llvm::json::OStream json(stream);
  auto writeRecord = [&](const TensorRecord &record) {
    const Tensor &tensor = record.tensor;
    json.attribute("name", llvm::json::fixUTF8(tensor.name));
    json.attribute("dtype", name(tensor.dataType));
    json.attributeArray("shape", [&] {
      for (int64_t dim : tensor.shape)
        json.value(dim);
    });
    json.attribute("address", static_cast<int64_t>(tensor.address));
    json.attribute("size", static_cast<int64_t>(tensor.size));
    json.attribute("scale", tensor.scale);
    json.attribute("zero_point", tensor.zeroPoint);
    if (!record.order.empty())
      json.attributeArray("order", [&] {
        for (int64_t dim : record.order)
          json.value(dim);
      });
    json.attribute("group", record.group);
    json.attribute("complete", record.complete);
    json.attribute("overwritten", record.overwritten);
  };
  json.object([&] {
    json.attribute("format", formatName);
    json.attribute("version", formatVersion);
    json.attributeArray("tensors", [&] {
      for (const TensorRecord &record : records)
        json.object([&] { writeRecord(record); });
    });
    if (!layers.empty())
      json.attributeObject("layers", [&] { writeLayers(json, layers); });
    if (!aliases.empty())
      json.attributeObject("aliases", [&] {
        for (const auto &[name, layer] : aliases)
          json.attribute(llvm::json::fixUTF8(name), llvm::json::fixUTF8(layer));
      });
    if (!limits.empty())
      json.attributeObject("index_limits", [&] {
        for (const auto &[name, rows] : limits)
          json.attribute(llvm::json::fixUTF8(name), rows);
      });
    if (!schedule.empty())
      json.attributeArray("schedule", [&] { writeSchedule(json, schedule); });
  });
  return std::vector<uint8_t>(text.begin(), text.end());
}

static bool nestsTooDeep(llvm::StringRef text) {
  unsigned depth = 0;
  bool inString = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '"')
      inString = !inString;
    else if (inString)
      i += c == '\\';
    else if ((c == '[' || c == '{') && ++depth > maxNesting)
      return true;
    else if ((c == ']' || c == '}') && depth > 0)
      --depth;
  }
  return false;
}

/// llvm::json::fromJSON knows no unsigned 32-bit integers.
static bool mapCommand(llvm::json::ObjectMapper &mapper,
                       llvm::StringLiteral key, uint32_t &out,
                       bool isRequired) {
  std::optional<uint64_t> value;
  if (!mapper.mapOptional(key, value) || (isRequired && !value) ||
      value.value_or(0) > UINT32_MAX)
    return false;
  out = static_cast<uint32_t>(value.value_or(0));
  return true;
}

static bool isPermutation(llvm::ArrayRef<int64_t> order) {
  llvm::SmallVector<bool> seen(order.size());
  return llvm::all_of(order, [&](int64_t dim) {
    return dim >= 0 && dim < int64_t(order.size()) &&
           !std::exchange(seen[dim], true);
  });
}

namespace tpu_mlir::bmodel {
// Found by llvm::json through argument-dependent lookup.

static bool fromJSON(const llvm::json::Value &value, ScheduledGroup &group,
                     llvm::json::Path path) {
  llvm::json::ObjectMapper mapper(value, path);
  if (!mapper || !mapper.map("tensors", group.tensors) ||
      !mapper.map("slices", group.slices))
    return false;
  if (group.tensors.empty() || group.slices.size() != 4)
    path.report("expected tensors and four numbers of slices");
  return !group.tensors.empty() && group.slices.size() == 4;
}

static bool fromJSON(const llvm::json::Value &value, TensorRecord &record,
                     llvm::json::Path path) {
  Tensor &tensor = record.tensor;
  llvm::json::ObjectMapper mapper(value, path);
  std::string dataType;
  double scale = 1;
  int64_t zeroPoint = 0;
  if (!mapper || !mapper.map("name", tensor.name) ||
      !mapper.map("dtype", dataType) || !mapper.map("shape", tensor.shape) ||
      !mapper.map("address", tensor.address) ||
      !mapper.map("size", tensor.size) || !mapper.mapOptional("scale", scale) ||
      !mapper.mapOptional("zero_point", zeroPoint) ||
      !mapper.mapOptional("order", record.order) ||
      !mapCommand(mapper, "group", record.group, false) ||
      !mapCommand(mapper, "complete", record.complete, true) ||
      !mapCommand(mapper, "overwritten", record.overwritten, false))
    return false;
  std::optional<DataType> type = dataTypeNamed(dataType);
  if (!type) {
    path.field("dtype").report("unknown element type");
    return false;
  }
  tensor.dataType = *type;
  if (tensor.shape.size() > maxRank ||
      dataSize(tensor).value_or(UINT64_MAX) > tensor.size) {
    path.field("shape").report("shape and size contradict each other");
    return false;
  }
  if (!isPermutation(record.order)) {
    path.field("order").report("expected a permutation");
    return false;
  }
  tensor.scale = static_cast<float>(scale);
  tensor.zeroPoint = static_cast<int32_t>(zeroPoint);
  return true;
}
} // namespace tpu_mlir::bmodel

static llvm::Error damaged(const llvm::Twine &why) {
  return llvm::createStringError("damaged tensor table: " + why);
}

/// The table; null if another compiler wrote the file.
static llvm::Expected<llvm::json::Value> parseTable(const Stage &stage) {
  llvm::ArrayRef<uint8_t> bytes = stage.tensorLocations;
  llvm::StringRef text(reinterpret_cast<const char *>(bytes.data()),
                       bytes.size());
  if (!text.contains(formatName))
    return nullptr;
  if (nestsTooDeep(text))
    return damaged("nested too deep");
  llvm::Expected<llvm::json::Value> root = llvm::json::parse(text);
  if (!root)
    return damaged(llvm::toString(root.takeError()));
  const llvm::json::Object *object = root->getAsObject();
  if (!object || object->getString("format") != formatName)
    return nullptr;
  if (object->getInteger("version") != formatVersion)
    return damaged("this release reads version 1 of its format");
  return root;
}

llvm::Expected<std::vector<TensorRecord>>
tpu_mlir::bmodel::readTensorTable(const Stage &stage) {
  std::vector<TensorRecord> records;
  llvm::Expected<llvm::json::Value> root = parseTable(stage);
  if (!root)
    return root.takeError();
  const llvm::json::Object *object = root->getAsObject();
  if (!object)
    return records;
  llvm::json::Path::Root path("tensors");
  const llvm::json::Value *tensors = object->get("tensors");
  if (!tensors || !llvm::json::fromJSON(*tensors, records, path))
    return damaged(llvm::toString(path.getError()));
  return records;
}

llvm::Expected<std::vector<LayerRun>>
tpu_mlir::bmodel::readLayers(const Stage &stage) {
  std::vector<LayerRun> runs;
  llvm::Expected<llvm::json::Value> root = parseTable(stage);
  if (!root)
    return root.takeError();
  const llvm::json::Object *object = root->getAsObject();
  if (!object) {
    llvm::ArrayRef<uint8_t> bytes = stage.tensorLocations;
    return vendorLayers(
        {reinterpret_cast<const char *>(bytes.data()), bytes.size()});
  }
  const llvm::json::Value *layers = object->get("layers");
  if (!layers)
    return runs;
  llvm::json::Path::Root path("layers");
  llvm::json::ObjectMapper mapper(*layers, path);
  std::vector<std::string> names;
  std::vector<std::vector<int64_t>> entries[2];
  if (!mapper || !mapper.map("names", names) ||
      !mapper.map("tiu", entries[0]) || !mapper.map("gdma", entries[1]))
    return damaged(llvm::toString(path.getError()));
  for (bool isGdma : {false, true})
    for (const std::vector<int64_t> &entry : entries[isGdma]) {
      if (entry.size() != 3 ||
          llvm::any_of(
              entry,
              [](int64_t value) { return value < 0 || value > UINT32_MAX; }) ||
          uint64_t(entry[2]) >= names.size())
        return damaged("expected runs of layers as [group, first command, "
                       "index of the name]");
      runs.push_back({uint32_t(entry[0]), isGdma, uint32_t(entry[1]),
                      names[size_t(entry[2])]});
    }
  return runs;
}

/// What stands at an optional `key`.
template <typename Part>
static llvm::Expected<Part> readPart(const Stage &stage,
                                     llvm::StringLiteral key) {
  Part part;
  llvm::Expected<llvm::json::Value> root = parseTable(stage);
  if (!root)
    return root.takeError();
  const llvm::json::Object *object = root->getAsObject();
  const llvm::json::Value *found = object ? object->get(key) : nullptr;
  llvm::json::Path::Root path(key);
  if (found && !llvm::json::fromJSON(*found, part, path))
    return damaged(llvm::toString(path.getError()));
  return part;
}

llvm::Expected<std::vector<ScheduledGroup>>
tpu_mlir::bmodel::readSchedule(const Stage &stage) {
  return readPart<std::vector<ScheduledGroup>>(stage, "schedule");
}

llvm::Expected<Aliases> tpu_mlir::bmodel::readAliases(const Stage &stage) {
  return readPart<Aliases>(stage, "aliases");
}

llvm::Expected<IndexLimits>
tpu_mlir::bmodel::readIndexLimits(const Stage &stage) {
  return readPart<IndexLimits>(stage, "index_limits");
}

//===- VendorLayers.cpp - Layer names in the vendor's files ---------------===//
#include "lib/BModel/VendorLayers.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/JSON.h"

using namespace tpu_mlir;
using namespace tpu_mlir::bmodel;

namespace {
struct Operation {
  std::string kind; // tpu.Load, tpu.Conv2D ...
  uint32_t group = 0;
  int64_t before[2] = {}, after[2] = {}; // last ids: TIU, GDMA
  std::vector<std::string> operands, results;
};

/// Calls `visit(object)` for each whole object of an array of objects.
template <typename Visitor>
void forEachObject(llvm::StringRef text, Visitor &&visit) {
  constexpr unsigned deepest = 8; // the format needs 4
  unsigned depth = 0;
  size_t begin = 0;
  bool inString = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (inString && c == '\\')
      ++i;
    else if (c == '"')
      inString = !inString;
    else if (!inString && (c == '{' || c == '[')) {
      if (++depth == 2)
        begin = i;
      if (depth > deepest)
        return;
    } else if (!inString && (c == '}' || c == ']')) {
      if (depth == 0)
        return;
      if (depth-- == 2)
        visit(text.slice(begin, i + 1));
    }
  }
}
} // namespace

static bool readIds(const llvm::json::Object &object, llvm::StringRef key,
                    int64_t (&ids)[2]) {
  const llvm::json::Array *array = object.getArray(key);
  if (!array || array->size() != 2)
    return false;
  for (unsigned engine : {0, 1}) {
    std::optional<int64_t> id = (*array)[engine].getAsInteger();
    if (!id || *id < 0 || *id >= UINT32_MAX)
      return false;
    ids[engine] = *id;
  }
  return true;
}

static std::vector<std::string> readNames(const llvm::json::Object &object,
                                          llvm::StringRef key) {
  std::vector<std::string> names;
  if (const llvm::json::Array *array = object.getArray(key))
    for (const llvm::json::Value &each : *array)
      if (const llvm::json::Object *tensor = each.getAsObject())
        if (std::optional<llvm::StringRef> name = tensor->getString("name"))
          names.push_back(name->str());
  return names;
}

static std::optional<Operation> readOperation(llvm::StringRef text) {
  llvm::Expected<llvm::json::Value> value = llvm::json::parse(text);
  if (!value) {
    llvm::consumeError(value.takeError());
    return std::nullopt;
  }
  const llvm::json::Object *object = value->getAsObject();
  Operation op;
  if (!object || object->getInteger("core_id").value_or(0) != 0 ||
      !readIds(*object, "tiu_dma_id(before)", op.before) ||
      !readIds(*object, "tiu_dma_id(after)", op.after))
    return std::nullopt;
  int64_t group = object->getInteger("subnet_id").value_or(0);
  if (group < 0 || group > UINT32_MAX)
    return std::nullopt;
  op.group = uint32_t(group);
  op.kind = object->getString("opcode").value_or("").str();
  op.operands = readNames(*object, "operands");
  op.results = readNames(*object, "results");
  return op;
}

std::vector<LayerRun> tpu_mlir::bmodel::vendorLayers(llvm::StringRef text) {
  std::vector<Operation> operations;
  if (text.ltrim().starts_with("["))
    forEachObject(text, [&](llvm::StringRef object) {
      if (std::optional<Operation> op = readOperation(object))
        operations.push_back(std::move(*op));
    });
  llvm::StringMap<llvm::StringRef> users; // tensor -> result of its first user
  for (const Operation &op : operations)
    if (op.kind != "tpu.Store" && !op.results.empty())
      for (llvm::StringRef operand : op.operands)
        users.try_emplace(operand, op.results.front());
  // A load works for the layer that needs it, a store for the one that made
  // its tensor.
  auto layerOf = [&](const Operation &op) -> llvm::StringRef {
    if (op.kind == "tpu.Store" && !op.operands.empty())
      return op.operands.front();
    if (op.results.empty())
      return {};
    llvm::StringRef result = op.results.front();
    if (op.kind == "tpu.Load")
      if (llvm::StringRef user = users.lookup(result); !user.empty())
        return user;
    return result;
  };
  std::vector<LayerRun> runs;
  for (const Operation &op : operations)
    for (bool isGdma : {false, true})
      if (op.after[isGdma] > op.before[isGdma]) {
        runs.push_back({op.group, isGdma, uint32_t(op.before[isGdma] + 1),
                        layerOf(op).str()});
        // Nobody's, unless the next operation begins there.
        runs.push_back({op.group, isGdma, uint32_t(op.after[isGdma] + 1), ""});
      }
  return runs;
}

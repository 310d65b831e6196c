//===- Overrides.cpp - Precisions of single ops, from a file --------------===//
#include "lib/Dialect/Top/Transforms/Overrides.h"

#include "lib/Dialect/Top/Transforms/Weights.h"
#include "llvm/Support/LineIterator.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::top;

Type tpu_mlir::top::floatType(Precision precision, MLIRContext *context) {
  switch (precision) {
  case Precision::F32:
    return Float32Type::get(context);
  case Precision::F16:
    return Float16Type::get(context);
  case Precision::BF16:
    return BFloat16Type::get(context);
  case Precision::INT8:
    break;
  }
  return {};
}

static std::optional<Precision> parsePrecision(StringRef word, bool integers) {
  if (word.equals_insensitive("f32"))
    return Precision::F32;
  if (word.equals_insensitive("f16"))
    return Precision::F16;
  if (word.equals_insensitive("bf16"))
    return Precision::BF16;
  if (integers && word.equals_insensitive("int8"))
    return Precision::INT8;
  return std::nullopt;
}

FailureOr<Overrides> Overrides::read(StringRef path, bool integers,
                                     Location location) {
  Overrides result;
  result.path = path;
  if (path.empty())
    return result;
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!file)
    return emitError(location) << "cannot read overrides '" << path
                               << "': " << file.getError().message();
  for (llvm::line_iterator line(**file, /*SkipBlanks=*/true, '#');
       !line.is_at_eof(); ++line) {
    StringRef text = line->trim();
    if (text.empty())
      continue;
    size_t gap = text.find_last_of(" \t");
    std::optional<Precision> precision =
        gap == StringRef::npos ? std::nullopt
                               : parsePrecision(text.substr(gap + 1), integers);
    if (!precision)
      return emitError(location)
             << result.where(line.line_number())
             << ": expected 'name F32|F16|BF16" << (integers ? "|INT8" : "")
             << "', but found '" << text << "'";
    result.entries[text.take_front(gap).rtrim()] = {*precision,
                                                    line.line_number()};
  }
  return result;
}

SmallVector<Overrides::Entry *> Overrides::entriesOf(Operation *op) {
  SmallVector<Entry *> found;
  auto look = [&](StringRef name) {
    if (auto entry = entries.find(name); entry != entries.end())
      found.push_back(&entry->second);
  };
  for (OpResult result : op->getResults()) {
    for (StringRef part : partsOf(locationOf(result)))
      look(part);
    look(nameOf(locationOf(result)));
  }
  return found;
}

std::optional<Precision> Overrides::find(Operation *op) {
  std::optional<Precision> precision;
  for (Entry *entry : entriesOf(op)) {
    precision = entry->precision;
    entry->used = true;
  }
  return precision;
}

std::string Overrides::where(int64_t line) const {
  return path + ":" + std::to_string(line);
}

std::string Overrides::whereOf(Operation *op) {
  SmallVector<Entry *> found = entriesOf(op);
  return found.empty() ? path : where(found.back()->line);
}

LogicalResult Overrides::reportUnknown(Location location) const {
  bool known = true;
  for (const auto &entry : entries)
    if (!entry.second.used) {
      emitError(location) << where(entry.second.line)
                          << ": no op computes a tensor named '"
                          << entry.getKey() << "'";
      known = false;
    }
  return success(known);
}

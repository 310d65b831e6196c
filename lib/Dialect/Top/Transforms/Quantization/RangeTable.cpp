//===- RangeTable.cpp - Which values each tensor took in calibration ------===//
#include "lib/Dialect/Top/Transforms/Quantization/RangeTable.h"

#include "lib/Support/Locations.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/LineIterator.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cmath>

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::top;

double tpu_mlir::top::reachOf(const Range &range) {
  double reach = 0;
  for (double end : {range.threshold, range.min, range.max})
    if (std::isfinite(end))
      reach = std::max(reach, std::abs(end));
  return reach;
}

bool tpu_mlir::top::holds(FloatType type, double reach) {
  return reach <=
         APFloat::getLargest(type.getFloatSemantics()).convertToDouble();
}

/// Takes the last word of a line off it.
static StringRef takeWord(StringRef &text) {
  size_t gap = text.find_last_of(" \t");
  StringRef word = gap == StringRef::npos ? text : text.substr(gap + 1);
  text = gap == StringRef::npos ? "" : text.take_front(gap).rtrim();
  return word;
}

/// Why a line is no entry, or nothing.
static std::string parse(StringRef text, StringRef &name, Range &range) {
  StringRef rest = text;
  for (double *number : {&range.max, &range.min, &range.threshold}) {
    StringRef word = takeWord(rest);
    if (rest.empty() || word.getAsDouble(*number))
      return ("expected 'name threshold min max', but found '" + text + "'")
          .str();
  }
  name = rest;
  if (!std::isfinite(range.threshold) || std::isnan(range.min) ||
      std::isnan(range.max))
    return ("the range of '" + name + "' is not finite: '" + text +
            "'; calibrate with inputs for which the network computes numbers")
        .str();
  if (range.min > range.max || range.threshold < 0)
    return ("expected min <= max and a threshold that is not negative for '" +
            name + "', but found '" + text + "'")
        .str();
  return "";
}

FailureOr<RangeTable> RangeTable::read(StringRef path, Location location) {
  RangeTable table;
  table.path = path;
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!file)
    return emitError(location) << "cannot read the table of ranges '" << path
                               << "': " << file.getError().message();
  bool valid = true;
  for (llvm::line_iterator line(**file, /*SkipBlanks=*/true, '#');
       !line.is_at_eof(); ++line) {
    StringRef text = line->trim(), name;
    Entry entry{{}, line.line_number()};
    if (text.empty())
      continue;
    std::string problem = parse(text, name, entry.range);
    if (problem.empty() && !table.entries.try_emplace(name, entry).second)
      problem =
          ("'" + name + "' is in line " +
           std::to_string(table.entries.find(name)->second.line) + " already")
              .str();
    if (problem.empty())
      continue;
    emitError(location) << table.where(entry) << ": " << problem;
    valid = false;
  }
  if (!valid)
    return failure();
  return table;
}

const RangeTable::Entry *RangeTable::find(StringRef name) const {
  auto found = entries.find(name);
  return found == entries.end() ? nullptr : &found->second;
}

void RangeTable::warnOfParts(func::FuncOp function) const {
  constexpr size_t kNamed = 10;
  SmallVector<std::pair<StringRef, StringRef>> unused;
  function.walk([&](Operation *op) {
    for (OpResult result : op->getResults())
      for (StringRef part : partsOf(locationOf(result)))
        if (entries.contains(part))
          unused.emplace_back(part, nameOf(locationOf(result)));
  });
  if (unused.empty())
    return;
  InFlightDiagnostic warning = emitWarning(function.getLoc());
  warning << path << ": ranges of tensors that became part of others have no "
          << "effect: ";
  llvm::interleave(
      ArrayRef(unused).take_front(kNamed),
      [&](auto names) {
        warning << "'" << names.first << "', part of '" << names.second << "'";
      },
      [&] { warning << "; "; });
  if (unused.size() > kNamed)
    warning << " and " << unused.size() - kNamed << " more";
}

std::string RangeTable::where(const Entry &entry) const {
  return path + ":" + std::to_string(entry.line);
}

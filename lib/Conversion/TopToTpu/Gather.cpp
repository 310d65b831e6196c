//===- Gather.cpp - Elements chosen by index ------------------------------===//
#include "lib/Conversion/TopToTpu/Pattern.h"

#include "lib/Dialect/Top/Transforms/Weights.h"

using namespace mlir;
using namespace tpu_mlir;

namespace {

/// Indices first, first + step, .., `count` of them.
struct Run {
  int64_t first, count, step;
};

} // namespace

/// Joins neighbours with a common difference, greedily.
static SmallVector<Run> findRuns(ArrayRef<int64_t> indices) {
  SmallVector<Run> runs;
  for (int64_t index : indices) {
    if (!runs.empty()) {
      Run &run = runs.back();
      int64_t step = index - (run.first + (run.count - 1) * run.step);
      if (step != 0 && (run.count == 1 || step == run.step)) {
        run.step = step;
        ++run.count;
        continue;
      }
    }
    runs.push_back({index, 1, 1});
  }
  return runs;
}

/// By indices that lie in memory: that the network gets or computes, or many.
static Value lowerRuntime(top::GatherOp op, top::GatherOp::Adaptor in,
                          Lowering &l) {
  Value table =
      l.reshape(in.getInput(), axisShape(shapeOf(op.getInput()), op.getAxis()));
  int64_t count = product(shapeOf(op.getIndices()));
  Shape to(shapeOf(table));
  int64_t rows = std::exchange(to[1], count);
  Value indices = l.reshape(in.getIndices(), {1, 1, 1, count});
  indices = l.builder.create<tpu::WrapIndexOp>(l.location, indices, rows);
  return l.builder.create<tpu::GatherOp>(
      l.location, RankedTensorType::get(to, elementOf(table)), table, indices);
}

static Value lowerGather(top::GatherOp op, top::GatherOp::Adaptor in,
                         Lowering &l) {
  constexpr size_t kMostRuns = 512; // slices; more would swamp the network
  std::optional<std::vector<int64_t>> indices =
      top::readIntegers(op.getIndices());
  if (!indices)
    return lowerRuntime(op, in, l);
  ShapeRef shape = shapeOf(op.getInput());
  int64_t size = shape[op.getAxis()];
  for (int64_t &index : *indices) {
    if (index < -size || index >= size)
      return l.fail("its index " + Twine(index) + " lies outside of " +
                    Twine(size) + " elements");
    index += index < 0 ? size : 0;
  }
  SmallVector<Run> runs = findRuns(*indices);
  if (runs.size() > kMostRuns)
    return lowerRuntime(op, in, l);
  AxisView view = viewAxis(l, in.getInput(), shape, op.getAxis());
  SmallVector<Value> parts;
  for (const Run &run : runs)
    parts.push_back(
        l.slice(view.value, view.dim, run.first, run.count, run.step));
  return parts.empty() ? l.fail("it gathers nothing")
                       : l.concat(parts, view.dim);
}

void tpu_mlir::addGathers(Lowerings &set) {
  set.add<top::GatherOp>(lowerGather);
}

//===- Transpose.cpp - Permutations of any rank by rank-4 permutes --------===//
#include "lib/Conversion/TopToTpu/Support/View.h"

#include <deque>
#include <map>
#include <numeric>

using namespace mlir;
using namespace tpu_mlir;

namespace {

/// Dimensions of more than one element, with those that stay neighbours merged:
/// `sizes` in the order of the input, `order` as in the result.
struct Permutation {
  Shape sizes;
  Shape order;

  bool isIdentity() const { return llvm::is_sorted(order); }
};

/// One rank-4 permute: the elements of the current order fall into runs of the
/// given lengths, and the runs are put into another order.
struct Step {
  Shape lengths;
  Shape order;
};

} // namespace

static Permutation simplify(ShapeRef shape, ShapeRef perm) {
  Shape order; // input dimensions of more than one element, as in the result
  for (int64_t dim : perm)
    if (shape[dim] != 1)
      order.push_back(dim);
  Shape kept(order);
  llvm::sort(kept);
  auto rank = [&](int64_t dim) { return llvm::find(kept, dim) - kept.begin(); };
  Shape heads; // first dimension of each merged run, as in the result
  for (auto [i, dim] : llvm::enumerate(order))
    if (i == 0 || rank(dim) != rank(order[i - 1]) + 1)
      heads.push_back(dim);
  Shape sorted(heads);
  llvm::sort(sorted);
  Permutation result;
  for (int64_t dim : kept) {
    if (llvm::is_contained(heads, dim))
      result.sizes.push_back(1);
    result.sizes.back() *= shape[dim];
  }
  for (int64_t dim : heads)
    result.order.push_back(llvm::find(sorted, dim) - sorted.begin());
  return result;
}

static Shape reorder(const Step &step, ShapeRef state) {
  SmallVector<ShapeRef> runs;
  for (int64_t length : step.lengths) {
    runs.push_back(state.take_front(length));
    state = state.drop_front(length);
  }
  Shape result;
  for (int64_t run : step.order)
    llvm::append_range(result, runs[run]);
  return result;
}

/// Every way to cut `count` dimensions into 2 to 4 runs and reorder them.
static std::vector<Step> allSteps(size_t count) {
  std::vector<Step> steps;
  for (unsigned cuts = 1; cuts < (1u << (count - 1)); ++cuts) {
    Shape lengths = {1};
    for (size_t i = 0; i + 1 < count; ++i)
      if (cuts >> i & 1)
        lengths.push_back(1);
      else
        ++lengths.back();
    if (lengths.size() > 4)
      continue;
    Shape order(lengths.size());
    std::iota(order.begin(), order.end(), 0);
    while (std::next_permutation(order.begin(), order.end()))
      steps.push_back({lengths, order});
  }
  return steps;
}

/// The shortest sequence of steps to the wanted order, by breadth-first search.
static SmallVector<Step> findSteps(ShapeRef wanted) {
  using State = std::vector<int64_t>;
  std::vector<Step> steps = allSteps(wanted.size());
  State start(wanted.size());
  std::iota(start.begin(), start.end(), 0);
  State goal(wanted.begin(), wanted.end());
  std::map<State, std::pair<State, const Step *>> reached = {{start, {}}};
  std::deque<State> queue = {start};
  while (!reached.count(goal)) {
    State state = queue.front();
    queue.pop_front();
    for (const Step &step : steps) {
      Shape next = reorder(step, state);
      State key(next.begin(), next.end());
      if (reached.try_emplace(key, state, &step).second)
        queue.push_back(key);
    }
  }
  SmallVector<Step> path;
  for (State state = goal; state != start; state = reached[state].first)
    path.push_back(*reached[state].second);
  std::reverse(path.begin(), path.end());
  return path;
}

/// Runs the step on a value whose dimensions are those of `state`.
static Value emit(Lowering &l, Value value, const Step &step, ShapeRef state,
                  ShapeRef sizes) {
  size_t missing = 4 - step.lengths.size();
  Shape shape(missing, 1), order;
  for (int64_t length : step.lengths) {
    int64_t size = 1;
    for (int64_t dim : state.take_front(length))
      size *= sizes[dim];
    state = state.drop_front(length);
    shape.push_back(size);
  }
  for (size_t i = 0; i < missing; ++i)
    order.push_back(i);
  for (int64_t run : step.order)
    order.push_back(missing + run);
  return l.permute(l.reshape(value, shape), order);
}

/// The permutation among the four places of the canonical views.
static Shape canonicalOrder(ShapeRef perm) {
  Shape order(4, -1);
  std::array<bool, 4> used = {};
  for (auto [dim, source] : llvm::enumerate(perm)) {
    unsigned from = *canonicalDim(perm.size(), source);
    order[*canonicalDim(perm.size(), dim)] = from;
    used[from] = true;
  }
  for (int64_t &place : order)
    if (place < 0) {
      place = llvm::find(used, false) - used.begin();
      used[place] = true;
    }
  return order;
}

Value tpu_mlir::transpose(Lowering &l, Value value, ShapeRef shape,
                          ShapeRef perm) {
  Shape to;
  for (int64_t dim : perm)
    to.push_back(shape[dim]);
  Permutation permutation = simplify(shape, perm);
  if (permutation.isIdentity())
    return l.reshape(value, canonicalShape(to));
  if (shape.size() <= 4)
    return l.permute(l.reshape(value, canonicalShape(shape)),
                     canonicalOrder(perm));
  Shape state(permutation.order.size());
  std::iota(state.begin(), state.end(), 0);
  for (const Step &step : findSteps(permutation.order)) {
    value = emit(l, value, step, state, permutation.sizes);
    state = reorder(step, state);
  }
  return l.reshape(value, canonicalShape(to));
}

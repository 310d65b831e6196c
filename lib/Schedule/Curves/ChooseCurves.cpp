//===- ChooseCurves.cpp - Arithmetic in place of tables -------------------===//
#include "lib/Schedule/Passes.h"

#include "dialects/Top/Top.h"
#include "lib/Dialect/Top/IR/RawBytes.h"
#include "lib/Schedule/Curves/CurveFit.h"
#include "lib/Schedule/Views/ScratchModule.h"
#include "mlir/IR/Builders.h"

#include <map>

namespace tpu_mlir::tpu {
#define GEN_PASS_DEF_CHOOSECURVES
#include "lib/Schedule/Passes.h.inc"
} // namespace tpu_mlir::tpu

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

using Table = std::vector<int64_t>;

/// The entries of -128 to 127; nothing if the op is not from i8 to i8, or has
/// tables of channels.
static std::optional<Table> tableOf(LookupOp op) {
  if (!op.getInput().getType().getElementType().isSignlessInteger(8) ||
      !op.getType().getElementType().isSignlessInteger(8))
    return std::nullopt;
  auto weight = op.getTable().getDefiningOp<top::WeightOp>();
  ArrayRef<char> bytes =
      weight ? top::rawBytes(weight.getValue()) : ArrayRef<char>();
  if (bytes.size() != 256)
    return std::nullopt;
  Table table; // in memory the entries of 0 to 127 come first
  for (char byte : bytes)
    table.push_back(static_cast<int8_t>(byte));
  std::rotate(table.begin(), table.begin() + 128, table.end());
  return table;
}

static CurveOp createCurve(LookupOp op, const Curve &curve) {
  OpBuilder builder(op);
  return builder.create<CurveOp>(op.getLoc(), op.getType(), op.getInput(),
                                 curve.centre, curve.limit, curve.argumentShift,
                                 ArrayRef<float>(curve.p), curve.slope,
                                 curve.slopeShift, curve.offset);
}

/// Whether the array has less to do for `op` than for `other`.
static bool isFaster(Operation *op, Operation *other) {
  std::optional<GroupPlan> plan = planAlone(op), slow = planAlone(other);
  return plan && slow && plan->workCycles < slow->workCycles;
}

namespace {
struct ChooseCurves : tpu_mlir::tpu::impl::ChooseCurvesBase<ChooseCurves> {
  void runOnOperation() override {
    std::map<Table, std::optional<Curve>> found;
    getOperation().walk([&](LookupOp op) {
      std::optional<Table> table = tableOf(op);
      if (!table)
        return;
      auto [place, isNew] = found.try_emplace(*table);
      if (isNew)
        place->second = fitCurve(*table);
      if (!place->second)
        return;
      CurveOp curve = createCurve(op, *place->second);
      if (!isFaster(curve, op))
        return curve.erase();
      Operation *weight = op.getTable().getDefiningOp();
      op.replaceAllUsesWith(curve.getResult());
      op.erase();
      if (weight->use_empty())
        weight->erase();
    });
  }
};
} // namespace

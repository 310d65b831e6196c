//===- SpreadElements.cpp - Element-wise work over all lanes --------------===//
#include "lib/Schedule/Passes.h"
#include "lib/Schedule/Views/ScratchModule.h"

#include "lib/Support/ChipOf.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/MathExtras.h"

namespace tpu_mlir::tpu {
#define GEN_PASS_DEF_SPREADELEMENTS
#include "lib/Schedule/Passes.h.inc"
} // namespace tpu_mlir::tpu

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

using Shape = SmallVector<int64_t, 4>;
/// Ops of one shape that read each other's results, and the values between
/// them and other kernels.
struct Island {
  llvm::SetVector<Operation *> ops;
  llvm::SetVector<Value> borders;
};

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

/// Of 256 entries, whatever the shape of what looks them up.
static bool isTable(Operation *op, Value operand) {
  auto lookup = dyn_cast<LookupOp>(op);
  return lookup && operand == lookup.getTable();
}

/// Elements of the result that the op computes from those at the same place of
/// its operands; a constant of one element or a table belongs to no place.
static bool isElementwise(Operation *op) {
  if (!op->hasTrait<ElementByElement>())
    return false;
  ArrayRef<int64_t> shape = shapeOf(op->getResult(0));
  return llvm::all_of(op->getOperands(), [&](Value operand) {
    if (isTable(op, operand))
      return shapeOf(operand)[1] == 1;
    return shapeOf(operand) == shape ||
           cast<RankedTensorType>(operand.getType()).getNumElements() == 1;
  });
}

/// Whether channels of a value are so short that gaps fill local memory.
static bool wastesLanes(Value value, const Chip &chip) {
  auto type = cast<RankedTensorType>(value.getType());
  return type.getDimSize(2) * type.getDimSize(3) *
             type.getElementTypeBitWidth() / 8 <
         chip.alignment;
}

/// Whether the op has, or may well get, local buffers of its shapes. A view,
/// which costs nothing in global memory, rather stays there.
static bool isKernel(Operation *op) {
  if (worksLocally(op))
    return true;
  auto kernel = dyn_cast_or_null<KernelOpInterface>(op);
  if (!kernel || !kernel.available() ||
      wastesLanes(op->getResult(0), chipOf(op)))
    return false;
  auto alias = dyn_cast<AliasOpInterface>(op);
  return !alias || op->getNumOperands() > 1 || alias.aliasOffset(0) != 0;
}

/// The island around an op.
static Island islandAround(Operation *start) {
  ArrayRef<int64_t> shape = shapeOf(start->getResult(0));
  Island island;
  island.ops.insert(start);
  for (size_t i = 0; i < island.ops.size(); ++i) {
    auto visit = [&](Operation *other, Value between) {
      if (!isKernel(other))
        return;
      if (isElementwise(other) && shapeOf(other->getResult(0)) == shape)
        island.ops.insert(other);
      else
        island.borders.insert(between);
    };
    Operation *op = island.ops[i];
    for (Value operand : op->getOperands())
      if (shapeOf(operand) == shape && !isTable(op, operand))
        visit(operand.getDefiningOp(), operand);
    for (Operation *user : op->getUsers())
      visit(user, op->getResult(0));
  }
  return island;
}

/// As many channels as divide the elements and are no shorter than the
/// alignment of local memory, each one row if a command can name it.
static Shape spread(int64_t elements, const Chip &chip) {
  int64_t shortest = chip.alignment / sizeof(float);
  int64_t channels = std::clamp<int64_t>(elements / shortest, 1, chip.lanes);
  while (elements % channels != 0)
    --channels;
  int64_t rest = elements / channels, rows = 1;
  while (rest % rows != 0 || rest / rows > chip.maxSize)
    ++rows;
  return {1, channels, rows, rest / rows};
}

/// Cycles of the op by itself, with its loads and its store, when what has
/// the shape of its result has this view; nothing if it does not fit.
static std::optional<int64_t> price(Operation *op, ArrayRef<int64_t> view) {
  OwningOpRef<ModuleOp> module = scratchModule(op);
  Block &block = module->getBodyRegion().back();
  OpBuilder builder = OpBuilder::atBlockEnd(&block);
  ArrayRef<int64_t> shape = shapeOf(op->getResult(0));
  IRMapping operands;
  auto viewed = [&](Type type) {
    auto tensor = cast<RankedTensorType>(type);
    return tensor.getShape() == shape ? tensor.clone(view) : tensor;
  };
  for (Value operand : op->getOperands())
    if (!operands.contains(operand)) {
      Type type = operand.getType();
      operands.map(operand,
                   block.addArgument(isTable(op, operand) ? type : viewed(type),
                                     operand.getLoc()));
    }
  Operation *clone = builder.clone(*op, operands);
  clone->getResult(0).setType(viewed(op->getResult(0).getType()));
  std::optional<GroupPlan> plan = planAlone(clone);
  return plan ? std::optional(plan->cycles + plan->loadCycles) : std::nullopt;
}

/// Whether the island takes fewer cycles in the view: its ops one by one, with
/// their transfers. Where it borders on other kernels, it may now be fused with
/// them, so that its ops take their work alone; in another view what lies at a
/// border passes through global memory.
static bool pays(const Island &island, ArrayRef<int64_t> view) {
  bool isFused = !island.borders.empty();
  int64_t gain = 0;
  for (Operation *op : island.ops) {
    Value result = op->getResult(0);
    std::optional<int64_t> now = price(op, shapeOf(result));
    std::optional<int64_t> then = price(op, view);
    if (!then)
      return false;
    if (now)
      gain += *now - *then - (isFused ? priceOfPassing(result) : 0);
  }
  for (Value border : island.borders)
    gain -= priceOfPassing(border);
  return gain > 0;
}

static Value viewAs(OpBuilder &builder, Value value, ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(value.getType());
  return builder.create<ReshapeOp>(value.getLoc(), type.clone(shape), value);
}

/// Gives all values of the island another view.
static void setView(const Island &island, ArrayRef<int64_t> view) {
  Shape shape(shapeOf(island.ops.front()->getResult(0)));
  llvm::DenseMap<Value, Value> inputs;
  OpBuilder builder(island.ops.front()->getContext());
  for (Operation *op : island.ops)
    for (OpOperand &operand : op->getOpOperands()) {
      Value value = operand.get();
      if (shapeOf(value) != ArrayRef<int64_t>(shape) || isTable(op, value) ||
          island.ops.contains(value.getDefiningOp()))
        continue;
      Value &input = inputs[value];
      if (!input) {
        builder.setInsertionPointAfterValue(value);
        input = viewAs(builder, value, view);
      }
      operand.set(input);
    }
  for (Operation *op : island.ops) {
    Value result = op->getResult(0);
    result.setType(cast<RankedTensorType>(result.getType()).clone(view));
    builder.setInsertionPointAfter(op);
    Value outside;
    for (OpOperand &use : llvm::make_early_inc_range(result.getUses())) {
      if (island.ops.contains(use.getOwner()))
        continue;
      if (!outside)
        outside = viewAs(builder, result, shape);
      use.set(outside);
    }
  }
}

/// Elements of f32 that the fullest lane has room for.
static int64_t depth(ArrayRef<int64_t> shape, const Chip &chip) {
  return shape[0] * int64_t(llvm::divideCeil(shape[1], chip.lanes)) *
         llvm::alignTo(shape[2] * shape[3], chip.alignment / sizeof(float));
}

namespace {
struct SpreadElements : tpu::impl::SpreadElementsBase<SpreadElements> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    for (Operation &op : getOperation().getBody().front())
      if (isElementwise(&op))
        ops.push_back(&op);
    llvm::DenseSet<Operation *> seen;
    for (Operation *op : ops) {
      if (seen.contains(op))
        continue;
      Island island = islandAround(op);
      seen.insert(island.ops.begin(), island.ops.end());
      const Chip &chip = chipOf(op);
      ArrayRef<int64_t> shape = shapeOf(op->getResult(0));
      Shape view = spread(ShapedType::getNumElements(shape), chip);
      if (depth(view, chip) < depth(shape, chip) && pays(island, view))
        setView(island, view);
    }
  }
};
} // namespace

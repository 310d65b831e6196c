//===- FoldRows.cpp - Rows of few channels in idle lanes ------------------===//
#include "lib/Schedule/Passes.h"

#include "dialects/Top/Top.h"
#include "lib/Commands/Timeline.h"
#include "lib/Schedule/Views/FoldedOps.h"
#include "lib/Schedule/Views/ScratchModule.h"
#include "lib/Support/ChipOf.h"
#include "lib/Support/PartOf.h"
#include "lib/Support/TypeOf.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

#include <map>

namespace tpu_mlir::tpu {
#define GEN_PASS_DEF_FOLDROWS
#include "lib/Schedule/Passes.h.inc"
} // namespace tpu_mlir::tpu

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

//===----------------------------------------------------------------------===//
// Prices
//===----------------------------------------------------------------------===//

/// Cycles of the array for an op that `create` makes of operands; nothing if
/// it fits nowhere.
static std::optional<int64_t>
workOf(Operation *op, TypeRange operands,
       llvm::function_ref<Operation *(OpBuilder &, ValueRange)> create) {
  OwningOpRef<ModuleOp> module = scratchModule(op, operands);
  Block &block = module->getBodyRegion().back();
  OpBuilder builder = OpBuilder::atBlockEnd(&block);
  std::optional<GroupPlan> plan =
      planAlone(create(builder, block.getArguments()));
  return plan ? std::optional(plan->workCycles) : std::nullopt;
}

/// Cycles that a filter, whose zeros are there too, takes to load.
static int64_t loadCycles(Type type) {
  constexpr int64_t kBytesACycle = 58; // docs/targets/notes/cycles.md
  auto tensor = cast<RankedTensorType>(type);
  return tensor.getNumElements() * tensor.getElementTypeBitWidth() / 8 /
         kBytesACycle;
}

/// Cycles that are saved where the op works on folded values; nothing if it
/// cannot.
static std::optional<int64_t> findSavings(Operation *op, int64_t height) {
  if (!canFold(op, height))
    return std::nullopt;
  if (llvm::isa<ConcatOp, SliceOp>(op))
    return 0;
  SmallVector<Type> folded;
  for (OpOperand &operand : op->getOpOperands())
    folded.push_back(foldedOperandType(operand, height));
  std::optional<int64_t> now =
      workOf(op, op->getOperandTypes(), [&](OpBuilder &b, ValueRange operands) {
        Operation *clone = b.clone(*op);
        clone->setOperands(operands);
        return clone;
      });
  std::optional<int64_t> then =
      workOf(op, folded, [&](OpBuilder &b, ValueRange operands) {
        return createFolded(b, op, operands, height);
      });
  if (!now || !then)
    return std::nullopt;
  int64_t saved = *now - *then;
  for (OpOperand &operand : op->getOpOperands())
    if (foldedOperand(operand) == FoldedOperand::Filter)
      saved -= loadCycles(foldedOperandType(operand, height)) -
               loadCycles(operand.get().getType());
  return saved;
}

/// value [n, c, H, w] as [n c, H / h, h, w] or, unfolded, [n c, h, H / h, w].
static Value turnRows(OpBuilder &builder, Value value, int64_t channels,
                      int64_t rows, int64_t count, RankedTensorType result) {
  Location location = partOf(value.getLoc());
  int64_t width = typeOf(value).getDimSize(3);
  auto turned = typeOf(value).clone({channels, rows, count, width});
  value = builder.create<ReshapeOp>(location, turned, value);
  value = builder.create<PermuteOp>(
      location, turned.clone({channels, count, rows, width}), value,
      builder.getDenseI64ArrayAttr({0, 2, 1, 3}));
  return builder.create<ReshapeOp>(location, result, value);
}

static Value fold(OpBuilder &builder, Value value, int64_t height) {
  RankedTensorType type = typeOf(value);
  return turnRows(builder, value, type.getDimSize(0) * type.getDimSize(1),
                  height, type.getDimSize(2) / height,
                  foldedType(type, height));
}

static Value unfold(OpBuilder &builder, Value value, RankedTensorType type) {
  int64_t height = typeOf(value).getDimSize(2);
  return turnRows(builder, value, type.getDimSize(0) * type.getDimSize(1),
                  type.getDimSize(2) / height, height, type);
}

/// Whether the value comes from or goes to another kernel, which could have it
/// in local memory: large ones and the network's own are in global memory
/// anyway.
static bool meetsKernel(Value value) {
  auto isKernel = [](Operation *op) {
    return op && !llvm::isa<ReshapeOp>(op) &&
           op->hasTrait<OpTrait::OneResult>() &&
           llvm::isa<KernelOpInterface>(op);
  };
  const Chip &chip = chipOf(value.getParentBlock()->getParentOp());
  RankedTensorType type = typeOf(value);
  return bytesPerLane(Tile::whole(value), Layout::Aligned,
                      type.getElementType(), chip) <= chip.laneBytes &&
         isKernel(value.getDefiningOp()) &&
         llvm::any_of(value.getUsers(), isKernel);
}

/// Cycles of the way of a value from its own view to the folded one.
static int64_t priceOfTurning(Value value, int64_t height) {
  Operation *near = value.getParentBlock()->getParentOp();
  OwningOpRef<ModuleOp> module = scratchModule(near, value.getType());
  Block &block = module->getBodyRegion().back();
  OpBuilder builder = OpBuilder::atBlockEnd(&block);
  auto reshape =
      fold(builder, block.getArgument(0), height).getDefiningOp<ReshapeOp>();
  auto permute = reshape.getInput().getDefiningOp<PermuteOp>();
  const Chip &chip = chipOf(near);
  auto address = static_cast<int64_t>(chip.globalBase);
  RankedTensorType type = typeOf(value);
  int64_t bytes = llvm::alignTo(
      type.getNumElements() * type.getElementTypeBitWidth() / 8, chip.page);
  GlobalBinding binding;
  binding.operands.push_back({address, typeOf(permute.getInput())});
  binding.results.push_back({address + bytes, typeOf(permute.getResult())});
  Emitter emitter(near->getLoc(), chip);
  cast<GlobalKernelOpInterface>(permute.getOperation())
      .emitGlobal(emitter, binding);
  return cyclesOf(emitter) + (meetsKernel(value) ? priceOfPassing(value) : 0);
}

//===----------------------------------------------------------------------===//
// Regions
//===----------------------------------------------------------------------===//

namespace {
/// Prices at each height, found once.
struct FoldPrices {
  std::optional<int64_t> savingsOf(Operation *op, int64_t height) {
    auto [place, isNew] = savings.try_emplace({op, height});
    if (isNew)
      place->second = findSavings(op, height);
    return place->second;
  }
  int64_t turning(Value value, int64_t height) {
    auto [place, isNew] = turnings.try_emplace({value, height});
    if (isNew)
      place->second = priceOfTurning(value, height);
    return place->second;
  }

private:
  std::map<std::pair<Operation *, int64_t>, std::optional<int64_t>> savings;
  llvm::DenseMap<std::pair<Value, int64_t>, int64_t> turnings;
};

/// Ops that work on values of one folded height.
class FoldedRegion {
public:
  FoldedRegion(Operation *seed, int64_t height, FoldPrices &prices,
               const llvm::DenseSet<Operation *> &taken)
      : height(height), prices(&prices) {
    grow(seed, taken);
  }

  /// Cycles that it saves.
  int64_t gain() {
    int64_t cycles = -costOfBorders();
    for (auto [op, saved] : ops)
      cycles += saved;
    return cycles;
  }

  /// Whether it saves enough: work that is saved may have been hidden behind
  /// transfers, those at the borders may hide less.
  bool pays() { return 4 * gain() > costOfBorders(); }

  /// Leaves out, one by one, what costs more than it saves.
  void shrink() {
    int64_t best = gain();
    for (bool changes = true; changes;) {
      changes = false;
      for (Operation *op : llvm::to_vector(llvm::make_first_range(ops))) {
        int64_t saved = ops.lookup(op);
        ops.erase(op);
        if (int64_t without = gain(); without > best) {
          best = without;
          changes = true;
        } else {
          ops.insert({op, saved});
        }
      }
    }
  }

  bool contains(Operation *op) const { return op && ops.contains(op); }
  auto members() const { return llvm::make_first_range(ops); }

  /// Values that pass between the region and others, in either direction.
  llvm::SetVector<Value> borders() const {
    llvm::SetVector<Value> found;
    for (Operation *op : members()) {
      for (Value operand : valuesOf(op))
        if (!contains(operand.getDefiningOp()))
          found.insert(operand);
      if (!llvm::all_of(op->getUsers(),
                        [&](Operation *user) { return contains(user); }))
        found.insert(op->getResult(0));
    }
    return found;
  }

  void apply();

private:
  int64_t costOfBorders() {
    int64_t cycles = 0;
    for (Value value : borders())
      cycles += prices->turning(value, height);
    return cycles;
  }

  static SmallVector<Value> valuesOf(Operation *op) {
    SmallVector<Value> values;
    for (OpOperand &operand : op->getOpOperands())
      if (foldedOperand(operand) == FoldedOperand::Value)
        values.push_back(operand.get());
    return values;
  }

  /// Takes in what is connected and does not lose more than a border there
  /// would cost.
  void grow(Operation *seed, llvm::DenseSet<Operation *> seen) {
    SmallVector<Operation *> next = {seed};
    while (!next.empty()) {
      Operation *op = next.pop_back_val();
      if (!op || !seen.insert(op).second)
        continue;
      std::optional<int64_t> saved = prices->savingsOf(op, height);
      if (!saved || *saved + prices->turning(op->getResult(0), height) < 0)
        continue;
      ops.insert({op, *saved});
      for (Value operand : valuesOf(op))
        next.push_back(operand.getDefiningOp());
      llvm::append_range(next, op->getUsers());
    }
  }

  int64_t height;
  llvm::MapVector<Operation *, int64_t> ops; // and cycles that each saves
  FoldPrices *prices;
};
} // namespace

/// In program order, so that operands are folded before their readers.
void FoldedRegion::apply() {
  SmallVector<Operation *> sorted = llvm::to_vector(members());
  llvm::sort(sorted,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  OpBuilder builder(sorted.front()->getContext());
  llvm::DenseMap<Value, Value> folded;
  for (Operation *op : sorted) {
    builder.setInsertionPoint(op);
    SmallVector<Value> operands;
    for (OpOperand &operand : op->getOpOperands()) {
      if (foldedOperand(operand) != FoldedOperand::Value) {
        operands.push_back(foldConstant(builder, operand, height));
        continue;
      }
      Value &value = folded[operand.get()];
      if (!value)
        value = fold(builder, operand.get(), height);
      operands.push_back(value);
    }
    folded[op->getResult(0)] =
        createFolded(builder, op, operands, height)->getResult(0);
  }
  for (Operation *op : llvm::reverse(sorted)) {
    Value result = op->getResult(0);
    if (!result.use_empty()) {
      builder.setInsertionPointAfter(folded[result].getDefiningOp());
      Value own = unfold(builder, folded[result], typeOf(result));
      // It is the tensor now, with what its integers stand for.
      own.getDefiningOp()->setLoc(op->getLoc());
      own.getDefiningOp()->setDiscardableAttrs(
          op->getDiscardableAttrDictionary());
      result.replaceAllUsesWith(own);
    }
    llvm::SetVector<Operation *> constants;
    for (Value operand : op->getOperands())
      if (auto weight = operand.getDefiningOp<top::WeightOp>())
        constants.insert(weight);
    op->erase();
    for (Operation *constant : constants)
      if (constant->use_empty())
        constant->erase();
  }
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// Whether lanes or multipliers stand idle in the convolution.
static bool isNarrow(ConvOp op) {
  int64_t together = op.getFilter().getType().getDimSize(3);
  return 2 * op.getType().getDimSize(1) <= chipOf(op).lanes ||
         2 * op.getInput().getType().getDimSize(1) <= together;
}

/// The best region around a convolution, of ops that no other one has.
static std::optional<FoldedRegion>
regionAround(ConvOp seed, FoldPrices &prices,
             const llvm::DenseSet<Operation *> &taken) {
  constexpr int64_t kMostRows = 8, kSmallestHeight = 16;
  std::optional<FoldedRegion> best;
  int64_t most = 0, rows = seed.getType().getDimSize(2);
  for (int64_t count = 2; count <= kMostRows; count *= 2) {
    if (rows % count != 0 || rows / count < kSmallestHeight)
      break;
    FoldedRegion region(seed, rows / count, prices, taken);
    if (!region.contains(seed))
      continue;
    region.shrink();
    if (int64_t gain = region.gain(); gain > most && region.pays()) {
      most = gain;
      best = std::move(region);
    }
  }
  return best;
}

namespace {
struct FoldRows : tpu_mlir::tpu::impl::FoldRowsBase<FoldRows> {
  void runOnOperation() override {
    FoldPrices prices;
    SmallVector<FoldedRegion> regions;
    llvm::DenseSet<Operation *> taken;
    for (auto conv : getOperation().getOps<ConvOp>()) {
      if (!isNarrow(conv) || taken.contains(conv))
        continue;
      std::optional<FoldedRegion> region = regionAround(conv, prices, taken);
      if (!region)
        continue;
      llvm::for_each(region->members(),
                     [&](Operation *op) { taken.insert(op); });
      regions.push_back(std::move(*region));
    }
    for (FoldedRegion &region : regions)
      region.apply();
  }
};
} // namespace

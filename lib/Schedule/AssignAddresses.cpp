//===- AssignAddresses.cpp - --tpu-assign-addresses
//------------------------===//
#include "dialects/Top/Top.h"
#include "lib/Dialect/Top/IR/RawBytes.h"
#include "lib/Kernels/Movement/LaneImage.h"
#include "lib/Schedule/Memory/GlobalMemory.h"
#include "lib/Schedule/Passes.h"
#include "lib/Support/ChipOf.h"

#include "mlir/IR/Builders.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/xxhash.h"

namespace tpu_mlir::tpu {
#define GEN_PASS_DEF_ASSIGNADDRESSES
#include "lib/Schedule/Passes.h.inc"
} // namespace tpu_mlir::tpu

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

static int64_t bytesOf(Value value, const Chip &chip) {
  if (std::optional<LaneImage> image = laneImageOf(value, chip))
    return image->bytes();
  auto type = cast<RankedTensorType>(value.getType());
  return llvm::divideCeil(type.getNumElements() * type.getElementTypeBitWidth(),
                          8);
}

static void setAddress(Value value, int64_t address) {
  Builder builder(value.getContext());
  auto attribute = builder.getI64IntegerAttr(address);
  if (auto argument = dyn_cast<BlockArgument>(value))
    cast<func::FuncOp>(argument.getOwner()->getParentOp())
        .setArgAttr(argument.getArgNumber(), "tpu.address", attribute);
  else
    value.getDefiningOp()->setAttr("tpu.address", attribute);
}

namespace {
/// What a constant puts into global memory.
struct Contents {
  Contents(top::WeightOp weight, const Chip &chip)
      : bytes(top::rawBytes(weight.getValue())),
        size(bytesOf(weight.getOutput(), chip)),
        image(laneImageOf(weight.getOutput(), chip)) {}

  /// Of fewer bytes than it fills a splat has, in which only equal elements of
  /// one width are alike; those that are elided have none.
  bool operator==(const Contents &other) const {
    return !bytes.empty() && bytes == other.bytes && size == other.size &&
           image == other.image;
  }
  uint64_t hash() const {
    return llvm::xxh3_64bits(ArrayRef(
        reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()));
  }

  ArrayRef<char> bytes;
  int64_t size;
  std::optional<LaneImage> image;
};

/// When values are written first and read last, in ops of the body.
struct Lives {
  explicit Lives(Block &body) {
    unsigned now = 0;
    for (Operation &op : body) {
      ++now;
      for (Value operand : op.getOperands())
        last[operand] = now;
      for (Value result : op.getResults())
        first[result] = last[result] = now;
    }
    end = now;
  }

  llvm::DenseMap<Value, unsigned> first, last;
  unsigned end = 0;
};

struct AssignAddressesPass
    : tpu::impl::AssignAddressesBase<AssignAddressesPass> {
  void runOnOperation() override {
    auto functions = llvm::to_vector(getOperation().getOps<func::FuncOp>());
    if (functions.size() != 1) {
      getOperation().emitError("expects one function, but found ")
          << functions.size();
      return signalPassFailure();
    }
    const Chip &chip = chipOf(getOperation());
    Block &body = functions.front().getBody().front();
    int64_t coefficients = placeWeights(body, chip);
    int64_t neurons = placeValues(body, coefficients, chip);
    if (coefficients + neurons > chip.globalBytes) {
      functions.front().emitError("does not fit into global memory: expects at "
                                  "most ")
          << chip.globalBytes << " bytes, but needs " << coefficients
          << " for constants and " << neurons << " for tensors";
      return signalPassFailure();
    }
    Builder builder(&getContext());
    getOperation()->setAttr("tpu.coeff_size",
                            builder.getI64IntegerAttr(coefficients));
    getOperation()->setAttr("tpu.neuron_size",
                            builder.getI64IntegerAttr(neurons));
  }

private:
  /// Puts the constants one after the other, equal ones once; returns their
  /// bytes, in pages.
  static int64_t placeWeights(Block &body, const Chip &chip) {
    constexpr int64_t kWeightAlignment = 256; // bytes; whole transfer bursts
    llvm::DenseMap<uint64_t, SmallVector<std::pair<Contents, int64_t>, 1>>
        known;
    int64_t next = 0;
    for (auto weight : body.getOps<top::WeightOp>()) {
      Contents contents(weight, chip);
      auto &alike = known[contents.hash()];
      auto *found = llvm::find_if(
          alike, [&](const auto &item) { return item.first == contents; });
      int64_t offset = found == alike.end() ? next : found->second;
      setAddress(weight.getOutput(), chip.globalBase + offset);
      if (found != alike.end())
        continue;
      alike.push_back({contents, offset});
      next += llvm::alignTo(contents.size, kWeightAlignment);
    }
    return llvm::alignTo(std::max<int64_t>(next, 1), chip.page);
  }

  /// Results with a place in global memory.
  static ResultRange storedResults(Operation &op) {
    auto group = dyn_cast<GroupOp>(op);
    return group && !group.stores() ? op.getResults().drop_front(1)
                                    : op.getResults();
  }

  static GlobalMemory shareMemory(Block &body, const Chip &chip) {
    llvm::DenseSet<Value> fixed;
    for (BlockArgument argument : body.getArguments())
      fixed.insert(argument);
    for (Value result : body.getTerminator()->getOperands())
      fixed.insert(result);
    GlobalMemory memory;
    for (BlockArgument argument : body.getArguments())
      memory.add(argument, bytesOf(argument, chip), true);
    for (Operation &op : body)
      for (Value result : storedResults(op))
        memory.add(result, bytesOf(result, chip),
                   isa<top::WeightOp>(op) || fixed.contains(result));
    for (Operation &op : body)
      if (auto alias = dyn_cast<AliasOpInterface>(op))
        for (OpOperand &operand : op.getOpOperands())
          if (auto offset = alias.aliasOffset(operand.getOperandNumber()))
            share(memory, operand.get(), op.getResult(0), *offset);
    return memory;
  }

  static void share(GlobalMemory &memory, Value operand, Value result,
                    int64_t offset) {
    if (offset >= 0 && memory.place(operand, result, offset))
      return;
    memory.place(result, operand, -offset);
  }

  /// Puts all other values behind the constants; returns their bytes, in pages.
  static int64_t placeValues(Block &body, int64_t coefficients,
                             const Chip &chip) {
    int64_t base = chip.globalBase + coefficients;
    GlobalMemory memory = shareMemory(body, chip);
    Lives lives(body);
    SmallVector<const GlobalMemory::Region *> regions;
    SmallVector<GlobalRequest> requests;
    for (const GlobalMemory::Region *region : memory.regions()) {
      Operation *owner = region->members.front().value.getDefiningOp();
      if (isa_and_nonnull<top::WeightOp>(owner)) {
        int64_t start =
            owner->getAttrOfType<IntegerAttr>("tpu.address").getInt();
        for (const auto &member : region->members)
          setAddress(member.value, start + member.offset);
        continue;
      }
      GlobalRequest request{region->end - region->begin, lives.end, 0};
      for (const auto &member : region->members) {
        request.first =
            std::min(request.first, lives.first.lookup(member.value));
        request.last = std::max(request.last, lives.last.lookup(member.value));
      }
      if (region->fixed) // the user's data stays through the whole run
        request = {request.bytes, 0, lives.end};
      regions.push_back(region);
      requests.push_back(request);
    }
    auto [offsets, total] = allocateGlobal(requests, chip);
    for (auto [region, offset] : llvm::zip(regions, offsets))
      for (const auto &member : region->members)
        setAddress(member.value, base + offset + member.offset - region->begin);
    return total;
  }
};
} // namespace

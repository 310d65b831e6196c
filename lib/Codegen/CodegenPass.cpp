//===- CodegenPass.cpp - --tpu-codegen
//-------------------------------------===//
#include "dialects/Top/Top.h"
#include "lib/BModel/TensorTable.h"
#include "lib/BModel/Writer.h"
#include "lib/Codegen/Passes.h"
#include "lib/Codegen/Program.h"
#include "lib/Commands/Encode.h"
#include "lib/Dialect/Top/IR/RawBytes.h"
#include "lib/Isa/Accesses.h"
#include "lib/Kernels/Movement/LaneImage.h"
#include "lib/Support/ChipOf.h"
#include "lib/Support/Locations.h"

#include <map>

namespace tpu_mlir {
#define GEN_PASS_DEF_CODEGEN
#include "lib/Codegen/Passes.h.inc"
} // namespace tpu_mlir

using namespace mlir;
using namespace tpu_mlir;

static bmodel::DataType dataTypeOf(Type type) {
  if (type.isF32())
    return bmodel::DataType::F32;
  if (type.isF16())
    return bmodel::DataType::F16;
  if (type.isBF16())
    return bmodel::DataType::BF16;
  bool isUnsigned = type.isUnsignedInteger();
  switch (type.getIntOrFloatBitWidth()) {
  case 8:
    return isUnsigned ? bmodel::DataType::U8 : bmodel::DataType::I8;
  case 16:
    return isUnsigned ? bmodel::DataType::U16 : bmodel::DataType::I16;
  default:
    return isUnsigned ? bmodel::DataType::U32 : bmodel::DataType::I32;
  }
}

static bmodel::Tensor tensorOf(Value value, StringRef name) {
  auto type = cast<RankedTensorType>(value.getType());
  bmodel::Tensor tensor;
  tensor.name = name.str();
  tensor.dataType = dataTypeOf(type.getElementType());
  tensor.address = addressOf(value);
  tensor.size = type.getNumElements() * type.getElementTypeBitWidth() / 8;
  tensor.shape.assign(type.getShape().begin(), type.getShape().end());
  if (Operation *op = value.getDefiningOp()) {
    if (auto scale = op->getAttrOfType<FloatAttr>("tpu.scale"))
      tensor.scale = scale.getValue().convertToFloat();
    if (auto zero = op->getAttrOfType<IntegerAttr>("tpu.zero_point"))
      tensor.zeroPoint = zero.getInt();
  }
  return tensor;
}

/// The bytes of all constants, each at its address.
static FailureOr<std::vector<uint8_t>> coefficients(func::FuncOp function,
                                                    int64_t size) {
  const Chip &chip = chipOf(function);
  std::vector<uint8_t> bytes(size);
  for (auto weight : function.getOps<top::WeightOp>()) {
    ArrayRef<char> raw = top::rawBytes(weight.getValue());
    auto type = cast<RankedTensorType>(weight.getOutput().getType());
    size_t wanted = type.getNumElements() * type.getElementTypeBitWidth() / 8;
    int64_t at = addressOf(weight.getOutput()) - chip.globalBase;
    auto dense = dyn_cast<DenseElementsAttr>(weight.getValue());
    size_t repeats = dense && dense.isSplat() ? type.getNumElements() : 1;
    if (raw.size() * repeats != wanted) {
      weight.emitOpError("expects ")
          << wanted << " bytes of data, but found " << raw.size() * repeats;
      return failure();
    }
    std::vector<uint8_t> elements;
    for (size_t i = 0; i < repeats; ++i)
      llvm::append_range(elements, raw);
    if (std::optional<LaneImage> image = laneImageOf(weight.getOutput(), chip))
      fillImage(*image, type.getDimSize(1), elements, &bytes[at]);
    else
      llvm::copy(elements, bytes.begin() + at);
  }
  return bytes;
}

/// Notes of each record, complete ones first, the first transfer that writes
/// over it. Only records that nothing has written over yet are looked at.
static void markOverwritten(const Program &program,
                            ArrayRef<uint32_t> transfersBefore,
                            std::vector<bmodel::TensorRecord> &records) {
  std::multimap<uint64_t, bmodel::TensorRecord *> intact; // by address
  uint64_t longest = 0;                                   // bytes
  auto next = records.begin();
  for (auto [command, before] : llvm::zip(program.commands, transfersBefore)) {
    for (; next != records.end() && next->complete <= before; ++next) {
      intact.emplace(next->tensor.address, &*next);
      longest = std::max<uint64_t>(longest, next->tensor.size);
    }
    for (const isa::Access &access : isa::accesses(command.instruction)) {
      if (!access.write || access.space != isa::Space::Global)
        continue;
      auto it =
          intact.lower_bound(access.begin - std::min(access.begin, longest));
      while (it != intact.end() && it->first < access.end) {
        auto [address, record] = *it;
        bool overlaps = access.begin < address + record->tensor.size;
        if (overlaps)
          record->overwritten = before + 1;
        it = overlaps ? intact.erase(it) : std::next(it);
      }
    }
  }
}

/// Which intermediate tensors can be seen, from which transfer to which.
static std::vector<bmodel::TensorRecord> tensorRecords(const Program &program) {
  std::vector<uint32_t> transfersBefore = {0}; // by command
  for (const Command &command : program.commands)
    transfersBefore.push_back(
        transfersBefore.back() +
        (isa::engineOf(command.instruction) == isa::Engine::Gdma));
  std::vector<bmodel::TensorRecord> records;
  for (const Completion &completion : program.completions) {
    Location location = completion.value.getLoc();
    StringRef name = nameOf(location);
    if (name.empty() || !holdsTensor(location))
      continue;
    bmodel::TensorRecord record;
    record.tensor = tensorOf(completion.value, name);
    llvm::copy(orderOf(location), std::back_inserter(record.order));
    record.complete = transfersBefore[completion.commands];
    records.push_back(std::move(record));
  }
  markOverwritten(program, transfersBefore, records);
  return records;
}

/// Tensors that became part of others, by name.
static bmodel::Aliases aliasesOf(func::FuncOp function) {
  bmodel::Aliases aliases;
  function.walk([&](Operation *op) {
    for (StringRef part : partsOf(op->getLoc()))
      aliases[part.str()] = nameOf(op->getLoc()).str();
  });
  return aliases;
}

/// Of the inputs that choose rows of tables.
static bmodel::IndexLimits indexLimits(func::FuncOp function,
                                       const bmodel::Stage &stage) {
  bmodel::IndexLimits limits;
  for (auto [index, input] : llvm::enumerate(stage.inputs))
    if (auto limit =
            function.getArgAttrOfType<IntegerAttr>(index, "tpu.index_limit"))
      limits[input.name] = limit.getInt();
  return limits;
}

static std::vector<bmodel::LayerRun> layerRuns(const Program &program) {
  std::vector<bmodel::LayerRun> runs;
  for (isa::Engine engine : {isa::Engine::Tiu, isa::Engine::Gdma}) {
    uint32_t id = 0;
    StringRef current;
    for (const Command &command : program.commands) {
      if (isa::engineOf(command.instruction) != engine)
        continue;
      ++id;
      StringRef layer = nameOf(command.location);
      if (layer != current)
        runs.push_back(
            {/*group=*/0, engine == isa::Engine::Gdma, id, layer.str()});
      current = layer;
    }
  }
  return runs;
}

static StringRef signatureName(ArrayAttr attributes, unsigned index) {
  if (!attributes)
    return {};
  auto dictionary = cast<DictionaryAttr>(attributes[index]);
  auto name = dictionary.getAs<StringAttr>("top.name");
  return name ? name.getValue() : StringRef();
}

namespace {
struct CodegenPass : tpu_mlir::impl::CodegenBase<CodegenPass> {
  using Base::Base;

  void runOnOperation() override {
    if (failed(run()))
      signalPassFailure();
  }

private:
  LogicalResult run() {
    auto functions = llvm::to_vector(getOperation().getOps<func::FuncOp>());
    if (functions.size() != 1)
      return getOperation().emitError("expects one function, but found ")
             << functions.size();
    if (output.empty())
      return getOperation().emitError(
          "expects a path: --tpu-codegen=\"output=m.bmodel\"");
    func::FuncOp function = functions.front();
    auto coeffSize =
        getOperation()->getAttrOfType<IntegerAttr>("tpu.coeff_size");
    auto neuronSize =
        getOperation()->getAttrOfType<IntegerAttr>("tpu.neuron_size");
    if (!coeffSize || !neuronSize)
      return getOperation().emitError(
          "expects addresses: run --tpu-schedule before --tpu-codegen");
    FailureOr<Program> program = emitProgram(function);
    if (failed(program))
      return failure();
    auto coeff = coefficients(function, coeffSize.getInt());
    if (failed(coeff))
      return failure();
    const Chip &chip = chipOf(function);
    bmodel::Stage stage;
    stage.coeffAddress = chip.globalBase;
    stage.coeff = std::move(*coeff);
    stage.ctxAddress = chip.globalBase + coeffSize.getInt();
    stage.ctxSize = neuronSize.getInt();
    describeSignature(function, stage);
    stage.tensorLocations = bmodel::writeTensorTable(
        tensorRecords(*program), layerRuns(*program), aliasesOf(function),
        indexLimits(function, stage));
    auto group =
        encodeProgram(std::move(program->commands), chip, function.getLoc());
    if (failed(group))
      return failure();
    stage.groups.push_back(std::move(*group));
    bmodel::Model model;
    model.chip = chip.title.str();
    model.version = "2.2";
    model.time = "-";
    model.nets.push_back({netName, {std::move(stage)}});
    if (llvm::Error error = bmodel::writeFile(model, output))
      return getOperation().emitError() << llvm::toString(std::move(error));
    return success();
  }

  static void describeSignature(func::FuncOp function, bmodel::Stage &stage) {
    auto name = [](ArrayAttr attributes, unsigned index, Value value) {
      StringRef given = signatureName(attributes, index);
      return given.empty() ? nameOf(value.getLoc()) : given;
    };
    auto add = [](std::vector<bmodel::Tensor> &list, Value value,
                  StringRef name, StringRef fallback, unsigned index) {
      list.push_back(tensorOf(
          value, name.empty() ? (fallback + Twine(index)).str() : name.str()));
    };
    for (BlockArgument argument : function.getArguments())
      add(stage.inputs, argument,
          name(function.getArgAttrsAttr(), argument.getArgNumber(), argument),
          "input", argument.getArgNumber());
    Operation *end = function.getBody().front().getTerminator();
    for (auto [index, value] : llvm::enumerate(end->getOperands()))
      add(stage.outputs, value, name(function.getResAttrsAttr(), index, value),
          "output", index);
  }
};
} // namespace

//===- CodegenPass.cpp - --tpu-codegen ------------------------------------===//
#include "dialects/Top/Top.h"
#include "lib/BModel/Writer.h"
#include "lib/Codegen/Passes.h"
#include "lib/Codegen/Signature.h"
#include "lib/Codegen/TensorRecords.h"
#include "lib/Commands/Encode.h"
#include "lib/Dialect/Top/IR/RawBytes.h"
#include "lib/Kernels/Movement/LaneImage.h"
#include "lib/Support/ChipOf.h"

namespace tpu_mlir {
#define GEN_PASS_DEF_CODEGEN
#include "lib/Codegen/Passes.h.inc"
} // namespace tpu_mlir

using namespace mlir;
using namespace tpu_mlir;

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
    stage.tensorLocations = describeTensors(function, *program, stage);
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
};
} // namespace

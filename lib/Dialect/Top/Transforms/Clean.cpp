//===- Clean.cpp - The pipeline tpu-clean ---------------------------------===//
#include "lib/Dialect/Top/Transforms/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace tpu_mlir;

void top::buildCleanPipeline(OpPassManager &manager) {
  manager.addPass(createNoteUses());
  manager.addPass(createFoldEmpty());
  // Composites are easiest to see before anything else moves their parts.
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createFoldWeights());
  manager.addPass(createCSEPass());
  manager.addPass(createRecognizeComposites());
  manager.addPass(createSinkTransposes());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createFoldScale());
  manager.addPass(createFusePad());
  manager.addPass(createFuseRelu());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addPass(createKeepNames());
}

void top::registerCleanPipeline() {
  PassPipelineRegistration<> registration(
      "tpu-clean", "fold, fuse and recognise: top in its simplest form",
      buildCleanPipeline);
}

//===- Registration.cpp - Every dialect and pass of the tool chain
//---------===//
#include "lib/Pipelines/Registration.h"

#include "dialects/Top/Top.h"
#include "dialects/Tpu/Tpu.h"
#include "lib/Codegen/Passes.h"
#include "lib/Conversion/TopToTpu/Passes.h"
#include "lib/Dialect/Top/Transforms/Passes.h"
#include "lib/Kernels/Kernels.h"
#include "lib/Schedule/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/PDL/IR/PDL.h"
#include "mlir/Dialect/PDLInterp/IR/PDLInterp.h"
#include "mlir/Dialect/Quant/QuantOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Transform/IR/TransformDialect.h"
#include "mlir/Dialect/Transform/PDLExtension/PDLExtension.h"
#include "mlir/Dialect/Transform/Transforms/Passes.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

void tpu_mlir::registerAllDialects(mlir::DialectRegistry &registry) {
  registry.insert<top::TopDialect, tpu::TpuDialect, mlir::arith::ArithDialect,
                  mlir::func::FuncDialect, mlir::quant::QuantizationDialect,
                  mlir::tensor::TensorDialect, mlir::pdl::PDLDialect,
                  mlir::pdl_interp::PDLInterpDialect,
                  mlir::transform::TransformDialect>();
  registerKernels(registry);
  mlir::transform::registerPDLExtension(registry);
}

namespace {
struct ScheduleOptions : mlir::PassPipelineOptions<ScheduleOptions> {
  Option<bool> keepTensors{
      *this, "keep-tensors",
      llvm::cl::desc("Let every value pass global memory: no groups"),
      llvm::cl::init(false)};
  Option<tpu_mlir::tpu::Effort> effort{
      *this, "effort", llvm::cl::desc("How long to look for a better schedule"),
      llvm::cl::init(tpu_mlir::tpu::Effort::Normal),
      tpu_mlir::tpu::effortValues()};
  Option<tpu_mlir::Preset> cycles{
      *this, "cycles",
      llvm::cl::desc("The preset of the cycle model that decides"),
      llvm::cl::init(tpu_mlir::Preset::Static), tpu_mlir::tpu::cyclesValues()};
};
} // namespace

void tpu_mlir::registerAllPasses() {
  mlir::registerTransformsPasses();
  mlir::transform::registerInterpreterPass();
  tpu::registerTpuPasses();
  registerCodegenPasses();
  mlir::PassPipelineRegistration<ScheduleOptions>(
      "tpu-schedule",
      "group, tile and place a lowered module: everything before code",
      [](mlir::OpPassManager &manager, const ScheduleOptions &options) {
        tpu::FormGroupsOptions groups;
        if (options.keepTensors)
          groups.maxOps = 1;
        else // folded values are no tensors
          manager.addNestedPass<mlir::func::FuncOp>(tpu::createFoldRows());
        groups.effort = options.effort;
        groups.cycles = options.cycles;
        manager.addNestedPass<mlir::func::FuncOp>(tpu::createFillLanes());
        manager.addNestedPass<mlir::func::FuncOp>(tpu::createSpreadElements());
        manager.addNestedPass<mlir::func::FuncOp>(tpu::createChooseCurves());
        manager.addNestedPass<mlir::func::FuncOp>(
            tpu::createFormGroups(groups));
        manager.addPass(tpu::createAssignAddresses());
      });
  registerTopToTpuPasses();
  top::registerTopPasses();
  top::registerCleanPipeline();
}

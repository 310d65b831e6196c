//===- tpu-opt.cpp - Runs passes and pipelines on a file
//-------------------===//
#include "lib/Pipelines/Registration.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  tpu_mlir::registerAllDialects(registry);
  tpu_mlir::registerAllPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "tpu_mlir optimizer driver\n", registry));
}

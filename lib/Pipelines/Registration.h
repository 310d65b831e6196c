//===- Registration.h - Every dialect and pass of the tool chain
//-----------===//
#pragma once

namespace mlir {
class DialectRegistry;
}

namespace tpu_mlir {
void registerAllDialects(mlir::DialectRegistry &registry);
/// Registers passes and pipelines with the process-wide registry; call it once.
void registerAllPasses();
} // namespace tpu_mlir

//===- TpuMlir.cpp - C interface that the Python bindings embed
//------------===//
#include "lib/CAPI/TpuMlir.h"

#include "dialects/Interfaces/Sizes.h"
#include "dialects/Top/Top.h"
#include "lib/Dialect/Top/IR/RawBytes.h"
#include "lib/Dialect/Top/Transforms/Quantization/IntegerForms.h"
#include "lib/Pipelines/Registration.h"
#include "mlir/CAPI/IR.h"
#include "mlir/CAPI/Registration.h"
#include "mlir/IR/Action.h"

MLIR_DEFINE_CAPI_DIALECT_REGISTRATION(Top, top, tpu_mlir::top::TopDialect)

void tpuMlirRegisterAllDialects(MlirDialectRegistry registry) {
  tpu_mlir::registerAllDialects(*unwrap(registry));
}

void tpuMlirRegisterAllPasses() { tpu_mlir::registerAllPasses(); }

MlirStringRef tpuMlirElementsAttrGetRawData(MlirAttribute attribute) {
  llvm::ArrayRef<char> bytes;
  if (auto elements = llvm::dyn_cast<mlir::ElementsAttr>(unwrap(attribute)))
    bytes = tpu_mlir::top::rawBytes(elements);
  return mlirStringRefCreate(bytes.data(), bytes.size());
}

void tpuMlirContextSetStop(MlirContext context, bool (*isStopped)(void *),
                           void *userData) {
  if (!isStopped)
    return unwrap(context)->registerActionHandler(nullptr);
  // Passes, iterations of rewriters and single patterns are actions.
  unwrap(context)->registerActionHandler(
      [=](llvm::function_ref<void()> action, const mlir::tracing::Action &) {
        if (!isStopped(userData))
          action();
      });
}

int64_t tpuMlirMaxElements() { return tpu_mlir::kMaxElements; }

TpuMlirIntegerForm tpuMlirGetIntegerForm(MlirOperation op) {
  switch (tpu_mlir::top::integerFormOf(unwrap(op))) {
  case tpu_mlir::top::IntegerForm::None:
    return TpuMlirIntegerFormNone;
  case tpu_mlir::top::IntegerForm::Compute:
  case tpu_mlir::top::IntegerForm::ComputeToFloat:
    return TpuMlirIntegerFormCompute;
  case tpu_mlir::top::IntegerForm::Move:
  case tpu_mlir::top::IntegerForm::Clamp:
    return TpuMlirIntegerFormMove;
  }
  llvm_unreachable("all forms are above");
}

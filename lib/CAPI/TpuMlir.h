//===- TpuMlir.h - C interface that the Python bindings embed ------*- C
//-*-===//
#ifndef TPU_MLIR_CAPI_TPUMLIR_H
#define TPU_MLIR_CAPI_TPUMLIR_H

#include "mlir-c/IR.h"

#ifdef __cplusplus
extern "C" {
#endif

MLIR_DECLARE_CAPI_DIALECT_REGISTRATION(Top, top);

/// Inserts every dialect, own and upstream, that the tool chain uses.
MLIR_CAPI_EXPORTED void
tpuMlirRegisterAllDialects(MlirDialectRegistry registry);
/// Registers own passes and the upstream ones that pipelines use.
MLIR_CAPI_EXPORTED void tpuMlirRegisterAllPasses(void);
/// The bytes of a dense or dense_resource attribute, owned by the context;
/// null data where the attribute holds none.
MLIR_CAPI_EXPORTED MlirStringRef
tpuMlirElementsAttrGetRawData(MlirAttribute attribute);
/// Makes passes of the context ask before each step whether to skip it, and so
/// what is left of them; a null function removes the question. `isStopped` may
/// be called from several threads.
MLIR_CAPI_EXPORTED void tpuMlirContextSetStop(MlirContext context,
                                              bool (*isStopped)(void *userData),
                                              void *userData);

/// Most elements that a tensor of the dialects may have.
MLIR_CAPI_EXPORTED int64_t tpuMlirMaxElements(void);
/// How an op of the top dialect is computed on 8-bit integers, if it is.
enum TpuMlirIntegerForm {
  TpuMlirIntegerFormNone,
  /// Its results are rounded anew.
  TpuMlirIntegerFormCompute,
  /// Its results hold integers of its operands, at most cut off.
  TpuMlirIntegerFormMove,
};
MLIR_CAPI_EXPORTED enum TpuMlirIntegerForm
tpuMlirGetIntegerForm(MlirOperation op);

#ifdef __cplusplus
}
#endif
#endif

//===- RawBytes.h - The bytes of constants
//---------------------------------===//
#pragma once

#include "mlir/IR/BuiltinAttributes.h"

namespace tpu_mlir::top {

/// The bytes that a dense or dense_resource attribute holds, owned by the
/// context: those of one element for a splat, none where there are no data.
llvm::ArrayRef<char> rawBytes(mlir::ElementsAttr elements);

} // namespace tpu_mlir::top

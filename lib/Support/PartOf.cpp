//===- PartOf.cpp - Locations of values that are no tensors ---------------===//
#include "lib/Support/PartOf.h"

#include "mlir/IR/BuiltinAttributes.h"

using namespace mlir;
using namespace tpu_mlir;

Location tpu_mlir::partOf(Location location) {
  auto note = StringAttr::get(location.getContext(), "part");
  auto fused = dyn_cast<FusedLoc>(location);
  if (fused && fused.getMetadata() == note)
    return location;
  return FusedLoc::get({location}, note, location.getContext());
}

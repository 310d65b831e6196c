//===- VendorLayers.h - Layer names in the vendor's files -----------------===//
#pragma once

#include "lib/BModel/TensorTable.h"

namespace tpu_mlir::bmodel {

/// The runs of commands by layer from Stage::tensorLocations as the vendor's
/// compiler fills it when asked for debug information: an array of operations,
/// each with the ids that the engines' commands had before and after it. Its
/// writer cuts the text off at a multiple of 4 KiB; what is whole is read, and
/// anything else means no names, not an error.
std::vector<LayerRun> vendorLayers(llvm::StringRef text);

} // namespace tpu_mlir::bmodel

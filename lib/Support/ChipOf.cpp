//===- ChipOf.cpp - The chip that a module is for -------------------------===//
#include "lib/Support/ChipOf.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tpu_mlir;

const Chip &tpu_mlir::chipOf(Operation *op) {
  for (; op; op = op->getParentOp())
    if (auto name = op->getAttrOfType<StringAttr>(kChipAttribute))
      if (const Chip *chip = chipNamed(name.getValue()))
        return *chip;
  return *chips().front();
}

LogicalResult tpu_mlir::verifyChip(Operation *module, Attribute attribute) {
  auto name = dyn_cast<StringAttr>(attribute);
  if (!name)
    return module->emitError()
           << "expects the name of a chip in '" << kChipAttribute
           << "', but found " << attribute;
  if (!chipNamed(name.getValue()))
    return module->emitError() << "unknown chip '" << name.getValue()
                               << "': expected one of " << namesOfChips();
  return success();
}

LogicalResult tpu_mlir::setChip(Operation *module, StringRef name) {
  Builder builder(module->getContext());
  Attribute given = name.empty() ? module->getAttr(kChipAttribute)
                                 : builder.getStringAttr(name);
  if (!given)
    return success();
  if (failed(verifyChip(module, given)))
    return failure();
  StringRef known = chipNamed(cast<StringAttr>(given).getValue())->name;
  module->setAttr(kChipAttribute, builder.getStringAttr(known));
  return success();
}

//===- Chip.cpp - The chips that there are --------------------------------===//
#include "lib/Target/CycleModel.h"

#include "lib/Target/BM1684X/Chip.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace tpu_mlir;

llvm::ArrayRef<const Chip *> tpu_mlir::chips() {
  static constexpr const Chip *all[] = {&bm1684x::chip};
  return all;
}

const Chip *tpu_mlir::chipNamed(llvm::StringRef name) {
  const auto *found = llvm::find_if(chips(), [&](const Chip *chip) {
    return name.equals_insensitive(chip->name);
  });
  return found == chips().end() ? nullptr : *found;
}

std::string tpu_mlir::namesOfChips() {
  return llvm::join(
      llvm::map_range(chips(), [](const Chip *chip) { return chip->name; }),
      ", ");
}

std::optional<Preset> tpu_mlir::presetNamed(llvm::StringRef name) {
  if (name == "static")
    return Preset::Static;
  if (name == "silicon")
    return Preset::Silicon;
  return std::nullopt;
}

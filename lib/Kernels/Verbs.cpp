//===- Verbs.cpp - Each chip's verbs --------------------------------------===//
#include "lib/Kernels/BM1684X/Verbs.h"

#include "lib/Target/BM1684X/Chip.h"

using namespace tpu_mlir;

const Verbs &tpu_mlir::verbsOf(const Emitter &emitter) {
  static const bm1684x::ChipVerbs bm1684xVerbs;
  static const std::pair<const Chip *, const Verbs *> known[] = {
      {&bm1684x::chip, &bm1684xVerbs}};
  for (auto [chip, verbs] : known)
    if (chip == &emitter.getChip())
      return *verbs;
  llvm_unreachable("every chip has its verbs");
}

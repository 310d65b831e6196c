//===- Reach.cpp - What a command may touch, before it runs ---------------===//
#include "lib/Simulator/Engines/Reach.h"

#include "lib/Isa/Operands.h"
#include "llvm/ADT/STLExtras.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;

static isa::Instruction writingAllLanes(const isa::Instruction &instruction) {
  isa::Instruction result = instruction;
  std::visit(
      [](auto &i) {
        i.forEachField(i, [](llvm::StringRef name, auto &member) {
          if constexpr (std::is_same_v<decltype(member), uint64_t &>)
            if (name == "tsk_lane_num")
              member = ~uint64_t(0);
        });
      },
      result);
  return result;
}

Reach Reach::of(const isa::Instruction &instruction) {
  Reach reach;
  isa::Instruction unmasked = writingAllLanes(instruction);
  reach.isUnknown =
      isa::mnemonic(unmasked).empty() ||
      llvm::any_of(isa::operands(unmasked), [](const isa::Operand &operand) {
        return !operand.hasSpace;
      });
  if (!reach.isUnknown)
    reach.accesses = isa::accesses(unmasked);
  return reach;
}

bool Reach::conflicts(const Reach &other) const {
  if (isUnknown || other.isUnknown)
    return true;
  for (const isa::Access &mine : accesses)
    for (const isa::Access &theirs : other.accesses)
      if (isa::conflict(mine, theirs))
        return true;
  return false;
}

static isa::Space isaSpace(Space space) {
  switch (space) {
  case Space::Local:
    return isa::Space::Local;
  case Space::Static:
    return isa::Space::Static;
  case Space::L2:
    return isa::Space::L2;
  case Space::Global:
    return isa::Space::Global;
  }
  llvm_unreachable("no such memory");
}

static uint64_t baseOf(Space space) {
  return space == Space::Static   ? staticBase
         : space == Space::L2     ? l2Base
         : space == Space::Global ? globalBase
                                  : 0; // local: bytes within a lane
}

bool Reach::covers(const MemoryAccess &access) const {
  if (isUnknown)
    return true;
  // Ranges of one operand may continue each other.
  uint64_t base = baseOf(access.space), at = base + access.begin;
  bool isFurther = true;
  while (isFurther && at < base + access.end) {
    isFurther = false;
    for (const isa::Access &said : accesses)
      if (said.space == isaSpace(access.space) && said.write == access.write &&
          said.lanes.contains(access.lane) && said.begin <= at &&
          at < said.end) {
        at = said.end;
        isFurther = true;
      }
  }
  return at >= base + access.end;
}

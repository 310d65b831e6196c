//===- Work.h - What executing a command costs -----------------*- C++ -*-===//
#pragma once

#include "lib/Isa/Instructions.h"

namespace tpu_mlir::sim {

/// Products that count as one step.
constexpr uint64_t productsPerStep = 16;

/// The steps of a command before it runs, for limits: one for each element of
/// its operands and each element-wise operation, one for 16 products of a
/// convolution or matrix product. Four sizes of 65535 with strides of 0 fit in
/// a command, but no computer goes through them; so it saturates.
uint64_t work(const isa::Instruction &instruction);

} // namespace tpu_mlir::sim

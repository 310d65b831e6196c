//===- Work.cpp - What executing a command costs --------------------------===//
#include "lib/Simulator/Work.h"

#include "lib/Isa/Operands.h"
#include "llvm/Support/MathExtras.h"
#include <initializer_list>

using namespace tpu_mlir;
using namespace tpu_mlir::sim;

static uint64_t product(std::initializer_list<uint64_t> factors) {
  uint64_t result = 1;
  for (uint64_t factor : factors)
    result = llvm::SaturatingMultiply(result, factor);
  return result;
}

/// Steps beyond those that the operands' sizes tell.
template <typename T> static uint64_t inner(const T &) { return 0; }

static uint64_t inner(const isa::Conv &i) {
  return product({i.res0_n, i.res0_c, i.res0_h, i.res0_w, i.opd0_c, i.opd1_h,
                  i.opd1_w}) /
         productsPerStep;
}

static uint64_t inner(const isa::PoolDepthwise &i) {
  return product({i.res0_n, i.res0_c, i.res0_h, i.res0_w, i.opd1_h, i.opd1_w});
}

static uint64_t inner(const isa::MatMul &i) {
  return product({i.opd0_n, i.opd0_c, i.opd0_w, i.res0_c, i.res0_w}) /
         productsPerStep;
}

static uint64_t inner(const isa::MatMul2 &i) {
  uint64_t k = i.function() == isa::MatMul2Op::NN ? i.opd1_c : i.opd1_w;
  return product({i.res0_c, i.res0_w, k}) / productsPerStep;
}

static uint64_t inner(const isa::Special &i) {
  return product({i.res0_n, i.res0_c, i.res0_h, i.res0_w, i.opd1_n});
}

uint64_t tpu_mlir::sim::work(const isa::Instruction &instruction) {
  uint64_t steps =
      std::visit([](const auto &i) { return inner(i); }, instruction);
  for (const isa::Operand &operand : isa::operands(instruction)) {
    auto [n, c, h, w] = operand.shape;
    if (operand.kind == isa::Operand::Kind::Tensor ||
        operand.kind == isa::Operand::Kind::Linear)
      steps = llvm::SaturatingAdd(steps, product({n, c, h, w}));
  }
  return steps;
}

//===- Cycles.cpp - What a command costs
//-----------------------------------===//
//
// Throughputs: the table in docs/targets/bm1684x.md.
//
//===----------------------------------------------------------------------===//
#include "lib/Target/BM1684X/Cycles.h"

#include "lib/Target/BM1684X/Chip.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace tpu_mlir;

static int64_t bytesOf(uint32_t precision) {
  return std::max(1u, isa::bitsOf(isa::Precision(precision)) / 8);
}

static constexpr int64_t kStartUp = 30; // cycles; of any command

static int64_t elementwise(int64_t n, int64_t c, int64_t hw, int64_t bytes) {
  return n * divideCeil(c, bm1684x::kLanes) *
         divideCeil(hw * bytes, bm1684x::kAlignment);
}

static int64_t cost(const isa::Conv &i) {
  bool wide = isa::Precision(i.opd0_prec) == isa::Precision::F32;
  int64_t pixels = divideCeil(int64_t(i.res0_h) * i.res0_w, wide ? 16 : 4);
  int64_t channels = wide ? i.opd0_c : divideCeil(i.opd0_c, 32);
  return i.res0_n * divideCeil(i.res0_c, bm1684x::kLanes) * channels *
         i.opd1_h * i.opd1_w * pixels;
}

static int64_t cost(const isa::MatMul2 &i) {
  bool wide = isa::Precision(i.opd0_prec) == isa::Precision::F32;
  bool nt = i.function() == isa::MatMul2Op::NT;
  int64_t inner = nt ? i.opd1_w : i.opd1_c;
  return divideCeil(i.res0_c, bm1684x::kLanes) *
         divideCeil(i.res0_w, wide ? 16 : 4) *
         (wide ? inner : divideCeil(inner, 32));
}

static int64_t cost(const isa::PoolDepthwise &i) {
  return elementwise(i.res0_n, i.res0_c, int64_t(i.res0_h) * i.res0_w,
                     bytesOf(i.opd0_prec)) *
         i.opd1_h * i.opd1_w;
}

static int64_t cost(const isa::GdmaTensor &i) {
  bool store = i.srcAddress() < bm1684x::kGlobalBase;
  int64_t rows = int64_t(i.dst_nsize) * i.dst_csize * i.dst_hsize;
  int64_t row = int64_t(i.dst_wsize) * bytesOf(i.src_data_format);
  return rows * alignTo(row, 64) / (store ? 42 : 54); // bytes a cycle
}

template <typename InstructionT> static int64_t cost(const InstructionT &i) {
  if constexpr (InstructionT::engine == isa::Engine::Gdma)
    return int64_t(i.src_data_format) * 0 + 1000;
  else
    return 100;
}

static int64_t cost(const isa::Arith &i) {
  return elementwise(i.res0_n, i.res0_c, int64_t(i.res0_h) * i.res0_w,
                     std::max(bytesOf(i.opd0_prec), bytesOf(i.res0_prec)));
}

int64_t bm1684x::cycles(const isa::Instruction &instruction) {
  return kStartUp +
         std::visit([](const auto &i) { return cost(i); }, instruction);
}

//===- PoolWindow.cpp - Which windows a PorD command takes ----------------===//
#include "lib/Simulator/Mac/PoolWindow.h"

#include "lib/Simulator/Mac/IntegerTable.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using isa::PoolOp;

PoolKind tpu_mlir::sim::poolKind(PoolOp function) {
  switch (function) {
  case PoolOp::Depthwise:
  case PoolOp::DepthwiseRelu:
  case PoolOp::RoiDepthwise:
    return PoolKind::Depthwise;
  case PoolOp::Average:
  case PoolOp::RoiAverage:
    return PoolKind::Average;
  case PoolOp::Max:
  case PoolOp::RoiMax:
    return PoolKind::Maximum;
  }
  llvm_unreachable("the decoder knows no other function");
}

llvm::Expected<Window> tpu_mlir::sim::poolWindow(Machine &machine,
                                                 const isa::PoolDepthwise &i) {
  if (!takesRegions(i.function()))
    return Window::of(i);
  if (i.res0_h != 1)
    return refuse("res0_h must be 1: a result for each region along w");
  constexpr uint32_t perRegion = 4; // left, top, right, bottom
  auto table = IntegerTable{"opd3",
                            isa::Precision::I16,
                            /*isSigned=*/true,
                            i.opd3_addr,
                            /*isConstant=*/false,
                            i.res0_w,
                            perRegion}
                   .read(machine);
  if (!table)
    return table.takeError();
  std::vector<Region> regions(i.res0_w);
  for (uint32_t r = 0; r < i.res0_w; ++r) {
    const int32_t *from = &(*table)[size_t(r) * perRegion];
    regions[r] = {from[0], from[1], from[2], from[3]};
  }
  return Window::overRegions(i.opd0_h, i.opd0_w, i.opd1_h, i.opd1_w,
                             std::move(regions));
}

void tpu_mlir::sim::forEachChannel(
    Machine &machine, const Window &window, const TensorView &result,
    isa::Lanes lanes,
    llvm::function_ref<void(uint32_t n, uint32_t c, uint32_t first,
                            uint32_t count, const int32_t *places)>
        compute) {
  // The tables of all places at once, unless the window is huge.
  uint32_t together = std::max(1u, (1u << 20) / window.taps());
  std::vector<int32_t> places;
  for (uint32_t first = 0; first < window.places(); first += together) {
    uint32_t count = std::min(together, window.places() - first);
    window.fill(first, count, places);
    for (uint32_t n = 0; n < result.shape().n; ++n)
      machine.parallelFor(result.shape().c, [&](unsigned c) {
        if (lanes.contains(result.lane(c)))
          compute(n, c, first, count, places.data());
      });
  }
}

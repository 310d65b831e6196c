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

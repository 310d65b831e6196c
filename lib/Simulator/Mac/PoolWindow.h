//===- PoolWindow.h - Which windows a PorD command takes -------*- C++ -*-===//
#pragma once

#include "lib/Isa/Instructions.h"
#include "lib/Simulator/Mac/Window.h"

namespace tpu_mlir::sim {

/// The region functions look at one window for each region of a table; what
/// stands beyond a region is a constant in opd2_addr.
constexpr bool takesRegions(isa::PoolOp function) {
  return function == isa::PoolOp::RoiDepthwise ||
         function == isa::PoolOp::RoiAverage || function == isa::PoolOp::RoiMax;
}

/// What a function computes in each window.
enum class PoolKind { Depthwise, Average, Maximum };
PoolKind poolKind(isa::PoolOp function);

/// The windows of a command: they slide, or lie on the regions of opd3. Reads
/// the table of regions.
llvm::Expected<Window> poolWindow(Machine &machine,
                                  const isa::PoolDepthwise &instruction);

} // namespace tpu_mlir::sim

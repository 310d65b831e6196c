// RUN: tpu-opt %s --tpu-clean --mlir-print-debuginfo -split-input-file | FileCheck %s
// RUN: tpu-opt %s --top-note-uses -split-input-file | FileCheck %s --check-prefix=NOTE

// NOTE-LABEL: @fused
// NOTE-SAME: top.uses = {conv0 = "relu0"}
// CHECK-LABEL: @fused
// CHECK: top.conv {{.*}} loc(#[[LOC:.*]])
// CHECK: #[[NAME:.*]] = loc("relu0")
// CHECK: #[[LOC]] = loc(fused<{parts = ["conv0"]}>[#[[NAME]]])
func.func @fused(%x: tensor<1x1x2x2xf32>, %f: tensor<1x1x1x1xf32>) -> tensor<1x1x2x2xf32> {
  %0 = top.conv %x, %f strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64} : (tensor<1x1x2x2xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x2x2xf32> loc("conv0")
  %1 = top.relu %0 : tensor<1x1x2x2xf32> loc("relu0")
  return %1 : tensor<1x1x2x2xf32>
}

// -----

// What nothing else uses is not part of anything.
// CHECK-LABEL: @unused
// CHECK-NOT: parts
func.func @unused(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = top.exp %x : tensor<2xf32> loc("unused")
  %1 = top.relu %x : tensor<2xf32> loc("relu0")
  return %1 : tensor<2xf32>
}

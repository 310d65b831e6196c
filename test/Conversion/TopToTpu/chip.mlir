// RUN: tpu-opt %s --lower-top-to-tpu=chip=BM1684X | FileCheck %s
// RUN: tpu-opt %s --lower-top-to-tpu | FileCheck %s --check-prefix=NONE
// RUN: not tpu-opt %s --lower-top-to-tpu=chip=cpu 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// CHECK: module attributes {tpu.chip = "bm1684x"}
// NONE-NOT: tpu.chip
// UNKNOWN: error: unknown chip 'cpu': expected one of bm1684x
func.func @net(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %0 = top.relu %x : tensor<1x2x4x4xf32>
  return %0 : tensor<1x2x4x4xf32>
}

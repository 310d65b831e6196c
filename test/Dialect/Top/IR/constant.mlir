// RUN: tpu-opt %s | tpu-opt | FileCheck %s
// RUN: tpu-opt %s --mlir-print-op-generic | tpu-opt | FileCheck %s

// CHECK-LABEL: func @weight
func.func @weight() {
  // CHECK: top.weight dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
  %0 = top.weight dense<[1.0, 2.0]> : tensor<2xf32>
  // CHECK: top.weight dense<7> : tensor<i64>
  %1 = top.weight dense<7> : tensor<i64>
  // CHECK: top.weight dense_resource<w0> : tensor<2xf16>
  %2 = top.weight dense_resource<w0> : tensor<2xf16>
  return
}

{-#
  dialect_resources: {
    builtin: {
      // 4 bytes of alignment, then 1.0 and 2.0
      w0: "0x04000000003C0040"
    }
  }
#-}

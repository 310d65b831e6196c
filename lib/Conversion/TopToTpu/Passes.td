//===- Passes.td - From top to tpu ------------------------------*- tablegen -*-===//
#ifndef TPU_MLIR_TOPTOTPU_PASSES
#define TPU_MLIR_TOPTOTPU_PASSES

include "mlir/Pass/PassBase.td"

def LowerTopToTpu : Pass<"lower-top-to-tpu", "::mlir::ModuleOp"> {
  let summary = "express a top network in operations of the chip";
  let description = [{
    Values of any rank become rank-4 tensors [n, c, h, w] (lib/Conversion/TopToTpu/View.h); functions keep their
    signatures, with `tpu.reshape` at the borders. Truth values become 0 and 1 in ui8, integers of 64 bits become those of 32. Constants
    stay `top.weight`, packed as the chip reads them. A result that would share memory with an argument, a constant or
    another value gets a `tpu.copy`.

    The result is for the chip that `tpu.chip` of the module names, which the option `chip` sets.

    Every op that cannot be expressed is reported at its location with the reason; then the pass fails.

    Before:
    ```mlir
    func.func @net(%x: tensor<1x8xf32>) -> tensor<1x8xf32> {
      %0 = top.relu %x : tensor<1x8xf32>
      return %0 : tensor<1x8xf32>
    }
    ```
    After:
    ```mlir
    func.func @net(%x: tensor<1x8xf32>) -> tensor<1x8xf32> {
      %0 = tpu.reshape %x : tensor<1x8xf32> -> tensor<1x1x1x8xf32>
      %1 = tpu.binary_scalar max %0, 0.0 : tensor<1x1x1x8xf32>
      %2 = tpu.reshape %1 : tensor<1x1x1x8xf32> -> tensor<1x8xf32>
      return %2 : tensor<1x8xf32>
    }
    ```
  }];
  let options = [
    Option<"chip", "chip", "std::string", "", "the chip to compile for; the module's own, or bm1684x, if empty">
  ];
  let dependentDialects = ["::tpu_mlir::tpu::TpuDialect", "::tpu_mlir::top::TopDialect"];
}

#endif

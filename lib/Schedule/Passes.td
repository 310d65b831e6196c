//===- Passes.td - Passes over the tpu dialect ------------------*- tablegen -*-===//
#ifndef TPU_MLIR_TPU_PASSES
#define TPU_MLIR_TPU_PASSES

include "mlir/Pass/PassBase.td"

def FoldRows : Pass<"tpu-fold-rows", "::mlir::func::FuncOp"> {
  let summary = "make channels of the rows of maps that have few of them";
  let description = [{
    A convolution of few channels leaves lanes and multipliers idle. Of b rows one after the other, b times as many channels
    can be made: the same convolution has then more channels, fewer rows, and zeros among its taps. Regions of convolutions
    and ops that work element by element are folded where the array saves more cycles than the way of values in and out takes.

    Before:
    ```mlir
    %1 = tpu.conv %0, %f {kernel = array<i64: 3, 3>, ...} : (tensor<1x16x400x600xf16>, ...) -> tensor<1x16x400x600xf16>
    ```
    After:
    ```mlir
    %1 = tpu.reshape %0 : tensor<1x16x400x600xf16> -> tensor<16x200x2x600xf16>
    %2 = tpu.permute %1 {order = array<i64: 0, 2, 1, 3>} : tensor<16x200x2x600xf16> -> tensor<16x2x200x600xf16>
    %3 = tpu.reshape %2 : tensor<16x2x200x600xf16> -> tensor<1x32x200x600xf16>
    %4 = tpu.conv %3, %g {kernel = array<i64: 3, 3>, ...} : (tensor<1x32x200x600xf16>, ...) -> tensor<1x32x200x600xf16>
    ```
    and back.
  }];
  let dependentDialects = ["::tpu_mlir::tpu::TpuDialect", "::tpu_mlir::top::TopDialect"];
}

def FillLanes : Pass<"tpu-fill-lanes", "::mlir::func::FuncOp"> {
  let summary = "compute element-wise ops in the view, of those at hand, that fills most lanes";
  let description = [{
    The second dimension of a value is spread over the lanes. An op of one value that stands beside a reshape can do its
    work on either side of it.

    Before:
    ```mlir
    %0 = tpu.reshape %a : tensor<1x320x1x320xf16> -> tensor<1x1x320x320xf16>
    %1 = tpu.quantize %0 {scale = 0.1 : f32} : tensor<1x1x320x320xf16> -> tensor<1x1x320x320xi8>
    ```
    After:
    ```mlir
    %0 = tpu.quantize %a {scale = 0.1 : f32} : tensor<1x320x1x320xf16> -> tensor<1x320x1x320xi8>
    %1 = tpu.reshape %0 : tensor<1x320x1x320xi8> -> tensor<1x1x320x320xi8>
    ```
  }];
  let dependentDialects = ["::tpu_mlir::tpu::TpuDialect"];
}

def SpreadElements : Pass<"tpu-spread-elements", "::mlir::func::FuncOp"> {
  let summary = "view element-wise work that stands alone so that it fills the lanes evenly";
  let description = [{
    Places mean nothing to ops that work element by element: they can have any view of their elements. Values of few
    channels leave lanes empty, those of many short channels waste a lane's memory and travel in short rows: both get as
    many channels as divide the elements, at most one for each lane, where the ops, one by one, take fewer cycles so. Ops
    beside other kernels, with which they could be fused, must gain more than the way through global memory costs.

    Before:
    ```mlir
    %0 = tpu.unary tanh %a : tensor<1x6400x1x1xf16>
    ```
    After:
    ```mlir
    %0 = tpu.reshape %a : tensor<1x6400x1x1xf16> -> tensor<1x64x1x100xf16>
    %1 = tpu.unary tanh %0 : tensor<1x64x1x100xf16>
    %2 = tpu.reshape %1 : tensor<1x64x1x100xf16> -> tensor<1x6400x1x1xf16>
    ```
  }];
  let dependentDialects = ["::tpu_mlir::tpu::TpuDialect"];
}

def ChooseCurves : Pass<"tpu-choose-curves", "::mlir::func::FuncOp"> {
  let summary = "compute functions of 8 bits by 16-bit arithmetic where that is faster than a table";
  let description = [{
    A table takes a cycle for each element of a lane. Where a short program of 16-bit arithmetic gives its entries, at most
    a sixteenth of them off by one, and takes fewer cycles, it takes the place of the table.

    Before: `%1 = tpu.lookup %0, %t : (tensor<1x64x80x80xi8>, tensor<1x1x1x256xi8>) -> tensor<1x64x80x80xi8>`
    After: `%1 = tpu.curve %0 {centre = 0 : i64, limit = 64 : i64, p = array<f32: ...>, ...} : tensor<1x64x80x80xi8>`
  }];
  let dependentDialects = ["::tpu_mlir::tpu::TpuDialect"];
}

def FormGroups : Pass<"tpu-form-groups", "::mlir::func::FuncOp"> {
  let summary = "put kernels into groups, tile them and give their slices local addresses";
  let description = [{
    Cuts the kernels of the network, in their order, into runs that keep their intermediates in local memory. Among all
    cuts into runs of at most `max-ops`, takes the one that costs the fewest cycles: each run is priced by the commands
    it would emit, on two engines that wait for each other. Then moves borders where the whole program gains.

    Before:
    ```mlir
    %0 = tpu.binary add %a, %b : (tensor<1x64x56x56xf16>, tensor<1x64x56x56xf16>) -> tensor<1x64x56x56xf16>
    %1 = tpu.binary_scalar max %0, 0.0 : tensor<1x64x56x56xf16>
    ```
    After:
    ```mlir
    %1 = tpu.group ins(%a, %b : ...) tiling <n = 1, c = 1, h = 2, w = 1> buffers [#tpu.buffer<0, 16384>, ...] {
      %2 = tpu.binary add %a, %b {tpu.buffer = #tpu.buffer<65536>} : ...
      %3 = tpu.binary_scalar max %2, 0.0 {tpu.buffer = #tpu.buffer<81920, 98304>} : ...
      tpu.yield %3 : tensor<1x64x56x56xf16>
    } : tensor<1x64x56x56xf16>
    ```
  }];
  let options = [
    Option<"maxOps", "max-ops", "unsigned", "24", "Most ops in a group; 1 switches fusion off">,
    Option<"effort", "effort", "::tpu_mlir::tpu::Effort", "::tpu_mlir::tpu::Effort::Normal",
      "How long to look for a better schedule", "::tpu_mlir::tpu::effortValues()">,
    Option<"cycles", "cycles", "::tpu_mlir::Preset", "::tpu_mlir::Preset::Static",
      "The preset of the cycle model by which a schedule is better", "::tpu_mlir::tpu::cyclesValues()">,
  ];
  let dependentDialects = ["::tpu_mlir::tpu::TpuDialect"];
}

def AssignAddresses : Pass<"tpu-assign-addresses", "::mlir::ModuleOp"> {
  let summary = "give every value outside of groups a place in global memory";
  let description = [{
    Coefficients first, then inputs, outputs and intermediates, whose memory is used again where their lives do not
    overlap. Views lie inside their operand, and operands of a concatenation inside its result, where the layouts allow.
    The place is the attribute `tpu.address` (absolute, bytes) of ops and arguments; the module's `tpu.coeff_size` and
    `tpu.neuron_size` tell how much of both there is.

    Before: `%1 = tpu.permute %0 {order = array<i64: 0, 2, 3, 1>} : ...`
    After: `%1 = tpu.permute %0 {order = array<i64: 0, 2, 3, 1>, tpu.address = 4295000064 : i64} : ...`
  }];
}

#endif

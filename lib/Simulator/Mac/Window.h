//===- Window.h - Which inputs a sliding window covers ---------*- C++ -*-===//
#pragma once

#include "lib/Simulator/TensorView.h"
#include "llvm/ADT/SmallVector.h"
#include <vector>

namespace tpu_mlir::sim {

/// What the padding holds (`pad_mode`). Modes but the first look at the input
/// with the inserted elements in place.
enum class PadMode { Constant = 0, Reflect = 1, Replicate = 2, Circular = 3 };

/// One direction (h or w) of a window that slides over an input.
struct WindowAxis {
  uint32_t input, output, kernel;
  uint32_t stride;
  uint32_t inputInserted;  ///< elements between two input elements
  uint32_t kernelInserted; ///< between two kernel elements (dilation - 1)
  uint32_t padBefore, padAfter;
};

/// A part of the input, first and last element of each direction.
struct Region {
  int32_t left, top, right, bottom;
};

/// Where each kernel element of each output position falls: an index into the
/// plane of h * w input elements, which two more follow.
class Window {
public:
  /// Reads the geometry of a convolution, depthwise convolution or pooling.
  /// Fails if the result's size is not what the geometry gives.
  template <typename Instruction>
  static llvm::Expected<Window> of(const Instruction &instruction) {
    const auto &i = instruction;
    return make({i.opd0_h, i.res0_h, i.opd1_h, i.res_op_y_str, i.opd0_y_ins0,
                 i.opd1_y_ins0, i.opd0_up_pad, i.opd0_dn_pad},
                {i.opd0_w, i.res0_w, i.opd1_w, i.res_op_x_str, i.opd0_x_ins0,
                 i.opd1_x_ins0, i.opd0_lf_pad, i.opd0_rt_pad},
                PadMode(i.pad_mode));
  }
  static llvm::Expected<Window> make(WindowAxis h, WindowAxis w, PadMode mode);

  /// One window for each region, at its top left corner: kernel elements beyond
  /// the region see the padding. Fails if the window meets a region outside of
  /// the input.
  static llvm::Expected<Window> overRegions(uint32_t rows, uint32_t columns,
                                            uint32_t kernelRows,
                                            uint32_t kernelColumns,
                                            std::vector<Region> regions);

  bool hasRegions() const { return !regions.empty(); }
  uint32_t places() const { return h.output * w.output; }
  uint32_t taps() const { return h.kernel * w.kernel; }
  uint32_t planeSize() const { return h.input * w.input; }
  /// Where a padding and an inserted element are, after the plane.
  int32_t padding() const { return planeSize(); }
  int32_t inserted() const { return planeSize() + 1; }

  /// The input indices of `count` output positions from `first` on, as
  /// [kernel element][position], all row-major.
  void fill(uint32_t first, uint32_t count, std::vector<int32_t> &table) const;

private:
  void fillRegions(uint32_t first, uint32_t count, int32_t *to) const;

  WindowAxis h, w;
  std::vector<Region> regions; ///< if not empty, places are these
  /// Position in the padded input -> input coordinate, or a negative mark.
  std::vector<int32_t> rows, columns;
};

} // namespace tpu_mlir::sim

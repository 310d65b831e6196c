//===- Operands.cpp - Operands every compute instruction has --------------===//
#include "lib/Simulator/Mac/Operands.h"

#include "llvm/Support/MathExtras.h"

using namespace tpu_mlir::sim;
using tpu_mlir::isa::Precision;

/// Bytes of an element; the precision is known to be a whole number of them.
static unsigned bytesOf(Precision precision) {
  return tpu_mlir::isa::bitsOf(precision) / 8;
}

llvm::Expected<Margin> tpu_mlir::sim::readMargin(Machine &machine,
                                                 Precision precision,
                                                 uint32_t address,
                                                 bool isConstant,
                                                 uint32_t channels) {
  Margin margin;
  if (isConstant) {
    margin.padding.assign(channels, constantOf(precision, address));
    margin.inserted.assign(channels, 0.0f);
    return margin;
  }
  auto view =
      TensorView::perChannel(machine, address, bytesOf(precision), channels, 2);
  if (!view)
    return view.takeError();
  if (llvm::Error error = view->read(machine, "opd3"))
    return std::move(error);
  for (uint32_t c = 0; c < channels; ++c) {
    float pair[2];
    toFloats(precision, view->at(machine, 0, c), pair, 2);
    margin.padding.push_back(pair[0]);
    margin.inserted.push_back(pair[1]);
  }
  return margin;
}

llvm::Expected<std::vector<float>>
tpu_mlir::sim::readPerChannel(Machine &machine, llvm::StringRef operand,
                              Precision precision, uint32_t address,
                              bool isConstant, uint32_t channels) {
  if (isConstant)
    return std::vector<float>(channels, constantOf(precision, address));
  auto view =
      TensorView::perChannel(machine, address, bytesOf(precision), channels, 1);
  if (!view)
    return view.takeError();
  if (llvm::Error error = view->read(machine, operand))
    return std::move(error);
  std::vector<float> values(channels);
  for (uint32_t c = 0; c < channels; ++c)
    toFloats(precision, view->at(machine, 0, c), &values[c], 1);
  return values;
}

llvm::Expected<TensorView>
tpu_mlir::sim::readWeights(Machine &machine, uint32_t address, bool isConstant,
                           unsigned elementBytes, uint32_t channels,
                           uint64_t each) {
  uint64_t bytes = each * elementBytes * llvm::divideCeil(channels, laneCount);
  if (bytes > laneBytes)
    return refuse("opd1: weights of " + llvm::Twine(bytes) +
                  " bytes a lane do not fit");
  if (isConstant)
    return TensorView();
  auto view =
      TensorView::perChannel(machine, address, elementBytes, channels, each);
  if (!view)
    return view.takeError();
  if (llvm::Error error = view->read(machine, "opd1"))
    return std::move(error);
  return *view;
}

void tpu_mlir::sim::readPlane(const Machine &machine, const TensorView &view,
                              Precision precision, uint32_t n, uint32_t c,
                              float *to) {
  auto [batch, channels, height, width] = view.shape();
  const Strides4 &stride = view.stride();
  if (stride.w == 1 && stride.h == width)
    return toFloats(precision, view.at(machine, n, c), to,
                    size_t(height) * width);
  for (uint32_t h = 0; h < height; ++h, to += width) {
    if (stride.w == 1) {
      toFloats(precision, view.at(machine, n, c, h), to, width);
      continue;
    }
    for (uint32_t w = 0; w < width; ++w)
      toFloats(precision, view.at(machine, n, c, h, w), to + w, 1);
  }
}

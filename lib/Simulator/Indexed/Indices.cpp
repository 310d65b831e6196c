//===- Indices.cpp - Operands of gathers and scatters in local memory -----===//
#include "lib/Simulator/Indexed/Indices.h"

#include <cstring>

using namespace tpu_mlir::sim;

PackedTensor::PackedTensor(Machine &machine, const TensorView &view)
    : shape(view.shape()), size(view.elementBytes()),
      bytes(uint64_t(shape.n) * shape.c * shape.h * shape.w * size) {
  uint8_t *to = bytes.data();
  for (uint32_t n = 0; n < shape.n; ++n)
    for (uint32_t c = 0; c < shape.c; ++c)
      for (uint32_t h = 0; h < shape.h; ++h) {
        const uint8_t *from = view.at(machine, n, c, h);
        for (uint32_t w = 0; w < shape.w; ++w, to += size)
          std::memcpy(to, from + w * view.stride().w * size, size);
      }
}

llvm::Expected<IndexTable> IndexTable::read(Machine &machine,
                                            const TensorView &view,
                                            bool isLimited,
                                            unsigned alignment) {
  if (llvm::Error error = view.read(machine, "opd1", alignment))
    return std::move(error);
  Shape4 shape = view.shape();
  unsigned size = view.elementBytes();
  IndexTable table;
  table.shape = shape;
  table.isLimited = isLimited;
  table.none = ~uint32_t(0) >> (32 - 8 * size);
  table.values.reserve(uint64_t(shape.n) * shape.c * shape.w);
  for (uint32_t n = 0; n < shape.n; ++n)
    for (uint32_t c = 0; c < shape.c; ++c)
      for (uint32_t w = 0; w < shape.w; ++w) {
        uint32_t value = 0;
        std::memcpy(&value, view.at(machine, n, c, 0, w), size);
        table.values.push_back(value);
      }
  return table;
}

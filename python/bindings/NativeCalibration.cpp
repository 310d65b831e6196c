//===- NativeCalibration.cpp - tpu_mlir._native.calibration: histograms ---===//
#include "python/bindings/Native.h"
#include <algorithm>
#include <array>
#include <cmath>
#include <pybind11/numpy.h>
#include <vector>

namespace py = pybind11;
using namespace tpu_mlir;

using Values = py::array_t<float, py::array::c_style>;
using Counts = py::array_t<uint64_t, py::array::c_style>;

/// Zeros go to so many places in turn: they are often neighbours, and
/// incrementing one place again has to wait for the time before.
static constexpr size_t zeroPlaces = 4;

/// Bins of a block, computed apart from the counting so that they vectorise.
static constexpr size_t blockSize = 1024;

/// Returns in `bins` the place of each value in [negative, positive, zeros].
static void findBins(const float *values, size_t size, float scale,
                     int32_t count, int32_t *bins) {
  for (size_t i = 0; i < size; ++i) {
    float value = values[i];
    int32_t bin = std::min(int32_t(std::fabs(value) * scale), count - 1);
    bin = value > 0 ? bin + count : bin;
    bins[i] = value == 0 ? 2 * count + int32_t(i % zeroPlaces) : bin;
  }
}

/// Adds values to counts [2, bins]: row 0 has the negative ones, row 1 the
/// positive ones, in the bin floor(|value| * scale); zeros are not counted.
static void addToHistogram(const Values &values, float scale, Counts &counts) {
  if (counts.ndim() != 2 || counts.shape(0) != 2 || counts.shape(1) < 1 ||
      counts.shape(1) > (1 << 20))
    throw py::value_error("expected counts of shape [2, 1 to 1048576]");
  if (!(scale > 0))
    throw py::value_error("expected a positive scale");
  uint64_t *total = counts.mutable_data();
  const float *data = values.data();
  size_t size = values.size(), binCount = counts.shape(1);
  py::gil_scoped_release release;
  std::vector<uint32_t> table(2 * binCount + zeroPlaces);
  std::array<int32_t, blockSize> bins;
  // The table's 32 bits suffice for this many values.
  constexpr size_t most = size_t(1) << 31;
  for (size_t begin = 0; begin < size; begin += most) {
    size_t end = std::min(size, begin + most);
    for (size_t at = begin; at < end; at += blockSize) {
      size_t length = std::min(blockSize, end - at);
      findBins(data + at, length, scale, binCount, bins.data());
      for (size_t i = 0; i < length; ++i)
        ++table[bins[i]];
    }
    for (size_t i = 0; i < 2 * binCount; ++i)
      total[i] += table[i];
    std::fill(table.begin(), table.end(), 0);
  }
}

void python::bindCalibration(py::module_ &module) {
  py::module_ m = module.def_submodule("calibration", "Histograms of tensors");
  m.def("add_to_histogram", &addToHistogram, py::arg("values").noconvert(),
        py::arg("scale"), py::arg("counts").noconvert());
}

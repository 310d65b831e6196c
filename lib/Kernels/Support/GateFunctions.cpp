//===- GateFunctions.cpp - x times a gate of x, in f16 --------------------===//
//
// SiLU and GELU are x g(x) with g(x) + g(-x) = 1, so x / 2 + |x| s(|x|) with
// s = g - 1/2, a polynomial up to where it is 1/2 in 16 bits. f16 passes the
// chip at twice the rate of f32. In Horner's rule its roundings add up to less
// than one unit of the last place of x, as the variable has its zero in the
// middle of the range.
//
// Coefficients have the least largest error over all f16 numbers, rounding by
// rounding, found by annealing from a fit; s is exactly 1/2 at the limit, so
// that large negative numbers become 0. Errors and special values:
// docs/targets/numbers.md.
//
//===----------------------------------------------------------------------===//
#include "lib/Kernels/Support/GateFunctions.h"

#include <array>

using namespace tpu_mlir;
using tpu::UnaryKind;

namespace {
/// s(a) as a polynomial of (min(a, limit) - middle) * scale.
struct Gate {
  float limit, middle, scale;
  std::array<float, 8> coefficients;
};
} // namespace

static constexpr Gate kSilu = {
    7.5f,
    3.75f,
    0.5f,
    {0.47705078125f, 0.044219970703125f, -0.04168701171875f,
     0.0271453857421875f, -0.0126953125f, 0.0016040802001953125f,
     0.0017604827880859375f, -0.0006041526794433594f}};
static constexpr Gate kGelu = {
    3.25f,
    1.625f,
    1.0f,
    {0.447998046875f, 0.106689453125f, -0.08709716796875f, 0.0288848876953125f,
     0.003604888916015625f, -0.00508880615234375f, 0.0003674030303955078f,
     0.0003414154052734375f}};
static constexpr Gate kGeluByTanh = {
    3.25f,
    1.5f,
    1.0f,
    {0.43310546875f, 0.1300048828125f, -0.09710693359375f, 0.0260467529296875f,
     0.0066680908203125f, -0.005092620849609375f, 9.614229202270508e-05f,
     0.0003044605255126953f}};

static const Gate *gateOf(UnaryKind kind) {
  switch (kind) {
  case UnaryKind::silu:
    return &kSilu;
  case UnaryKind::gelu:
    return &kGelu;
  case UnaryKind::gelu_tanh:
    return &kGeluByTanh;
  default:
    return nullptr;
  }
}

bool tpu_mlir::isGate(UnaryKind kind, mlir::Type element) {
  return element.isF16() && gateOf(kind);
}

/// Commands go from one temporary to another: a result in the place of an
/// operand takes twice as long. min passes NaN on as its first operand.
void tpu_mlir::emitGate(const Math &math, UnaryKind kind,
                        const LocalView &result, const LocalView &x,
                        llvm::ArrayRef<LocalView> t, uint32_t table) {
  const Gate &gate = *gateOf(kind);
  math.abs(t[0], x);
  math.min(t[1], t[0], gate.limit);
  math.sub(t[2], t[1], gate.middle);
  LocalView variable = t[2], other = t[1];
  if (gate.scale != 1) {
    math.mul(other, variable, gate.scale);
    std::swap(variable, other);
  }
  math.series(other, variable, gate.coefficients, table);
  math.mul(variable, t[0], other);
  math.mul(other, x, 0.5f);
  math.add(result, variable, other);
}

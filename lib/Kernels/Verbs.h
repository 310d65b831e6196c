//===- Verbs.h - What a chip can be told to do ----------------------------===//
//
// Kernels speak these verbs on views of local memory; one folder for each chip
// (BM1684X/) turns them into its commands. A verb is at most a few commands of
// any chip: what takes a program of them is a kernel or stands in Support/.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Commands/Emitter.h"
#include "lib/Kernels/Operands.h"

namespace tpu_mlir {

/// Of two operands, element by element.
enum class ArithOp {
  Add,
  Sub,
  Mul,
  Max,
  Min,
  AddSaturate,
  SubSaturate,
  MulSaturate,
  And,
  Or,
  Xor,
  LogicShift,  // of bits, to the left where b is not negative
  ArithShift,  // the same, with copies of the sign from the left
  SelectEqual, // of `select` only
  SelectGreater,
  SelectLess,
};

/// Of one operand, element by element.
enum class UnaryOp { Copy, Abs, Not };

enum class Rounding { HalfToEven, HalfAwayFromZero, TowardsZero, Down, Up };

/// A tensor, or one number in its place.
struct Argument {
  Argument(const LocalView &view) : view(view), type(view.elementType) {}
  Argument(uint32_t bits, mlir::Type type) : bits(bits), type(type) {}

  std::optional<LocalView> view;
  uint32_t bits = 0;
  mlir::Type type;
};

/// Where element by element something is computed. Operands may repeat
/// dimensions by strides of zero.
struct Elements {
  LocalView result;
  Quad shape;
};

/// A window over h and w; pairs are [h, w].
struct Sliding {
  LocalView result, input;
  Quad resultSize, inputSize;
  std::array<int64_t, 2> kernel = {1, 1}, strides = {1, 1};
  Quad pads = {0, 0, 0, 0}; // top, left, bottom, right
};

struct Convolution : Sliding {
  std::array<int64_t, 2> dilations = {1, 1};
  std::array<int64_t, 2> insertion = {0, 0}; // zeros between elements
  LocalView filter;
  std::optional<uint32_t> bias; // its address
  uint32_t padding = 0;         // bits of an element that pads hold
};

/// left [rows, k] x right; rows lie in lanes. The right matrix is [k, columns],
/// or [columns, k] if transposed.
struct MatrixProduct {
  LocalView result;
  int64_t rows, columns;
  Argument left; // a number: all of it
  LocalView right;
  std::array<int64_t, 2> rightSize;
  bool transposed = false;
  uint32_t zeroPoint = 0; // bits, subtracted from the right integers
};

/// left [rows, inner] x right [inner, columns] in f32, columns spread over
/// lanes (Layout::Columns); addresses.
struct SpreadProduct {
  uint32_t result, left, right;
  int64_t rows, inner, columns;
};

/// Numbers on another scale; both views are aligned. Every rounding is to
/// nearest even, and integers saturate.
struct Rescaling {
  LocalView result, x;
  Quad shape;
};

/// `planes` runs of `count` bytes in each of `lanes` lanes become those that a
/// table of so many bytes, one in each lane, has for them.
struct TableLookup {
  static constexpr int64_t kTableBytes = 256;

  uint32_t result, input, table; // addresses
  int64_t planes, lanes, count;
};

/// One side of a transfer: absolute address, strides in elements; in local
/// memory c steps over lanes.
struct TransferSide {
  uint64_t address;
  Quad strides;
};

/// A matrix in global memory, of rows whose sections of `width` columns are
/// channels in lanes, row r image r. Strides in elements.
struct MatrixMove {
  bool toLocal;
  uint64_t global, local; // addresses
  int64_t rows, columns, width;
  int64_t rowStride, imageStride, channelStride;
};

/// Rows of a table, row-major in each channel, chosen by i32 indices that all
/// channels share; addresses, and strides in elements.
struct RowGather {
  uint64_t table, indices, result;
  int64_t channels, rows, count, width;
  int64_t tableStride, resultStride; // from one channel to the next
  int64_t rowStride;                 // of table and result
};

class Verbs {
public:
  virtual ~Verbs() = default;

  /// Sums of products, in f32 or i32 for the types of the result.
  virtual void convolve(Emitter &emitter, const Convolution &) const = 0;
  /// The same for each channel with a filter of its own.
  virtual void depthwise(Emitter &emitter, const Convolution &) const = 0;
  /// The largest element of each window; padding never wins.
  virtual void maxPool(Emitter &emitter, const Sliding &) const = 0;
  /// scale times the sum of each window; padding counts as `padding`.
  virtual void sumPool(Emitter &emitter, const Sliding &, float scale,
                       int64_t padding = 0) const = 0;
  virtual void multiply(Emitter &emitter, const MatrixProduct &) const = 0;
  virtual void multiply(Emitter &emitter, const SpreadProduct &) const = 0;

  /// a op b; of integers the exact result times 2^shift, rounded to nearest
  /// even. What saturates does so as the operands are signed, differences
  /// always. Shifts to the right drop bits.
  virtual void arithmetic(Emitter &emitter, ArithOp op, const Elements &,
                          const Argument &a, const Argument &b,
                          int64_t shift = 0) const = 0;
  /// op a; a copy of one number fills the result with it.
  virtual void unary(Emitter &emitter, UnaryOp op, const Elements &,
                     const Argument &a) const = 0;
  /// `bits` where a comparison holds for a and b, else zeros. Equality is that
  /// of bits.
  virtual void select(Emitter &emitter, ArithOp comparison, const Elements &,
                      const Argument &a, const Argument &b,
                      uint32_t bits) const = 0;
  /// Converts to the element type of the result; between equal types, rounds to
  /// whole numbers.
  virtual void cast(Emitter &emitter, const Elements &, const LocalView &a,
                    Rounding rounding) const = 0;

  /// c[0] + c[1] x + c[2] x^2 + ... of floats in one type, all aligned; every
  /// lane has its own row of `count` coefficients, compact, at an address.
  virtual void series(Emitter &emitter, const Elements &, const LocalView &x,
                      uint32_t coefficients, unsigned count) const = 0;

  /// f32(x) * scale + offset for x of 16 or 32 bits, in f32, then to an integer
  /// of 8 or 16 bits; the table at `address` has [scale, offset] a channel,
  /// aligned.
  virtual void requantize(Emitter &emitter, const Rescaling &,
                          uint32_t address) const = 0;
  /// The same with one scale and offset.
  virtual void requantize(Emitter &emitter, const Rescaling &, float scale,
                          float offset) const = 0;
  /// x * scale + zeroPoint, rounded once, for x of 16 or 32 bits, to an integer
  /// of 8 or 16 bits.
  virtual void requantizeExactly(Emitter &emitter, const Rescaling &,
                                 float scale, int64_t zeroPoint) const = 0;
  /// (x - zeroPoint) * scale, rounded once, for x of 8 or 16 bits, to an
  /// integer.
  virtual void rescale(Emitter &emitter, const Rescaling &, int64_t zeroPoint,
                       float scale) const = 0;
  /// (x - zeroPoint) * scale, for x of 8 or 16 bits, in f32.
  virtual void dequantize(Emitter &emitter, const Rescaling &,
                          int64_t zeroPoint, float scale) const = 0;
  virtual void lookUp(Emitter &emitter, const TableLookup &) const = 0;

  /// Moves elements as they are, between any memories.
  virtual void move(Emitter &emitter, const TransferSide &from,
                    const TransferSide &to, const Quad &size,
                    int64_t elementBytes) const = 0;
  /// One channel of global memory to every lane; `size` is that of the source,
  /// whose w stride is 1.
  virtual void replicate(Emitter &emitter, const TransferSide &from,
                         const TransferSide &to, const Quad &size,
                         int64_t elementBytes) const = 0;
  /// As `move`, while c and w change places: `size` is that of the source.
  virtual void turn(Emitter &emitter, const TransferSide &from,
                    const TransferSide &to, const Quad &size,
                    int64_t elementBytes) const = 0;
  virtual void moveMatrix(Emitter &emitter, const MatrixMove &,
                          int64_t elementBytes) const = 0;
  virtual void gather(Emitter &emitter, const RowGather &,
                      int64_t elementBytes) const = 0;
  /// Writes one value, given as its bits, to every element.
  virtual void fill(Emitter &emitter, uint32_t bits, const TransferSide &to,
                    const Quad &size, int64_t elementBytes) const = 0;
};

/// How the emitter's chip is told.
const Verbs &verbsOf(const Emitter &emitter);

} // namespace tpu_mlir

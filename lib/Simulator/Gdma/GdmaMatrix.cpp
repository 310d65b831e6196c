//===- GdmaMatrix.cpp - Matrices between rows and lanes -------------------===//
//
// One side is a matrix of rows in global or L2 memory. On the local side row r
// is n = r, and its columns are cut into sections of w, one a channel.
//
//===----------------------------------------------------------------------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/Gdma/Sides.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cstring>

using namespace tpu_mlir;
using namespace tpu_mlir::sim;

namespace {
/// The fields of the local and of the system side, whichever is the source.
struct MatrixCommand {
  bool toLocal;
  uint64_t localAddress, systemAddress;
  uint32_t rows, columns, systemStride; // system side
  uint32_t localRows, sections, width;  // local side
  uint32_t rowStride, sectionStride;
};
} // namespace

static llvm::Expected<MatrixCommand> sidesOf(const Machine &machine,
                                             const isa::GdmaMatrix &c) {
  llvm::Expected<Location> source = machine.decode(c.srcAddress());
  if (!source)
    return source.takeError();
  llvm::Expected<Location> target = machine.decode(c.dstAddress());
  if (!target)
    return target.takeError();
  bool fromLocal = source->space == Space::Local;
  if (fromLocal == (target->space == Space::Local))
    return refuse("exactly one side of a matrix transfer must be local memory");
  if (fromLocal)
    return MatrixCommand{false,         c.srcAddress(), c.dstAddress(),
                         c.dst_hsize,   c.dst_wsize,    c.dst_hstride,
                         c.src_nsize,   c.src_csize,    c.src_wsize,
                         c.src_nstride, c.src_cstride};
  return MatrixCommand{true,        c.dstAddress(), c.srcAddress(), c.src_hsize,
                       c.src_wsize, c.src_hstride,  c.dst_nsize,    c.dst_csize,
                       c.dst_wsize, c.dst_nstride,  c.dst_cstride};
}

/// Reads (into `data`) or writes (from it) the local rows of `columns`.
static llvm::Error moveLocal(Machine &machine, const TransferView &view,
                             uint32_t columns, unsigned bytes, Packed &data,
                             bool isWrite, isa::Lanes lanes) {
  uint8_t *place = data.data();
  uint32_t width = view.shape().w;
  for (uint32_t row = 0; row < view.shape().n; ++row)
    for (uint32_t begin = 0; begin < columns; begin += width) {
      Location at = view.at(row, begin / width);
      uint64_t run = uint64_t(std::min(width, columns - begin)) * bytes;
      if (!isWrite) {
        llvm::Expected<const uint8_t *> from = machine.read(at, run);
        if (!from)
          return from.takeError();
        std::memcpy(place, *from, run);
      } else if (lanes.contains(at.lane())) {
        llvm::Expected<uint8_t *> to = machine.write(at, run);
        if (!to)
          return to.takeError();
        std::memcpy(*to, place, run);
      }
      place += run;
    }
  return llvm::Error::success();
}

llvm::Error tpu_mlir::sim::execute(Machine &machine,
                                   const isa::GdmaMatrix &command) {
  llvm::Expected<unsigned> bytes = transferElementBytes(command);
  if (!bytes)
    return bytes.takeError();
  if (command.fill_constant_en || command.nchw_copy)
    return refuse("a matrix transfer takes neither a constant nor "
                  "nchw_copy");
  llvm::Expected<MatrixCommand> sides = sidesOf(machine, command);
  if (!sides)
    return sides.takeError();
  bool transposes = command.function() == isa::GdmaMatrixOp::Transpose;
  uint32_t localRows = transposes ? sides->columns : sides->rows;
  uint32_t localColumns = transposes ? sides->rows : sides->columns;
  if (!sides->width)
    return refuse("the local side of a matrix has a width of 0");
  uint32_t sections = llvm::divideCeil(localColumns, sides->width);
  if (sides->localRows != localRows || sides->sections != sections)
    return refuse(llvm::formatv(
        "the local side of the matrix must be {0} rows in {1} sections, but "
        "the command has {2} and {3}",
        localRows, sections, sides->localRows, sides->sections));

  Shape4 localShape = {localRows, sections, 1, sides->width};
  Shape4 systemShape = {1, 1, sides->rows, sides->columns};
  auto make = [&](llvm::StringRef name, uint64_t address, Shape4 shape,
                  Strides4 strides) {
    return command.stride_enable ? TransferView::make(machine, name, address,
                                                      *bytes, shape, strides)
                                 : TransferView::makeUnstrided(
                                       machine, name, address, *bytes, shape);
  };
  llvm::Expected<TransferView> local =
      make("local side", sides->localAddress, localShape,
           {sides->rowStride, sides->sectionStride, sides->width, 1});
  if (!local)
    return local.takeError();
  llvm::Expected<TransferView> system =
      make("system side", sides->systemAddress, systemShape,
           {0, 0, sides->systemStride, 1});
  if (!system)
    return system.takeError();

  if (!sides->toLocal) {
    Packed data(uint64_t(localRows) * localColumns * *bytes);
    if (llvm::Error error =
            moveLocal(machine, *local, localColumns, *bytes, data,
                      /*isWrite=*/false, isa::Lanes::all()))
      return error;
    if (transposes)
      data =
          permuted(data, {1, 1, localRows, localColumns}, {0, 1, 3, 2}, *bytes);
    return system->write(machine, data);
  }
  llvm::Expected<Packed> data = system->read(machine);
  if (!data)
    return data.takeError();
  if (transposes)
    *data = permuted(*data, systemShape, {0, 1, 3, 2}, *bytes);
  return moveLocal(machine, *local, localColumns, *bytes, *data,
                   /*isWrite=*/true, isa::Lanes(command.laneMask()));
}

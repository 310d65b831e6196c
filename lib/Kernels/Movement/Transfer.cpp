//===- Transfer.cpp - Transfers of slices and tensors ---------------------===//
#include "lib/Kernels/Movement/Transfer.h"

#include "lib/Commands/Timeline.h"
#include "lib/Kernels/Movement/Relay.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace tpu_mlir;

using Side = TransferSide;

/// The global side of a slice: where it starts and the strides of its tensor.
static Side globalSide(const GlobalBuffer &buffer, const Tile &tile,
                       int64_t elementBytes) {
  Side side{uint64_t(buffer.address), {}};
  SmallVector<int64_t> strides = denseStrides(buffer.type.getShape());
  for (unsigned dim = 0; dim < 4; ++dim) {
    side.strides[dim] = strides[dim];
    side.address += tile.offset[dim] * strides[dim] * elementBytes;
  }
  return side;
}

static Side localSide(const LocalBuffer &buffer, const Tile &tile) {
  LocalView view = viewOf(buffer, tile);
  return {buffer.chip->localBase + view.address, view.strides};
}

static Side localSide(const LocalBuffer &buffer) {
  return localSide(buffer, buffer.tile);
}

/// Whole rows of both sides that follow each other are one long row.
static void joinRows(Side &a, Side &b, Quad &size, int64_t maxSize) {
  if (a.strides[2] == size[3] && b.strides[2] == size[3] &&
      size[2] * size[3] <= maxSize) {
    size[3] *= size[2];
    size[2] = 1;
    a.strides[2] = b.strides[2] = size[3];
  }
}

void tpu_mlir::emitMove(Emitter &emitter, Side from, Side to, Quad size,
                        int64_t elementBytes) {
  joinRows(from, to, size, emitter.getChip().maxSize);
  verbsOf(emitter).move(emitter, from, to, size, elementBytes);
}

/// Calls move(global side, local side, size) for each matrix of a slice whose
/// columns are spread over lanes: rows are n, lanes c.
static void forEachMatrix(const GlobalBuffer &global, const LocalBuffer &local,
                          function_ref<void(Side, Side, Quad)> move) {
  const Tile &tile = local.tile;
  const Chip &chip = *local.chip;
  int64_t together = columnsPerLane(tile.size[3], chip);
  int64_t rowBytes = columnsRowBytes(tile.size[3], chip);
  int64_t row = global.type.getDimSize(3);
  Quad size = {tile.size[1], tile.size[3] / together, 1, together};
  for (int64_t b = 0; b < tile.size[0]; ++b) {
    Tile matrix = tile;
    matrix.offset[0] += b;
    Side outer = globalSide(global, matrix, sizeof(float));
    outer.strides = {row, together, together, 1};
    int64_t lane = chip.alignment / sizeof(float);
    Side inner{chip.localBase + local.address + b * tile.size[1] * rowBytes,
               {rowBytes / int64_t(sizeof(float)), lane, together, 1}};
    move(outer, inner, size);
  }
}

namespace {
/// Between a tensor in global memory and a slice of whole channels, as matrices
/// whose rows are images and whose sections are channels: what lies together in
/// global memory comes at the full rate, however short channels are.
class ChannelMatrices {
public:
  ChannelMatrices(const GlobalBuffer &global, const LocalBuffer &local)
      : chip(*local.chip), tile(local.tile), local(localSide(local)),
        layout(local.layout) {
    elementBytes = local.elementType.getIntOrFloatBitWidth() / 8;
    outer = globalSide(global, tile, elementBytes);
    whole = tile.size[2] == global.type.getDimSize(2) &&
            tile.size[3] == global.type.getDimSize(3);
    width = tile.size[2] * tile.size[3];
    column = elementBytes;
    // Columns as wide as they can be: their number is limited.
    while (column < 4 && isEven())
      column *= 2;
  }

  /// Whether few commands do.
  bool pays() const {
    if (!whole || layout == Layout::Replicated || layout == Layout::Columns)
      return false;
    int64_t channels = channelsAtOnce();
    if (channels == 0 || tile.size[0] > chip.maxSize)
      return false;
    // Strides of several images count beyond the end of later parts.
    const int64_t most = tile.size[0] == 1 ? 4 : 1; // commands
    return divideCeil(tile.size[1], channels) <= most;
  }

  void emit(Emitter &emitter, bool toLocal) const {
    int64_t channels = channelsAtOnce();
    auto wide = [&](int64_t elements) {
      return elements * elementBytes / column;
    };
    for (int64_t c = 0; c < tile.size[1]; c += channels) {
      int64_t count = std::min(channels, tile.size[1] - c);
      verbsOf(emitter).moveMatrix(
          emitter,
          {toLocal, outer.address + c * width * elementBytes,
           local.address + c / chip.lanes * local.strides[1] * elementBytes,
           tile.size[0], wide(count * width), wide(width),
           wide(outer.strides[0]), wide(local.strides[0]),
           wide(local.strides[1])},
          column);
    }
  }

private:
  /// Whether twice as wide columns divide everything.
  bool isEven() const {
    int64_t twice = 2 * column;
    return (outer.address | local.address | uint64_t(width * elementBytes) |
            uint64_t(outer.strides[0] * elementBytes) |
            uint64_t(local.strides[0] * elementBytes) |
            uint64_t(local.strides[1] * elementBytes)) %
               twice ==
           0;
  }

  /// All, or whole rounds of lanes; 0 if not even these fit into a row.
  int64_t channelsAtOnce() const {
    int64_t most = chip.maxSize / (width * elementBytes / column);
    return tile.size[1] <= most ? tile.size[1] : most / chip.lanes * chip.lanes;
  }

  const Chip &chip;
  Tile tile;
  Side outer, local;
  Layout layout;
  bool whole;
  int64_t elementBytes, width, column; // column: bytes
};
} // namespace

void tpu_mlir::emitLoad(Emitter &emitter, const GlobalBuffer &from,
                        const LocalBuffer &to) {
  int64_t elementBytes = to.elementType.getIntOrFloatBitWidth() / 8;
  if (to.layout == Layout::Columns)
    return forEachMatrix(from, to, [&](Side outer, Side inner, Quad size) {
      emitMove(emitter, outer, inner, size, elementBytes);
    });
  ChannelMatrices matrices(from, to);
  if (matrices.pays())
    return matrices.emit(emitter, /*toLocal=*/true);
  Side source = globalSide(from, to.tile, elementBytes), target = localSide(to);
  Quad size = to.tile.size;
  if (to.layout != Layout::Replicated)
    return emitMove(emitter, source, target, size, elementBytes);
  joinRows(source, target, size, to.chip->maxSize);
  verbsOf(emitter).replicate(emitter, source, target, size, elementBytes);
}

void tpu_mlir::emitLoad(Emitter &emitter, const LaneImage &from,
                        int64_t address, const LocalBuffer &to) {
  const Tile &tile = to.tile;
  int64_t elementBytes = to.elementType.getIntOrFloatBitWidth() / 8;
  assert(tile.offset[1] % from.lanes == 0 && "slices start in the first lane");
  int64_t begin = tile.offset[1] / from.lanes * from.channelBytes;
  int64_t bytes =
      int64_t(divideCeil(tile.size[1], from.lanes)) * from.channelBytes;
  Side local = localSide(to);
  constexpr int64_t kColumn = 4; // bytes
  bool isMatrix = begin % from.sectionBytes == 0 &&
                  bytes % from.sectionBytes == 0 &&
                  from.sectionBytes % kColumn == 0 &&
                  from.rowBytes() / kColumn <= to.chip->maxSize;
  if (!isMatrix) { // sections that hold all channels of a lane, or part of it
    Quad size = {1, std::min(tile.size[1], from.lanes), 1,
                 bytes / elementBytes};
    Side global{uint64_t(address + begin),
                {0, from.sectionBytes / elementBytes, size[3], 1}};
    local.strides = {0, 0, size[3], 1};
    return emitMove(emitter, global, local, size, elementBytes);
  }
  int64_t width = from.sectionBytes / kColumn, row = from.rowBytes() / kColumn;
  verbsOf(emitter).moveMatrix(
      emitter,
      {true, address + begin / from.sectionBytes * from.rowBytes(),
       local.address, bytes / from.sectionBytes, row, width, row, width,
       bytes / kColumn},
      kColumn);
}

void tpu_mlir::emitStore(Emitter &emitter, const LocalBuffer &from,
                         const GlobalBuffer &to) {
  int64_t elementBytes = from.elementType.getIntOrFloatBitWidth() / 8;
  if (from.layout == Layout::Columns)
    return forEachMatrix(to, from, [&](Side outer, Side inner, Quad size) {
      emitMove(emitter, inner, outer, size, elementBytes);
    });
  ChannelMatrices matrices(to, from);
  if (matrices.pays())
    return matrices.emit(emitter, /*toLocal=*/false);
  emitMove(emitter, localSide(from), globalSide(to, from.tile, elementBytes),
           from.tile.size, elementBytes);
}

void tpu_mlir::emitLocalMove(Emitter &emitter, const LocalBuffer &from,
                             const LocalBuffer &to) {
  int64_t elementBytes = from.elementType.getIntOrFloatBitWidth() / 8;
  Tile tile = from.tile;
  for (unsigned dim = 0; dim < 4; ++dim)
    if (to.tile.size[dim] < tile.size[dim])
      tile = to.tile; // the smaller is a part of the other
  emitMove(emitter, localSide(from, tile), localSide(to, tile), tile.size,
           elementBytes);
}

/// A tile whose channels, counted from the buffer's first, all lie in one round
/// of lanes.
static Side laneSide(const LocalBuffer &buffer, Tile tile) {
  int64_t channel = tile.offset[1] - buffer.tile.offset[1];
  int64_t lane = channel % buffer.chip->lanes;
  tile.offset[1] -= lane; // a view starts in the first lane
  Side side = localSide(buffer, tile);
  side.address += lane * buffer.chip->laneBytes;
  return side;
}

void tpu_mlir::emitChannelMove(Emitter &emitter, const LocalBuffer &from,
                               const Tile &fromTile, const LocalBuffer &to,
                               const Tile &toTile) {
  int64_t elementBytes = from.elementType.getIntOrFloatBitWidth() / 8;
  auto laneOf = [](const LocalBuffer &buffer, const Tile &tile) {
    return (tile.offset[1] - buffer.tile.offset[1]) % buffer.chip->lanes;
  };
  int64_t lanes = from.chip->lanes;
  Tile source = fromTile, target = toTile;
  for (int64_t left = fromTile.size[1]; left > 0; left -= source.size[1]) {
    source.size[1] = target.size[1] = std::min(
        {left, lanes - laneOf(from, source), lanes - laneOf(to, target)});
    emitMove(emitter, laneSide(from, source), laneSide(to, target), source.size,
             elementBytes);
    source.offset[1] += source.size[1];
    target.offset[1] += target.size[1];
  }
}

SmallVector<int64_t> tpu_mlir::denseStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t dim = shape.size(); dim-- > 1;)
    strides[dim - 1] = strides[dim] * shape[dim];
  return strides;
}

/// Drops dimensions of size 1, joins those that are one walk on both sides, and
/// cuts those that exceed a size field.
static SmallVector<CopyDim> normalize(ArrayRef<CopyDim> dims, int64_t maxSize) {
  SmallVector<CopyDim> joined;
  for (const CopyDim &dim : dims) {
    if (dim.size == 1)
      continue;
    if (!joined.empty() &&
        joined.back().sourceStride == dim.size * dim.sourceStride &&
        joined.back().targetStride == dim.size * dim.targetStride &&
        joined.back().size * dim.size <= maxSize) {
      joined.back() = {joined.back().size * dim.size, dim.sourceStride,
                       dim.targetStride};
      continue;
    }
    joined.push_back(dim);
  }
  return joined;
}

/// Takes the dimension that `wanted` likes best out of the list, or one of
/// size 1 if it likes none.
static CopyDim take(SmallVector<CopyDim> &dims,
                    function_ref<int64_t(const CopyDim &)> score) {
  CopyDim *best = nullptr;
  for (CopyDim &dim : dims)
    if (score(dim) > 0 && (!best || score(dim) > score(*best)))
      best = &dim;
  if (!best)
    return {1, 1, 1};
  CopyDim taken = *best;
  dims.erase(best);
  return taken;
}

static void emitBox(Emitter &emitter, int64_t source, int64_t target,
                    SmallVector<CopyDim> dims, int64_t elementBytes) {
  auto isInnermost = [](int64_t stride) { return stride == 1; };
  bool together = any_of(dims, [&](const CopyDim &dim) {
    return isInnermost(dim.sourceStride) && isInnermost(dim.targetStride);
  });
  auto sourceInner = [&](const CopyDim &dim) {
    return isInnermost(dim.sourceStride) ? dim.size : 0;
  };
  auto targetInner = [&](const CopyDim &dim) {
    return isInnermost(dim.targetStride) ? dim.size : 0;
  };
  bool transposing =
      !together && any_of(dims, sourceInner) && any_of(dims, targetInner);
  const int64_t widest = emitter.getChip().maxTransferStep / elementBytes;
  auto narrow = [&](const CopyDim &dim) -> int64_t {
    if (std::min(dim.sourceStride, dim.targetStride) < 1 ||
        std::max(dim.sourceStride, dim.targetStride) > widest)
      return 0;
    return widest * widest + 1 - dim.sourceStride * dim.targetStride;
  };
  CopyDim w = transposing ? take(dims, sourceInner) : take(dims, narrow);
  CopyDim c = transposing
                  ? take(dims, targetInner)
                  : take(dims, [](const CopyDim &dim) { return dim.size; });
  CopyDim h = take(dims, [](const CopyDim &dim) { return dim.size; });
  CopyDim n = take(dims, [](const CopyDim &dim) { return dim.size; });
  if (!dims.empty()) { // more than four: one command for each index of the rest
    CopyDim rest = dims.pop_back_val();
    for (int64_t i = 0; i < rest.size; ++i) {
      SmallVector<CopyDim> inner(dims);
      inner.append({n, h, c, w});
      emitBox(emitter, source + i * rest.sourceStride * elementBytes,
              target + i * rest.targetStride * elementBytes, inner,
              elementBytes);
    }
    return;
  }
  Side from{uint64_t(source),
            {n.sourceStride, c.sourceStride, h.sourceStride, w.sourceStride}};
  Quad size = {n.size, c.size, h.size, w.size};
  if (!transposing) {
    Side to{uint64_t(target),
            {n.targetStride, c.targetStride, h.targetStride, w.targetStride}};
    return verbsOf(emitter).move(emitter, from, to, size, elementBytes);
  }
  Side to{uint64_t(target),
          {n.targetStride, w.targetStride, h.targetStride, c.targetStride}};
  verbsOf(emitter).turn(emitter, from, to, size, elementBytes);
}

/// Whether what lies together on both sides is short enough for another way to
/// be faster than one within global memory.
static bool hasShortRows(ArrayRef<CopyDim> dims, int64_t elementBytes) {
  constexpr int64_t kShort = 1024; // bytes
  return none_of(dims, [&](const CopyDim &dim) {
    return dim.sourceStride == 1 && dim.targetStride == 1 &&
           dim.size * elementBytes >= kShort;
  });
}

void tpu_mlir::emitCopy(Emitter &emitter, int64_t source, int64_t target,
                        SmallVector<CopyDim> dims, int64_t elementBytes,
                        Gaps gaps) {
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i].size <= emitter.getChip().maxSize)
      continue;
    SmallVector<CopyDim> head(dims), tail(dims); // too long: in two parts
    head[i].size = dims[i].size / 2;
    tail[i].size = dims[i].size - head[i].size;
    emitCopy(emitter, source, target, head, elementBytes, gaps);
    return emitCopy(emitter,
                    source + head[i].size * dims[i].sourceStride * elementBytes,
                    target + head[i].size * dims[i].targetStride * elementBytes,
                    tail, elementBytes, gaps);
  }
  dims = normalize(dims, emitter.getChip().maxSize);
  Emitter direct = emitter.another();
  emitBox(direct, source, target, dims, elementBytes);
  std::optional<Emitter> relayed;
  if (hasShortRows(dims, elementBytes))
    relayed = relay(emitter, source, target, dims, elementBytes, gaps);
  bool isFaster = relayed && cyclesOf(*relayed) < cyclesOf(direct);
  for (const Command &command : (isFaster ? *relayed : direct).getCommands())
    emitter.append(command.instruction);
}

void tpu_mlir::emitFill(Emitter &emitter, uint32_t bits, int64_t target,
                        int64_t count, int64_t elementBytes) {
  while (count > 0) {
    int64_t rows =
        std::clamp<int64_t>(count / 1024, 1, emitter.getChip().maxSize);
    int64_t row = std::min<int64_t>(count, 1024);
    Side to{uint64_t(target), {rows * row, rows * row, row, 1}};
    verbsOf(emitter).fill(emitter, bits, to, {1, 1, rows, row}, elementBytes);
    target += rows * row * elementBytes;
    count -= rows * row;
  }
}

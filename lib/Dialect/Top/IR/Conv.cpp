//===- Conv.cpp - Convolutions of any number of spatial dimensions --------===//
#include "lib/Dialect/Top/IR/Window.h"

using namespace mlir;
using namespace tpu_mlir::top;

/// The constraints that both directions share, of which the numbers agree.
template <typename Adaptor>
static FailureOr<SmallVector<Window>> checkConvolution(Emitter emit,
                                                       Adaptor adaptor) {
  Shape input = shapeOf(adaptor.getInput());
  Shape filter = shapeOf(adaptor.getFilter());
  if (input.size() < 3 || input.size() != filter.size())
    return emit("expects input and filter of one rank of at least 3, but found "
                "ranks ",
                input.size(), " and ", filter.size(), " (C1)");
  if (failed(checkElementType(emit, adaptor.getInput(), adaptor.getFilter(),
                              "(C7)")) ||
      failed(
          checkBiasType(emit, adaptor.getInput(), adaptor.getBias(), "(C7)")))
    return failure();
  if (failed(checkReluLimit(emit, adaptor.getRelu(), adaptor.getReluLimit(),
                            "(C8)")))
    return failure();
  return windowsOf(emit, filter.drop_front(2), adaptor.getStrides(),
                   adaptor.getPads(), adaptor.getDilations(), input.size() - 2);
}

static LogicalResult checkBias(Emitter emit, Value bias, int64_t channels) {
  if (!bias || shapeOf(bias) == Shape(channels))
    return success();
  return emit("expects a bias of shape [", channels, "], but found [",
              shapeOf(bias), "] (C5)");
}

LogicalResult ConvOp::inferTypes(Emitter emit, Adaptor adaptor, Types &types) {
  auto windows = checkConvolution(emit, adaptor);
  if (failed(windows))
    return failure();
  Shape input = shapeOf(adaptor.getInput());
  Shape filter = shapeOf(adaptor.getFilter());
  int64_t group = adaptor.getGroup();
  if (input[1] != filter[1] * group)
    return emit("expects ", filter[1] * group, " input channels (", filter[1],
                " of the filter in ", group, " groups), but found ", input[1],
                " (C3)");
  if (filter[0] % group != 0)
    return emit("expects a multiple of ", group,
                " output channels (the groups), but found ", filter[0],
                " (C4)");
  if (failed(checkBias(emit, adaptor.getBias(), filter[0])))
    return failure();
  SmallVector<int64_t> result{input[0], filter[0]};
  for (auto [window, size] : llvm::zip(*windows, input.drop_front(2))) {
    if (window.room(size) < 0)
      return emit("expects a padded input of at least ", window.extent(),
                  " elements, but found ",
                  size + window.padBegin + window.padEnd, " (C6)");
    result.push_back(window.positions(size));
  }
  return yield(types, result, adaptor.getInput());
}

LogicalResult ConvTransposeOp::inferTypes(Emitter emit, Adaptor adaptor,
                                          Types &types) {
  auto windows = checkConvolution(emit, adaptor);
  if (failed(windows))
    return failure();
  Shape input = shapeOf(adaptor.getInput());
  Shape filter = shapeOf(adaptor.getFilter());
  Shape outputPadding = adaptor.getOutputPadding();
  int64_t group = adaptor.getGroup();
  if (outputPadding.size() != windows->size())
    return emit("expects ", windows->size(), " output paddings, but found ",
                outputPadding.size(), " (C2)");
  if (input[1] != filter[0])
    return emit("expects ", filter[0],
                " input channels (those of the filter), but found ", input[1],
                " (C3)");
  if (input[1] % group != 0)
    return emit("expects a multiple of ", group,
                " input channels (the groups), but found ", input[1], " (C4)");
  if (failed(checkBias(emit, adaptor.getBias(), filter[1] * group)))
    return failure();
  SmallVector<int64_t> result{input[0], filter[1] * group};
  for (auto [window, size, extra] :
       llvm::zip(*windows, input.drop_front(2), outputPadding)) {
    int64_t limit = std::max(window.stride, window.dilation);
    if (extra >= limit)
      return emit("expects an output padding less than ", limit,
                  " (the larger of stride and dilation), but found ", extra,
                  " (C9)");
    int64_t extent = (size - 1) * window.stride + window.extent() + extra -
                     window.padBegin - window.padEnd;
    if (extent <= 0)
      return emit("expects a result that is not empty, but found a dimension "
                  "of ",
                  extent, " (C6)");
    result.push_back(extent);
  }
  return yield(types, result, adaptor.getInput());
}

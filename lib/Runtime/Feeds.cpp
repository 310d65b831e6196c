//===- Feeds.cpp - The caller's tensors against a network's stages --------===//
#include "lib/Runtime/Feeds.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tpu_mlir;
using namespace tpu_mlir::runtime;

static llvm::Error failure(const llvm::Twine &text) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), text);
}

static const bmodel::Tensor *find(const std::vector<bmodel::Tensor> &tensors,
                                  llvm::StringRef name) {
  auto it = llvm::find_if(tensors, [&](const bmodel::Tensor &tensor) {
    return tensor.name == name;
  });
  return it == tensors.end() ? nullptr : &*it;
}

template <typename Named>
static std::string names(llvm::ArrayRef<Named> tensors) {
  auto quoted = llvm::map_range(tensors, [](const Named &tensor) {
    return "'" + std::string(tensor.name) + "'";
  });
  return tensors.empty() ? "none" : llvm::join(quoted, ", ");
}

static std::string text(llvm::ArrayRef<int64_t> shape) {
  auto sizes =
      llvm::map_range(shape, [](int64_t size) { return std::to_string(size); });
  return "[" + llvm::join(sizes, ", ") + "]";
}

/// "'a' [1, 3, 8, 8], 'b' [1, 4]".
static std::string shapes(const std::vector<bmodel::Tensor> &tensors) {
  return llvm::join(llvm::map_range(tensors,
                                    [](const bmodel::Tensor &tensor) {
                                      return "'" + tensor.name + "' " +
                                             text(tensor.shape);
                                    }),
                    ", ");
}

static bool fits(const bmodel::Stage &stage, llvm::ArrayRef<Feed> feeds) {
  return llvm::all_of(feeds, [&](const Feed &feed) {
    const bmodel::Tensor *input = find(stage.inputs, feed.name);
    return input && input->shape == feed.shape;
  });
}

/// Inputs have the same names and types in all stages.
static llvm::Error checkNames(const bmodel::Net &net,
                              const std::vector<bmodel::Tensor> &inputs,
                              llvm::ArrayRef<Feed> feeds) {
  for (const bmodel::Tensor &input : inputs) {
    size_t given = llvm::count_if(
        feeds, [&](const Feed &feed) { return feed.name == input.name; });
    if (given == 0)
      return failure(llvm::formatv(
          "input '{0}' of network '{1}' is missing; "
          "its inputs are {2}, those given are {3}",
          input.name, net.name, names(llvm::ArrayRef(inputs)), names(feeds)));
    if (given > 1)
      return failure(
          llvm::formatv("input '{0}' is given {1} times", input.name, given));
  }
  for (const Feed &feed : feeds) {
    const bmodel::Tensor *input = find(inputs, feed.name);
    if (!input)
      return failure(
          llvm::formatv("network '{0}' has no input '{1}'; its inputs are {2}",
                        net.name, feed.name, names(llvm::ArrayRef(inputs))));
    if (feed.dataType != input->dataType)
      return failure(llvm::formatv(
          "input '{0}': expected element type {1}, but found {2}", feed.name,
          bmodel::name(input->dataType), bmodel::name(feed.dataType)));
  }
  return llvm::Error::success();
}

/// The first input whose shape is not the stage's.
static llvm::Error checkShapes(const bmodel::Stage &stage,
                               llvm::ArrayRef<Feed> feeds) {
  for (const Feed &feed : feeds) {
    const bmodel::Tensor *input = find(stage.inputs, feed.name);
    if (input->shape != feed.shape)
      return failure(
          llvm::formatv("input '{0}': expected shape {1}, but found {2}",
                        feed.name, text(input->shape), text(feed.shape)));
  }
  return llvm::Error::success();
}

llvm::Expected<size_t>
tpu_mlir::runtime::chooseStage(const bmodel::Net &net,
                               llvm::ArrayRef<Feed> feeds,
                               std::optional<size_t> wanted) {
  size_t count = net.stages.size();
  if (count == 0)
    return failure(llvm::formatv("network '{0}' has no stage", net.name));
  if (wanted && *wanted >= count)
    return failure(llvm::formatv("network '{0}' has no stage {1}; its stages "
                                 "count from 0 to {2}",
                                 net.name, *wanted, count - 1));
  size_t chosen = wanted.value_or(0);
  while (!wanted && chosen < count && !fits(net.stages[chosen], feeds))
    ++chosen;
  const bmodel::Stage &stage = net.stages[chosen < count ? chosen : 0];
  if (llvm::Error error = checkNames(net, stage.inputs, feeds))
    return std::move(error);
  if (wanted || count == 1)
    if (llvm::Error error = checkShapes(stage, feeds))
      return std::move(error);
  if (chosen < count)
    return chosen;
  std::string message = llvm::formatv(
      "no stage of network '{0}' takes the shapes given; it was compiled for:",
      net.name);
  for (const bmodel::Stage &each : net.stages)
    message += "\n  " + shapes(each.inputs);
  return failure(message);
}

llvm::Error tpu_mlir::runtime::checkIndices(const bmodel::IndexLimits &limits,
                                            llvm::ArrayRef<Feed> feeds) {
  for (const Feed &feed : feeds) {
    auto limit = limits.find(feed.name);
    bool isSigned = feed.dataType == bmodel::DataType::I32;
    if (limit == limits.end() ||
        (!isSigned && feed.dataType != bmodel::DataType::U32))
      continue;
    for (size_t i = 0; i + sizeof(int32_t) <= feed.bytes.size();
         i += sizeof(int32_t)) {
      uint32_t bits = llvm::support::endian::read32le(&feed.bytes[i]);
      int64_t number = isSigned ? int64_t(int32_t(bits)) : int64_t(bits);
      if (number < -limit->second || number >= limit->second)
        return failure(llvm::formatv(
            "input '{0}': expected numbers from {1} to {2} (rows of a table, "
            "or those with which all others stay within 32 bits), but found "
            "{3} as element {4}",
            feed.name, isSigned ? -limit->second : 0, limit->second - 1, number,
            i / sizeof(int32_t)));
    }
  }
  return llvm::Error::success();
}

//===- Writer.cpp - From a Model to the bytes of a bmodel file ------------===//
#include "lib/BModel/Writer.h"

#include "lib/BModel/Header.h"
#include "lib/BModel/bmodel_generated.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"

#include <array>
#include <cstring>
#include <map>

using namespace tpu_mlir;
using namespace tpu_mlir::bmodel;

namespace {

constexpr llvm::StringLiteral containerVersion = "2.2";
constexpr size_t blobAlignment = 128;  // as the command buffers' padding
constexpr size_t tableAlignment = 16;  // keeps the blob aligned in the file
constexpr size_t commandPadding = 128; // bytes; reference: tpu-bmodel files
constexpr uint32_t memTypeTpu = 1;
constexpr int32_t hiddenInput = 1, hiddenOutput = 2;

using Digest = std::array<uint8_t, 32>;

class FileWriter {
public:
  std::vector<uint8_t> write(const Model &model);

private:
  template <typename T> using Offset = flatbuffers::Offset<T>;
  template <typename T> using Table = std::vector<Offset<T>>;

  std::pair<wire::Binary, Digest> store(llvm::ArrayRef<uint8_t> bytes);
  Table<wire::Tensor> tensors(llvm::ArrayRef<Tensor> tensors, int32_t hidden);
  Table<wire::CmdGroup> groups(llvm::ArrayRef<CommandGroup> groups);
  Offset<wire::SubNet> subNet(const Stage &stage);
  Offset<wire::CoeffMem> coefficients(const Stage &stage);
  Offset<wire::NetParameter> stage(const Stage &stage);
  Offset<wire::Net> net(const Net &net);
  Table<wire::Declared> declared(llvm::ArrayRef<Declared> tensors);
  Offset<wire::Part> part(const Part &part);
  Offset<wire::Composite> composite(const Composite &composite);

  flatbuffers::FlatBufferBuilder builder;
  std::vector<uint8_t> blob;
  std::map<Digest, wire::Binary> stored;
};

} // namespace

/// Where `bytes` lie in the blob, after appending them if they are new.
std::pair<wire::Binary, Digest>
FileWriter::store(llvm::ArrayRef<uint8_t> bytes) {
  Digest digest = llvm::SHA256::hash(bytes);
  auto [place, isNew] =
      stored.try_emplace(digest, wire::Binary(blob.size(), bytes.size()));
  if (isNew) {
    blob.insert(blob.end(), bytes.begin(), bytes.end());
    blob.resize(llvm::alignTo(blob.size(), blobAlignment));
  }
  return {place->second, digest};
}

FileWriter::Table<wire::Tensor>
FileWriter::tensors(llvm::ArrayRef<Tensor> tensors, int32_t hidden) {
  Table<wire::Tensor> table;
  for (const Tensor &tensor : tensors) {
    std::vector<uint64_t> dims(tensor.shape.begin(), tensor.shape.end());
    auto name = builder.CreateSharedString(tensor.name);
    auto shape = builder.CreateVector(
        std::vector{wire::CreateShape(builder, builder.CreateVector(dims))});
    wire::TensorBuilder entry(builder);
    entry.add_name(name);
    entry.add_data_type(static_cast<uint32_t>(tensor.dataType));
    entry.add_device_addr(tensor.address);
    entry.add_size(tensor.size);
    entry.add_shape(shape);
    entry.add_mem_type(memTypeTpu);
    entry.add_scale(tensor.scale);
    entry.add_zero_point(tensor.zeroPoint);
    entry.add_hidden(hidden);
    table.push_back(entry.Finish());
  }
  return table;
}

FileWriter::Table<wire::CmdGroup>
FileWriter::groups(llvm::ArrayRef<CommandGroup> groups) {
  Table<wire::CmdGroup> table;
  for (const CommandGroup &group : groups) {
    wire::Binary tiu = store(group.tiu).first;
    wire::Binary gdma = store(group.gdma).first;
    table.push_back(
        wire::CreateCmdGroup(builder, group.tiuCount, group.gdmaCount, &tiu,
                             &gdma, static_cast<uint32_t>(group.tiu.size()),
                             static_cast<uint32_t>(group.gdma.size())));
  }
  return table;
}

FileWriter::Offset<wire::SubNet> FileWriter::subNet(const Stage &stage) {
  auto commands = builder.CreateVector(groups(stage.groups));
  auto inputs = builder.CreateVector(tensors(stage.inputs, hiddenInput));
  auto outputs = builder.CreateVector(tensors(stage.outputs, hiddenOutput));
  auto next = builder.CreateVector(std::vector<int32_t>{-1});
  wire::SubNetBuilder entry(builder);
  entry.add_subnet_mode(static_cast<int32_t>(SubNetMode::Tpu));
  entry.add_cmd_group(commands);
  entry.add_input_tensor(inputs);
  entry.add_output_tensor(outputs);
  entry.add_id(0);
  entry.add_next_subnet_ids(next);
  return entry.Finish();
}

FileWriter::Offset<wire::CoeffMem>
FileWriter::coefficients(const Stage &stage) {
  auto [place, digest] = store(stage.coeff);
  auto code = builder.CreateVector(digest.data(), digest.size());
  return wire::CreateCoeffMem(builder, stage.coeffAddress, code, &place);
}

FileWriter::Offset<wire::NetParameter> FileWriter::stage(const Stage &stage) {
  auto inputs = builder.CreateVector(tensors(stage.inputs, hiddenInput));
  auto outputs = builder.CreateVector(tensors(stage.outputs, hiddenOutput));
  auto coeff = coefficients(stage);
  auto commands = builder.CreateVector(groups(stage.groups));
  auto subNets = builder.CreateVector(std::vector{subNet(stage)});
  auto ctxSizes = builder.CreateVector(std::vector<uint64_t>{stage.ctxSize});
  wire::NetParameterBuilder entry(builder);
  entry.add_input_tensor(inputs);
  entry.add_output_tensor(outputs);
  entry.add_ctx_addr(stage.ctxAddress);
  entry.add_ctx_size(stage.ctxSize);
  entry.add_coeff_mem(coeff);
  entry.add_cmd_group(commands);
  entry.add_sub_net(subNets);
  entry.add_ctx_sizes(ctxSizes);
  entry.add_core_num(1);
  if (!stage.tensorLocations.empty()) {
    wire::Binary place = store(stage.tensorLocations).first;
    entry.add_tensor_loc(&place);
  }
  return entry.Finish();
}

FileWriter::Offset<wire::Net> FileWriter::net(const Net &net) {
  Table<wire::NetParameter> stages;
  for (const Stage &each : net.stages)
    stages.push_back(stage(each));
  auto name = builder.CreateString(net.name);
  auto parameter = builder.CreateVector(stages);
  wire::NetBuilder entry(builder);
  entry.add_name(name);
  entry.add_parameter(parameter);
  entry.add_addr_mode(net.addressMode);
  return entry.Finish();
}

FileWriter::Table<wire::Declared>
FileWriter::declared(llvm::ArrayRef<Declared> tensors) {
  Table<wire::Declared> table;
  for (const Declared &tensor : tensors)
    table.push_back(wire::CreateDeclaredDirect(
        builder, tensor.name.c_str(), tensor.elementType, &tensor.shape));
  return table;
}

FileWriter::Offset<wire::Part> FileWriter::part(const Part &part) {
  if (part.host.empty())
    return wire::CreatePartDirect(builder, part.net.c_str(), part.stage);
  wire::Binary place = store(part.host).first;
  return wire::CreatePartDirect(builder, part.net.c_str(), part.stage, &place);
}

FileWriter::Offset<wire::Composite>
FileWriter::composite(const Composite &composite) {
  Table<wire::CompositeStage> stages;
  for (const CompositeStage &stage : composite.stages) {
    Table<wire::Declared> inputs = declared(stage.inputs);
    Table<wire::Declared> outputs = declared(stage.outputs);
    Table<wire::Part> parts;
    for (const Part &each : stage.parts)
      parts.push_back(part(each));
    stages.push_back(
        wire::CreateCompositeStageDirect(builder, &inputs, &outputs, &parts));
  }
  return wire::CreateCompositeDirect(builder, composite.name.c_str(), &stages);
}

std::vector<uint8_t> FileWriter::write(const Model &model) {
  Table<wire::Net> nets;
  uint64_t neuronSize = 0;
  for (const Net &each : model.nets) {
    nets.push_back(net(each));
    for (const Stage &stage : each.stages)
      neuronSize = std::max(neuronSize, stage.ctxSize);
  }
  auto type = builder.CreateString("B");
  auto version = builder.CreateString(containerVersion.str());
  auto time = builder.CreateString(model.time.empty() ? "-" : model.time);
  auto chip = builder.CreateString(model.chip);
  auto table = builder.CreateVector(nets);
  Table<wire::Composite> composites;
  for (const Composite &each : model.composites)
    composites.push_back(composite(each));
  auto models = composites.empty() ? 0 : builder.CreateVector(composites);
  wire::ModelBuilder entry(builder);
  entry.add_type(type);
  entry.add_version(version);
  entry.add_time(time);
  entry.add_chip(chip);
  entry.add_net(table);
  entry.add_neuron_size(neuronSize);
  entry.add_device_num(1);
  entry.add_composite(models);
  wire::FinishModelBuffer(builder, entry.Finish());

  Header header;
  header.tableSize =
      static_cast<uint32_t>(llvm::alignTo(builder.GetSize(), tableAlignment));
  header.blobSize = static_cast<uint32_t>(blob.size());
  std::vector<uint8_t> file(Header::byteSize + header.tableSize);
  std::memcpy(file.data(), &header, sizeof header);
  std::memcpy(file.data() + Header::byteSize, builder.GetBufferPointer(),
              builder.GetSize());
  file.insert(file.end(), blob.begin(), blob.end());
  return file;
}

static llvm::Error checkTensor(const Tensor &tensor, llvm::StringRef where) {
  std::optional<uint64_t> needed = dataSize(tensor);
  if (!needed)
    return llvm::createStringError(
        llvm::formatv("{0}: tensor '{1}' has a shape that no memory holds",
                      where, tensor.name));
  if (tensor.size < *needed)
    return llvm::createStringError(llvm::formatv(
        "{0}: tensor '{1}' is said to have {2} bytes, its shape needs {3}",
        where, tensor.name, tensor.size, *needed));
  return llvm::Error::success();
}

static llvm::Error checkGroup(const CommandGroup &group,
                              llvm::StringRef where) {
  if (group.tiuCount == 0 || group.gdmaCount == 0)
    return llvm::createStringError(
        where + ": a command group lacks the end command of an engine");
  if (group.tiu.size() % commandPadding || group.gdma.size() % commandPadding)
    return llvm::createStringError(
        where + ": a command buffer is not padded to 128 bytes");
  if (group.tiu.size() > UINT32_MAX || group.gdma.size() > UINT32_MAX)
    return llvm::createStringError(where + ": a command buffer exceeds 4 GiB");
  return llvm::Error::success();
}

static llvm::Error checkStage(const Stage &stage, llvm::StringRef where) {
  auto cannot = [&](const char *what) {
    return llvm::createStringError(where + ": cannot write " + what);
  };
  if (stage.isDynamic)
    return cannot("a stage with dynamic shapes");
  if (stage.coreCount != 1)
    return cannot("a stage for several cores");
  if (stage.ioSize != 0)
    return cannot("inputs and outputs outside of the context");
  if (stage.subNets.size() > 1 ||
      (stage.subNets.size() == 1 && (stage.subNets[0].mode != SubNetMode::Tpu ||
                                     stage.subNets[0].isDynamic)))
    return cannot("sub-nets other than a single static one");
  for (const std::vector<Tensor> *tensors : {&stage.inputs, &stage.outputs})
    for (const Tensor &tensor : *tensors)
      if (llvm::Error error = checkTensor(tensor, where))
        return error;
  for (const CommandGroup &group : stage.groups)
    if (llvm::Error error = checkGroup(group, where))
      return error;
  return llvm::Error::success();
}

static llvm::Error check(const Model &model) {
  if (model.chip.empty())
    return llvm::createStringError("a bmodel needs the name of its chip");
  if (model.deviceCount != 1)
    return llvm::createStringError("cannot write a model for several devices");
  if (!model.kernelModule.empty())
    return llvm::createStringError("cannot write the embedded firmware '" +
                                   model.kernelModule + "'");
  for (const Composite &composite : model.composites)
    for (const CompositeStage &stage : composite.stages)
      for (const std::vector<Declared> *tensors :
           {&stage.inputs, &stage.outputs})
        for (const Declared &tensor : *tensors)
          for (int64_t size : tensor.shape)
            if (size < -1)
              return llvm::createStringError(
                  llvm::formatv("model '{0}': tensor '{1}' has the size {2}",
                                composite.name, tensor.name, size));
  llvm::StringSet<> names;
  for (const Net &net : model.nets) {
    if (!names.insert(net.name).second)
      return llvm::createStringError("two networks have the name '" + net.name +
                                     "'");
    if (net.addressMode != 0)
      return llvm::createStringError(
          llvm::formatv("network '{0}': cannot write address mode {1}",
                        net.name, net.addressMode));
    for (size_t i = 0; i < net.stages.size(); ++i)
      if (llvm::Error error = checkStage(
              net.stages[i],
              llvm::formatv("network '{0}', stage {1}", net.name, i).str()))
        return error;
  }
  return llvm::Error::success();
}

llvm::Expected<std::vector<uint8_t>>
tpu_mlir::bmodel::write(const Model &model) {
  if (llvm::Error error = check(model))
    return std::move(error);
  return FileWriter().write(model);
}

llvm::Error tpu_mlir::bmodel::writeFile(const Model &model,
                                        llvm::StringRef path) {
  llvm::Expected<std::vector<uint8_t>> bytes = write(model);
  if (!bytes)
    return bytes.takeError();
  auto failed = [&](std::error_code code) {
    return llvm::createStringError(code, path + ": " + code.message());
  };
  // Not llvm::sys::fs::TempFile: it takes over the process's signal handlers,
  // and this one may be a Python interpreter.
  int descriptor;
  llvm::SmallString<128> temporary;
  if (std::error_code code = llvm::sys::fs::createUniqueFile(
          path + ".%%%%%%", descriptor, temporary))
    return failed(code);
  llvm::FileRemover remover(temporary);
  llvm::raw_fd_ostream stream(descriptor, /*shouldClose=*/true);
  stream.write(reinterpret_cast<const char *>(bytes->data()), bytes->size());
  stream.close();
  if (std::error_code code = stream.error()) {
    stream.clear_error();
    return failed(code);
  }
  if (std::error_code code = llvm::sys::fs::rename(temporary, path))
    return failed(code);
  remover.releaseFile();
  return llvm::Error::success();
}

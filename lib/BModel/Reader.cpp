//===- Reader.cpp - From the bytes of a bmodel file to a Model ------------===//
//
// Nothing in the file is trusted: the tables pass FlatBuffers' verifier first,
// every extent is compared with the file, every count with what it counts, and
// a budget bounds what small tables that refer to one another can expand to.
//
//===----------------------------------------------------------------------===//
#include "lib/BModel/Reader.h"

#include "lib/BModel/Header.h"
#include "lib/BModel/bmodel_generated.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cstring>

using namespace tpu_mlir;
using namespace tpu_mlir::bmodel;

namespace {

/// No command is shorter than this (SYSID, sDMA_sys: 128 bits).
constexpr uint64_t smallestCommand = 16;

/// How often the tables' own size their text and shapes may be copied. Tables
/// of a real file repeat a name once for the stage and once for its sub-net.
constexpr uint64_t allowedExpansion = 16;

/// How often the file's own size its command streams and tensor tables may
/// amount to; stages that share them are rare, but the writer stores equal ones
/// once.
constexpr uint64_t allowedSharing = 4;

class FileReader {
public:
  FileReader(Bytes file, llvm::StringRef fileName)
      : file(std::move(file)), fileName(fileName) {}

  llvm::Expected<Model> read();

private:
  template <typename... Values>
  llvm::Error fail(const char *format, Values &&...values) const {
    std::string text =
        llvm::formatv(format, std::forward<Values>(values)...).str();
    return llvm::createStringError(fileName + ": " + text);
  }
  llvm::Error checkHeader();
  llvm::Error spend(uint64_t bytes);
  llvm::Error readText(const flatbuffers::String *text, std::string &out);
  llvm::Error readBlob(const wire::Binary *binary, llvm::StringRef what,
                       Bytes &out) const;
  llvm::Error readDecoded(const wire::Binary *binary, llvm::StringRef what,
                          Bytes &out);
  llvm::Error readTensor(const wire::Tensor &tensor, Tensor &out);
  using Tensors = flatbuffers::Vector<flatbuffers::Offset<wire::Tensor>>;
  llvm::Error readTensors(const Tensors *tensors, std::vector<Tensor> &out);
  using Groups = flatbuffers::Vector<flatbuffers::Offset<wire::CmdGroup>>;
  llvm::Error readGroups(const Groups *groups, std::vector<CommandGroup> &out);
  llvm::Error readSubNets(const wire::NetParameter &stage, Stage &out);
  llvm::Error readStage(const wire::NetParameter &stage, Stage &out);
  llvm::Error readNet(const wire::Net &net, Net &out);
  using AllDeclared = flatbuffers::Vector<flatbuffers::Offset<wire::Declared>>;
  llvm::Error readDeclared(const AllDeclared &declared,
                           std::vector<Declared> &out);
  llvm::Error readPart(const wire::Part &part, const Model &model, Part &out);
  llvm::Error readComposite(const wire::Composite &composite,
                            const Model &model, Composite &out);

  Bytes file;
  llvm::StringRef fileName;
  std::string where; // "network 'resnet', stage 0"
  size_t blobStart = 0;
  uint64_t budget = 0;     // of text and shapes
  uint64_t blobBudget = 0; // of blobs that someone will decode
};

} // namespace

llvm::Error FileReader::checkHeader() {
  if (file.size() < Header::byteSize)
    return fail("truncated: a bmodel begins with a header of {0} bytes, the "
                "file has {1}",
                Header::byteSize, file.size());
  Header header;
  std::memcpy(&header, file.data(), sizeof header);
  if (header.magic != Header::expectedMagic)
    return fail("not a bmodel: begins with {0:x8}, expected {1:x8}",
                header.magic, Header::expectedMagic);
  if (header.headerSize != Header::byteSize)
    return fail("damaged: header promises to be {0} bytes long, expected {1}",
                header.headerSize, Header::byteSize);
  uint64_t rest = file.size() - Header::byteSize;
  if (header.tableSize > rest)
    return fail("truncated: header promises {0} bytes of flatbuffer, file has "
                "{1}",
                header.tableSize, rest);
  if (header.tableSize >= FLATBUFFERS_MAX_BUFFER_SIZE)
    return fail("damaged: header promises {0} bytes of flatbuffer, more than "
                "a flatbuffer can have",
                header.tableSize);
  blobStart = Header::byteSize + header.tableSize;
  blobBudget = allowedSharing * file.size();
  budget = allowedExpansion * (header.tableSize + uint64_t(1024));
  flatbuffers::Verifier verifier(file.data() + Header::byteSize,
                                 header.tableSize);
  if (!wire::VerifyModelBuffer(verifier))
    return fail("damaged: its {0} bytes of tables contradict themselves",
                header.tableSize);
  return llvm::Error::success();
}

llvm::Error FileReader::spend(uint64_t bytes) {
  if (bytes > budget)
    return fail("damaged: its tables repeat the same parts too often");
  budget -= bytes;
  return llvm::Error::success();
}

llvm::Error FileReader::readText(const flatbuffers::String *text,
                                 std::string &out) {
  if (!text)
    return llvm::Error::success();
  if (llvm::Error error = spend(text->size()))
    return error;
  // What reads the model may rely on UTF-8, here as everywhere.
  out = llvm::json::fixUTF8(text->string_view());
  return llvm::Error::success();
}

llvm::Error FileReader::readBlob(const wire::Binary *binary,
                                 llvm::StringRef what, Bytes &out) const {
  if (!binary || binary->size() == 0)
    return llvm::Error::success();
  uint64_t blobSize = file.size() - blobStart;
  if (binary->start() > blobSize || binary->size() > blobSize - binary->start())
    return fail("truncated: {0}: {1} should be {2} bytes from byte {3} of a "
                "blob that has {4}",
                where, what, binary->size(), binary->start(), blobSize);
  out = file.slice(blobStart + binary->start(), binary->size());
  return llvm::Error::success();
}

/// A blob whose contents become values: commands, records.
llvm::Error FileReader::readDecoded(const wire::Binary *binary,
                                    llvm::StringRef what, Bytes &out) {
  if (llvm::Error error = readBlob(binary, what, out))
    return error;
  if (out.size() > blobBudget)
    return fail("damaged: {0}: too many stages and groups share {1}", where,
                what);
  blobBudget -= out.size();
  return llvm::Error::success();
}

llvm::Error FileReader::readTensor(const wire::Tensor &tensor, Tensor &out) {
  if (llvm::Error error = spend(sizeof(Tensor)))
    return error;
  if (llvm::Error error = readText(tensor.name(), out.name))
    return error;
  std::optional<DataType> type = toDataType(tensor.data_type());
  if (!type)
    return fail("damaged: {0}: tensor '{1}' has the unknown data type {2}",
                where, out.name, tensor.data_type());
  out.dataType = *type;
  out.address = tensor.device_addr();
  out.size = tensor.size();
  out.scale = tensor.scale();
  out.zeroPoint = tensor.zero_point();
  // A tensor may list the shapes of all stages; its own is the first.
  if (!tensor.shape() || tensor.shape()->size() == 0 ||
      !tensor.shape()->Get(0)->dim())
    return llvm::Error::success();
  const auto *dims = tensor.shape()->Get(0)->dim();
  if (dims->size() > maxRank)
    return fail("damaged: {0}: tensor '{1}' has {2} dimensions, at most {3} "
                "are possible",
                where, out.name, dims->size(), maxRank);
  // FlatBuffers verifies how a vector's length is aligned, not its elements.
  for (size_t i = 0; i < dims->size(); ++i)
    out.shape.push_back(static_cast<int64_t>(
        llvm::support::endian::read64le(dims->Data() + i * sizeof(uint64_t))));
  if (!dataSize(out))
    return fail("damaged: {0}: tensor '{1}' has a shape that no memory holds",
                where, out.name);
  return llvm::Error::success();
}

llvm::Error FileReader::readTensors(const Tensors *tensors,
                                    std::vector<Tensor> &out) {
  if (!tensors)
    return llvm::Error::success();
  for (const wire::Tensor *tensor : *tensors)
    if (llvm::Error error = readTensor(*tensor, out.emplace_back()))
      return error;
  return llvm::Error::success();
}

llvm::Error FileReader::readGroups(const Groups *groups,
                                   std::vector<CommandGroup> &out) {
  if (!groups)
    return llvm::Error::success();
  for (const wire::CmdGroup *group : *groups) {
    if (llvm::Error error = spend(sizeof(CommandGroup)))
      return error;
    CommandGroup &read = out.emplace_back();
    read.tiuCount = group->bdc_num();
    read.gdmaCount = group->gdma_num();
    if (llvm::Error error =
            readDecoded(group->binary_bdc(), "the TIU commands", read.tiu))
      return error;
    if (llvm::Error error =
            readDecoded(group->binary_gdma(), "the GDMA commands", read.gdma))
      return error;
    auto check = [&](const char *engine, uint64_t count,
                     uint64_t bytes) -> llvm::Error {
      if (count <= bytes / smallestCommand)
        return llvm::Error::success();
      return fail("damaged: {0}: {1} commands of {2} promised, {3} bytes hold "
                  "at most {4}",
                  where, count, engine, bytes, bytes / smallestCommand);
    };
    if (llvm::Error error = check("TIU", read.tiuCount, read.tiu.size()))
      return error;
    if (llvm::Error error = check("GDMA", read.gdmaCount, read.gdma.size()))
      return error;
  }
  return llvm::Error::success();
}

/// The stage's own groups repeat those of its only sub-net; with several
/// sub-nets (or cores) each has its own and the stage lists none.
llvm::Error FileReader::readSubNets(const wire::NetParameter &stage,
                                    Stage &out) {
  if (!stage.sub_net())
    return llvm::Error::success();
  bool single = stage.sub_net()->size() == 1 && !out.groups.empty();
  for (const wire::SubNet *subNet : *stage.sub_net()) {
    if (llvm::Error error = spend(sizeof(SubNet)))
      return error;
    SubNet read;
    read.id = subNet->id();
    if (subNet->subnet_mode() < 0 || subNet->subnet_mode() > 3)
      return fail("damaged: {0}: sub-net {1} has the unknown mode {2}", where,
                  read.id, subNet->subnet_mode());
    read.mode = static_cast<SubNetMode>(subNet->subnet_mode());
    read.isDynamic = subNet->is_dynamic() != 0;
    read.firstGroup = single ? 0 : out.groups.size();
    if (!single) {
      if (llvm::Error error = readGroups(subNet->cmd_group(), out.groups))
        return error;
      if (const auto *cores = subNet->core_commands())
        for (const wire::CoreCommands *core : *cores)
          if (llvm::Error error =
                  readGroups(core->gdma_tiu_commands(), out.groups))
            return error;
    }
    read.groupCount = out.groups.size() - read.firstGroup;
    out.subNets.push_back(read);
  }
  return llvm::Error::success();
}

llvm::Error FileReader::readStage(const wire::NetParameter &stage, Stage &out) {
  if (llvm::Error error = spend(sizeof(Stage)))
    return error;
  if (llvm::Error error = readTensors(stage.input_tensor(), out.inputs))
    return error;
  if (llvm::Error error = readTensors(stage.output_tensor(), out.outputs))
    return error;
  out.ctxAddress = stage.ctx_addr();
  out.ctxSize = stage.ctx_size();
  out.ioAddress = stage.io_addr();
  out.ioSize = stage.io_size();
  out.isDynamic = stage.is_dynamic() != 0;
  out.coreCount = std::max<uint32_t>(1, stage.core_num());
  if (const wire::CoeffMem *coeff = stage.coeff_mem()) {
    out.coeffAddress = coeff->address();
    if (coeff->encrypt_mode() != 0)
      return fail("{0}: the coefficients are encrypted", where);
    if (llvm::Error error =
            readBlob(coeff->binary_coeff(), "the coefficients", out.coeff))
      return error;
  }
  if (llvm::Error error = readDecoded(stage.tensor_loc(), "the tensor table",
                                      out.tensorLocations))
    return error;
  if (llvm::Error error = readGroups(stage.cmd_group(), out.groups))
    return error;
  return readSubNets(stage, out);
}

llvm::Error FileReader::readNet(const wire::Net &net, Net &out) {
  if (llvm::Error error = spend(sizeof(Net)))
    return error;
  if (llvm::Error error = readText(net.name(), out.name))
    return error;
  out.addressMode = net.addr_mode();
  if (!net.parameter())
    return llvm::Error::success();
  for (const wire::NetParameter *stage : *net.parameter()) {
    where =
        llvm::formatv("network '{0}', stage {1}", out.name, out.stages.size());
    if (llvm::Error error = readStage(*stage, out.stages.emplace_back()))
      return error;
  }
  return llvm::Error::success();
}

llvm::Error FileReader::readDeclared(const AllDeclared &declared,
                                     std::vector<Declared> &out) {
  for (const wire::Declared *each : declared) {
    if (llvm::Error error = spend(sizeof(Declared)))
      return error;
    Declared &read = out.emplace_back();
    if (llvm::Error error = readText(each->name(), read.name))
      return error;
    read.elementType = each->element_type();
    if (!each->dim())
      continue;
    if (llvm::Error error = spend(each->dim()->size() * sizeof(int64_t)))
      return error;
    for (size_t i = 0; i < each->dim()->size(); ++i) {
      auto size = static_cast<int64_t>(llvm::support::endian::read64le(
          each->dim()->Data() + i * sizeof(int64_t)));
      if (size < -1)
        return fail("damaged: {0}: tensor '{1}' has the size {2}", where,
                    read.name, size);
      read.shape.push_back(size);
    }
  }
  return llvm::Error::success();
}

llvm::Error FileReader::readPart(const wire::Part &part, const Model &model,
                                 Part &out) {
  if (llvm::Error error = spend(sizeof(Part)))
    return error;
  if (llvm::Error error = readText(part.net(), out.net))
    return error;
  out.stage = part.stage();
  if (llvm::Error error =
          readDecoded(part.host(), "a model for the host", out.host))
    return error;
  if (!out.host.empty())
    return llvm::Error::success();
  for (const Net &net : model.nets)
    if (net.name == out.net && out.stage < net.stages.size())
      return llvm::Error::success();
  return fail("damaged: {0}: its part is stage {1} of network '{2}', which is "
              "not there",
              where, out.stage, out.net);
}

llvm::Error FileReader::readComposite(const wire::Composite &composite,
                                      const Model &model, Composite &out) {
  if (llvm::Error error = spend(sizeof(Composite)))
    return error;
  if (llvm::Error error = readText(composite.name(), out.name))
    return error;
  for (const wire::CompositeStage *stage : *composite.stage()) {
    where =
        llvm::formatv("model '{0}', stage {1}", out.name, out.stages.size());
    if (llvm::Error error = spend(sizeof(CompositeStage)))
      return error;
    CompositeStage &read = out.stages.emplace_back();
    if (llvm::Error error = readDeclared(*stage->input(), read.inputs))
      return error;
    if (llvm::Error error = readDeclared(*stage->output(), read.outputs))
      return error;
    for (const wire::Part *part : *stage->part())
      if (llvm::Error error = readPart(*part, model, read.parts.emplace_back()))
        return error;
  }
  return llvm::Error::success();
}

llvm::Expected<Model> FileReader::read() {
  if (llvm::Error error = checkHeader())
    return std::move(error);
  const wire::Model &tables = *wire::GetModel(file.data() + Header::byteSize);
  Model model;
  std::pair<const flatbuffers::String *, std::string *> texts[] = {
      {tables.chip(), &model.chip},
      {tables.version(), &model.version},
      {tables.time(), &model.time},
      {tables.kernel_module() ? tables.kernel_module()->file_name() : nullptr,
       &model.kernelModule}};
  for (auto [text, out] : texts)
    if (llvm::Error error = readText(text, *out))
      return std::move(error);
  model.deviceCount = std::max<uint32_t>(1, tables.device_num());
  for (const wire::Net *net : *tables.net())
    if (llvm::Error error = readNet(*net, model.nets.emplace_back()))
      return std::move(error);
  if (const auto *composites = tables.composite())
    for (const wire::Composite *composite : *composites)
      if (llvm::Error error =
              readComposite(*composite, model, model.composites.emplace_back()))
        return std::move(error);
  return model;
}

llvm::Expected<Model> tpu_mlir::bmodel::read(Bytes file,
                                             llvm::StringRef fileName) {
  // The tables are read in place, and their widest field is 8 bytes.
  if (reinterpret_cast<uintptr_t>(file.data()) % alignof(uint64_t) != 0)
    file = Bytes(file.get().vec());
  return FileReader(std::move(file), fileName).read();
}

llvm::Expected<Model> tpu_mlir::bmodel::readFile(llvm::StringRef path) {
  // "Volatile" reads instead of mapping: a mapped file that another process
  // shortens would end this one.
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false,
                                            /*IsVolatile=*/true);
  if (std::error_code code = buffer.getError())
    return llvm::createStringError(code, path + ": " + code.message());
  std::shared_ptr<llvm::MemoryBuffer> owner = std::move(*buffer);
  llvm::ArrayRef<uint8_t> view(
      reinterpret_cast<const uint8_t *>(owner->getBufferStart()),
      owner->getBufferSize());
  return read(Bytes(owner, view), path);
}

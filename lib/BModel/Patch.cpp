//===- Patch.cpp - A bmodel file with other commands ----------------------===//
#include "lib/BModel/Patch.h"

#include "lib/BModel/Header.h"
#include "lib/BModel/Reader.h"
#include "lib/BModel/bmodel_generated.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

#include <cstring>

using namespace tpu_mlir;
using namespace tpu_mlir::bmodel;

namespace {

constexpr size_t blobAlignment = 128; // as the writer's

using Groups = flatbuffers::Vector<flatbuffers::Offset<wire::CmdGroup>>;

class Patcher {
public:
  Patcher(llvm::ArrayRef<uint8_t> file, llvm::StringRef fileName);

  llvm::Error replace(const NewCommands &replacement);
  std::vector<uint8_t> finish();

private:
  llvm::ArrayRef<uint8_t> bytesOf(const wire::Binary *binary) const;
  bool put(wire::Binary *binary, llvm::ArrayRef<uint8_t> bytes);
  bool put(wire::CmdGroup &group, const CommandGroup &commands);

  llvm::StringRef fileName;
  std::vector<uint64_t> tables; // header and tables, aligned as they need it
  std::vector<uint8_t> blob;
  std::vector<wire::Binary> added; // to the blob
  Header header;
  wire::Model *model;
};

} // namespace

Patcher::Patcher(llvm::ArrayRef<uint8_t> file, llvm::StringRef fileName)
    : fileName(fileName) {
  std::memcpy(&header, file.data(), sizeof header);
  size_t blobStart = Header::byteSize + header.tableSize;
  tables.resize(llvm::divideCeil(blobStart, sizeof(uint64_t)));
  std::memcpy(tables.data(), file.data(), blobStart);
  llvm::ArrayRef<uint8_t> rest = file.drop_front(blobStart);
  blob.assign(rest.begin(), rest.end());
  model = wire::GetMutableModel(tables.data() + Header::byteSize / 8);
}

/// Nothing for an extent outside the blob: the reader does not look at those of
/// a sub-net whose groups the stage repeats.
llvm::ArrayRef<uint8_t> Patcher::bytesOf(const wire::Binary *binary) const {
  if (!binary || binary->start() > blob.size() ||
      binary->size() > blob.size() - binary->start())
    return {};
  return llvm::ArrayRef(blob).slice(binary->start(), binary->size());
}

/// Lets the table refer to these bytes, at the end of the blob unless it holds
/// them already.
bool Patcher::put(wire::Binary *binary, llvm::ArrayRef<uint8_t> bytes) {
  if (bytesOf(binary) == bytes)
    return true;
  if (!binary)
    return false;
  auto stored = llvm::find_if(
      added, [&](const wire::Binary &each) { return bytesOf(&each) == bytes; });
  if (stored == added.end()) {
    blob.resize(llvm::alignTo(blob.size(), blobAlignment));
    stored = added.insert(stored, wire::Binary(blob.size(), bytes.size()));
    blob.insert(blob.end(), bytes.begin(), bytes.end());
  }
  *binary = *stored;
  return true;
}

bool Patcher::put(wire::CmdGroup &group, const CommandGroup &commands) {
  // The sizes may be absent from the tables, which then say nothing wrong.
  if (group.bdc_cmd_byte() == bytesOf(group.binary_bdc()).size())
    group.mutate_bdc_cmd_byte(commands.tiu.size());
  if (group.gdma_cmd_byte() == bytesOf(group.binary_gdma()).size())
    group.mutate_gdma_cmd_byte(commands.gdma.size());
  return put(group.mutable_binary_bdc(), commands.tiu) &&
         put(group.mutable_binary_gdma(), commands.gdma) &&
         group.mutate_bdc_num(commands.tiuCount) &&
         group.mutate_gdma_num(commands.gdmaCount);
}

llvm::Error Patcher::replace(const NewCommands &replacement) {
  wire::NetParameter *stage = model->mutable_net()
                                  ->GetMutableObject(replacement.net)
                                  ->mutable_parameter()
                                  ->GetMutableObject(replacement.stage);
  // In the reader's order: the stage's groups, which its only sub-net repeats,
  // or those of each sub-net and core.
  llvm::SmallVector<std::pair<Groups *, size_t>> lists; // first group of each
  size_t count = 0;
  auto add = [&](Groups *groups) {
    if (groups)
      lists.push_back({groups, count});
    count += groups ? groups->size() : 0;
  };
  add(stage->mutable_cmd_group());
  if (auto *subNets = stage->mutable_sub_net()) {
    bool repeats = subNets->size() == 1 && count > 0;
    for (size_t i = 0; i < subNets->size(); ++i) {
      wire::SubNet *subNet = subNets->GetMutableObject(i);
      if (repeats)
        count = 0;
      add(subNet->mutable_cmd_group());
      auto *cores = repeats ? nullptr : subNet->mutable_core_commands();
      for (size_t core = 0; cores && core < cores->size(); ++core)
        add(cores->GetMutableObject(core)->mutable_gdma_tiu_commands());
    }
  }
  for (auto [groups, first] : lists) {
    if (replacement.group < first ||
        replacement.group - first >= groups->size())
      continue;
    wire::CmdGroup *group = groups->GetMutableObject(replacement.group - first);
    if (!put(*group, replacement.commands))
      return llvm::createStringError(
          fileName +
          llvm::formatv(": network {0}, stage {1}, group {2}: an engine that "
                        "has no commands there cannot be given any",
                        replacement.net, replacement.stage, replacement.group)
              .str());
  }
  return llvm::Error::success();
}

std::vector<uint8_t> Patcher::finish() {
  header.blobSize = uint32_t(blob.size());
  std::memcpy(tables.data(), &header, sizeof header);
  const auto *begin = reinterpret_cast<const uint8_t *>(tables.data());
  std::vector<uint8_t> file(begin, begin + Header::byteSize + header.tableSize);
  file.insert(file.end(), blob.begin(), blob.end());
  return file;
}

llvm::Expected<std::vector<uint8_t>>
tpu_mlir::bmodel::replaceCommands(Bytes file, llvm::StringRef fileName,
                                  llvm::ArrayRef<NewCommands> replacements) {
  llvm::Expected<Model> model = read(file, fileName); // checks every extent
  if (!model)
    return model.takeError();
  Patcher patcher(file, fileName);
  for (const NewCommands &replacement : replacements)
    if (llvm::Error error = patcher.replace(replacement))
      return std::move(error);
  return patcher.finish();
}

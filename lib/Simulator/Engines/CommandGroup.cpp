//===- CommandGroup.cpp - Two decoded command streams ---------------------===//
#include "lib/Simulator/Engines/CommandGroup.h"

#include "lib/Simulator/Execute.h"
#include "lib/Simulator/Refuse.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;

llvm::StringRef tpu_mlir::sim::engineName(isa::Engine engine) {
  return engine == isa::Engine::Tiu ? "TIU" : "GDMA";
}

bool tpu_mlir::sim::isEnd(const isa::Instruction &instruction) {
  if (auto *system = std::get_if<isa::TiuSystem>(&instruction))
    return system->function() == isa::TiuSystemOp::End;
  if (auto *system = std::get_if<isa::GdmaSystem>(&instruction))
    return system->function() == isa::GdmaSystemOp::End;
  return false;
}

static llvm::Expected<std::vector<isa::Instruction>>
decodeStream(isa::Engine engine, llvm::ArrayRef<uint8_t> bytes, uint64_t most) {
  std::vector<isa::Instruction> commands;
  llvm::StringRef name = engineName(engine);
  if (bytes.empty())
    return commands;
  for (size_t at = 0; at < bytes.size();) {
    llvm::Expected<isa::Decoded> decoded =
        isa::decode(engine, bytes.drop_front(at));
    size_t id = commands.size() + 1;
    if (id > most)
      return refuse(llvm::formatv("{0} command {1} is one more than the limit "
                                  "of commands allows",
                                  name, id));
    if (!decoded)
      return refuse(llvm::formatv("{0} command {1}, at byte {2}: {3}", name, id,
                                  at, llvm::toString(decoded.takeError())));
    if (llvm::Error error = checkForm(*decoded))
      return refuse(llvm::formatv("{0} command {1}, at byte {2}: {3}", name, id,
                                  at, llvm::toString(std::move(error))));
    uint32_t given = isa::commandId(decoded->instruction);
    if (given != id && given != 0)
      return refuse(llvm::formatv("{0} command {1}, at byte {2}, has cmd_id "
                                  "{3}; ids must count from 1",
                                  name, id, at, given));
    at += decoded->size;
    commands.push_back(decoded->instruction);
    if (!isEnd(commands.back()))
      continue;
    if (llvm::any_of(bytes.drop_front(at), [](uint8_t b) { return b != 0; }))
      return refuse(llvm::formatv(
          "the {0} stream goes on behind its end command {1}", name, id));
    return commands;
  }
  return refuse(llvm::formatv("the {0} stream has no end command", name));
}

static llvm::Error checkDependencies(const CommandGroup &group,
                                     isa::Engine engine) {
  isa::Engine other = otherEngine(engine);
  size_t available = group.of(other).size();
  for (auto [index, command] : llvm::enumerate(group.of(engine)))
    if (isa::dependency(command) > available)
      return refuse(llvm::formatv(
          "{0} command {1} ({2}) waits for {3} command {4}, but that stream "
          "ends with command {5}",
          engineName(engine), index + 1, isa::mnemonic(command),
          engineName(other), isa::dependency(command), available));
  return llvm::Error::success();
}

llvm::Expected<CommandGroup> CommandGroup::decode(llvm::ArrayRef<uint8_t> tiu,
                                                  llvm::ArrayRef<uint8_t> gdma,
                                                  uint64_t most) {
  llvm::Expected<std::vector<isa::Instruction>> first =
      decodeStream(isa::Engine::Tiu, tiu, most);
  if (!first)
    return first.takeError();
  llvm::Expected<std::vector<isa::Instruction>> second =
      decodeStream(isa::Engine::Gdma, gdma, most - first->size());
  if (!second)
    return second.takeError();
  CommandGroup group{std::move(*first), std::move(*second)};
  for (isa::Engine engine : {isa::Engine::Tiu, isa::Engine::Gdma})
    if (llvm::Error error = checkDependencies(group, engine))
      return std::move(error);
  return group;
}

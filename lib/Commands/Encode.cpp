//===- Encode.cpp - From commands to the bytes of two streams
//--------------===//
#include "lib/Commands/Encode.h"

#include "lib/Commands/Dependencies.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace tpu_mlir;

static constexpr size_t kStreamAlignment = 128; // bytes; reference/bmodel.md

/// Lets the ids count; instructions of one lane have none.
template <typename InstructionT>
static auto setEnable(InstructionT &i, int) -> decltype(i.cmd_id_en, void()) {
  i.cmd_id_en = 1;
}
template <typename InstructionT> static void setEnable(InstructionT &, long) {}

template <typename InstructionT>
static LogicalResult encodeOne(const InstructionT &instruction,
                               Location location, std::vector<uint8_t> &bytes) {
  bool isLong = InstructionT::hasLong && (isa::movesInLongForm<InstructionT> ||
                                          !instruction.fitsShort());
  isa::Form form =
      InstructionT::hasShort && !isLong ? isa::Form::Short : isa::Form::Long;
  llvm::StringRef misfit = instruction.misfit(form);
  if (!misfit.empty())
    return emitError(location)
           << "a value is too large for the field " << misfit
           << " of the command " << instruction.mnemonic();
  size_t start = bytes.size();
  bytes.resize(start + InstructionT::size(form));
  instruction.encode(form,
                     llvm::MutableArrayRef<uint8_t>(bytes).drop_front(start));
  return success();
}

FailureOr<bmodel::CommandGroup>
tpu_mlir::encodeProgram(std::vector<Command> commands, const Chip &chip,
                        Location network) {
  std::vector<CommandOrder> order = orderCommands(commands);
  uint32_t counts[2] = {0, 0};
  std::vector<uint8_t> streams[2];
  auto add = [&](isa::Instruction instruction, isa::Engine engine,
                 uint32_t waitsFor, Location location) -> LogicalResult {
    uint32_t id = ++counts[unsigned(engine)];
    if (id > chip.maxCommandId)
      return emitError(location)
             << "the network needs more than " << chip.maxCommandId
             << " commands of one engine; cut it into several networks";
    isa::setCommandIds(instruction, id, waitsFor);
    return std::visit(
        [&](auto &typed) {
          setEnable(typed, 0);
          return encodeOne(typed, location, streams[unsigned(engine)]);
        },
        instruction);
  };
  for (auto [command, place] : llvm::zip(commands, order))
    if (failed(add(command.instruction, place.engine, place.waitsFor,
                   command.location)))
      return failure();
  Location end = commands.empty() ? network : commands.back().location;
  for (const isa::Instruction &last : isa::endCommands())
    if (failed(add(last, isa::engineOf(last), 0, end)))
      return failure();
  for (std::vector<uint8_t> &stream : streams)
    stream.resize(llvm::alignTo(stream.size(), kStreamAlignment));
  return bmodel::CommandGroup{counts[0], counts[1], std::move(streams[0]),
                              std::move(streams[1])};
}

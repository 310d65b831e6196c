//===- NativeEncode.cpp - tpu_mlir._native.isa.encode: fields to bytes
//-----===//
#include "lib/Isa/Instructions.h"
#include "python/bindings/Native.h"

namespace py = pybind11;
using namespace tpu_mlir;

static llvm::Error refuse(const llvm::Twine &text) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), text);
}

static isa::Form formNamed(const std::string &name) {
  if (name != "long" && name != "short")
    throw py::value_error("expected form 'long' or 'short', but found '" +
                          name + "'");
  return name == "long" ? isa::Form::Long : isa::Form::Short;
}

/// An instruction by its struct's name, all fields zero.
template <size_t Index = 0>
static llvm::Expected<isa::Instruction> instructionNamed(llvm::StringRef name) {
  if constexpr (Index == std::variant_size_v<isa::Instruction>)
    return refuse("there is no instruction '" + name + "'");
  else if (std::variant_alternative_t<Index, isa::Instruction>::name == name)
    return isa::Instruction(std::in_place_index<Index>);
  else
    return instructionNamed<Index + 1>(name);
}

template <typename Instruction>
static py::bytes encodeAs(Instruction instruction, isa::Form form,
                          const py::dict &fields) {
  if (form == isa::Form::Short ? !Instruction::hasShort : !Instruction::hasLong)
    python::raise("CommandError",
                  refuse(Instruction::name + " does not have this form"));
  size_t used = 0;
  Instruction::forEachField(instruction, [&](const char *name, auto &member) {
    if (!fields.contains(name))
      return;
    ++used;
    member = std::decay_t<decltype(member)>(py::int_(fields[name]));
  });
  if (used != fields.size())
    for (auto [key, value] : fields) {
      std::string name = py::str(key);
      bool known = false;
      Instruction::forEachField(instruction, [&](const char *other, auto &) {
        known |= name == other;
      });
      if (!known)
        python::raise("CommandError",
                      refuse(Instruction::name + " has no field " + name));
    }
  if (llvm::StringRef misfit = instruction.misfit(form); !misfit.empty())
    python::raise("CommandError", refuse(Instruction::name + ": the value of " +
                                         misfit + " is too large"));
  std::string bytes(Instruction::size(form), '\0');
  instruction.encode(form,
                     {reinterpret_cast<uint8_t *>(bytes.data()), bytes.size()});
  return py::bytes(bytes);
}

static py::bytes encode(const std::string &name, const std::string &form,
                        const py::dict &fields) {
  isa::Form which = formNamed(form);
  return std::visit(
      [&](const auto &held) { return encodeAs(held, which, fields); },
      python::unwrap("CommandError", instructionNamed(name)));
}

void python::bindEncode(py::module_ &module) {
  auto isaModule = module.attr("isa").cast<py::module_>();
  isaModule.def("encode", &encode, py::arg("name"), py::arg("form"),
                py::arg("fields"));
}

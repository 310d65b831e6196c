//===- NativeIsa.cpp - tpu_mlir._native.isa: commands as they are decoded -===//
#include "lib/Isa/Accesses.h"
#include "lib/Isa/Assemble.h"
#include "lib/Isa/Print.h"
#include "python/bindings/Native.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

#include <pybind11/stl.h>

namespace py = pybind11;
using namespace py::literals;
using namespace tpu_mlir;

namespace {
struct Command {
  isa::Engine engine;
  size_t offset; // bytes from the start of its stream
  isa::Decoded decoded;
  std::vector<isa::Stray> strays;
};
} // namespace

static isa::Engine toEngine(const std::string &text) {
  if (text == "tiu")
    return isa::Engine::Tiu;
  if (text == "gdma")
    return isa::Engine::Gdma;
  throw py::value_error("'" + text + "' is no engine; expected tiu or gdma");
}

static const char *nameOf(isa::Engine engine) {
  return engine == isa::Engine::Tiu ? "tiu" : "gdma";
}

static Command decodeAt(const std::string &engine, const py::buffer &stream,
                        size_t offset) {
  py::buffer_info info = stream.request();
  if (info.itemsize != 1 || info.ndim != 1 || info.strides[0] != 1)
    throw py::value_error("expected contiguous bytes");
  llvm::ArrayRef<uint8_t> bytes(static_cast<const uint8_t *>(info.ptr),
                                static_cast<size_t>(info.size));
  if (offset > bytes.size())
    throw py::index_error("the stream is shorter");
  llvm::Expected<isa::Decoded> decoded =
      isa::decode(toEngine(engine), bytes.drop_front(offset));
  if (!decoded)
    python::raise("CommandError",
                  llvm::createStringError(llvm::formatv(
                      "{0} command at byte {1}: {2}", engine, offset,
                      llvm::toString(decoded.takeError()))));
  std::vector<isa::Stray> strays =
      isa::strayBits(*decoded, bytes.drop_front(offset));
  return Command{toEngine(engine), offset, std::move(*decoded),
                 std::move(strays)};
}

static py::dict fieldsOf(const Command &command) {
  py::dict fields;
  std::visit(
      [&](const auto &instruction) {
        instruction.forEachField(
            instruction,
            [&](const char *name, auto value) { fields[name] = value; });
      },
      command.decoded.instruction);
  return fields;
}

static std::string textOf(const Command &command) {
  std::string text;
  llvm::raw_string_ostream os(text);
  isa::print(os, command.decoded, command.strays);
  return text;
}

static std::string jsonOf(const Command &command) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << llvm::json::Value(isa::toJson(command.decoded));
  return text;
}

static const char *nameOf(isa::Space space) {
  constexpr const char *names[] = {"local", "static", "l2", "global"};
  return names[static_cast<int>(space)];
}

/// (space, is a write, first byte, end, lanes as a bit mask) each.
static py::list accessesOf(const Command &command) {
  py::list all;
  for (const isa::Access &a : isa::accesses(command.decoded.instruction))
    all.append(py::make_tuple(nameOf(a.space), a.write, a.begin, a.end,
                              a.lanes.bits()));
  return all;
}

static py::bytes encodedAs(const Command &command, bool isShort) {
  isa::Form form = isShort ? isa::Form::Short : isa::Form::Long;
  return std::visit(
      [&](const auto &i) {
        if (!(isShort ? i.hasShort : i.hasLong))
          throw py::value_error(i.name.str() + " has no such form");
        if (llvm::StringRef field = i.misfit(form); !field.empty())
          throw py::value_error(field.str() + " does not fit the form");
        std::vector<uint8_t> bytes(i.size(form));
        i.encode(form, bytes);
        return py::bytes(reinterpret_cast<const char *>(bytes.data()),
                         bytes.size());
      },
      command.decoded.instruction);
}

/// (engine, id, bytes).
static py::tuple assembleLine(const std::string &line) {
  isa::Assembled made = python::unwrap("CommandError", isa::assemble(line));
  return py::make_tuple(
      nameOf(made.engine), made.id,
      py::bytes(reinterpret_cast<const char *>(made.bytes.data()),
                made.bytes.size()));
}

static std::string nameOf(const isa::Instruction &instruction) {
  return std::visit([](const auto &each) { return each.name.str(); },
                    instruction);
}

void tpu_mlir::python::bindIsa(py::module_ &module) {
  py::module_ m = module.def_submodule("isa", "BM1684X commands");
  py::class_<Command>(m, "Command")
      .def_property_readonly("engine",
                             [](const Command &c) { return nameOf(c.engine); })
      .def_readonly("offset", &Command::offset)
      .def_property_readonly("size",
                             [](const Command &c) { return c.decoded.size; })
      .def_property_readonly(
          "is_short",
          [](const Command &c) { return c.decoded.form == isa::Form::Short; })
      .def_property_readonly(
          "name",
          [](const Command &c) { return nameOf(c.decoded.instruction); })
      .def_property_readonly(
          "mnemonic",
          [](const Command &c) {
            return isa::mnemonic(c.decoded.instruction).str();
          })
      .def_property_readonly("id",
                             [](const Command &c) {
                               return isa::commandId(c.decoded.instruction);
                             })
      .def_property_readonly("waits_for",
                             [](const Command &c) {
                               return isa::dependency(c.decoded.instruction);
                             })
      .def_property_readonly("fields", fieldsOf)
      .def_property_readonly("text", textOf)
      .def_property_readonly("json", jsonOf)
      .def_property_readonly("accesses", accessesOf)
      .def_property_readonly(
          "fits_short",
          [](const Command &c) {
            return isa::shortestForm(c.decoded.instruction) == isa::Form::Short;
          })
      .def("encode", encodedAs, py::kw_only(), "is_short"_a);
  m.def(
      "assemble", assembleLine, "line"_a,
      "Engine, id and bytes of a command from its text. Raises CommandError.");
  m.def("decode", decodeAt, "engine"_a, "stream"_a, "offset"_a,
        "The command at that byte of a stream. Raises CommandError.");
}

//===- NativeIsa.cpp - tpu_mlir._native.isa: commands as they are decoded -===//
#include "lib/Isa/Print.h"
#include "python/bindings/Native.h"

#include "llvm/Support/FormatVariadic.h"

namespace py = pybind11;
using namespace py::literals;
using namespace tpu_mlir;

namespace {
struct Command {
  isa::Engine engine;
  size_t offset; // bytes from the start of its stream
  isa::Decoded decoded;
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
  return Command{toEngine(engine), offset, std::move(*decoded)};
}

static std::string textOf(const Command &command) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  isa::print(stream, command.decoded);
  return text;
}

static std::string jsonOf(const Command &command) {
  llvm::json::Object object = isa::toJson(command.decoded);
  return llvm::formatv("{0}", llvm::json::Value(std::move(object)));
}

void tpu_mlir::python::bindIsa(py::module_ &module) {
  py::module_ m = module.def_submodule("isa", "BM1684X commands");
  py::class_<Command>(m, "Command")
      .def_property_readonly("engine",
                             [](const Command &c) { return nameOf(c.engine); })
      .def_readonly("offset", &Command::offset)
      .def_property_readonly("size",
                             [](const Command &c) { return c.decoded.size; })
      .def_property_readonly("id",
                             [](const Command &c) {
                               return isa::commandId(c.decoded.instruction);
                             })
      .def_property_readonly("waits_for",
                             [](const Command &c) {
                               return isa::dependency(c.decoded.instruction);
                             })
      .def_property_readonly("text", textOf)
      .def_property_readonly("json", jsonOf);
  m.def("decode", decodeAt, "engine"_a, "stream"_a, "offset"_a,
        "The command at that byte of a stream. Raises CommandError.");
}

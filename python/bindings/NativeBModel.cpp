//===- NativeBModel.cpp - tpu_mlir._native.bmodel: the container ----------===//
#include "lib/BModel/Patch.h"
#include "lib/BModel/Reader.h"
#include "lib/BModel/TensorTable.h"
#include "lib/BModel/Writer.h"
#include "python/bindings/Native.h"
#include "python/bindings/Text.h"

#include <pybind11/stl.h>

namespace py = pybind11;
using namespace py::literals;
using namespace tpu_mlir;
using namespace tpu_mlir::bmodel;
using tpu_mlir::python::toText;

static DataType toDataType(const std::string &text) {
  std::optional<DataType> type = dataTypeNamed(text);
  if (!type)
    throw py::value_error("'" + text + "' is not an element type of a bmodel");
  return *type;
}

/// Python's own bytes, which never change, without a copy.
static Bytes shareBytes(const py::bytes &bytes) {
  std::string_view text = bytes;
  // Whoever lets go of them last may not hold the interpreter's lock.
  auto release = [](py::bytes *kept) {
    py::gil_scoped_acquire locked;
    delete kept;
  };
  return Bytes(std::shared_ptr<py::bytes>(new py::bytes(bytes), release),
               {reinterpret_cast<const uint8_t *>(text.data()), text.size()});
}

static Bytes toBytes(const py::buffer &buffer) {
  py::buffer_info info = buffer.request();
  if (info.itemsize != 1 || info.ndim != 1 || info.strides[0] != 1)
    throw py::value_error("expected contiguous bytes");
  const auto *begin = static_cast<const uint8_t *>(info.ptr);
  return Bytes(std::vector<uint8_t>(begin, begin + info.size));
}

static py::memoryview toView(const Bytes &bytes) {
  return py::memoryview(py::cast(bytes));
}

static const char *toText(SubNetMode mode) {
  constexpr const char *names[] = {"tpu", "cpu", "merge", "switch"};
  return names[static_cast<int>(mode)];
}

static void bindTensors(py::module_ &m) {
  py::class_<Bytes>(m, "Bytes", py::buffer_protocol())
      .def_buffer([](const Bytes &bytes) {
        return py::buffer_info(const_cast<uint8_t *>(bytes.data()),
                               static_cast<py::ssize_t>(bytes.size()),
                               /*readonly=*/true);
      });
  py::class_<Tensor>(m, "Tensor")
      .def(py::init([](std::string name, const std::string &dataType,
                       std::vector<int64_t> shape, uint64_t address,
                       uint64_t size, float scale, int32_t zeroPoint) {
             return Tensor{std::move(name),  toDataType(dataType),
                           address,          size,
                           std::move(shape), scale,
                           zeroPoint};
           }),
           py::kw_only(), "name"_a, "data_type"_a, "shape"_a, "address"_a,
           "size"_a, "scale"_a = 1.0f, "zero_point"_a = 0)
      .def_property_readonly("name",
                             [](const Tensor &t) { return toText(t.name); })
      .def_property_readonly(
          "data_type", [](const Tensor &t) { return name(t.dataType).str(); })
      .def_readonly("shape", &Tensor::shape)
      .def_readonly("address", &Tensor::address)
      .def_readonly("size", &Tensor::size)
      .def_readonly("scale", &Tensor::scale)
      .def_readonly("zero_point", &Tensor::zeroPoint);
  py::class_<TensorRecord>(m, "TensorRecord")
      .def(py::init([](Tensor tensor, uint32_t complete, uint32_t overwritten,
                       uint32_t group, std::vector<int64_t> order) {
             return TensorRecord{std::move(tensor), group, complete,
                                 overwritten, std::move(order)};
           }),
           py::kw_only(), "tensor"_a, "complete"_a, "overwritten"_a = 0,
           "group"_a = 0, "order"_a = std::vector<int64_t>())
      .def_readonly("tensor", &TensorRecord::tensor)
      .def_readonly("order", &TensorRecord::order)
      .def_readonly("group", &TensorRecord::group)
      .def_readonly("complete", &TensorRecord::complete)
      .def_readonly("overwritten", &TensorRecord::overwritten);
}

static void bindCommands(py::module_ &m) {
  py::class_<CommandGroup>(m, "CommandGroup")
      .def(py::init([](uint32_t tiuCount, uint32_t gdmaCount,
                       const py::buffer &tiu, const py::buffer &gdma) {
             return CommandGroup{tiuCount, gdmaCount, toBytes(tiu),
                                 toBytes(gdma)};
           }),
           py::kw_only(), "tiu_count"_a, "gdma_count"_a, "tiu"_a, "gdma"_a)
      .def_readonly("tiu_count", &CommandGroup::tiuCount)
      .def_readonly("gdma_count", &CommandGroup::gdmaCount)
      .def_property_readonly(
          "tiu", [](const CommandGroup &g) { return toView(g.tiu); })
      .def_property_readonly(
          "gdma", [](const CommandGroup &g) { return toView(g.gdma); });
  py::class_<SubNet>(m, "SubNet")
      .def_readonly("id", &SubNet::id)
      .def_property_readonly("mode",
                             [](const SubNet &s) { return toText(s.mode); })
      .def_readonly("is_dynamic", &SubNet::isDynamic)
      .def_readonly("first_group", &SubNet::firstGroup)
      .def_readonly("group_count", &SubNet::groupCount);
}

static void bindNetworks(py::module_ &m) {
  py::class_<Stage>(m, "Stage")
      .def(py::init([](std::vector<Tensor> inputs, std::vector<Tensor> outputs,
                       uint64_t ctxAddress, uint64_t ctxSize,
                       uint64_t coeffAddress, const py::buffer &coeff,
                       std::vector<CommandGroup> groups,
                       const py::buffer &tensorLocations) {
             Stage stage;
             stage.inputs = std::move(inputs);
             stage.outputs = std::move(outputs);
             stage.ctxAddress = ctxAddress;
             stage.ctxSize = ctxSize;
             stage.coeffAddress = coeffAddress;
             stage.coeff = toBytes(coeff);
             stage.groups = std::move(groups);
             stage.tensorLocations = toBytes(tensorLocations);
             return stage;
           }),
           py::kw_only(), "inputs"_a, "outputs"_a, "ctx_address"_a,
           "ctx_size"_a, "coeff_address"_a, "coeff"_a, "groups"_a,
           "tensor_locations"_a = py::bytes())
      .def_readonly("inputs", &Stage::inputs)
      .def_readonly("outputs", &Stage::outputs)
      .def_readonly("ctx_address", &Stage::ctxAddress)
      .def_readonly("ctx_size", &Stage::ctxSize)
      .def_readonly("io_address", &Stage::ioAddress)
      .def_readonly("io_size", &Stage::ioSize)
      .def_readonly("coeff_address", &Stage::coeffAddress)
      .def_property_readonly("coeff",
                             [](const Stage &s) { return toView(s.coeff); })
      .def_readonly("groups", &Stage::groups)
      .def_property_readonly(
          "tensor_locations",
          [](const Stage &s) { return toView(s.tensorLocations); })
      .def("tensor_table",
           [](const Stage &s) {
             return python::unwrap("BModelError", readTensorTable(s));
           })
      .def("aliases",
           [](const Stage &s) {
             py::dict aliases;
             for (const auto &[name, layer] :
                  python::unwrap("BModelError", readAliases(s)))
               aliases[toText(name)] = toText(layer);
             return aliases;
           })
      .def("index_limits",
           [](const Stage &s) {
             py::dict limits;
             for (const auto &[name, rows] :
                  python::unwrap("BModelError", readIndexLimits(s)))
               limits[toText(name)] = rows;
             return limits;
           })
      .def("schedule",
           [](const Stage &s) {
             py::list groups;
             for (const ScheduledGroup &group :
                  python::unwrap("BModelError", readSchedule(s))) {
               py::list tensors;
               for (const std::string &name : group.tensors)
                 tensors.append(toText(name));
               groups.append(py::make_tuple(tensors, group.slices));
             }
             return groups;
           })
      .def("layers",
           [](const Stage &s) {
             py::list runs;
             for (const LayerRun &run :
                  python::unwrap("BModelError", readLayers(s)))
               runs.append(py::make_tuple(run.group,
                                          run.isGdma ? "gdma" : "tiu",
                                          run.first, toText(run.name)));
             return runs;
           })
      .def_readonly("is_dynamic", &Stage::isDynamic)
      .def_readonly("core_count", &Stage::coreCount)
      .def_readonly("sub_nets", &Stage::subNets);
  py::class_<Net>(m, "Net")
      .def(py::init([](std::string name, std::vector<Stage> stages) {
             return Net{std::move(name), std::move(stages)};
           }),
           py::kw_only(), "name"_a, "stages"_a)
      .def_property_readonly("name",
                             [](const Net &n) { return toText(n.name); })
      .def_readonly("stages", &Net::stages)
      .def_readonly("address_mode", &Net::addressMode);
}

static void bindComposites(py::module_ &m) {
  py::class_<Declared>(m, "Declared")
      .def(py::init([](std::string name, uint32_t elementType,
                       std::vector<int64_t> shape) {
             return Declared{std::move(name), elementType, std::move(shape)};
           }),
           py::kw_only(), "name"_a, "element_type"_a, "shape"_a)
      .def_property_readonly("name",
                             [](const Declared &d) { return toText(d.name); })
      .def_readonly("element_type", &Declared::elementType)
      .def_readonly("shape", &Declared::shape);
  py::class_<Part>(m, "Part")
      .def(
          py::init([](std::string net, uint32_t stage, const py::buffer &host) {
            return Part{std::move(net), stage, toBytes(host)};
          }),
          py::kw_only(), "net"_a = "", "stage"_a = 0, "host"_a = py::bytes())
      .def_property_readonly("net", [](const Part &p) { return toText(p.net); })
      .def_readonly("stage", &Part::stage)
      .def_property_readonly("host",
                             [](const Part &p) { return toView(p.host); });
  py::class_<CompositeStage>(m, "CompositeStage")
      .def(py::init([](std::vector<Declared> inputs,
                       std::vector<Declared> outputs, std::vector<Part> parts) {
             return CompositeStage{std::move(inputs), std::move(outputs),
                                   std::move(parts)};
           }),
           py::kw_only(), "inputs"_a, "outputs"_a, "parts"_a)
      .def_readonly("inputs", &CompositeStage::inputs)
      .def_readonly("outputs", &CompositeStage::outputs)
      .def_readonly("parts", &CompositeStage::parts);
  py::class_<Composite>(m, "Composite")
      .def(py::init([](std::string name, std::vector<CompositeStage> stages) {
             return Composite{std::move(name), std::move(stages)};
           }),
           py::kw_only(), "name"_a, "stages"_a)
      .def_property_readonly("name",
                             [](const Composite &c) { return toText(c.name); })
      .def_readonly("stages", &Composite::stages);
}

static void bindFiles(py::module_ &m) {
  using Groups =
      std::vector<std::pair<std::vector<std::string>, std::vector<int64_t>>>;
  py::class_<Model>(m, "Model")
      .def(py::init([](std::string chip, std::vector<Net> nets,
                       std::vector<Composite> composites) {
             Model model;
             model.chip = std::move(chip);
             model.nets = std::move(nets);
             model.composites = std::move(composites);
             return model;
           }),
           py::kw_only(), "chip"_a, "nets"_a,
           "composites"_a = std::vector<Composite>())
      .def_property_readonly("chip",
                             [](const Model &m) { return toText(m.chip); })
      .def_property_readonly("version",
                             [](const Model &m) { return toText(m.version); })
      .def_property_readonly("time",
                             [](const Model &m) { return toText(m.time); })
      .def_property_readonly(
          "kernel_module",
          [](const Model &m) { return toText(m.kernelModule); })
      .def_readonly("device_count", &Model::deviceCount)
      .def_readonly("nets", &Model::nets)
      .def_readonly("composites", &Model::composites);
  m.def(
      "read",
      [](const py::buffer &file, const std::string &fileName) {
        Bytes bytes = py::isinstance<py::bytes>(file)
                          ? shareBytes(py::reinterpret_borrow<py::bytes>(file))
                          : toBytes(file);
        return python::unwrap("BModelError", [&] {
          py::gil_scoped_release unlocked;
          return read(std::move(bytes), fileName);
        }());
      },
      "file"_a, "file_name"_a = "bmodel",
      "Reads the bytes of a bmodel file. Raises BModelError.");
  m.def(
      "write",
      [](const Model &model) {
        std::vector<uint8_t> file = python::unwrap("BModelError", write(model));
        return py::bytes(reinterpret_cast<const char *>(file.data()),
                         file.size());
      },
      "model"_a, "The bytes of a bmodel file. Raises BModelError.");
  m.def(
      "replace_commands",
      [](const py::buffer &file, const std::string &fileName,
         const std::vector<
             std::tuple<size_t, size_t, size_t, const CommandGroup *>> &given) {
        std::vector<NewCommands> replacements;
        for (auto [net, stage, group, commands] : given)
          replacements.push_back({net, stage, group, *commands});
        std::vector<uint8_t> changed = python::unwrap(
            "BModelError",
            replaceCommands(toBytes(file), fileName, replacements));
        return py::bytes(reinterpret_cast<const char *>(changed.data()),
                         changed.size());
      },
      "file"_a, "file_name"_a, "replacements"_a,
      "The file with the commands of (network, stage, group) replaced. Raises "
      "BModelError.");
  m.def(
      "write_tensor_table",
      [](const std::vector<TensorRecord> &records,
         const std::vector<
             std::tuple<uint32_t, std::string, uint32_t, std::string>> &layers,
         const Aliases &aliases, const IndexLimits &limits,
         const Groups &schedule) {
        std::vector<LayerRun> runs;
        for (const auto &[group, engine, first, name] : layers)
          runs.push_back({group,
                          python::engineNamed(engine) == isa::Engine::Gdma,
                          first, name});
        std::vector<ScheduledGroup> groups;
        for (const auto &[tensors, slices] : schedule)
          groups.push_back({tensors, slices});
        std::vector<uint8_t> table =
            writeTensorTable(records, runs, aliases, limits, groups);
        return py::bytes(reinterpret_cast<const char *>(table.data()),
                         table.size());
      },
      "records"_a,
      "layers"_a = std::vector<
          std::tuple<uint32_t, std::string, uint32_t, std::string>>(),
      "aliases"_a = Aliases(), "index_limits"_a = IndexLimits(),
      "schedule"_a = Groups(), "Bytes for Stage.tensor_locations.");
}

void tpu_mlir::python::bindBModel(py::module_ &module) {
  py::module_ m = module.def_submodule("bmodel", "The bmodel container");
  bindTensors(m);
  bindCommands(m);
  bindNetworks(m);
  bindComposites(m);
  bindFiles(m);
}

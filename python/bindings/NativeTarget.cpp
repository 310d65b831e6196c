//===- NativeTarget.cpp - tpu_mlir._native.target: the numbers of chips ---===//
#include "python/bindings/Native.h"

#include <pybind11/stl.h>

namespace py = pybind11;
using namespace tpu_mlir;

const Chip &python::chipOf(const std::string &name) {
  if (const Chip *chip = chipNamed(name))
    return *chip;
  throw py::value_error("unknown chip '" + name + "'; expected one of " +
                        namesOfChips());
}

static std::string textOf(llvm::StringRef text) { return text.str(); }

void python::bindTarget(py::module_ &module) {
  py::module_ m = module.def_submodule("target", "The numbers of each chip");
  py::class_<Chip>(m, "Chip")
      .def_property_readonly("name",
                             [](const Chip &c) { return textOf(c.name); })
      .def_property_readonly("title",
                             [](const Chip &c) { return textOf(c.title); })
      .def_property_readonly("lanes", [](const Chip &c) { return c.lanes; })
      .def_property_readonly("lane_bytes",
                             [](const Chip &c) { return c.laneBytes; })
      .def_property_readonly("unit_bytes",
                             [](const Chip &c) { return c.alignment; })
      .def_property_readonly("bases", [](const Chip &c) {
        return std::map<std::string, uint64_t>{{"local", c.localBase},
                                               {"static", c.staticBase},
                                               {"l2", c.l2Base},
                                               {"global", c.globalBase}};
      });
  m.def("chips", [] {
    py::list all;
    for (const Chip *chip : chips())
      all.append(py::cast(chip, py::return_value_policy::reference));
    return all;
  });
}

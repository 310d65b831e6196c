//===- Text.h - Texts of users as Python has them ---------------*- C++ -*-===//
#pragma once

#include <pybind11/pybind11.h>

#include <string>

namespace tpu_mlir::python {

/// A str of bytes that need not be UTF-8, as names of users and of damaged
/// files are: what is none is replaced.
inline pybind11::str toText(const std::string &text) {
  PyObject *decoded = PyUnicode_DecodeUTF8(
      text.data(), static_cast<Py_ssize_t>(text.size()), "replace");
  if (!decoded)
    throw pybind11::error_already_set();
  return pybind11::reinterpret_steal<pybind11::str>(decoded);
}

} // namespace tpu_mlir::python

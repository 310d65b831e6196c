//===- StaticMemory.h - The tables of the vendor's firmware ----*- C++ -*-===//
#pragma once

#include <cstdint>
#include <vector>

namespace tpu_mlir::runtime {

/// What the firmware leaves in static memory, from its first byte on: tables
/// for functions that other compilers' bmodels read. This project's do not.
std::vector<uint8_t> firmwareTables();

} // namespace tpu_mlir::runtime

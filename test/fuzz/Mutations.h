//===- Mutations.h - Seeded damage to the bytes of a bmodel ---------------===//
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace tpu_mlir::fuzz {

/// A damaged copy of `file`; equal seeds give equal damage on every platform.
std::vector<uint8_t> mutate(const std::vector<uint8_t> &file, uint64_t seed);

} // namespace tpu_mlir::fuzz

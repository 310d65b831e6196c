//===- Header.h - The first 64 bytes of a bmodel file ---------------------===//
#pragma once

#include <cstdint>

namespace tpu_mlir::bmodel {

/// File: header, FlatBuffers tables, then the blob that Binary extents refer
/// to. Little endian. Source: sophgo/libsophon tpu-bmodel.
struct Header {
  static constexpr uint32_t expectedMagic = 0xFF55AAEE;
  static constexpr uint32_t byteSize = 64;

  uint32_t magic = expectedMagic;
  uint32_t headerSize = byteSize;
  uint32_t tableSize = 0;
  uint32_t blobSize = 0; // modulo 2^32
  uint32_t reserved[12] = {};
};
static_assert(sizeof(Header) == Header::byteSize);

} // namespace tpu_mlir::bmodel

//===- Bytes.h - Zero-filled memory that is paid for when touched ---------===//
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>

namespace tpu_mlir::sim {

/// Zero-filled bytes that cost nothing until they are touched.
class Bytes {
public:
  explicit Bytes(uint64_t size);
  /// Nothing if this computer does not have them.
  static std::optional<Bytes> allocate(uint64_t size);
  Bytes(const Bytes &other);
  Bytes(Bytes &&) = default;
  Bytes &operator=(Bytes other);

  uint64_t size() const { return length; }
  uint8_t *data() { return bytes.get(); }
  const uint8_t *data() const { return bytes.get(); }

private:
  struct Free {
    void operator()(uint8_t *pointer) const { std::free(pointer); }
  };
  Bytes(uint64_t size, uint8_t *owned) : length(size), bytes(owned) {}

  uint64_t length;
  std::unique_ptr<uint8_t, Free> bytes;
};

} // namespace tpu_mlir::sim

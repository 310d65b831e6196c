//===- FieldMutator.cpp - Damage to single fields of commands -------------===//
#include "test/fuzz/FieldMutator.h"

#include "lib/Isa/Instructions.h"

#include <iterator>
#include <random>
#include <vector>

using namespace tpu_mlir;

namespace {
struct Place {
  size_t offset; ///< of the command, its engine's byte left out
  isa::Decoded decoded;
};
} // namespace

static std::vector<Place> commandsOf(llvm::ArrayRef<uint8_t> stream) {
  std::vector<Place> places;
  for (size_t at = 0; at < stream.size();) {
    llvm::Expected<isa::Decoded> decoded =
        isa::decode(stream[at] & 1 ? isa::Engine::Gdma : isa::Engine::Tiu,
                    stream.drop_front(at + 1));
    if (!decoded) {
      llvm::consumeError(decoded.takeError());
      break;
    }
    places.push_back({at + 1, *decoded});
    at += 1 + decoded->size;
  }
  return places;
}

/// Limits of fields and memories, their neighbours, powers of two.
static uint64_t spoiled(uint64_t old, std::mt19937_64 &engine) {
  const uint64_t values[] = {0,
                             1,
                             2,
                             3,
                             63,
                             64,
                             65,
                             127,
                             256,
                             4096,
                             isa::laneBytes - 1,
                             isa::laneBytes,
                             isa::localBytes - 4,
                             65535,
                             65534,
                             0x7fff'ffff,
                             0x8000'0000,
                             0xffff'ffff,
                             ~uint64_t(0),
                             isa::localBase,
                             isa::staticBase,
                             isa::l2Base,
                             old + 1,
                             old - 1,
                             old * 2,
                             old / 2,
                             old ^ uint64_t(1) << engine() % 32,
                             uint64_t(1) << engine() % 40,
                             engine() % 65536,
                             engine()};
  return values[engine() % std::size(values)];
}

void tpu_mlir::fuzz::mutateField(llvm::MutableArrayRef<uint8_t> stream,
                                 uint64_t seed) {
  std::vector<Place> places = commandsOf(stream);
  if (places.empty())
    return;
  std::mt19937_64 engine(seed);
  Place &place = places[engine() % places.size()];
  std::visit(
      [&](auto &i) {
        size_t count = 0, index = 0;
        i.forEachField(i, [&](llvm::StringRef, auto &) { ++count; });
        size_t chosen = engine() % count;
        i.forEachField(i, [&](llvm::StringRef, auto &member) {
          if (index++ != chosen)
            return;
          member = std::decay_t<decltype(member)>(spoiled(member, engine));
          while (!i.misfit(place.decoded.form).empty())
            member >>= 1; // as wide as the field is
        });
        i.encode(place.decoded.form,
                 stream.slice(place.offset, place.decoded.size));
      },
      place.decoded.instruction);
}

//===- AllocatorTest.cpp - Addresses of buffers in a lane -----------------===//
#include "Tests.h"

#include "lib/Schedule/Memory/LocalAllocator.h"
#include "lib/Target/Chip.h"
#include <random>

using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

static const Chip &chip() { return *chipNamed("bm1684x"); }

/// Whether buffers that live together, or are occupied, lie apart, in a lane.
static bool isSound(llvm::ArrayRef<LocalRequest> requests,
                    llvm::ArrayRef<int64_t> addresses,
                    llvm::ArrayRef<Span> occupied) {
  auto spanOf = [&](size_t i) {
    return Span{addresses[i], addresses[i] + requests[i].bytes};
  };
  for (size_t i = 0; i < requests.size(); ++i) {
    if (addresses[i] < 0 || spanOf(i).end > chip().laneBytes ||
        addresses[i] % chip().alignment != 0)
      return false;
    for (const Span &other : occupied)
      if (other.overlaps(spanOf(i)))
        return false;
    for (size_t j = 0; j < i; ++j) {
      bool together = requests[i].first <= requests[j].last &&
                      requests[j].first <= requests[i].last;
      if (together && spanOf(i).overlaps(spanOf(j)))
        return false;
    }
  }
  return true;
}

static void checkRandomRequests(Checks &checks) {
  std::mt19937 random(0);
  unsigned fitted = 0;
  for (unsigned round = 0; round < 200; ++round) {
    llvm::SmallVector<LocalRequest> requests;
    for (unsigned i = 0; i < 12; ++i) {
      unsigned first = random() % 8;
      requests.push_back({int64_t(1 + random() % 800) * chip().alignment, first,
                          first + unsigned(random() % 4)});
    }
    int64_t begin = int64_t(random() % 2048) * chip().alignment;
    Span occupied{begin, begin + 32768};
    auto addresses = allocateLocal(requests, chip(), occupied);
    if (!addresses)
      continue;
    ++fitted;
    checks.expect(isSound(requests, *addresses, occupied),
                  "buffers of round " + llvm::Twine(round) + " lie apart");
  }
  checks.expect(fitted > 50, "many of the rounds fit");
}

static void checkLimits(Checks &checks) {
  int64_t half = chip().laneBytes / 2;
  LocalRequest together[] = {{half, 0, 1}, {half, 1, 2}};
  checks.expect(allocateLocal(together, chip()).has_value(),
                "two halves fill a lane");
  checks.expect(!allocateLocal(together, chip(), Span{0, chip().alignment}),
                "beside anything else they do not fit");
  LocalRequest inTurn[] = {{2 * half, 0, 0}, {2 * half, 1, 1}};
  checks.expect(allocateLocal(inTurn, chip()).has_value(),
                "one after the other takes the same place");
}

static void checkPlaces(Checks &checks) {
  Span avoid[] = {{1024, 2048}, {4096, 8192}};
  checks.expect(placeLow(1024, avoid, chip())->begin == 0, "lowest: 0");
  checks.expect(placeLow(2048, avoid, chip())->begin == 2048,
                "lowest of 2,048 bytes: between the two");
  checks.expect(placeHigh(1024, avoid, {0, 8192})->begin == 3072,
                "highest below 8,192: right before the second");
  checks.expect(!placeHigh(4096, avoid, {0, 8192}), "no 4,096 bytes there");
  Span gap = largestGap(avoid, chip());
  checks.expect(gap.begin == 8192 && gap.end == chip().laneBytes,
                "the largest gap is behind all");
}

void checkAllocator(Checks &checks) {
  checkRandomRequests(checks);
  checkLimits(checks);
  checkPlaces(checks);
}

//===- RaceDetector.cpp - Accesses that nothing orders --------------------===//
#include "lib/Simulator/Engines/RaceDetector.h"

#include "llvm/ADT/STLExtras.h"
#include <algorithm>

using namespace tpu_mlir;
using namespace tpu_mlir::sim;

static unsigned placeOf(const MemoryAccess &access) {
  return access.space == Space::Local
             ? access.lane
             : laneCount + unsigned(access.space) - unsigned(Space::Static);
}

static Space spaceOf(unsigned place) {
  return place < laneCount ? Space::Local
                           : Space(unsigned(Space::Static) + place - laneCount);
}

bool RaceDetector::Touched::operator==(const Touched &other) const {
  return std::equal(std::begin(reader), std::end(reader), other.reader) &&
         std::equal(std::begin(writer), std::end(writer), other.writer);
}

RaceDetector::RaceDetector(const CommandGroup &group, size_t mostPieces)
    : places(laneCount + spaceCount - 1), pending(places.size()),
      mostPieces(mostPieces) {
  for (isa::Engine engine : {isa::Engine::Tiu, isa::Engine::Gdma}) {
    std::vector<uint32_t> &last = after[unsigned(engine)];
    last.push_back(0); // ids count from 1
    for (const isa::Instruction &command : group.of(engine))
      last.push_back(std::max(last.back(), isa::dependency(command)));
  }
}

void RaceDetector::begin(CommandId command) { current = command; }

void RaceDetector::access(const MemoryAccess &access) {
  if (exhausted)
    return;
  unsigned place = placeOf(access);
  Pending &ranges = pending[place];
  if (ranges.reads.all.empty() && ranges.writes.all.empty())
    pendingPlaces.push_back(place);
  add(access.write ? ranges.writes : ranges.reads, access);
}

void RaceDetector::add(Ranges &ranges, const MemoryAccess &access) {
  auto &all = ranges.all;
  if (!all.empty() && access.begin >= all.back().first &&
      access.begin <= all.back().second) {
    all.back().second = std::max(all.back().second, access.end);
    return;
  }
  all.emplace_back(access.begin, access.end);
  ++pieces;
  if (all.size() < ranges.joinAt)
    return;
  join(ranges);
  ranges.joinAt = std::max(ranges.joinAt, 2 * all.size());
  exhausted = pieces > mostPieces;
}

/// Joins ranges that touch or overlap.
void RaceDetector::join(Ranges &ranges) {
  auto &all = ranges.all;
  llvm::sort(all);
  size_t kept = 0;
  for (auto range : all)
    if (kept && range.first <= all[kept - 1].second)
      all[kept - 1].second = std::max(all[kept - 1].second, range.second);
    else
      all[kept++] = range;
  pieces -= all.size() - kept;
  all.resize(kept);
}

void RaceDetector::end() {
  for (unsigned place : pendingPlaces)
    for (bool isWrite : {false, true}) {
      Ranges &ranges = isWrite ? pending[place].writes : pending[place].reads;
      join(ranges);
      for (auto [begin, end] : ranges.all)
        if (!exhausted)
          apply(place, begin, end, isWrite);
      pieces -= ranges.all.size();
      ranges.all.clear();
      ranges.joinAt = Ranges().joinAt;
    }
  pendingPlaces.clear();
}

/// Makes `at` the beginning of an interval if it is inside one; returns the
/// first interval that does not end before it.
RaceDetector::Intervals::iterator RaceDetector::split(Intervals &intervals,
                                                      uint64_t at) {
  auto next = intervals.lower_bound(at);
  if (next == intervals.begin())
    return next;
  auto previous = std::prev(next);
  if (previous->second.end <= at)
    return next;
  Interval tail = previous->second;
  previous->second.end = at;
  ++pieces;
  return intervals.emplace_hint(next, at, tail);
}

void RaceDetector::apply(unsigned place, uint64_t begin, uint64_t end,
                         bool isWrite) {
  Intervals &intervals = places[place];
  split(intervals, end);
  auto it = split(intervals, begin);
  for (uint64_t at = begin; at < end;) {
    if (it == intervals.end() || it->first > at) {
      uint64_t gapEnd = it == intervals.end() ? end : std::min(end, it->first);
      it = intervals.emplace_hint(it, at, Interval{gapEnd, {}});
      ++pieces;
    }
    touch(it->second.touched, isWrite, place, at, it->second.end);
    at = it->second.end;
    // Equal neighbours become one, or the map would only ever grow.
    if (it != intervals.begin()) {
      auto previous = std::prev(it);
      if (previous->second.end == it->first &&
          previous->second.touched == it->second.touched) {
        previous->second.end = it->second.end;
        intervals.erase(it);
        --pieces;
        it = previous;
      }
    }
    ++it;
  }
  exhausted = pieces > mostPieces;
}

void RaceDetector::touch(Touched &touched, bool isWrite, unsigned place,
                         uint64_t begin, uint64_t end) {
  unsigned own = unsigned(current.engine), other = 1 - own;
  uint32_t over = after[own][current.id];
  auto check = [&](uint32_t &command, bool writes) {
    if (command <= over) {
      command = 0; // over for this command and for all later ones
      return;
    }
    if (!isWrite && !writes)
      return;
    auto pair = own == unsigned(isa::Engine::Tiu)
                    ? std::make_pair(current.id, command)
                    : std::make_pair(command, current.id);
    if (!pairs.insert(pair).second)
      return;
    Space space = spaceOf(place);
    found.push_back(
        {{isa::Engine(other), command},
         current,
         writes,
         isWrite,
         {space, space == Space::Local ? place : 0, begin, end, isWrite}});
  };
  check(touched.writer[other], /*writes=*/true);
  check(touched.reader[other], /*writes=*/false);
  (isWrite ? touched.writer : touched.reader)[own] = current.id;
}

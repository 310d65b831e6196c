//===- Compare.cpp - CMP: extremes and selections by comparison -----------===//
#include "lib/Simulator/Execute.h"
#include "lib/Simulator/Numeric.h"
#include "lib/Simulator/Tiu/Elements.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using isa::CompareOp;
using isa::Precision;

namespace {
enum class Relation { Greater, Equal, Less };
} // namespace

static Relation relationOf(CompareOp function) {
  switch (function) {
  case CompareOp::GreaterAndSelect:
  case CompareOp::SelectGreater:
    return Relation::Greater;
  case CompareOp::SelectEqual:
    return Relation::Equal;
  case CompareOp::LessAndSelect:
  case CompareOp::SelectLess:
    break;
  }
  return Relation::Less;
}

/// The predicates of the AR selections: equality is that of the bits, NaN is
/// less than anything but its own bits, f32 and bf16 denormals are zeros.
static void compareRun(const ReadRun &first, const ReadRun &second,
                       Precision precision, bool isSigned, Relation relation,
                       unsigned count, bool *holds) {
  int64_t a[longestRun], b[longestRun];
  loadIntegers(first, precision, isSigned && isInteger(precision), count, a);
  loadIntegers(second, precision, isSigned && isInteger(precision), count, b);
  if (relation == Relation::Equal || isInteger(precision)) {
    for (unsigned i = 0; i < count; ++i)
      holds[i] = relation == Relation::Equal     ? a[i] == b[i]
                 : relation == Relation::Greater ? a[i] > b[i]
                                                 : a[i] < b[i];
    return;
  }
  float x[longestRun], y[longestRun];
  loadFloats(first, precision, /*flush=*/true, count, x);
  loadFloats(second, precision, /*flush=*/true, count, y);
  for (unsigned i = 0; i < count; ++i)
    holds[i] = relation == Relation::Greater ? x[i] > y[i]
                                             : !(x[i] >= y[i]) && a[i] != b[i];
}

static llvm::Expected<Source> makeSource(Machine &machine, const char *name,
                                         uint32_t address, bool isConstant,
                                         Precision precision,
                                         const TensorView &result) {
  if (isConstant)
    return Source::constant(address, precision, false);
  llvm::Expected<TensorView> view =
      TensorView::make(machine, address, bytesOf(precision), result.shape(),
                       unsigned(Layout::Aligned));
  if (!view)
    return view.takeError();
  if (view->firstLane() != result.firstLane())
    return refuse(
        llvm::formatv("{0} and res0 must begin in the same lane", name));
  if (llvm::Error error = view->read(machine, name))
    return std::move(error);
  return Source::tensor(*view, precision, false);
}

static llvm::Error run(Machine &machine, const isa::Compare &command) {
  llvm::Expected<Precision> compared =
      elementPrecision("opd0", command.opd0_prec);
  if (!compared)
    return compared.takeError();
  llvm::Expected<Precision> selected =
      elementPrecision("opd2", command.opd2_prec);
  if (!selected)
    return selected.takeError();
  if (command.opd0_str != 0 || command.opd1_str != 0)
    return refuse("operands must be aligned (layout code 0)");
  Shape4 shape{command.res0_n, command.res0_c, command.res0_h, command.res0_w};
  bool hasExtreme = command.function() == CompareOp::GreaterAndSelect ||
                    command.function() == CompareOp::LessAndSelect;
  auto result = [&](uint32_t address, Precision precision) {
    return TensorView::make(machine, address, bytesOf(precision), shape,
                            unsigned(Layout::Aligned));
  };
  // The extreme goes to res0 and the selection to res1, or that to res0.
  llvm::Expected<TensorView> first =
      result(command.res0_addr, hasExtreme ? *compared : *selected);
  if (!first)
    return first.takeError();
  llvm::Expected<TensorView> selection =
      hasExtreme ? result(command.res1_addr, *selected) : *first;
  if (!selection)
    return selection.takeError();
  if (selection->firstLane() != first->firstLane())
    return refuse("res0 and res1 must begin in the same lane");
  llvm::SmallVector<Source, 4> sources;
  const std::tuple<const char *, uint32_t, bool, Precision> operands[] = {
      {"opd0", command.opd0_addr, command.opd0_const, *compared},
      {"opd1", command.opd1_addr, command.opd1_const, *compared},
      {"opd2", command.opd2_addr, command.opd2_const, *selected},
      {"opd3", command.opd3_addr, command.opd3_const, *selected}};
  for (const auto &[name, address, isConstant, precision] : operands) {
    llvm::Expected<Source> source =
        makeSource(machine, name, address, isConstant, precision, *first);
    if (!source)
      return source.takeError();
    sources.push_back(*source);
  }
  if (llvm::Error error = first->write(machine, "res0"))
    return error;
  if (hasExtreme)
    if (llvm::Error error = selection->write(machine, "res1"))
      return error;

  Relation relation = relationOf(command.function());
  // Writes source `yes` where the relation holds, source `no` elsewhere.
  auto choose = [&](const TensorView &to, unsigned yes, unsigned no,
                    bool flush) {
    Precision precision = sources[yes].precision();
    forEachRun(machine, isa::Lanes(command.tsk_lane_num), to, sources,
               [&](WriteRun run, const auto &from, unsigned count) {
                 bool holds[longestRun];
                 compareRun(from[0], from[1], *compared, command.opd0_sign,
                            relation, count, holds);
                 int64_t a[longestRun], b[longestRun];
                 loadIntegers(from[yes], precision, false, count, a);
                 loadIntegers(from[no], precision, false, count, b);
                 for (unsigned i = 0; i < count; ++i)
                   a[i] = flush ? flushedBits(precision, holds[i] ? a[i] : b[i])
                                : (holds[i] ? a[i] : b[i]);
                 storeIntegers(a, precision, run, count);
               });
  };
  choose(*selection, 2, 3, /*flush=*/false);
  if (hasExtreme)
    choose(*first, 0, 1, /*flush=*/true);
  return llvm::Error::success();
}

llvm::Error sim::execute(Machine &machine, const isa::Compare &command) {
  if (llvm::Error error = run(machine, command))
    return refuse(command.mnemonic() + ": " + llvm::toString(std::move(error)));
  return llvm::Error::success();
}

//===- Order.cpp - Which op comes when ------------------------------------===//
#include "lib/Schedule/Order.h"

#include "dialects/Top/Top.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace tpu_mlir;
using namespace tpu_mlir::tpu;

OpOrder tpu::orderOf(Block &body) {
  OpOrder order;
  for (Operation &op : body.without_terminator())
    order.push_back(&op);
  return order;
}

void tpu::setOrder(Block &body, ArrayRef<Operation *> order) {
  for (Operation *op : order)
    op->moveBefore(body.getTerminator());
}

/// Ops with one user each, on the way to a result.
static llvm::DenseSet<Operation *> tailsOf(Block &body) {
  llvm::DenseSet<Operation *> tails = {body.getTerminator()};
  for (Operation &op : llvm::reverse(body.without_terminator()))
    if (!isa<top::WeightOp>(op) && op.hasOneUse() &&
        tails.contains(*op.user_begin()))
      tails.insert(&op);
  return tails;
}

OpOrder tpu::tailsEarly(Block &body) {
  llvm::DenseSet<Operation *> tails = tailsOf(body);
  OpOrder constants, order;
  llvm::DenseMap<Operation *, unsigned> place; // of an op that stays, or behind
                                               // which a tail comes
  std::vector<OpOrder> behind;                 // ops that stay, with tails
  for (Operation &op : body.without_terminator()) {
    if (isa<top::WeightOp>(op)) {
      constants.push_back(&op);
      continue;
    }
    if (!tails.contains(&op) || behind.empty()) {
      place[&op] = behind.size();
      behind.push_back({&op});
      continue;
    }
    unsigned last = 0;
    for (Value operand : op.getOperands())
      last = std::max(last, place.lookup(operand.getDefiningOp()));
    place[&op] = last;
    behind[last].push_back(&op);
  }
  order = constants;
  for (const OpOrder &ops : behind)
    llvm::append_range(order, ops);
  return order;
}

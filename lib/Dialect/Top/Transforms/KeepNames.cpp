//===- KeepNames.cpp - Names of tensors that became part of others --------===//
#include "lib/Dialect/Top/Transforms/Passes.h"

#include "dialects/Top/Top.h"
#include "lib/Support/Locations.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace tpu_mlir::top {
#define GEN_PASS_DEF_NOTEUSES
#define GEN_PASS_DEF_KEEPNAMES
#include "lib/Dialect/Top/Transforms/Passes.h.inc"
} // namespace tpu_mlir::top

using namespace mlir;
using namespace tpu_mlir;

static constexpr StringLiteral usesName = "top.uses";

/// The tensor that the first op in the block to use a value computes; "" if
/// only the end of the function does.
static StringRef firstUse(OpResult value) {
  Operation *first = nullptr;
  for (Operation *user : value.getUsers())
    if (user->getNumResults() > 0 && (!first || user->isBeforeInBlock(first)))
      first = user;
  return first ? nameOf(locationOf(first->getResult(0))) : StringRef();
}

namespace {
struct NoteUsesPass : top::impl::NoteUsesBase<NoteUsesPass> {
  void runOnOperation() override {
    getOperation()->walk([](func::FuncOp function) {
      NamedAttrList uses;
      for (Operation &op : function.getBody().front())
        for (OpResult result : op.getResults()) {
          StringRef name = nameOf(locationOf(result)), use = firstUse(result);
          if (!name.empty() && !use.empty() && name != use)
            uses.set(name, StringAttr::get(op.getContext(), use));
        }
      function->setAttr(usesName, uses.getDictionary(function.getContext()));
    });
  }
};

struct KeepNamesPass : top::impl::KeepNamesBase<KeepNamesPass> {
  void runOnOperation() override {
    getOperation()->walk([](func::FuncOp function) {
      if (auto uses = function->getAttrOfType<DictionaryAttr>(usesName)) {
        restore(function, uses);
        function->removeAttr(usesName);
      }
    });
  }

private:
  static void restore(func::FuncOp function, DictionaryAttr uses) {
    llvm::StringMap<Operation *> values;
    for (Operation &op : function.getBody().front())
      for (OpResult result : op.getResults())
        values[nameOf(locationOf(result))] = &op;
    llvm::MapVector<Operation *, SmallVector<StringRef>> parts;
    for (NamedAttribute entry : uses) {
      StringRef name = entry.getName();
      llvm::StringSet<> seen; // names that occur twice could lead in a circle
      while (!values.contains(name) && seen.insert(name).second) {
        auto use = uses.getAs<StringAttr>(name);
        if (!use)
          break;
        name = use.getValue();
      }
      auto found = values.find(name);
      if (found == values.end() || name == entry.getName().getValue())
        continue;
      if (found->second->getNumResults() == 1)
        parts[found->second].push_back(entry.getName());
    }
    for (auto &[op, names] : parts)
      op->setLoc(addParts(op->getLoc(), names));
  }
};
} // namespace

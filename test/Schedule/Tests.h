//===- Tests.h - The scheduler's C++ tests --------------------------------===//
#pragma once

#include "test/Simulator/Check.h"

#include "lib/Pipelines/Registration.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

void checkAllocator(Checks &checks);
void checkOrder(Checks &checks);
void checkPlans(Checks &checks);
void checkResidency(Checks &checks);

/// A module with one function, read from text.
class Parsed {
public:
  explicit Parsed(llvm::StringRef text) {
    mlir::DialectRegistry registry;
    tpu_mlir::registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  }
  mlir::Block &body() {
    return (*module->getOps<mlir::func::FuncOp>().begin()).getBody().front();
  }
  /// The op that stands at a place of the body.
  mlir::Operation *op(unsigned index) {
    return &*std::next(body().begin(), index);
  }

private:
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

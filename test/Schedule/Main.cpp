//===- Main.cpp - C++ tests of the scheduler's parts ----------------------===//
#include "Tests.h"

int main() {
  Checks checks;
  checkAllocator(checks);
  checkOrder(checks);
  checkPlans(checks);
  checkResidency(checks);
  llvm::outs() << checks.made << " checks, " << checks.failed << " failed\n";
  return checks.failed != 0;
}

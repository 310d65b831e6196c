//===- Main.cpp - C++ tests of the simulator's parts ----------------------===//
#include "Check.h"

int main() {
  Checks checks;
  checkConcurrent(checks);
  checkMachine(checks);
  checkMacArray(checks);
  checkWindowSum(checks);
  llvm::outs() << checks.made << " checks, " << checks.failed << " failed\n";
  return checks.failed != 0;
}

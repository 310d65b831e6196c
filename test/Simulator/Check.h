//===- Check.h - Expectations of the simulator's C++ tests -----*- C++ -*-===//
#pragma once

#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

/// Counts what went wrong and says where.
class Checks {
public:
  void expect(bool condition, const llvm::Twine &what) {
    ++made;
    if (condition)
      return;
    ++failed;
    llvm::errs() << "failed: " << what << "\n";
  }

  /// That `result` is an error whose text contains `part`.
  template <typename T>
  void expectError(llvm::Expected<T> result, llvm::StringRef part) {
    expectError(result.takeError(), part);
  }
  void expectError(llvm::Error error, llvm::StringRef part) {
    std::string text = llvm::toString(std::move(error));
    expect(llvm::StringRef(text).contains(part),
           "'" + text + "' should say '" + part + "'");
  }

  unsigned made = 0, failed = 0;
};

void checkConcurrent(Checks &checks);
void checkMachine(Checks &checks);
void checkMacArray(Checks &checks);
void checkWindowSum(Checks &checks);

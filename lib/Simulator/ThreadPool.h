//===- ThreadPool.h - Workers for the lanes of one instruction -*- C++ -*-===//
#pragma once

#include "llvm/ADT/STLFunctionalExtras.h"
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace tpu_mlir::sim {

/// Threads that wait for loops to share. One loop runs at a time; loops that
/// several machines start at once take turns. Tasks run beside them: a thread
/// takes one before it joins a loop.
class ThreadPool {
public:
  /// A call that one thread makes.
  class Task {
  public:
    bool isOver() const { return over; }

  private:
    friend class ThreadPool;
    std::function<void()> call;
    std::atomic<bool> over{false};
  };

  /// `threads` counts the caller's own, so threads - 1 are started.
  explicit ThreadPool(unsigned threads);
  ~ThreadPool();

  /// Calls body(i) for each i below count and returns when all are done.
  void parallelFor(unsigned count, llvm::function_ref<void(unsigned)> body);

  std::shared_ptr<Task> start(std::function<void()> call);
  /// Returns when the task is over; one that no thread has begun runs here.
  void finish(Task &task);

private:
  void work();
  void takeItems(llvm::function_ref<void(unsigned)> body, unsigned count);

  std::mutex turn;  ///< held by the loop that runs
  std::mutex guard; ///< of everything below but `next`
  std::condition_variable started, finished;
  llvm::function_ref<void(unsigned)> body;
  unsigned count = 0;
  unsigned working = 0; ///< threads inside the current loop
  uint64_t loop = 0;    ///< number of the current loop
  bool stopping = false;
  std::deque<std::shared_ptr<Task>> waiting; ///< tasks that nobody has begun
  std::atomic<unsigned> next{0};
  std::vector<std::thread> threads;
};

} // namespace tpu_mlir::sim

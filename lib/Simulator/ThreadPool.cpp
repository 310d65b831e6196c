//===- ThreadPool.cpp - Workers for the lanes of one instruction ----------===//
#include "lib/Simulator/ThreadPool.h"

using namespace tpu_mlir::sim;

ThreadPool::ThreadPool(unsigned count) {
  for (unsigned i = 1; i < count; ++i)
    threads.emplace_back([this] { work(); });
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard<std::mutex> lock(guard);
    stopping = true;
  }
  started.notify_all();
  for (std::thread &thread : threads)
    thread.join();
}

void ThreadPool::takeItems(llvm::function_ref<void(unsigned)> body,
                           unsigned count) {
  for (unsigned i; (i = next.fetch_add(1)) < count;)
    body(i);
}

void ThreadPool::work() {
  std::unique_lock<std::mutex> lock(guard);
  for (uint64_t seen = 0;;) {
    started.wait(lock, [&] { return stopping || loop != seen; });
    if (stopping)
      return;
    seen = loop;
    // A loop that ended before this thread woke up has nothing left to take.
    if (next.load() >= count)
      continue;
    ++working;
    llvm::function_ref<void(unsigned)> current = body;
    unsigned items = count;
    lock.unlock();
    takeItems(current, items);
    lock.lock();
    if (--working == 0)
      finished.notify_all();
  }
}

void ThreadPool::parallelFor(unsigned items,
                             llvm::function_ref<void(unsigned)> call) {
  std::lock_guard<std::mutex> myTurn(turn);
  {
    std::lock_guard<std::mutex> lock(guard);
    body = call;
    count = items;
    next = 0;
    ++loop;
  }
  started.notify_all();
  takeItems(call, items);
  std::unique_lock<std::mutex> lock(guard);
  finished.wait(lock, [&] { return working == 0; });
}

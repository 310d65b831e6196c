//===- ThreadPool.cpp - Workers for the lanes of one instruction ----------===//
#include "lib/Simulator/ThreadPool.h"

#include "llvm/ADT/STLExtras.h"

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
    started.wait(lock,
                 [&] { return stopping || loop != seen || !waiting.empty(); });
    if (stopping)
      return;
    if (!waiting.empty()) {
      std::shared_ptr<Task> task = std::move(waiting.front());
      waiting.pop_front();
      lock.unlock();
      task->call();
      lock.lock();
      task->over = true;
      finished.notify_all();
      continue;
    }
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

std::shared_ptr<ThreadPool::Task>
ThreadPool::start(std::function<void()> call) {
  auto task = std::make_shared<Task>();
  task->call = std::move(call);
  {
    std::lock_guard<std::mutex> lock(guard);
    waiting.push_back(task);
  }
  started.notify_one();
  return task;
}

void ThreadPool::finish(Task &task) {
  std::unique_lock<std::mutex> lock(guard);
  auto found = llvm::find_if(
      waiting, [&](const auto &each) { return each.get() == &task; });
  if (found == waiting.end())
    return finished.wait(lock, [&] { return task.isOver(); });
  waiting.erase(found);
  lock.unlock();
  task.call();
  task.over = true;
}

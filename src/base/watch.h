// Calls a function again and again from a thread of its own, for as long as it
// exists: looks after something that takes its time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace backcourt {

class Watch {
 public:
  Watch(std::chrono::milliseconds period, std::function<void()> look)
      : thread_([this, period, look = std::move(look)] {
          std::unique_lock lock(mutex_);
          while (!changed_.wait_for(lock, period, [this] { return ended_; }))
            look();
        }) {}
  ~Watch() {
    {
      std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace backcourt

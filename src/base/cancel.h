// The wish of whoever asked that a request end early: each request has one of its own.
#pragma once

#include <atomic>
#include <functional>
#include <utility>

namespace backcourt {

// Any thread, and a signal handler, may ask; what works on the request looks from
// time to time and ends with an error of kind kInterrupted.
class Cancel {
 public:
  Cancel() = default;
  // Asked for also once `parent` is; `parent` must outlive this one.
  explicit Cancel(const Cancel& parent) : parent_(&parent) {}
  // Asked for also once `look` says so, as when the client is gone. `look` is
  // called from any thread, at every look.
  Cancel(const Cancel& parent, std::function<bool()> look) : parent_(&parent), look_(std::move(look)) {}
  Cancel& operator=(const Cancel&) = delete;

  // Whether it is `other`, or is asked for once that one is, through parents.
  bool Follows(const Cancel& other) const { return this == &other || (parent_ && parent_->Follows(other)); }

  void Request() noexcept { requested_.store(true, std::memory_order_relaxed); }
  bool Requested() const {
    return requested_.load(std::memory_order_relaxed) || (look_ && look_()) ||
           (parent_ && parent_->Requested());
  }

 private:
  std::atomic<bool> requested_{false};
  const Cancel* parent_ = nullptr;
  std::function<bool()> look_;
};

}  // namespace backcourt

#include "serve/open_reply.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace backcourt {

namespace {
namespace asio = boost::asio;
}  // namespace

void SendText(Reply& reply, int status, const char* type, std::string_view text) {
  reply.Status(status);
  reply.Header("Content-Type", type);
  reply.Header("Cache-Control", "no-store");
  reply.SendWhole(text);
}

void OpenReply::Status(int status) {
  std::lock_guard lock(mutex_);
  status_ = status;
}

void OpenReply::Header(const std::string& name, const std::string& value) {
  std::lock_guard lock(mutex_);
  headers_.emplace_back(name, value);
}

bool OpenReply::Send(std::string_view bytes) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [this] { return over_ || unsent_.size() < most_unsent_; });
  if (over_) return false;
  if (unsent_.empty()) Tell();
  unsent_ += bytes;
  return true;
}

bool OpenReply::SendWhole(std::string_view bytes) {
  std::lock_guard lock(mutex_);
  if (over_) return false;
  unsent_ += bytes;
  finished_ = true;
  Tell();
  return true;
}

bool OpenReply::Push(std::string_view bytes) {
  std::unique_lock lock(mutex_);
  if (!over_ && unsent_.size() >= most_unsent_) {
    over_ = true;
    Tell();
  }
  if (over_) return false;
  if (unsent_.empty()) Tell();
  unsent_ += bytes;
  return true;
}

void OpenReply::BreakOff() {
  std::lock_guard lock(mutex_);
  over_ = true;
  room_.notify_all();
  Tell();
}

bool OpenReply::Alive() const {
  std::lock_guard lock(mutex_);
  return !over_;
}

std::shared_ptr<Reply> OpenReply::KeepOpen() {
  std::lock_guard lock(mutex_);
  kept_open_ = true;
  Tell();  // the head leaves at once
  return shared_from_this();
}

void OpenReply::Finish() {
  std::lock_guard lock(mutex_);
  finished_ = true;
  Tell();
}

void OpenReply::HandlerEnded() {
  {
    std::lock_guard lock(mutex_);
    if (kept_open_) return;
  }
  Finish();
}

OpenReply::News OpenReply::Take() {
  std::lock_guard lock(mutex_);
  room_.notify_all();
  return {std::exchange(unsent_, {}), status_, headers_, finished_, over_, kept_open_};
}

asio::awaitable<void> OpenReply::Wait() {
  news_.expires_at(asio::steady_timer::time_point::max());
  co_await news_.async_wait(asio::as_tuple(asio::use_awaitable));
}

void OpenReply::Tell() {
  asio::post(io_, [self = shared_from_this()] { self->news_.cancel(); });
}

}  // namespace backcourt

#include "load/load_progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace backcourt {

namespace {

constexpr auto kPause = std::chrono::milliseconds(500);
constexpr double kKnown = 0.05;  // the share of the work from which on the rest can be told

}  // namespace

LoadProgress::LoadProgress(std::function<void(const std::string&)> tell) : tell_(std::move(tell)) {}

LoadProgress::~LoadProgress() { End(); }

void LoadProgress::Expect(size_t files, double work) {
  std::lock_guard lock(mutex_);
  if (repeating_.joinable() || ended_) return;
  start_ = std::chrono::steady_clock::now();
  files_ = files, work_ = work;
  repeating_ = std::thread([this] { Repeat(); });
}

void LoadProgress::At(const std::string& what) {
  std::lock_guard lock(mutex_);
  at_ = what;
  if (!ended_) tell_(Line());
}

void LoadProgress::HasRead(size_t files, int64_t rows) {
  std::lock_guard lock(mutex_);
  files_read_ = files, rows_ += rows;
}

void LoadProgress::Did(double work) {
  std::lock_guard lock(mutex_);
  done_ = std::min(done_ + work, work_);
}

void LoadProgress::End() {
  {
    std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  if (repeating_.joinable()) repeating_.join();
}

void LoadProgress::Repeat() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, kPause, [this] { return ended_; }))
    if (!at_.empty()) tell_(Line());
}

std::string LoadProgress::Line() const {
  if (files_ == 0) return at_;
  std::string line =
      fmt::format("{}: {}/{} files, {} rows", at_, std::min(files_read_, files_), files_, WithCommas(rows_));
  double share = work_ > 0 ? done_ / work_ : 0;
  double spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  if (share >= kKnown) line += ", ETA " + Seconds(spent * (1 - share) / share);
  return line;
}

}  // namespace backcourt

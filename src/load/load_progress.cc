#include "load/load_progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace backcourt {

namespace {

constexpr auto kPause = std::chrono::milliseconds(500);
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
  done_at_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
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
  std::string line = fmt::format("{}: {}/{}, {}", at_, std::min(files_read_, files_),
                                 Counted(int64_t(files_), "file"), Counted(rows_, "row"));
  double spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  if (auto left = SecondsLeft({work_, done_, done_at_}, spent)) line += ", ETA " + Seconds(*left);
  return line;
}

std::optional<double> SecondsLeft(const WorkDone& work, double now) {
  constexpr double kKnown = 0.05;  // the share of the work from which on the rest can be told
  constexpr double kLate = 0.1;  // of what a statement takes longer than was expected, as much again is left
  if (work.all <= 0 || work.done < work.all * kKnown || work.at <= 0) return std::nullopt;
  double left = (work.all - work.done) * work.at / work.done - (now - work.at);
  return std::max(left, kLate * (now - work.at));
}

}  // namespace backcourt

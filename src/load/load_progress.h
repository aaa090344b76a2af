// What a load is at: told when it changes and, from a thread of its own, twice a second while one statement
// runs, so that nobody waits in silence. Safe to use from several threads; `tell` is called by one at a time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace backcourt {

// Work in units of the caller's own, and the time (in seconds) at which as much as `done` was done.
struct WorkDone {
  double all = 0, done = 0, at = 0;
};
// Seconds to the end, at the pace up to `at`: between two parts that are done it counts down. None while too
// little is known.
std::optional<double> SecondsLeft(const WorkDone& work, double now);

class LoadProgress {
 public:
  explicit LoadProgress(std::function<void(const std::string&)> tell);
  ~LoadProgress();

  // How many files there are to read, and how much work they are, in units of the caller's own. The clock
  // runs from here on.
  void Expect(size_t files, double work);
  void At(const std::string& what);
  void HasRead(size_t files, int64_t rows);
  void Did(double work);
  // Nothing is told any more.
  void End();

 private:
  void Repeat();
  std::string Line() const;  // REQUIRES: mutex_ is held

  const std::function<void(const std::string&)> tell_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  std::chrono::steady_clock::time_point start_;
  std::string at_;
  size_t files_ = 0, files_read_ = 0;
  int64_t rows_ = 0;
  double work_ = 0, done_ = 0, done_at_ = 0;
  std::thread repeating_;
};

}  // namespace backcourt

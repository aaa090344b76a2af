// Shows a long operation as it goes: a screen that redraws itself on a terminal,
// lines in a pipe, or each event as JSON.
#pragma once

#include <map>
#include <string>

#include "cli/output.h"
#include "cli/run_screen.h"
#include "operations/events.h"
#include "run/run_state.h"

namespace backcourt {

class ProgressView {
 public:
  enum class Style { kScreen, kLines, kJson };
  ProgressView(const Output& output, Style style);

  void Show(const Event& event);
  // The last state stays on the screen.
  void Finish();

 private:
  std::string Remark(const RunEvent& event);
  std::string Rest(const std::string& table);
  void ShowRun(const RunEvent& event);
  void ShowTransient(const std::string& line);  // on a terminal: until the next one
  void ShowReading(const std::string& line);
  void Clear();
  void Redraw(bool last);

  const Output& output_;
  const Style style_;
  RunState state_;
  // Dates after the first that failed as it did: shown as one line.
  struct Failures {
    std::string message, error_class;
    int64_t more = 0;
    Date first, last;
  };
  std::map<std::string, Failures> failures_;  // by table: the newest
  double drawn_at_ = 0;
  Screen screen_;
  bool transient_ = false;
};

}  // namespace backcourt

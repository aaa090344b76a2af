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
  void ShowRun(const RunEvent& event);
  void ShowTransient(const std::string& line);  // on a terminal: until the next one
  void ShowReading(const std::string& line);
  void Clear();
  void Redraw(bool last);

  const Output& output_;
  const Style style_;
  RunState state_;
  std::map<std::string, std::string> failures_;  // by table: the last message
  double drawn_at_ = 0;
  Screen screen_;
  bool transient_ = false;
};

}  // namespace backcourt

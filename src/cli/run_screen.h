// A run on a screen: its tables, those that run first, and one line that sums it up, within the width and the
// height that there are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operations/activity.h"

namespace backcourt {

// As much of a text as fits, counted in characters; what is left out shows as "…".
std::string Cut(const std::string& text, int width);

// A table's line, of at most `width` characters: what matters least is left out first. `name_width`: of the
// column of names.
std::string TableLine(const TableNow& table, int name_width, int width);
// "run 7: 84% of 6,045 cells, 12.3 s, ETA 2.10 s"
std::string SummaryLine(const RunNow& run, int width);
// At most `height` lines, at least 2: tables, where some do not fit a line that counts these, the summary.
std::vector<std::string> RunLines(const RunNow& run, int width, int height);

// Draws lines over those that it drew before.
class Screen {
 public:
  // What to write to have `lines` where the cursor was when the first of them was drawn. REQUIRES: they fit.
  std::string Draw(const std::vector<std::string>& lines);
  // The same with text above them that stays.
  std::string Above(const std::string& text);
  bool drawn() const { return drawn_ > 0; }

 private:
  size_t drawn_ = 0;
};

}  // namespace backcourt

// Named points where tests end or hold this process. The environment variable
// BACKCOURT_FAULT names one: `POINT kill`, or `POINT wait FILE`, which makes the
// file and holds the first thread that comes there until somebody removes it. Without the variable they do
// nothing. Any thread may pass.
#pragma once

#include <string_view>

namespace backcourt {

// `what` narrows a point down: the variable may say `fill-commit` for all
// models or `fill-commit:player_form` for one.
void FaultPoint(std::string_view point, std::string_view what = "");

}  // namespace backcourt

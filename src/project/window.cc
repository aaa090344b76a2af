#include "project/window.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"

namespace backcourt {

std::string Window::Str() const {
  switch (kind) {
    case Kind::kSameDate:
      return "same date";
    case Kind::kSeasonBefore:
      return "season before";
    case Kind::kDaysBefore:
      return fmt::format("{} days before", n);
    case Kind::kGamesBefore:
      return fmt::format("{} games before", n);
    case Kind::kSeasonAhead:
      return "season ahead";
    case Kind::kKnownBefore:
      return "as known before D";
    case Kind::kSameSeason:
      return "same season";
    case Kind::kWhole:
      return "whole";
  }
  return "";
}

Result<Window> Window::Parse(std::string_view text) {
  for (Kind kind : {Kind::kSameDate, Kind::kSeasonBefore, Kind::kSeasonAhead, Kind::kKnownBefore,
                    Kind::kSameSeason, Kind::kWhole})
    if (Window{kind, 0}.Str() == text) return Window{kind, 0};
  int n = 0;
  auto parsed = std::from_chars(text.data(), text.data() + text.size(), n);
  if (parsed.ec == std::errc() && n > 0) {
    for (Kind kind : {Kind::kDaysBefore, Kind::kGamesBefore})
      if (Window{kind, n}.Str() == text) return Window{kind, n};
  }
  std::string nearest = Suggestion(text, {"same date", "season before", "30 days before", "10 games before",
                                          "season ahead", "as known before D", "same season", "whole"});
  return Error{ErrorKind::kUsage, fmt::format("'{}' is not a window", text), nearest};
}

}  // namespace backcourt

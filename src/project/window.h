// Which dates of an input a cell of date D may see.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace backcourt {

struct Window {
  enum class Kind {
    kSameDate,      // D
    kSeasonBefore,  // this season, before D
    kDaysBefore,    // [D-n, D)
    kGamesBefore,   // from the earliest of the last n games of any team that plays on D, up to D
    kSeasonAhead,   // this season, after D: rows that the input declares as published ahead
    kKnownBefore,   // snapshots seen before D, from half a year before the season's first game on
    kSameSeason,    // the cell of D's season, of an input with one cell a season
    kWhole,         // all of an undated input
  };
  Kind kind = Kind::kWhole;
  int n = 0;

  bool operator==(const Window&) const = default;
  std::string Str() const;
  static Result<Window> Parse(std::string_view text);
};

}  // namespace backcourt

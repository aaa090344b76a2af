// A calendar date, as days since 1970-01-01. Dates here are US Eastern game
// dates: no time, no zone.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace backcourt {

struct Date {
  int32_t days = 0;

  auto operator<=>(const Date&) const = default;
  Date operator+(int n) const { return {days + n}; }
  Date operator-(int n) const { return {days - n}; }
  int operator-(Date other) const { return days - other.days; }

  std::string Str() const;    // 2021-12-01
  std::string Month() const;  // 2021-12
  std::string Sql() const;    // DATE '2021-12-01'

  // Only YYYY-MM-DD of a day that exists; the error names the text.
  static Result<Date> Parse(std::string_view text);
};

}  // namespace backcourt

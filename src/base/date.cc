#include "base/date.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

namespace backcourt {

namespace {

std::chrono::year_month_day Civil(Date date) {
  return std::chrono::year_month_day(std::chrono::sys_days(std::chrono::days(date.days)));
}

bool Digits(std::string_view text, int& value) {
  for (char c : text)
    if (c < '0' || c > '9') return false;
  return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc();
}

}  // namespace

std::string Date::Str() const {
  auto c = Civil(*this);
  return fmt::format("{:04}-{:02}-{:02}", int(c.year()), unsigned(c.month()), unsigned(c.day()));
}

std::string Date::Month() const { return Str().substr(0, 7); }

std::string Date::Sql() const { return "DATE '" + Str() + "'"; }

Result<Date> Date::Parse(std::string_view text) {
  int y = 0, m = 0, d = 0;
  if (text.size() == 10 && text[4] == '-' && text[7] == '-' && Digits(text.substr(0, 4), y) &&
      Digits(text.substr(5, 2), m) && Digits(text.substr(8, 2), d)) {
    std::chrono::year_month_day civil{std::chrono::year(y), std::chrono::month(unsigned(m)),
                                      std::chrono::day(unsigned(d))};
    if (civil.ok()) {
      return Date{int32_t(std::chrono::sys_days(civil).time_since_epoch().count())};
    }
    return Error{ErrorKind::kUsage, fmt::format("'{}' is not a date: there is no such day", text),
                 "a day that exists, written YYYY-MM-DD, such as 2021-12-01"};
  }
  return Error{ErrorKind::kUsage, fmt::format("'{}' is not a date", text), "YYYY-MM-DD, such as 2021-12-01"};
}

}  // namespace backcourt

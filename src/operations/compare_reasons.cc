#include "operations/compare_reasons.h"

#include <fmt/format.h>

#include <cmath>

#include "base/text.h"

namespace backcourt {

ValueKind ValueKindOf(const std::string& type) {
  if (type == "BOOLEAN") return ValueKind::kBool;
  if (type == "DATE") return ValueKind::kDate;
  if (type.starts_with("TIMESTAMP")) return ValueKind::kTime;
  bool nested = type.ends_with("]") || type.find('(') != std::string::npos;
  for (const char* number : {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE"})
    if (!nested && type.ends_with(number))
      return ValueKind::kNumber;  // also those without a sign, as UINTEGER
  return type.starts_with("DECIMAL") && !type.ends_with("]") ? ValueKind::kNumber : ValueKind::kText;
}

std::string Comparable(ValueKind kind, const std::string& value) {
  switch (kind) {
    case ValueKind::kNumber:
      return fmt::format("TRY_CAST({} AS DOUBLE)", value);
    case ValueKind::kBool:  // also 1 and 0, as a number or a text
      return fmt::format("coalesce(TRY_CAST(CAST({0} AS VARCHAR) AS BOOLEAN), TRY_CAST({0} AS DOUBLE) <> 0)",
                         value);
    case ValueKind::kDate:
      return fmt::format("CAST(TRY_CAST(CAST({} AS VARCHAR) AS TIMESTAMP) AS DATE)", value);
    case ValueKind::kTime:
      return fmt::format("TRY_CAST(CAST({} AS VARCHAR) AS TIMESTAMP)", value);
    case ValueKind::kText:
      break;
  }
  return fmt::format("CAST({} AS VARCHAR)", value);
}

std::string Differs(ValueKind kind, const std::string& ours, const std::string& theirs, double tolerance) {
  std::string differs = fmt::format("{} IS DISTINCT FROM {}", ours, theirs);
  if (kind != ValueKind::kNumber) return "(" + differs + ")";
  return fmt::format("({0} AND coalesce(abs({1} - {2}) > {3:e} * greatest(1, abs({1})), TRUE))", differs,
                     ours, theirs, tolerance);
}

std::string ValuePair::Is(const std::string& value) const {
  if (kind != ValueKind::kNumber) return fmt::format("{} = {}", theirs, value);
  double half = digits < 0 ? 0 : 0.5000001 * std::pow(10, -digits);
  return fmt::format("abs({0} - ({1})) <= greatest({2:e}, {3:e} * greatest(1, abs({1})))", theirs, value,
                     half, std::max(tolerance, 1e-12));
}

namespace {

void AddNumbers(const ValuePair& pair, std::vector<Reason>& reasons) {
  const std::string &ours = pair.ours, &theirs = pair.theirs;
  if (pair.digits >= 0) {
    double unit = std::pow(10, -pair.digits);
    reasons.push_back({pair.digits == 0 ? "rounded to whole numbers there"
                                        : fmt::format("rounded to {} there", Counted(pair.digits, "digit")),
                       pair.Is(ours)});
    reasons.push_back({"digits are cut off there, not rounded",
                       fmt::format("abs({} - trunc({} / {:e}) * {:e}) <= 1e-9", theirs, ours, unit, unit)});
  }
  if (!pair.text.empty()) {
    std::string minutes = fmt::format(
        "(TRY_CAST(split_part({0}, ':', 1) AS DOUBLE) + TRY_CAST(split_part({0}, ':', 2) AS DOUBLE) / 60)",
        pair.text);
    reasons.push_back({"minutes and seconds as a text there, MM:SS",
                       fmt::format("abs({0} - {1}) < 1e-6 OR abs(60 * {0} - {1}) < 1e-4", minutes, ours)});
    reasons.push_back({"a text there that is not a number",
                       fmt::format("{} IS NULL AND {} IS NOT NULL", theirs, pair.text)});
  }
  reasons.push_back({"0 there where there is no value", fmt::format("{} IS NULL AND {} = 0", ours, theirs)});
  reasons.push_back({"no value there where it is 0", fmt::format("{} = 0 AND {} IS NULL", ours, theirs)});
  reasons.push_back({"percent there, 0 to 100; here a share, 0 to 1", pair.Is("100 * " + ours)});
  reasons.push_back({"a share there, 0 to 1; here percent, 0 to 100", pair.Is(ours + " / 100")});
  reasons.push_back({"seconds there, minutes here", pair.Is("60 * " + ours)});
  reasons.push_back({"minutes there, seconds here", pair.Is(ours + " / 60")});
  reasons.push_back({"the sign is the other way round", ours + " <> 0 AND " + pair.Is("-1 * " + ours)});
}

void AddTexts(const ValuePair& pair, std::vector<Reason>& reasons) {
  const std::string &ours = pair.ours, &theirs = pair.theirs;
  reasons.push_back({"zeros are missing at the front of the id there",
                     fmt::format("{1} <> '' AND ltrim({0}, '0') = ltrim({1}, '0')", ours, theirs)});
  reasons.push_back({"other capitals, or spaces around it",
                     fmt::format("lower(trim({})) = lower(trim({}))", ours, theirs)});
  reasons.push_back(
      {"an empty text there where there is no value", fmt::format("{} IS NULL AND {} = ''", ours, theirs)});
}

}  // namespace

std::vector<Reason> ValueReasons(const ValuePair& pair) {
  const std::string &ours = pair.ours, &theirs = pair.theirs;
  std::vector<Reason> reasons;
  switch (pair.kind) {
    case ValueKind::kNumber:
      AddNumbers(pair, reasons);
      break;
    case ValueKind::kText:
      AddTexts(pair, reasons);
      break;
    case ValueKind::kBool:
      reasons.push_back({"false there where there is no value", ours + " IS NULL AND NOT " + theirs});
      break;
    case ValueKind::kDate:
    case ValueKind::kTime:
      reasons.push_back(
          {"a day later there, as a date in UTC would be", theirs + " = " + ours + " + INTERVAL 1 DAY"});
      reasons.push_back({"a day earlier there", theirs + " = " + ours + " - INTERVAL 1 DAY"});
      break;
  }
  if (pair.constant)
    reasons.push_back({"one and the same value there in every row", theirs + " IS NOT NULL"});
  if (pair.kind == ValueKind::kBool)
    reasons.push_back({"the other way round there", theirs + " = NOT " + ours});
  if (!pair.otherwise.empty())
    reasons.push_back(
        {"a plausible default there where there is no value: " + pair.otherwise,
         fmt::format("{} IS NULL AND {} = {}", ours, theirs, Comparable(pair.kind, Quote(pair.otherwise)))});
  return reasons;
}

}  // namespace backcourt

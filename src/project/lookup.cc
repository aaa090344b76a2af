#include "project/lookup.h"

#include <algorithm>

#include "base/text.h"

namespace backcourt {

namespace {

// In one pass: a value may hold the text {column}.
std::string Fill(const std::string& match, const std::string& column, const std::string& value) {
  constexpr std::string_view kColumn = "{column}", kValue = "{value}";
  std::string sql;
  for (size_t at = 0; at < match.size();) {
    if (match.compare(at, kColumn.size(), kColumn) == 0) {
      sql += Ident(column);
      at += kColumn.size();
    } else if (match.compare(at, kValue.size(), kValue) == 0) {
      sql += Quote(value);
      at += kValue.size();
    } else {
      sql += match[at++];
    }
  }
  return sql;
}

}  // namespace

std::string Lookup::Predicate(const std::vector<std::string>& table_columns, const std::string& value) const {
  std::vector<std::string> either;
  for (const std::string& column : columns)
    if (std::find(table_columns.begin(), table_columns.end(), column) != table_columns.end())
      either.push_back("(" + Fill(match, column, value) + ")");
  return either.empty() ? "" : "(" + Join(either, " OR ") + ")";
}

}  // namespace backcourt

#include "load/raw_table_sql.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"

namespace backcourt {

std::string InPartitions(const std::string& partition, const std::vector<PartitionKey>& partitions) {
  return fmt::format("{} IN ({})", partition, fmt::join(partitions, ","));
}

std::string PartitionSql(const RawTable& table) {
  switch (table.grain) {
    case Grain::kDate:
      return fmt::format("({} - DATE '1970-01-01')", Ident(table.date));
    case Grain::kSeason:
      return fmt::format("CAST(substr({}, 1, 4) AS INTEGER)", Ident(table.date));
    case Grain::kWhole:
      return "CAST(0 AS INTEGER)";  // a bare 0 is a column number where rows are ordered
  }
  return "0";
}

std::vector<std::string> HashedColumns(const RawTable& table) {
  std::vector<std::string> names;
  for (const Column& column : table.columns)
    if (std::find(table.unhashed.begin(), table.unhashed.end(), column.name) == table.unhashed.end())
      names.push_back(column.name);
  return names;
}

std::string UnitSql(const RawTable& table) {
  std::string unit = table.unit.empty() && HasColumn(table, "season") ? "season" : table.unit;
  return unit.empty() ? "''" : "coalesce(CAST(" + Ident(unit) + " AS VARCHAR), '')";
}

std::string ColumnList(const RawTable& table) {
  std::vector<std::string> names;
  for (const Column& column : table.columns)
    names.push_back(Ident(column.name));
  return Join(names, ", ");
}

std::string KeyList(const RawTable& table) {
  std::vector<std::string> names;
  for (const std::string& name : table.key)
    names.push_back(Ident(name));
  return Join(names, ", ");
}

bool HasColumn(const RawTable& table, const std::string& name) {
  return std::any_of(table.columns.begin(), table.columns.end(),
                     [&](const Column& c) { return c.name == name; });
}

std::string QuotedList(const std::set<std::string>& names) {
  std::vector<std::string> quoted;
  for (const std::string& name : names)
    quoted.push_back(Quote(name));
  return Join(quoted, ", ");
}

}  // namespace backcourt

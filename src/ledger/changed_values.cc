#include "ledger/changed_values.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace backcourt::ledger {

Result<> WriteChangedValues(Connection& connection, int64_t run, const std::string& table,
                            const std::string& changes) {
  return connection.Execute(fmt::format(R"sql(
      INSERT INTO backcourt.changed_values
      SELECT {run}, {table}, slot, unit, key, column_name, before, after FROM ({changes}) LIMIT {most})sql",
                                        fmt::arg("run", run), fmt::arg("table", Quote(table)),
                                        fmt::arg("changes", changes), fmt::arg("most", kMostKept)));
}

Result<ChangedValues> ReadChangedValues(Connection& connection, int64_t run, const std::string& table,
                                        PartitionKey partition, int most) {
  Rows rows = TRY(connection.Query(fmt::format(R"sql(
      SELECT unit, key, column_name, before, after, count(*) OVER () FROM backcourt.changed_values
      WHERE run = {run} AND table_name = {table} AND slot = {slot}
      ORDER BY key, column_name LIMIT {most})sql",
                                               fmt::arg("run", run), fmt::arg("table", Quote(table)),
                                               fmt::arg("slot", partition), fmt::arg("most", most))));
  ChangedValues changed;
  for (size_t i = 0; i < rows.size(); ++i) {
    changed.all = rows.Int(i, 5);
    ChangedValue& value = changed.first.emplace_back();
    value.unit = rows.Text(i, 0);
    auto key = nlohmann::ordered_json::parse(rows.Text(i, 1), nullptr, false);
    if (key.is_object())
      for (const auto& [column, part] : key.items())
        value.key.emplace_back(column, part.is_string() ? part.get<std::string>() : part.dump());
    value.column = rows.Text(i, 2);
    if (!rows.Null(i, 3)) value.before = rows.Text(i, 3);
    if (!rows.Null(i, 4)) value.after = rows.Text(i, 4);
  }
  return changed;
}

}  // namespace backcourt::ledger

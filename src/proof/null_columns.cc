#include "proof/null_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"

namespace backcourt {

namespace {

// The seasons in which a raw table or a column of it, or one of several (`a or b`), holds a value.
Result<std::set<std::string>> SeasonsWith(Connection& connection, Workbench& bench, const Project& project,
                                          const std::string& needs) {
  if (size_t either = needs.find(" or "); either != std::string::npos) {
    std::set<std::string> seasons = TRY(SeasonsWith(connection, bench, project, needs.substr(0, either)));
    seasons.merge(TRY(SeasonsWith(connection, bench, project, needs.substr(either + 4))));
    return seasons;
  }
  size_t dot = needs.find('.');
  const std::string table = needs.substr(0, dot);
  const RawTable* raw = project.FindRaw(table);
  auto ask = [&](const std::string& sql) {  // of where the rows are
    return raw && project.IsReadInPlace(*raw) ? bench.Query(sql) : connection.Query(sql);
  };
  const auto columns = TRY(ask("SELECT * FROM wh.main." + Ident(table) + " LIMIT 0")).columns();
  bool own =
      std::any_of(columns.begin(), columns.end(), [](const auto& column) { return column.name == "season"; });
  std::string from = "wh.main." + Ident(table) + " t";
  if (!own) from += fmt::format(" JOIN wh.main.{} s ON s.game_id = t.game_id", Ident(project.schedule));
  std::string where =
      dot == std::string::npos ? "true" : fmt::format("t.{} IS NOT NULL", Ident(needs.substr(dot + 1)));
  Rows rows =
      TRY(ask(fmt::format("SELECT DISTINCT {}.season FROM {} WHERE {}", own ? "t" : "s", from, where)));
  std::set<std::string> seasons;
  for (size_t i = 0; i < rows.size(); ++i)
    seasons.insert(rows.Text(i, 0));
  return seasons;
}

}  // namespace

Result<std::vector<NullColumns>> FindNullColumns(Connection& connection, Workbench& bench,
                                                 const Project& project, const Calendar& calendar) {
  std::vector<NullColumns> missing;
  for (const Model& model : project.models) {
    if (model.helper) continue;
    for (const auto& [needs, columns] : model.needs) {
      auto found = std::find_if(missing.begin(), missing.end(),
                                [&](const NullColumns& m) { return m.needs == needs; });
      if (found == missing.end()) {
        std::set<std::string> with = TRY(SeasonsWith(connection, bench, project, needs));
        NullColumns one{needs, {}, {}};
        for (const Season& season : calendar.seasons())
          if (!with.contains(season.label)) one.seasons.push_back(season.label);
        found = missing.insert(missing.end(), std::move(one));
      }
      for (const std::string& column : columns)
        found->columns.push_back(model.name + "." + column);
    }
  }
  std::erase_if(missing, [](const NullColumns& one) { return one.seasons.empty(); });
  return missing;
}

}  // namespace backcourt

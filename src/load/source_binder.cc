#include "load/source_binder.h"

#include <fmt/format.h>

#include "base/text.h"
#include "load/feed_reader.h"
#include "load/statements.h"
#include "warehouse/body_check.h"
#include "warehouse/duckdb/text_binder.h"

namespace backcourt {

Result<std::vector<FileProblem>> BindSource(Connection& connection, const Project& project,
                                            const Source& source) {
  std::string inputs;
  auto with = [&](const std::string& name, const std::string& select) {
    inputs += fmt::format("{}{} AS ({})", inputs.empty() ? "WITH " : ", ", Ident(name), select);
  };
  for (const auto& list : {source.feeds, source.optional_feeds, source.any_of})
    for (const std::string& name : list)
      if (const Feed* feed = project.FindFeed(name))
        with(source.Calls(name), EmptyFeedSql(*feed, project.functions));
  for (const std::string& read : source.reads)
    with(read, "SELECT * FROM wh.main." + Ident(read) + " WHERE false");
  const RawTable& table = *project.FindRaw(source.table);
  std::string typed;
  for (const Column& column : table.columns)
    typed += fmt::format("CAST({0} AS {1}) AS {0}, ", Ident(column.name), column.type);
  std::string sql =
      fmt::format("{} SELECT {}{}{}CAST(dropped AS VARCHAR) AS dropped FROM (\n{}\n) LIMIT 0", inputs, typed,
                  StatementColumns(table, source), UnmatchedNameColumn(source), source.body);
  auto bound = connection.Query(sql);
  if (bound) return std::vector<FileProblem>();
  if (bound.error().kind == ErrorKind::kInterrupted) return bound.error();
  return std::vector{ProblemIn({source.file, source.body, source.body_line, {}}, sql, bound.error())};
}

}  // namespace backcourt

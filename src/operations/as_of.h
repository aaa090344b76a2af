// The rows of tables as they stood after a run.
#pragma once

#include <string>

#include "adbc/adbc.h"
#include "project/project.h"

namespace backcourt {

// The history is the embedded engine's: kUsage of a project whose tables are in Spark.
Result<> CheckHasHistory(const Project& project);

// The run that is meant by its number, or by a time (UTC, as 2021-11-15 or 2021-11-15 12:00): the last that
// had ended by then, or by the end of that day.
Result<int64_t> RunAsOf(Connection& connection, const std::string& text);

// A row's partition in the history of a table, and what tells its rows apart; kUsage of what has no history,
// as a view.
struct Remembered {
  std::string partition;  // SQL
  std::vector<std::string> key;
};
Result<Remembered> RememberedAs(const Project& project, Connection& connection, const std::string& table);

// A SELECT of its rows then.
Result<std::string> SelectAsOf(const Project& project, Connection& connection, const std::string& table,
                               const std::string& as_of);

// The query with each as_of('table', run) in it read from a temporary view of these rows.
Result<std::string> ReplaceAsOf(const Project& project, Connection& connection, const std::string& sql);

}  // namespace backcourt

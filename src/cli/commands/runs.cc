#include <fmt/format.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/session.h"

namespace backcourt {

namespace {

constexpr int kShownRuns = 20;

std::string Outcome(const Rows& runs, size_t i, const Session& session) {
  if (!runs.Null(i, 5)) return runs.Text(i, 5);
  int process = int(runs.Int(i, 2));
  return process == getpid() && session.live.progress ? "running" : "ended without an outcome";
}

}  // namespace

Result<int> RunRuns(Session& session, const Arguments& arguments, const Output& output) {
  auto connection = TRY(session.warehouse->Connect());
  Rows there = TRY(connection->Query(
      "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'backcourt' AND table_name = 'runs'"));
  if (there.Int(0, 0) == 0) {
    output.Out(arguments.json ? "[]\n" : "no run yet\n");
    return 0;
  }
  std::string filter;
  if (!arguments.words.empty()) {
    const std::string& id = arguments.words[0];
    if (id.empty() || id.find_first_not_of("0123456789") != std::string::npos || id.size() > 9)
      return Error{ErrorKind::kUsage, fmt::format("'{}' is no run's number", id),
                   "`backcourt runs` lists them"};
    filter = " WHERE run = " + id;
  }
  Rows runs = TRY(connection->Query(
      "SELECT run, command, process, CAST(date_trunc('second', started_at) AS VARCHAR), "
      "CAST(date_diff('millisecond', started_at, ended_at) AS BIGINT), outcome, summary "
      "FROM backcourt.runs" +
      filter + " ORDER BY run DESC" + (filter.empty() ? fmt::format(" LIMIT {}", kShownRuns) : "")));
  if (runs.size() == 0 && !filter.empty())
    return Error{ErrorKind::kUsage, fmt::format("there is no run {}", arguments.words[0]),
                 "`backcourt runs` lists them"};
  if (arguments.log) {
    if (filter.empty())
      return Error{ErrorKind::kUsage, "--log needs a run's number", "`backcourt runs ID --log`"};
    std::string path = LogPath(session.project, int(runs.Int(0, 2)));
    std::ifstream in(path);
    if (!in)
      return Error{ErrorKind::kUsage,
                   fmt::format("run {} has no log: it was not detached", arguments.words[0]),
                   "`backcourt runs " + arguments.words[0] + "`"};
    for (std::string line; std::getline(in, line);)
      output.Out(line + "\n");
    return 0;
  }
  Rows batches, failures;
  if (!filter.empty()) {
    batches = TRY(
        connection->Query("SELECT model, CAST(sum(cells) AS BIGINT), CAST(sum(row_count) AS BIGINT), "
                          "sum(seconds), count(*), CAST(sum(attempts - 1) AS BIGINT) FROM backcourt.batches" +
                          filter + " GROUP BY 1 ORDER BY 4 DESC"));
    failures = TRY(connection->Query("SELECT model, slot, error_class, message FROM backcourt.failures" +
                                     filter + " ORDER BY model, slot"));
  }
  if (arguments.json) {
    nlohmann::json list = nlohmann::json::array();
    for (size_t i = 0; i < runs.size(); ++i)
      list.push_back(
          {{"run", runs.Int(i, 0)},
           {"command", runs.Text(i, 1)},
           {"process", runs.Int(i, 2)},
           {"started_at_utc", runs.Text(i, 3)},
           {"seconds", runs.Null(i, 4) ? nlohmann::json() : nlohmann::json(double(runs.Int(i, 4)) / 1000)},
           {"outcome", Outcome(runs, i, session)},
           {"summary", runs.Text(i, 6)}});
    if (!filter.empty()) {
      nlohmann::json tables = nlohmann::json::array(), failed = nlohmann::json::array();
      for (size_t i = 0; i < batches.size(); ++i)
        tables.push_back({{"table", batches.Text(i, 0)},
                          {"cells", batches.Int(i, 1)},
                          {"rows", batches.Int(i, 2)},
                          {"seconds", batches.Real(i, 3)},
                          {"batches", batches.Int(i, 4)},
                          {"retries", batches.Int(i, 5)}});
      for (size_t i = 0; i < failures.size(); ++i)
        failed.push_back({{"table", failures.Text(i, 0)},
                          {"date", Date{int32_t(failures.Int(i, 1))}.Str()},
                          {"class", failures.Text(i, 2)},
                          {"message", failures.Text(i, 3)}});
      list[0]["tables"] = tables;
      list[0]["failures"] = failed;
    }
    output.Out(list.dump(2) + "\n");
    return 0;
  }
  for (size_t i = 0; i < runs.size(); ++i)
    output.Out(fmt::format("{:>5}  {}  {:>9}  {:<10} {}\n       {}\n", runs.Int(i, 0), runs.Text(i, 3),
                           runs.Null(i, 4) ? "" : Seconds(double(runs.Int(i, 4)) / 1000),
                           Outcome(runs, i, session), runs.Text(i, 1), runs.Text(i, 6)));
  if (runs.size() == 0) output.Out("no run yet\n");
  for (size_t i = 0; i < batches.size(); ++i)
    output.Out(fmt::format("       {:<34} {:>6} cells {:>10} rows {:>9} in {} batches{}\n",
                           batches.Text(i, 0), WithCommas(batches.Int(i, 1)), WithCommas(batches.Int(i, 2)),
                           Seconds(batches.Real(i, 3)), batches.Int(i, 4),
                           batches.Int(i, 5) ? fmt::format(", {} tried again", batches.Int(i, 5)) : ""));
  for (size_t i = 0; i < failures.size(); ++i)
    output.Out(fmt::format("       FAILED {} {} ({}): {}\n", failures.Text(i, 0),
                           Date{int32_t(failures.Int(i, 1))}.Str(), failures.Text(i, 2),
                           failures.Text(i, 3)));
  return 0;
}

Result<int> RunStop(Session& session, const Arguments& arguments, const Output& output) {
  (void)arguments;
  std::lock_guard lock(session.live.mutex);
  if (!session.live.runner) {
    output.Out("nothing runs that could be stopped\n");
    return 0;
  }
  session.live.runner->Stop(false);
  output.Out("it ends after its running batches; what is filled stays\n");
  return 0;
}

}  // namespace backcourt

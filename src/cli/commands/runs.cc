#include <fmt/format.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/session.h"
#include "ledger/runs.h"

namespace backcourt {

namespace {

constexpr int kShownRuns = 20;

std::string Outcome(const ledger::Run& run, const Session& session) {
  if (run.outcome) return *run.outcome;
  return run.process == getpid() && session.live.progress ? "running" : "ended without an outcome";
}

nlohmann::json Json(const std::vector<ledger::Run>& runs, const Session& session) {
  nlohmann::json list = nlohmann::json::array();
  for (const ledger::Run& run : runs)
    list.push_back({{"run", run.run},
                    {"command", run.command},
                    {"process", run.process},
                    {"started_at_utc", run.started_at},
                    {"seconds", run.seconds ? nlohmann::json(*run.seconds) : nlohmann::json()},
                    {"outcome", Outcome(run, session)},
                    {"summary", run.summary}});
  return list;
}

std::string Text(const std::vector<ledger::Run>& runs, const Session& session) {
  std::string text;
  for (const ledger::Run& run : runs)
    text += fmt::format("{:>5}  {}  {:>9}  {:<10} {}\n       {}\n", run.run, run.started_at,
                        run.seconds ? Seconds(*run.seconds) : "", Outcome(run, session), run.command,
                        run.summary);
  return text.empty() ? "no run yet\n" : text;
}

nlohmann::json Json(const std::vector<ledger::RunTable>& tables) {
  nlohmann::json list = nlohmann::json::array();
  for (const ledger::RunTable& t : tables)
    list.push_back({{"table", t.table},
                    {"cells", t.cells},
                    {"rows", t.rows},
                    {"seconds", t.seconds},
                    {"batches", t.batches},
                    {"retries", t.retries}});
  return list;
}

std::string Text(const std::vector<ledger::RunTable>& tables) {
  std::string text;
  for (const ledger::RunTable& t : tables)
    text += fmt::format("       {:<34} {:>6} cells {:>10} rows {:>9} in {} batches{}\n", t.table,
                        WithCommas(t.cells), WithCommas(t.rows), Seconds(t.seconds), t.batches,
                        t.retries ? fmt::format(", {} tried again", t.retries) : "");
  return text;
}

nlohmann::json Json(const std::vector<ledger::RunFailure>& failures) {
  nlohmann::json list = nlohmann::json::array();
  for (const ledger::RunFailure& f : failures)
    list.push_back(
        {{"table", f.table}, {"date", f.date.Str()}, {"class", f.error_class}, {"message", f.message}});
  return list;
}

std::string Text(const std::vector<ledger::RunFailure>& failures) {
  std::string text;
  for (const ledger::RunFailure& f : failures)
    text += fmt::format("       FAILED {} {} ({}): {}\n", f.table, f.date.Str(), f.error_class, f.message);
  return text;
}

Result<int> ShowLog(const Session& session, const ledger::Run& run, const Output& output) {
  std::ifstream in(LogPath(session.project, run.process));
  if (!in)
    return Error{ErrorKind::kUsage, fmt::format("run {} has no log: it was not detached", run.run),
                 fmt::format("`backcourt runs {}`", run.run)};
  for (std::string line; std::getline(in, line);)
    output.Out(line + "\n");
  return 0;
}

Result<int> ShowRun(Session& session, const Arguments& arguments, Connection& connection,
                    const Output& output) {
  const std::string& id = arguments.words[0];
  if (id.empty() || id.find_first_not_of("0123456789") != std::string::npos || id.size() > 9)
    return Error{ErrorKind::kUsage, fmt::format("'{}' is no run's number", id),
                 "`backcourt runs` lists them"};
  auto run = TRY(ledger::ReadRun(connection, std::stoi(id)));
  if (!run)
    return Error{ErrorKind::kUsage, fmt::format("there is no run {}", id), "`backcourt runs` lists them"};
  if (arguments.log) return ShowLog(session, *run, output);
  std::vector<ledger::RunTable> tables = TRY(ledger::ReadRunTables(connection, run->run));
  std::vector<ledger::RunFailure> failures = TRY(ledger::ReadRunFailures(connection, run->run));
  if (arguments.json) {
    nlohmann::json list = Json({*run}, session);
    list[0]["tables"] = Json(tables);
    list[0]["failures"] = Json(failures);
    output.Out(list.dump(2) + "\n");
  } else {
    output.Out(Text({*run}, session) + Text(tables) + Text(failures));
  }
  return 0;
}

}  // namespace

Result<int> RunRuns(Session& session, const Arguments& arguments, const Output& output) {
  auto connection = TRY(session.warehouse->Connect());
  if (!arguments.words.empty()) return ShowRun(session, arguments, *connection, output);
  if (arguments.log)
    return Error{ErrorKind::kUsage, "--log needs a run's number", "`backcourt runs ID --log`"};
  std::vector<ledger::Run> runs = TRY(ledger::ReadRuns(*connection, kShownRuns));
  output.Out(arguments.json ? Json(runs, session).dump(2) + "\n" : Text(runs, session));
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

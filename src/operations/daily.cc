#include "operations/daily.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "ledger/schema.h"
#include "operations/cells.h"
#include "operations/notify.h"
#include "operations/status.h"
#include "plan/planner.h"

namespace backcourt {

void Describe(Visitor& v, DailyRequest& r) {
  v.Struct("DailyRequest", "How to look.");
  v.Field("force", r.force, "Load and fill also where no game is due.");
}

void Describe(Visitor& v, DailyFinding& f) {
  v.Struct("DailyFinding", "Something that a person should know of.");
  v.Field("kind", f.kind, "red or late");
  v.Field("subject", f.subject, "what it is about");
  v.Field("what", f.what, "what it is");
  v.Field("who", f.who, "who must act");
  v.Field("command", f.command, "the command to begin with");
}

void Describe(Visitor& v, DailyMessage& m) {
  v.Struct("DailyMessage", "A message that was sent.");
  v.Field("event", m.event, "red, late or recovered");
  v.Field("project", m.project, "the name of the project");
  v.Field("text", m.text, "the text");
  v.Field("findings", m.findings, "what it is about");
}

void Describe(Visitor& v, DailyReport& r) {
  v.Struct("DailyReport", "How a look ended.");
  v.Field("outcome", r.outcome, "idle (nothing was due), done, waiting (for results or boxes), late or red");
  v.Field("awaited", r.awaited, "dates that should be over and whose results or boxes are missing");
  v.Field("fill", r.fill, "how the backfill ended; null where none was due, or it failed");
  v.Field("findings", r.findings, "what is red or late now");
  v.Field("sent", r.sent, "messages that were sent");
  v.Field("not_sent", r.not_sent,
          "why messages were not sent: they are sent again at the next look; else empty");
  v.Field("next_seconds", r.next_seconds, "seconds until it is worth to look again");
}

namespace {

constexpr const char* kTold = "daily_told";      // in the ledger: what was told and is not well again
constexpr const char* kFill = "backfill";        // the subject of what keeps it from running
constexpr int64_t kLongest = int64_t{6} * 3600;  // between two looks, in seconds
constexpr const char* kOperator = "whoever runs the warehouse";

std::vector<Date> Awaited(const Moment& moment, int64_t now, int64_t after) {
  std::vector<Date> dates;
  for (const LateDate& late : LateDates(moment.calendar, SeasonNow(moment.calendar, now), now, after))
    dates.push_back(late.date);
  return dates;
}

bool AnythingToFill(const Project& project, const Moment& moment) {
  for (const auto& [table, states] : JudgeAll(project, moment.calendar, moment.cells))
    if (std::any_of(states.begin(), states.end(), [](CellState state) {
          return !Settled(state) && state != CellState::kNotDue && state != CellState::kFailed &&
                 state != CellState::kBlocked;
        }))
      return true;
  return false;
}

// Whether a load or a fill failed before it had cells, and none has succeeded since: it is tried again, since
// what hindered it may be gone. Cells that failed tell of themselves.
Result<bool> FailedBeforeItsRun(const Moment& moment) {
  auto failed = TRY(ledger::ReadFailedRuns(*moment.connection));
  return std::any_of(failed.begin(), failed.end(),
                     [](const ledger::Run& run) { return !run.summary.starts_with("run "); });
}

// When the next date's last game should be over, if that is soon; else a long while.
int64_t NextLook(const Project& project, const Moment& moment, bool open, int64_t now) {
  if (open) return project.daily_every;
  int64_t next = kLongest;
  for (int i = 0; i < int(moment.calendar.dates().size()); ++i)
    if (moment.calendar.dates()[size_t(i)].date >= moment.calendar.today() - 1)
      for (int64_t seconds = 0; seconds < next; seconds += project.daily_every)
        if (!moment.calendar.IsOver(i, now) && moment.calendar.IsOver(i, now + seconds)) next = seconds;
  return std::max<int64_t>(next, 1);
}

// What is wrong with cells: a line a table that failed, and one for all that waits behind.
void AddCellFindings(const Project& project, const Moment& moment, std::vector<DailyFinding>& findings) {
  int64_t blocked = 0;
  for (const Model& model : project.models) {
    auto series = moment.cells.find(model.name);
    if (series == moment.cells.end()) continue;
    int64_t failed = 0;
    const Cell* first = nullptr;
    for (const Cell& cell : series->second.cells()) {
      if (cell.state == CellState::kFailed && ++failed == 1) first = &cell;
      blocked += cell.state == CellState::kBlocked;
    }
    if (first)
      findings.push_back({"red", model.name,
                          fmt::format("{} failed on {}, first {}: {}", model.name, Counted(failed, "date"),
                                      Date{first->partition}.Str(), Clip(first->reason)),
                          first->error_class == "data" ? "whoever knows the data" : kOperator,
                          fmt::format("backcourt cell {} {}", model.name, Date{first->partition}.Str())});
  }
  if (blocked && !findings.empty())
    findings.back().what += fmt::format("; {} wait behind", Counted(blocked, "cell"));
}

std::vector<DailyFinding> FindingsOf(const Project& project, const Moment& moment,
                                     const std::optional<Error>& failure, int64_t now) {
  std::vector<DailyFinding> findings;
  if (failure)
    findings.push_back({"red", kFill, failure->message,
                        failure->kind == ErrorKind::kSource || failure->kind == ErrorKind::kData
                            ? "whoever delivers the files"
                            : kOperator,
                        "backcourt backfill"});
  AddCellFindings(project, moment, findings);
  for (Date date : Awaited(moment, now, project.daily_late_after)) {
    int index = moment.calendar.Find(date);
    const GameDate& game_date = moment.calendar.dates()[size_t(index)];
    findings.push_back(
        {"late", date.Str(),
         game_date.finals < game_date.games
             ? fmt::format("{}: results of {} of {} have not come", date.Str(),
                           game_date.games - game_date.finals, Counted(game_date.games, "game"))
             : date.Str() + ": boxes of final games have not come",
         "whoever delivers the files", fmt::format("backcourt check --dates {}", date.Str())});
  }
  return findings;
}

}  // namespace

std::vector<DailyMessage> MessagesOf(const std::string& project, const std::vector<DailyFinding>& told,
                                     const std::vector<DailyFinding>& now) {
  auto has = [](const std::vector<DailyFinding>& list, const DailyFinding& one) {
    return std::any_of(list.begin(), list.end(), [&](const DailyFinding& other) {
      return other.kind == one.kind && other.subject == one.subject &&
             (one.subject != kFill || other.what == one.what);  // it may fail for one cause after the other
    });
  };
  std::vector<DailyMessage> messages;
  for (const char* kind : {"red", "late"}) {
    DailyMessage message{kind, project, "", {}};
    for (const DailyFinding& finding : now) {
      if (finding.kind != kind || has(told, finding)) continue;
      message.findings.push_back(finding);
      message.text += fmt::format("{}\n  Who: {}. Try: {}\n", finding.what, finding.who, finding.command);
    }
    if (message.findings.empty()) continue;
    message.text = fmt::format("{} is {}\n{}", project, kind, message.text);
    messages.push_back(std::move(message));
  }
  if (!told.empty() && now.empty()) {
    DailyMessage message{"recovered", project, project + " is well again\n", told};
    for (const DailyFinding& finding : told)
      message.text += fmt::format("no longer {}: {}\n", finding.kind, finding.subject);
    messages.push_back(std::move(message));
  }
  return messages;
}

Result<DailyReport> Daily(Workspace& workspace, const DailyRequest& request, const Cancel& cancel,
                          const Events& events) {
  const Project& project = workspace.project();
  DailyReport report;
  int64_t now = NowSeconds();
  std::optional<Error> failure;
  {
    Moment moment = TRY(workspace.Look());
    FileChanges files = TRY(LookForFileChanges(*moment.connection, project));
    bool remote = IsRemote(project.data);
    bool due = request.force || files.data_is_gone || !files.fresh.empty() || !files.changed.empty() ||
               !project.problems.empty() || TRY(FailedBeforeItsRun(moment)) ||
               moment.calendar.dates().empty() || (remote && !Awaited(moment, now, 0).empty()) ||
               AnythingToFill(project, moment);
    if (!due) report.outcome = "idle";
  }
  if (report.outcome.empty()) {
    auto filled = Backfill(workspace, {}, cancel, events);
    if (filled)
      report.fill = *filled;
    else if (filled.error().kind == ErrorKind::kInterrupted || filled.error().kind == ErrorKind::kBusy)
      return filled.error();
    else
      failure = filled.error();
  }
  Moment moment = TRY(workspace.Look());
  auto connection = TRY(TRY(workspace.Open())->Connect());
  std::vector<DailyFinding> told;
  std::string kept = TRY(ledger::ReadNote(*connection, kTold));
  auto known =
      FromJson<std::vector<DailyFinding>>(nlohmann::json::parse(kept.empty() ? "[]" : kept, nullptr, false));
  if (known) told = *known;
  report.findings = FindingsOf(project, moment, failure, now);
  report.awaited = Awaited(moment, now, 0);
  bool red = std::any_of(report.findings.begin(), report.findings.end(),
                         [](const DailyFinding& finding) { return finding.kind == "red"; });
  if (red)
    report.outcome = "red";
  else if (!report.findings.empty())
    report.outcome = "late";
  else if (!report.awaited.empty())
    report.outcome = "waiting";
  else if (report.outcome.empty())
    report.outcome = "done";
  report.next_seconds = NextLook(project, moment, !report.awaited.empty() || red, now);
  for (DailyMessage& message : MessagesOf(project.name, told, report.findings)) {
    if (project.notify.Any()) {
      if (auto sent = Send(project.notify, message, cancel); !sent) {
        report.not_sent = sent.error().message;
        return report;  // what was told stays as it is: the next look tells it
      }
    }
    report.sent.push_back(std::move(message));
  }
  TRY(ledger::WriteNote(*connection, kTold, OneLine(ToJson(report.findings))));
  return report;
}

}  // namespace backcourt

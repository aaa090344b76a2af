#include "operations/check.h"

#include <algorithm>
#include <chrono>
#include <set>

namespace backcourt {

void Describe(Visitor& v, CheckRequest& r) {
  v.Struct("CheckRequest", "What to check.");
  v.Field("tables", r.tables, "Models and raw tables (default: all).",
          {.metavar = "TABLE", .positional = true});
  DescribeRange(v, r.dates);
  DescribeSeason(v, r.dates);
  DescribeDates(v, r.dates);
}

void Describe(Visitor& v, Coverage& c) {
  v.Struct("Coverage", "How much of a table is due in a season, and how much of it is there.");
  v.Field("season", c.season, "the season");
  v.Field("table", c.table, "the table");
  v.Field("unit", c.unit, "what is counted");
  v.Field("expected", c.expected, "how much is due");
  v.Field("present", c.present, "how much of it is there");
  v.Field("remark", c.remark, "what else there is to say");
}

void Describe(Visitor& v, GuardCount& g) {
  v.Struct("Guard", "What a guard looked at.");
  v.Field("season", g.season, "the season");
  v.Field("guard", g.guard, "its name");
  v.Field("unit", g.unit, "what it counts");
  v.Field("examined", g.examined, "how much it looked at");
  v.Field("found", g.found, "how much of that is wrong");
  std::string nothing = g.examined ? "" : g.nothing;
  v.Field("nothing", nothing, "why it had nothing to look at; else empty");
  if (v.Fills()) g.nothing = nothing;
}

void Describe(Visitor& v, Gap& g) {
  v.Struct("Gap", "Something that is not as it should be.");
  bool dated = g.dates > 0 && g.first.days != 0;
  std::optional<Date> first, last;
  if (dated) first = g.first, last = g.last;
  v.Field("guard", g.guard, "the guard that found it");
  v.Field("season", g.season, "the season");
  v.Field("table", g.table, "the table, or the name of the check");
  v.Field("first_date", first, "the first date; null where it has none");
  v.Field("last_date", last, "the last date; null where it has none");
  v.Field("dates", g.dates, "how many dates");
  v.Field("subject", g.subject, "a game, a team or a column; may be empty");
  v.Field("what", g.what, "what is wrong");
  v.Field("fix", g.fix, "the command or step that fixes it");
  if (!v.Fills()) return;
  g.first = first.value_or(Date{});
  g.last = last.value_or(Date{});
}

void Describe(Visitor& v, AcceptedGap& a) {
  v.Struct("AcceptedGap", "A gap that a person has judged, by [accepted] of backcourt.toml.");
  v.Field("gap", a.gap, "what is not as it should be");
  v.Field("reason", a.reason, "why it stays");
}

void Describe(Visitor& v, UnusedAcceptance& a) {
  v.Struct("UnusedAcceptance", "A line of [accepted] for which there is no gap any more.");
  v.Field("guard", a.guard, "the guard");
  v.Field("subject", a.subject, "the game or date");
  v.Field("reason", a.reason, "why it was accepted");
  v.Field("place", a.place, "file and line");
}

void Describe(Visitor& v, CheckedDates& d) {
  v.Struct("CheckedDates", "The dates of a season that were checked.");
  v.Field("season", d.season, "the season");
  v.Field("game_dates", d.game_dates, "how many of its game dates");
}

void Describe(Visitor& v, CheckAnswer& r) {
  v.Struct("CheckReport", "What is there of what should be.");
  bool complete = r.check.gaps.empty();
  v.Field("complete", complete, "whether there is no gap");
  v.Field("seasons", r.seasons, "the dates that were checked");
  v.Field("tables", r.check.coverage, "by season and table");
  v.Field("guards", r.check.guards, "by season and guard");
  v.Field("gaps", r.check.gaps, "what is not as it should be");
  v.Field("accepted", r.accepted, "gaps that backcourt.toml accepts, with the reason");
  v.Field("unused", r.unused,
          "what backcourt.toml accepts and is not there any more; of a check of everything");
  v.Field("left_out", r.check.left_out,
          "models that are not looked at and checks that do not run: broken files");
  v.Field("absent", r.absent, "feeds without files");
  v.Field("files", r.files, "what has changed of the files since the last load");
  v.Field("null_columns", r.null_columns,
          "raw data without a value in some seasons, and the columns made of it");
  v.Field("seconds", r.check.seconds, "seconds that it took");
}

bool Accepts(const Accepted& accepted, const Gap& gap) {
  bool of_game = gap.subject == accepted.subject || gap.subject.starts_with(accepted.subject + " ");
  bool of_date = gap.dates == 1 && gap.first.days != 0 && gap.first.Str() == accepted.subject;
  return gap.guard == accepted.guard && (of_game || of_date);
}

namespace {

// The last date whose games are over by now, wherever they are played: 12 hours
// after the date has ended in UTC.
Date PlayedUntil() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return Date{int32_t(std::chrono::floor<std::chrono::days>(now - std::chrono::hours(36)).count())};
}

// Takes out of the gaps what the project accepts.
void TakeAccepted(const Project& project, bool everything, CheckAnswer& answer) {
  std::set<size_t> used;
  std::vector<Gap> open;
  for (Gap& gap : answer.check.gaps) {
    auto accepted = std::find_if(project.accepted.begin(), project.accepted.end(),
                                 [&](const Accepted& one) { return Accepts(one, gap); });
    if (accepted == project.accepted.end()) {
      open.push_back(std::move(gap));
      continue;
    }
    used.insert(size_t(accepted - project.accepted.begin()));
    answer.accepted.push_back({std::move(gap), accepted->reason});
  }
  answer.check.gaps = std::move(open);
  for (size_t i = 0; everything && i < project.accepted.size(); ++i) {
    const Accepted& one = project.accepted[i];
    if (!used.contains(i)) answer.unused.push_back({one.guard, one.subject, one.reason, one.place});
  }
}

}  // namespace

Result<CheckAnswer> Check(Workspace& workspace, const CheckRequest& request, const Cancel& cancel) {
  const Project& project = workspace.project();
  Moment moment = TRY(workspace.Look(true));
  const Calendar& calendar = moment.calendar;
  if (calendar.dates().empty())
    return Error{ErrorKind::kUsage, "the warehouse holds no schedule, and a check of nothing proves nothing",
                 "`backcourt load` first"};
  ChosenDates dates = TRY(ChooseDates(calendar, request.dates, request.tables));
  if (dates.dates.empty())
    return Error{ErrorKind::kUsage, "no game date was chosen, and a check of nothing proves nothing",
                 "`backcourt dates` lists the game dates"};
  Watch watch = CancelWhen(*moment.connection, cancel);
  CheckOptions options{TRY(ChooseAnyTables(project, request.tables)), dates.dates, PlayedUntil(),
                       TRY(FindNeedsMet(*moment.connection, *moment.bench, project, calendar))};
  CheckAnswer answer;
  answer.check = TRY(CheckCompleteness(*moment.connection, *moment.bench, project, calendar, moment.cells,
                                       moment.retired, options));
  TakeAccepted(project, request.tables.empty() && dates.dates.size() == calendar.dates().size(), answer);
  for (const Season& season : calendar.seasons()) {
    auto of_season = std::count_if(dates.dates.begin(), dates.dates.end(), [&](int i) {
      return calendar.season_of(calendar.dates()[size_t(i)]).label == season.label;
    });
    if (of_season) answer.seasons.push_back({season.label, of_season});
  }
  answer.absent = TRY(AbsentFeeds(project, moment));
  answer.files = TRY(LookForFileChanges(*moment.connection, project));
  if (!request.dates.season.empty())
    std::erase_if(answer.absent, [&](const AbsentFeed& feed) {
      return !feed.season.empty() && feed.season != dates.choice.season;
    });
  answer.null_columns = FindNullColumns(project, calendar, options.needs);
  return answer;
}

}  // namespace backcourt

#include "operations/cells.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "operations/dictionary.h"
#include "proof/fill_proof.h"
#include "proof/lineage.h"

namespace backcourt {

void Describe(Visitor& v, CellsRequest& r) {
  v.Struct("CellsRequest", "Which cells to list.");
  v.Field("tables", r.tables, "Tables and raw tables (default: all).",
          {.metavar = "TABLE", .positional = true});
  DescribeRange(v, r.dates);
  DescribeSeason(v, r.dates);
}

void Describe(Visitor& v, CalendarDate& d) {
  v.Struct("CalendarDate", "A game date.");
  v.Field("date", d.date, "the date, US Eastern");
  v.Field("season", d.season, "its season");
  v.Field("games", d.games, "games that are played on it");
  v.Field("finals", d.finals, "those with a result");
}

void Describe(Visitor& v, TableCells& t) {
  v.Struct("TableCells", "The cells of a table, in the order of `dates`.");
  v.Field("table", t.table, "its name");
  v.Field("kind", t.kind, "raw, public or helper");
  v.Field("group", t.group, "the folder of its model; empty of raw tables");
  v.Field("states", t.states, "a letter a date; `letters` has the states");
  v.Field("rows", t.rows, "rows a date");
  v.Field("runs", t.runs, "the run that filled or changed each; 0 where there is none");
  v.Field("causes", t.causes, "index into `reasons` a date, -1 where there is none; empty when none has one");
  v.Field("failures", t.failures, "messages of failed cells, by date");
}

void Describe(Visitor& v, CellsReport& r) {
  v.Struct("Cells", "The state of every cell at one moment.");
  v.Field("as_of", r.as_of, "when it was looked at, UTC");
  v.Field("dates", r.dates, "the game dates, in order");
  v.Field("tables", r.tables, "dated raw tables, then all other tables, inputs first");
  v.Field("reasons", r.reasons, "what `causes` name");
  v.Field("letters", r.letters, "states by their letter");
}

int64_t NowSeconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string NowText() {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(std::chrono::system_clock::now()));
}

namespace {

constexpr const char* kUnprovedName = "unproved";

bool Counts(CellState state) { return state == CellState::kFresh || state == CellState::kPartial; }

}  // namespace

std::string StateName(CellState state, bool unproved) {
  return unproved && Counts(state) ? kUnprovedName : CellStateName(state);
}

char LetterOf(CellState state) {
  switch (state) {
    case CellState::kFresh:
      return 'f';
    case CellState::kEmpty:
      return 'e';
    case CellState::kPartial:
      return 'p';
    case CellState::kStale:
      return 's';
    case CellState::kMayChange:
      return 'c';
    case CellState::kMissing:
      return 'm';
    case CellState::kBlocked:
      return 'b';
    case CellState::kFailed:
      return 'x';
    case CellState::kRunning:
      return 'r';
    case CellState::kWaiting:
      return 'w';
    case CellState::kNotDue:
      return 'n';
  }
  return 'm';
}

CellState JudgeRaw(const Project& project, const Calendar& calendar, const RawTable& table,
                   const CellSeries& cells, int date_index) {
  const GameDate& date = calendar.dates()[size_t(date_index)];
  const Cell* cell = cells.Find(date.date.days);
  bool boxes = project.IsBoxes(table.name), results = table.name == project.results;
  const auto& missing = calendar.missing_boxes();
  auto lacks = std::lower_bound(missing.begin(), missing.end(), date.date,
                                [](const Calendar::MissingBox& box, Date d) { return box.date < d; });
  bool whole = true;
  for (; boxes && lacks != missing.end() && lacks->date == date.date; ++lacks)
    whole = whole && std::find(lacks->tables.begin(), lacks->tables.end(), table.name) == lacks->tables.end();
  if (cell && cell->rows) {
    bool all = !results || date.finals == date.games || date.date >= calendar.today();
    return whole && all ? CellState::kFresh : CellState::kPartial;
  }
  if (boxes && date.finals > 0) return CellState::kMissing;
  if (!boxes && !results) return date_index < calendar.horizon() ? CellState::kEmpty : CellState::kNotDue;
  return calendar.WaitsForResults(date_index) ? CellState::kWaiting : CellState::kNotDue;
}

namespace {

// The tables that were asked for, of one moment.
class CellList {
 public:
  CellList(Workspace& workspace, const Moment& moment, std::vector<int> dates)
      : project_(workspace.project()),
        moment_(moment),
        dates_(std::move(dates)),
        running_(workspace.activities().RunningBatches()),
        lineage_(project_, moment.calendar, moment.cells, *moment.connection) {}

  Result<> ReadUnproved() {
    unproved_ = TRY(ReadUnprovedModels(*moment_.connection, project_, moment_.calendar, moment_.cells,
                                       lineage_.states()));
    return {};
  }

  void AddRaw(const RawTable& raw) {
    TableCells& table = Add(raw.name, "raw", "");
    const CellSeries& cells = CellsOf(raw.name);
    for (int i : dates_) {
      const Cell* cell = cells.Find(DateOf(i).days);
      table.states += LetterOf(JudgeRaw(project_, moment_.calendar, raw, cells, i));
      table.rows.push_back(cell ? cell->rows : 0);
      table.runs.push_back(cell ? cell->changed : 0);
    }
  }

  void AddModel(const Model& model) {
    TableCells& table = Add(model.name, KindName(model), model.group);
    const CellSeries& cells = CellsOf(model.name);
    const std::vector<CellState>& states = lineage_.states().at(model.name);
    bool unproved = unproved_.contains(model.name);
    auto batches = running_.find(model.name);
    for (int i : dates_) {
      CellState state = states[size_t(i)];
      const Cell* cell = cells.Find(DateOf(i).days);
      if (!Settled(state) && batches != running_.end() && Within(batches->second, DateOf(i)))
        state = CellState::kRunning;
      table.states += unproved && Counts(state) ? kUnproved : LetterOf(state);
      table.rows.push_back(cell ? cell->rows : 0);
      table.runs.push_back(cell ? cell->run : 0);
      if (state == CellState::kFailed)
        table.failures[DateOf(i).Str()] = fmt::format("{}: {}", cell->error_class, cell->reason);
      else if (state != CellState::kFresh && state != CellState::kRunning)
        AddCause(table, lineage_.Cause(model.name, i));
    }
    if (!table.causes.empty()) table.causes.resize(dates_.size(), -1);
  }

  void AddLeftOut(const LeftOut& out) {
    TableCells& table = Add(out.name, "public", "");
    table.states.assign(dates_.size(), LetterOf(CellState::kBlocked));
    table.rows.assign(dates_.size(), 0);
    table.runs.assign(dates_.size(), 0);
    table.causes.assign(dates_.size(), IndexOf(out.because));
  }

  CellsReport Finish() && {
    report_.as_of = NowText();
    for (int i : dates_) {
      const GameDate& date = moment_.calendar.dates()[size_t(i)];
      report_.dates.push_back({date.date, moment_.calendar.season_of(date).label, date.games, date.finals});
    }
    for (int state = 0; state <= int(CellState::kNotDue); ++state)
      report_.letters[std::string(1, LetterOf(CellState(state)))] = CellStateName(CellState(state));
    report_.letters[std::string(1, kUnproved)] = kUnprovedName;
    return std::move(report_);
  }

 private:
  TableCells& Add(const std::string& name, const char* kind, const std::string& group) {
    TableCells& table = report_.tables.emplace_back();
    table.table = name, table.kind = kind, table.group = group;
    table.rows.reserve(dates_.size());
    table.runs.reserve(dates_.size());
    return table;
  }
  Date DateOf(int index) const { return moment_.calendar.dates()[size_t(index)].date; }
  const CellSeries& CellsOf(const std::string& name) const {
    static const CellSeries kNone;
    auto found = moment_.cells.find(name);
    return found == moment_.cells.end() ? kNone : found->second;
  }
  static bool Within(const std::vector<std::pair<Date, Date>>& batches, Date date) {
    return std::any_of(batches.begin(), batches.end(),
                       [&](const auto& batch) { return !(date < batch.first) && !(batch.second < date); });
  }
  int64_t IndexOf(const std::string& reason) {
    auto [found, added] = index_.try_emplace(reason, int64_t(report_.reasons.size()));
    if (added) report_.reasons.push_back(reason);
    return found->second;
  }
  // For the date whose state was added last.
  void AddCause(TableCells& table, const std::string& cause) {
    if (cause.empty()) return;
    table.causes.resize(table.states.size(), -1);
    table.causes.back() = IndexOf(cause);
  }

  const Project& project_;
  const Moment& moment_;
  const std::vector<int> dates_;  // calendar indices
  const std::map<std::string, std::vector<std::pair<Date, Date>>> running_;
  Lineage lineage_;
  std::set<std::string> unproved_;  // models
  CellsReport report_;
  std::map<std::string, int64_t> index_;  // of reasons
};

}  // namespace

Result<CellsReport> ListCells(Workspace& workspace, const CellsRequest& request, const Cancel&) {
  const Project& project = workspace.project();
  std::vector<std::string> names = TRY(ChooseAnyTables(project, request.tables));
  std::set<std::string> chosen(names.begin(), names.end());
  Moment moment = TRY(workspace.Look());
  std::vector<int> dates;
  if (!moment.calendar.dates().empty()) dates = TRY(ChooseDates(moment.calendar, request.dates, {})).dates;
  CellList list(workspace, moment, std::move(dates));
  TRY(list.ReadUnproved());
  auto wanted = [&](const std::string& name) { return chosen.empty() || chosen.contains(name); };
  for (const RawTable& raw : project.raw_tables)
    if (raw.grain == Grain::kDate && wanted(raw.name)) list.AddRaw(raw);
  for (const Model& model : project.models)
    if (!model.view && wanted(model.name)) list.AddModel(model);
  for (const LeftOut& out : project.left_out)
    if (!out.is_check && wanted(out.name)) list.AddLeftOut(out);
  return std::move(list).Finish();
}

}  // namespace backcourt

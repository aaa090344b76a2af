#include "operations/cell.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "ledger/runs.h"
#include "operations/dictionary.h"
#include "project/file_names.h"
#include "proof/fill_proof.h"
#include "proof/lineage.h"
#include "warehouse/cell_sql.h"

namespace backcourt {

void Describe(Visitor& v, CellRequest& r) {
  v.Struct("CellRequest", "Which cell to show.");
  v.Field("table", r.table, "A table, or a dated raw table.",
          {.metavar = "TABLE", .positional = true, .required = true});
  v.Field("date", r.date, "A game date, as 2021-12-02.",
          {.metavar = "DATE", .positional = true, .required = true});
}

void Describe(Visitor& v, CellLink& l) {
  v.Struct("CellLink", "Cells of a table that a cell reads, or that read it.");
  v.Field("table", l.table, "the table");
  v.Field("kind", l.kind, "raw, seed, public, helper or view");
  v.Field("windows", l.windows, "the windows by which it is read");
  v.Field("first_date", l.first, "the first of its dates; null where it has none");
  v.Field("last_date", l.last, "the last of its dates; null where it has none");
  v.Field("dates", l.dates, "how many game dates");
  v.Field("states", l.states, "these dates by state");
}

void Describe(Visitor& v, CellFix& f) {
  v.Struct("CellFix", "What would make a cell fresh.");
  v.Field("command", f.command, "the command line");
  v.Field("verb", f.verb, "its verb");
  v.Field("request", f.request, "its request");
}

void Describe(Visitor& v, CellReport& r) {
  v.Struct("Cell", "A cell.");
  v.Field("table", r.table, "its table");
  v.Field("kind", r.kind, "raw, public or helper");
  v.Field("about", r.about, "what a row of the table is");
  v.Field("date", r.date, "its date");
  v.Field("season", r.season, "its season");
  v.Field("state", r.state, "its state");
  v.Field("because", r.because, "why it is not fresh, in a phrase; else empty");
  v.Field("rows", r.rows, "its rows");
  v.Field("expected", r.expected, "rows that are due; null where the table does not say");
  v.Field("digest", r.digest, "of its rows; empty where there are none");
  v.Field("run", r.run, "the run that filled it; null where none did");
  v.Field("changed", r.changed, "the run in which its rows last changed");
  v.Field("filled_at", r.filled_at, "when it was filled, UTC; empty where it is not known");
  v.Field("seconds", r.seconds, "seconds that its batch took");
  v.Field("batch_first_date", r.batch_first, "the first date of its batch");
  v.Field("batch_last_date", r.batch_last, "the last date of its batch");
  v.Field("attempts", r.attempts, "how many times it was tried");
  v.Field("message", r.message, "of a failed or blocked cell: what is wrong");
  v.Field("class", r.error_class, "of a failed cell: data, model, capacity or transient");
  v.Field("note", r.note, "what else there is to say of it");
  v.Field("waived", r.waived, "inputs that it was let through without");
  v.Field("missing_games", r.missing_games, "final games without whole boxes in its windows");
  v.Field("why", r.why, "the chain from it to the file that changed a raw cell");
  v.Field("inputs", r.inputs, "what it reads");
  v.Field("dependants", r.dependants, "what reads it");
  v.Field("fix", r.fix, "what would make it fresh; null where there is nothing to do");
}

namespace {

class CellView {
 public:
  CellView(Workspace& workspace, Moment& moment, Date date, int index)
      : project_(workspace.project()),
        calendar_(moment.calendar),
        moment_(moment),
        running_(workspace.activities().RunningBatches()),
        lineage_(project_, calendar_, moment.cells, *moment.connection),
        date_(date),
        index_(index) {
    report_.date = date;
    report_.season = calendar_.season_of(calendar_.dates()[size_t(index)]).label;
  }

  Result<CellReport> OfRaw(const RawTable& raw) {
    report_.table = raw.name, report_.kind = "raw", report_.about = raw.about;
    CellState state = JudgeRaw(project_, calendar_, raw, Stored(raw.name), index_);
    report_.state = CellStateName(state);
    TRY(TakeCell(raw.name));
    report_.why = {WhyOf(TRY(lineage_.OfRaw(raw.name, date_)))};
    if (state == CellState::kMissing || state == CellState::kPartial || state == CellState::kWaiting) {
      report_.because = "no loaded file has all of its games";
      report_.fix = CellFix{"backcourt load", "load", nlohmann::json::object()};
    }
    AddDependants();
    return std::move(report_);
  }

  Result<CellReport> OfModel(const Model& model) {
    report_.table = model.name, report_.kind = KindName(model), report_.about = model.about;
    CellState state = lineage_.states().at(model.name)[size_t(index_)];
    report_.state = CellStateName(state);
    if (auto batches = running_.find(model.name); batches != running_.end() && !Settled(state))
      for (const auto& [first, last] : batches->second)
        if (first <= date_ && date_ <= last) report_.state = CellStateName(CellState::kRunning);
    TRY(TakeCell(model.name));
    if (Settled(state)) TRY(JudgeProof(model, state));
    report_.because = lineage_.Cause(model.name, index_);
    for (const LineageLink& link : TRY(lineage_.Follow(model.name, index_)))
      report_.why.push_back(WhyOf(link));
    TRY(Expect(model));
    for (const Read& read : model.reads)
      AddInput(read);
    AddDependants();
    if (state != CellState::kNotDue && !Settled(state))
      report_.fix = CellFix{fmt::format("backcourt backfill {} --dates {}", model.name, date_.Str()),
                            "backfill",
                            {{"tables", {model.name}}, {"dates", date_.Str()}}};
    else if (state == CellState::kPartial || state == CellState::kWaiting)
      report_.fix = CellFix{"backcourt load", "load", nlohmann::json::object()};
    return std::move(report_);
  }

 private:
  static WhyLink WhyOf(const LineageLink& link) {
    return {link.table, link.partition, link.state, link.because};
  }

  const CellSeries& Stored(const std::string& table) const {
    static const CellSeries kNone;
    auto found = moment_.cells.find(table);
    return found == moment_.cells.end() ? kNone : found->second;
  }

  Result<> TakeCell(const std::string& table) {
    const Cell* cell = Stored(table).Find(date_.days);
    if (!cell) return {};
    report_.rows = cell->rows;
    if (cell->digest != Digest{}) report_.digest = cell->digest.Hex();
    if (int64_t run = cell->run ? cell->run : cell->changed) report_.run = run;
    if (cell->changed) report_.changed = cell->changed;
    report_.attempts = cell->attempts;
    report_.message = cell->state == CellState::kFailed || cell->state == CellState::kBlocked
                          ? FileNames(project_).In(cell->reason)
                          : "";
    report_.error_class = cell->error_class;
    report_.note = cell->note;
    report_.waived = cell->waived;
    if (!cell->missing.empty()) report_.missing_games = Split(cell->missing, ',');
    if (!report_.run) return {};
    if (auto batch = TRY(ledger::ReadBatchOf(*moment_.connection, *report_.run, table, date_))) {
      report_.filled_at = batch->ended_at;
      report_.seconds = batch->seconds;
      report_.batch_first = batch->first, report_.batch_last = batch->last;
    } else if (auto run = TRY(ledger::ReadRun(*moment_.connection, *report_.run))) {
      report_.filled_at = run->started_at;
    }
    return {};
  }

  Result<> JudgeProof(const Model& model, CellState state) {
    auto unproved =
        TRY(ReadUnprovedModels(*moment_.connection, project_, calendar_, moment_.cells, lineage_.states()));
    report_.state = StateName(state, unproved.contains(model.name));
    return {};
  }

  // How many rows are due, by the inputs as they are; unknown while one of them has not been made.
  Result<> Expect(const Model& model) {
    if (model.expected_rows.empty()) return {};
    for (const Read& read : model.reads)
      if (!TRY(moment_.bench->Describe(read.table))) return {};
    Rows rows = TRY(moment_.bench->Query(
        fmt::format("{}SELECT CAST(e.expected_rows AS BIGINT) FROM ({}) AS e WHERE e.game_date = {}",
                    InputSql(project_, calendar_, model, {index_}), model.expected_rows, date_.Sql())));
    report_.expected = rows.size() == 1 && !rows.Null(0, 0) ? rows.Int(0, 0) : 0;
    return {};
  }

  std::string StateOf(const std::string& table, int index) const {
    if (const RawTable* raw = project_.FindRaw(table))
      return CellStateName(JudgeRaw(project_, calendar_, *raw, Stored(table), index));
    auto states = lineage_.states().find(table);
    return states == lineage_.states().end() ? "" : CellStateName(states->second[size_t(index)]);
  }

  std::string KindOfTable(const std::string& table) const {
    if (project_.FindRaw(table)) return "raw";
    const Model* model = project_.FindModel(table);
    return model ? KindName(*model) : "seed";
  }

  void AddDate(CellLink& link, int index) const {
    Date date = calendar_.dates()[size_t(index)].date;
    if (!link.first || date < *link.first) link.first = date;
    if (!link.last || *link.last < date) link.last = date;
    ++link.dates;
    if (std::string state = StateOf(link.table, index); !state.empty()) ++link.states[state];
  }

  void AddInput(const Read& read) {
    CellLink& link = report_.inputs.emplace_back();
    link.table = read.table, link.kind = KindOfTable(read.table);
    for (const Window& window : read.windows)
      link.windows.push_back(window.Str());
    if (project_.GrainOf(read.table) != Grain::kDate) return;
    for (const PartitionRange& range : Union(PartitionsOf(read, calendar_, index_))) {
      auto [begin, end] = calendar_.Range(Date{range.first}, Date{range.last});
      for (int i = begin; i < end; ++i)
        AddDate(link, i);
    }
  }

  void AddDependants() {
    for (const Model& model : project_.models) {
      if (model.view) continue;
      CellLink link{model.name, KindName(model), {}, {}, {}, 0, {}};
      for (const Read& read : model.reads) {
        if (read.table != report_.table) continue;
        for (const Window& window : read.windows)
          link.windows.push_back(window.Str());
        for (int i = 0; i < int(calendar_.dates().size()); ++i) {
          auto ranges = PartitionsOf(read, calendar_, i);
          if (std::any_of(ranges.begin(), ranges.end(), [&](const PartitionRange& range) {
                return range.first <= date_.days && date_.days <= range.last;
              }))
            AddDate(link, i);
        }
      }
      if (link.dates) report_.dependants.push_back(std::move(link));
    }
  }

  const Project& project_;
  const Calendar& calendar_;
  Moment& moment_;
  const std::map<std::string, std::vector<std::pair<Date, Date>>> running_;
  Lineage lineage_;
  const Date date_;
  const int index_;
  CellReport report_;
};

}  // namespace

Result<CellReport> ShowCell(Workspace& workspace, const CellRequest& request, const Cancel&) {
  const Project& project = workspace.project();
  Date date = TRY(Date::Parse(request.date));
  if (const LeftOut* out = project.FindLeftOut(request.table))
    return Error{ErrorKind::kUsage, fmt::format("{} is left out: {}", out->name, out->because),
                 "`backcourt lint`"};
  std::string table = TRY(ChooseAnyTables(project, {request.table})).at(0);
  const RawTable* raw = project.FindRaw(table);
  if (raw && raw->grain != Grain::kDate)
    return Error{ErrorKind::kUsage, fmt::format("{} has no dates", table), CommandToTry({"show", table})};
  Moment moment = TRY(workspace.Look(true));
  int index = moment.calendar.Find(date);
  if (index < 0) return NoGameDate(moment.calendar, date, {"cell", table});
  CellView view(workspace, moment, date, index);
  return raw ? view.OfRaw(*raw) : view.OfModel(*project.FindModel(table));
}

}  // namespace backcourt

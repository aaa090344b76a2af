#include "operations/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/text.h"
#include "base/version.h"
#include "ledger/loads.h"
#include "ledger/runs.h"
#include "load/snapshots.h"
#include "operations/cells.h"
#include "operations/status.h"
#include "plan/planner.h"
#include "proof/fill_proof.h"

namespace backcourt {

void Describe(Visitor& v, MetricsRequest&) { v.Struct("MetricsRequest", "All metrics."); }

void Describe(Visitor& v, MetricsReport& r) {
  v.Struct("Metrics", "The metrics.");
  v.Field("text", r.text, "in the text format of Prometheus");
}

namespace {

constexpr double kDay = 24 * 3600;

class MetricsText {
 public:
  void Begin(const char* name, const char* type, const char* help) {
    name_ = name;
    text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
  }
  void Add(double value, const std::vector<std::pair<const char*, std::string>>& labels = {},
           const char* suffix = "") {
    std::string inside;
    for (const auto& [label, content] : labels)
      inside +=
          fmt::format("{}{}=\"{}\"", inside.empty() ? "" : ",", label,
                      ReplaceAll(ReplaceAll(ReplaceAll(content, "\\", "\\\\"), "\"", "\\\""), "\n", "\\n"));
    text_ += fmt::format("{}{}{} {}\n", name_, suffix, inside.empty() ? "" : "{" + inside + "}", value);
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string name_, text_;
};

using States = std::map<std::string, std::vector<CellState>>;

void AddCells(MetricsText& text, const Project& project, const Moment& moment, const States& states,
              const std::set<std::string>& unproved) {
  text.Begin("backcourt_cells", "gauge",
             "Cells of a table by state; cells that are not due yet are not counted.");
  for (const Model& model : project.models) {
    if (model.view) continue;
    std::map<std::string, int64_t> counts;
    for (CellState state :
         {CellState::kFresh, CellState::kEmpty, CellState::kPartial, CellState::kStale, CellState::kMissing,
          CellState::kBlocked, CellState::kFailed, CellState::kWaiting})
      counts[CellStateName(state)] = 0;
    for (CellState state : states.at(model.name))
      if (state != CellState::kNotDue)
        ++counts[ReplaceAll(StateName(state, unproved.contains(model.name)), " ", "_")];
    for (const auto& [state, count] : counts)
      text.Add(double(count), {{"table", model.name}, {"state", state}});
  }
  text.Begin(
      "backcourt_table_complete_through_timestamp_seconds", "gauge",
      "Midnight, UTC, of the date up to which a table is done, in the newest season with such a date.");
  for (const Model& model : project.models) {
    if (model.view) continue;
    if (auto through = CompleteThrough({&model}, moment.calendar, states))
      text.Add(double(through->days) * kDay, {{"table", model.name}});
  }
}

Result<> AddRuns(MetricsText& text, Connection& ledger) {
  ledger::Totals totals = TRY(ledger::ReadTotals(ledger));
  text.Begin("backcourt_run_last_success_timestamp_seconds", "gauge", "When a fill last ended well.");
  if (totals.last_fill) text.Add(*totals.last_fill);
  text.Begin("backcourt_load_last_success_timestamp_seconds", "gauge", "When a load last ended well.");
  if (totals.last_load) text.Add(*totals.last_load);
  text.Begin("backcourt_batch_duration_seconds", "summary", "Seconds that batches of a table took.");
  for (const auto& [table, total] : totals.tables) {
    text.Add(total.seconds, {{"table", table}}, "_sum");
    text.Add(double(total.batches), {{"table", table}}, "_count");
  }
  text.Begin("backcourt_rows_written_total", "counter", "Rows that were written into a table.");
  for (const auto& [table, total] : totals.tables)
    text.Add(double(total.rows), {{"table", table}});
  int64_t retries = 0;
  for (const auto& [table, total] : totals.tables)
    retries += total.retries;
  text.Begin("backcourt_retries_total", "counter",
             "Batches that were tried again, by the class of their error.");
  text.Add(double(retries), {{"class", "transient"}});
  return {};
}

// Of the newest snapshot that serves, or the newest file that the schedule was loaded from.
Result<std::optional<double>> ScheduleAge(const Project& project, Connection& ledger) {
  std::optional<double> age;
  auto take = [&](double one) { age = std::min(age.value_or(one), one); };
  for (const Snapshot& one : TRY(Snapshots::Serving(ledger)))
    take(one.age);
  std::set<std::string> feeds = {"canonical " + project.schedule};
  for (const Source& source : project.sources)
    if (source.table == project.schedule)
      for (const auto* some : {&source.feeds, &source.optional_feeds, &source.any_of})
        feeds.insert(some->begin(), some->end());
  for (const ledger::LoadedFile& file : TRY(ledger::ReadFiles(ledger)))
    if (feeds.contains(file.feed) && file.mtime > 0)
      take(std::max(0.0, double(NowSeconds()) - double(file.mtime) / 1e9));
  return age;
}

}  // namespace

Result<MetricsReport> Metrics(Workspace& workspace, const MetricsRequest&, const Cancel&) {
  const Project& project = workspace.project();
  Moment moment = TRY(workspace.Look());
  States states = JudgeAll(project, moment.calendar, moment.cells);
  MetricsText text;
  text.Begin("backcourt_build_info", "gauge", "The version of the program.");
  text.Add(1, {{"version", Version()}});
  AddCells(text, project, moment, states,
           TRY(ReadUnprovedModels(*moment.connection, project, moment.calendar, moment.cells, states)));
  TRY(AddRuns(text, *moment.connection));
  text.Begin("backcourt_schedule_age_seconds", "gauge",
             "Seconds since the newest schedule that serves was seen, or its file was written; none before a "
             "schedule is loaded.");
  if (auto age = TRY(ScheduleAge(project, *moment.connection))) text.Add(*age);
  bool done = !moment.calendar.dates().empty();
  for (const auto& [table, of_table] : states)
    for (size_t i = 0; i < of_table.size() && int(i) < moment.calendar.horizon(); ++i)
      done = done && (Settled(of_table[i]) || of_table[i] == CellState::kNotDue);
  int64_t now = NowSeconds();
  bool late = !LateDates(moment.calendar, SeasonNow(moment.calendar, now), now).empty();
  text.Begin("backcourt_up_to_date", "gauge",
             "1 when every cell that is due is done and no results or boxes are late.");
  text.Add(done && !late ? 1 : 0);
  return MetricsReport{text.Take()};
}

}  // namespace backcourt

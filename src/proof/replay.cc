#include "proof/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>

#include "base/text.h"
#include "base/watch.h"
#include "plan/planner.h"
#include "proof/cause.h"
#include "proof/window_copies.h"

namespace backcourt {

namespace {

constexpr size_t kCausesPerTable = 3;  // cells looked into before a table is given up

// One stored cell; nothing when it agrees to the bit.
Result<std::optional<ReplayMismatch>> ReplayOne(Workbench& bench, WindowCopies& copies,
                                                const Project& project, const Calendar& calendar,
                                                const Cells& cells, const ReplayCell& target, int64_t& rows) {
  const Model& model = *project.FindModel(target.table);
  Date date = calendar.dates()[size_t(target.date_index)].date;
  std::string relation = "wh.main." + Ident(model.name);
  std::vector<std::string> columns;
  for (const auto& [name, about] : model.columns)
    columns.push_back(name);
  auto digests = TRY(bench.Digest({relation, bench.dialect().DayNumber(Ident(model.date)), columns,
                                   fmt::format("{} = {}", Ident(model.date), date.Sql())}));
  PartitionDigest stored = digests.empty() ? PartitionDigest{} : digests.front();
  rows = stored.rows;
  TRY(copies.MoveTo(model, target.date_index));
  auto mismatch = TRY(ReplayDates(
      bench, [&](const Read& read) { return copies.Name(read); }, calendar, model, {target.date_index},
      relation, digests));
  if (mismatch) return mismatch;
  const Cell* cell = cells.at(model.name).Find(date.days);
  if (cell->digest == stored.digest && cell->rows == stored.rows) return mismatch;
  mismatch.emplace();
  mismatch->table = model.name;
  mismatch->date = date;
  mismatch->error =
      "the rows are right, but not those that were recorded when they were filled: one of the two was "
      "changed by hand";
  return mismatch;
}

// Adds the cause to the first cells of each table that differ, until it is told.
Result<> TellCauses(Connection& ledger, Workbench& bench, const Project& project, const Calendar& calendar,
                    const Cells& cells, std::vector<ReplayMismatch>& mismatches) {
  std::map<std::string, size_t> tried;
  std::set<std::string> told;
  for (ReplayMismatch& mismatch : mismatches) {
    if (!mismatch.error.empty() || told.contains(mismatch.table) || ++tried[mismatch.table] > kCausesPerTable)
      continue;
    auto cause = CauseOf(ledger, bench, project, calendar, *project.FindModel(mismatch.table),
                         calendar.Find(mismatch.date), *cells.at(mismatch.table).Find(mismatch.date.days));
    if (!cause && cause.error().kind == ErrorKind::kInterrupted) return cause.error();
    if (!cause || cause->empty())
      continue;  // a replay under other conditions may fail where the cell's own does not
    mismatch.cause = *cause;
    told.insert(mismatch.table);
  }
  return {};
}

}  // namespace

SampledCells SampleCells(const Project& project, const Calendar& calendar, const Cells& cells,
                         const std::vector<std::string>& tables, const std::vector<int>& dates, int sample) {
  SampledCells sampled;
  auto states = JudgeAll(project, calendar, cells);
  std::vector<std::vector<ReplayCell>> of_table;
  size_t total = 0;
  for (const Model& model : project.models) {
    if (model.view ||
        (!tables.empty() && std::find(tables.begin(), tables.end(), model.name) == tables.end()))
      continue;
    auto series = cells.find(model.name);
    if (series == cells.end()) continue;
    std::vector<ReplayCell> mine;
    for (int date : dates) {
      const Cell* cell = series->second.Find(calendar.dates()[size_t(date)].date.days);
      if (!cell || !Settled(cell->state) || !cell->waived.empty()) continue;
      if (states.at(model.name)[size_t(date)] == CellState::kStale)
        ++sampled.stale;
      else
        mine.push_back({model.name, date});
    }
    total += mine.size();
    if (!mine.empty()) of_table.push_back(std::move(mine));
  }
  std::vector<ReplayCell>& sample_cells = sampled.cells;
  if (sample <= 0 || size_t(sample) >= total) {
    for (auto& mine : of_table)
      sample_cells.insert(sample_cells.end(), mine.begin(), mine.end());
    return sampled;
  }
  for (size_t t = 0; t < of_table.size(); ++t) {  // evenly over its dates, each table at another offset
    auto& mine = of_table[t];
    int64_t newest = 0;
    for (const ReplayCell& cell : mine)
      newest = std::max(
          newest, cells.at(cell.table).Find(calendar.dates()[size_t(cell.date_index)].date.days)->changed);
    size_t share = std::min(mine.size(), std::max<size_t>(1, size_t(sample) / of_table.size() +
                                                                 (t < size_t(sample) % of_table.size())));
    std::vector<size_t> picked;
    for (size_t i = 0; i < share; ++i)
      picked.push_back((i * mine.size() + (t * mine.size()) / of_table.size()) / share % mine.size());
    for (size_t i = 0; i < mine.size(); ++i)  // and one of those changed last
      if (cells.at(mine[i].table).Find(calendar.dates()[size_t(mine[i].date_index)].date.days)->changed ==
          newest) {
        picked[0] = i;
        break;
      }
    std::sort(picked.begin(), picked.end());
    picked.erase(std::unique(picked.begin(), picked.end()), picked.end());
    for (size_t i : picked)
      sample_cells.push_back(mine[i]);
  }
  return sampled;
}

Result<ReplayReport> Replay(Warehouse& warehouse, const Project& project, const Calendar& calendar,
                            const Cells& cells, const std::vector<ReplayCell>& selection, int parallel,
                            std::function<void(size_t done)> progress, std::function<bool()> interrupted) {
  auto start = std::chrono::steady_clock::now();
  // Late dates first, in stretches that one connection's copies move along.
  std::vector<const ReplayCell*> order;
  for (const ReplayCell& cell : selection)
    order.push_back(&cell);
  std::stable_sort(order.begin(), order.end(),
                   [](auto* a, auto* b) { return a->date_index > b->date_index; });
  size_t stretch = std::max<size_t>(50, order.size() / size_t(4 * parallel) + 1);

  ReplayReport report;
  std::mutex mutex;
  std::atomic<size_t> next{0};
  std::atomic<bool> stop{false};
  std::optional<Error> failed;
  std::vector<std::unique_ptr<Workbench>> benches;
  for (int i = 0; i < parallel; ++i)
    benches.push_back(TRY(warehouse.Open()));
  Watch watch(std::chrono::milliseconds(20), [&] {
    if (!interrupted()) return;
    stop = true;
    for (auto& bench : benches)
      bench->Cancel();
  });
  std::vector<std::thread> workers;
  for (auto& place : benches) {
    workers.emplace_back([&, bench = place.get()] {
      WindowCopies copies(*bench, project, calendar);
      for (size_t begin; !stop && (begin = stretch * next++) < order.size();) {
        for (size_t i = begin; !stop && i < std::min(begin + stretch, order.size()); ++i) {
          int64_t rows = 0;
          auto one = ReplayOne(*bench, copies, project, calendar, cells, *order[i], rows);
          std::lock_guard lock(mutex);
          if (!one) {
            failed = one.error();
            stop = true;
            return;
          }
          ++report.cells;
          report.rows += rows;
          if (*one) report.mismatches.push_back(**one);
          progress(size_t(report.cells));
        }
      }
    });
  }
  for (std::thread& worker : workers)
    worker.join();
  if (failed && failed->kind != ErrorKind::kInterrupted) return *failed;
  if (stop)
    return Error{
        ErrorKind::kInterrupted,
        fmt::format("interrupted after {} of {}", report.cells, Counted(int64_t(selection.size()), "cell")),
        ""};
  std::ranges::sort(report.mismatches, {}, [](const auto& one) { return std::tie(one.table, one.date); });
  if (!report.mismatches.empty())
    TRY(TellCauses(*TRY(warehouse.Connect()), *benches[0], project, calendar, cells, report.mismatches));
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

}  // namespace backcourt

#include "proof/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <mutex>
#include <thread>

#include "base/text.h"
#include "run/executor.h"
#include "run/input_sql.h"

namespace backcourt {

namespace {

// The rows that differ, joined on the key.
Result<ReplayMismatch> Compare(Connection& connection, const Model& model, Date date) {
  ReplayMismatch mismatch;
  mismatch.table = model.name;
  mismatch.date = date;
  std::vector<std::string> on, key, texts;
  for (const std::string& column : model.key) {
    on.push_back(fmt::format("s.{0} IS NOT DISTINCT FROM r.{0}", Ident(column)));
    key.push_back(fmt::format("'{}=' || CAST(coalesce(s.{}, r.{}) AS VARCHAR)", column, Ident(column), Ident(column)));
  }
  std::string joined = fmt::format("FROM (SELECT *, true AS there_ FROM wh.main.{} WHERE {} = {}) s FULL JOIN (SELECT *, true AS there_ FROM replayed) r ON {}",
                                   Ident(model.name), Ident(model.date), date.Sql(), Join(on, " AND "));
  std::vector<std::string> differs;
  for (const auto& [name, about] : model.columns) differs.push_back(fmt::format("s.{0} IS DISTINCT FROM r.{0}", Ident(name)));
  Rows counts = TRY(connection.Query(fmt::format("SELECT count(*) FILTER (WHERE s.there_ AND r.there_ AND ({})), count(*) FILTER (WHERE s.there_ IS NULL), count(*) FILTER (WHERE r.there_ IS NULL) {}",
                                                 Join(differs, " OR "), joined)));
  mismatch.different = counts.Int(0, 0);
  mismatch.missing = counts.Int(0, 1);
  mismatch.extra = counts.Int(0, 2);
  for (size_t i = 0; mismatch.different && i < model.columns.size(); ++i) {
    const std::string column = Ident(model.columns[i].first);
    Rows rows = TRY(connection.Query(fmt::format(
        "SELECT max(abs(TRY_CAST(CAST(s.{0} AS VARCHAR) AS DOUBLE) - TRY_CAST(CAST(r.{0} AS VARCHAR) AS DOUBLE))), count(*), min(concat_ws(', ', {1}) || ': {2} is ' || coalesce(CAST(s.{0} AS VARCHAR), 'NULL') || ', its replay gives ' || coalesce(CAST(r.{0} AS VARCHAR), 'NULL')) "
        "{3} WHERE s.there_ AND r.there_ AND {4}", column, Join(key, ", "), model.columns[i].first, joined, differs[i])));
    if (rows.Int(0, 1) == 0) continue;
    mismatch.columns[model.columns[i].first] = rows.Null(0, 0) ? std::nan("") : rows.Real(0, 0);
    if (mismatch.first.empty()) mismatch.first = rows.Text(0, 2);
  }
  if (mismatch.first.empty()) {
    Rows rows = TRY(connection.Query(fmt::format("SELECT min(concat_ws(', ', {}) || CASE WHEN s.there_ IS NULL THEN ': its replay gives this row, the table has it not' ELSE ': the table has this row, its replay gives it not' END) {} WHERE s.there_ IS NULL OR r.there_ IS NULL",
                                                 Join(key, ", "), joined)));
    if (!rows.Null(0, 0)) mismatch.first = rows.Text(0, 0);
  }
  return mismatch;
}

// One cell; nothing when it agrees to the bit.
Result<std::optional<ReplayMismatch>> ReplayOne(Connection& connection, const Project& project, const Calendar& calendar,
                                                const Cells& cells, const ReplayCell& chosen, int64_t& rows) {
  const Model& model = *project.FindModel(chosen.table);
  Date date = calendar.dates()[size_t(chosen.date_index)].date;
  std::string sql;
  for (const Read& read : model.reads)
    sql += fmt::format("CREATE OR REPLACE TEMP TABLE {0} AS SELECT * FROM wh.main.{0} WHERE {1};", Ident(read.table), CutOf(project, calendar, read, {chosen.date_index}));
  sql += fmt::format("CREATE OR REPLACE TEMP TABLE replayed AS {}SELECT * FROM (\n{}\n) AS this", InputSql(project, calendar, model, {chosen.date_index}, "temp"), model.body);
  ReplayMismatch broken;
  broken.table = model.name;
  broken.date = date;
  if (auto made = connection.Execute(sql); !made) {
    if (made.error().kind == ErrorKind::kInterrupted) return made.error();
    broken.error = made.error().message;
    return std::optional(broken);
  }
  std::vector<std::string> columns;
  for (const auto& [name, about] : model.columns) columns.push_back(name);
  std::vector<SlotDigest> digests = TRY(DigestSlots(connection, "replayed", fmt::format("({} - DATE '1970-01-01')", Ident(model.date)), columns));
  std::vector<SlotDigest> stored = TRY(DigestSlots(connection, "wh.main." + Ident(model.name), fmt::format("({} - DATE '1970-01-01')", Ident(model.date)), columns,
                                                   fmt::format("{} = {}", Ident(model.date), date.Sql())));
  Digest replayed_digest, stored_digest;
  int64_t replayed_rows = 0, stored_rows = 0;
  for (const SlotDigest& d : digests) replayed_digest = replayed_digest + d.digest, replayed_rows += d.rows;
  for (const SlotDigest& d : stored) stored_digest = stored_digest + d.digest, stored_rows += d.rows;
  rows = stored_rows;
  const Cell* cell = cells.at(model.name).Find(date.days);
  if (replayed_digest == stored_digest && replayed_rows == stored_rows) {
    if (cell->digest == stored_digest && cell->rows == stored_rows) return std::optional<ReplayMismatch>();
    broken.error = "the rows are right, but the ledger's digest of them is another: they were changed behind its back";
    return std::optional(broken);
  }
  return std::optional(TRY(Compare(connection, model, date)));
}

}  // namespace

std::vector<ReplayCell> SampleCells(const Project& project, const Calendar& calendar, const Cells& cells,
                                    const std::vector<std::string>& tables, const std::vector<int>& dates, int sample) {
  std::vector<std::vector<ReplayCell>> of_table;
  size_t total = 0;
  for (const Model& model : project.models) {
    if (model.view || (!tables.empty() && std::find(tables.begin(), tables.end(), model.name) == tables.end())) continue;
    auto series = cells.find(model.name);
    if (series == cells.end()) continue;
    std::vector<ReplayCell> mine;
    for (int date : dates) {
      const Cell* cell = series->second.Find(calendar.dates()[size_t(date)].date.days);
      if (cell && Settled(cell->state) && cell->identity == model.identity && cell->waived.empty()) mine.push_back({model.name, date});
    }
    total += mine.size();
    if (!mine.empty()) of_table.push_back(std::move(mine));
  }
  std::vector<ReplayCell> chosen;
  if (sample <= 0 || size_t(sample) >= total) {
    for (auto& mine : of_table) chosen.insert(chosen.end(), mine.begin(), mine.end());
    return chosen;
  }
  for (size_t t = 0; t < of_table.size(); ++t) {  // evenly over its dates, each table at another offset
    auto& mine = of_table[t];
    int64_t newest = 0;
    for (const ReplayCell& cell : mine) newest = std::max(newest, cells.at(cell.table).Find(calendar.dates()[size_t(cell.date_index)].date.days)->changed);
    size_t share = std::min(mine.size(), std::max<size_t>(1, size_t(sample) / of_table.size() + (t < size_t(sample) % of_table.size())));
    std::vector<size_t> picked;
    for (size_t i = 0; i < share; ++i) picked.push_back((i * mine.size() + (t * mine.size()) / of_table.size()) / share % mine.size());
    for (size_t i = 0; i < mine.size(); ++i)  // and one of those changed last
      if (cells.at(mine[i].table).Find(calendar.dates()[size_t(mine[i].date_index)].date.days)->changed == newest) {
        picked[0] = i;
        break;
      }
    std::sort(picked.begin(), picked.end());
    picked.erase(std::unique(picked.begin(), picked.end()), picked.end());
    for (size_t i : picked) chosen.push_back(mine[i]);
  }
  return chosen;
}

Result<ReplayReport> Replay(Warehouse& warehouse, const Project& project, const Calendar& calendar, const Cells& cells,
                            const std::vector<ReplayCell>& chosen, int parallel, std::function<bool(size_t done)> progress) {
  auto start = std::chrono::steady_clock::now();
  ReplayReport report;
  std::mutex mutex;
  std::atomic<size_t> next{0};
  std::atomic<bool> stop{false};
  std::optional<Error> failed;
  std::vector<std::unique_ptr<Connection>> connections;
  for (int i = 0; i < parallel; ++i) connections.push_back(TRY(warehouse.Connect()));
  std::vector<std::thread> workers;
  for (auto& connection : connections) {
    workers.emplace_back([&, c = connection.get()] {
      for (size_t i; !stop && (i = next++) < chosen.size();) {
        int64_t rows = 0;
        auto one = ReplayOne(*c, project, calendar, cells, chosen[i], rows);
        std::lock_guard lock(mutex);
        if (!one) {
          failed = one.error();
          stop = true;
          return;
        }
        ++report.cells;
        report.rows += rows;
        if (*one) report.mismatches.push_back(**one);
        if (!progress(size_t(report.cells))) stop = true;
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  if (failed) return *failed;
  if (stop) return Error{ErrorKind::kInterrupted, fmt::format("interrupted after {} of {} cells", report.cells, chosen.size()), ""};
  std::sort(report.mismatches.begin(), report.mismatches.end(), [](const ReplayMismatch& a, const ReplayMismatch& b) { return std::tie(a.date, a.table) < std::tie(b.date, b.table); });
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

}  // namespace backcourt

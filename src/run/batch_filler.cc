#include "run/batch_filler.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <numeric>

#include "base/text.h"
#include "run/judge.h"
#include "warehouse/body_check.h"
#include "warehouse/cell_sql.h"

namespace backcourt {

namespace {

constexpr int kShownRows = 20;  // of those that break a check

// The error of a model that does not run, with its place: the columns of its header that its SELECT does not
// give, else the engine's own.
Error WhyNotMade(Workbench& bench, const Model& model, const std::string& inputs, Error error) {
  if (error.kind != ErrorKind::kModel && error.kind != ErrorKind::kData) return error;
  if (error.kind == ErrorKind::kModel)
    if (auto typed = bench.TypesOf(fmt::format("{}SELECT * FROM (\n{}\n) AS this", inputs, model.body)))
      for (const auto& [name, about] : model.columns)
        if (std::none_of(typed->begin(), typed->end(), [&](auto& column) { return column.first == name; }))
          return Error{ErrorKind::kModel,
                       fmt::format("{}: [columns] has '{}', which the SELECT does not give",
                                   model.lines.Of("columns." + name), name),
                       ""};
  error.message = ProblemIn(BodyOf(model), inputs + SelectSql(model), error).Text();
  return error;
}

// Rows as lines of `name=value`, for messages; the columns `first` first.
Result<std::string> ShowRows(Workbench& bench, const std::string& query,
                             const std::vector<std::string>& first) {
  constexpr size_t kShownColumns = 12;
  Rows rows = TRY(bench.Show(fmt::format("SELECT * FROM ({}) LIMIT {}", query, kShownRows), RowForm::kTexts));
  std::vector<size_t> order(rows.columns().size());
  std::iota(order.begin(), order.end(), size_t(0));
  std::stable_partition(order.begin(), order.end(), [&](size_t c) {
    return std::find(first.begin(), first.end(), rows.columns()[c].name) != first.end();
  });
  if (order.size() > kShownColumns) order.resize(kShownColumns);
  std::string text;
  for (size_t i = 0; i < rows.size(); ++i) {
    text += "\n   ";
    for (size_t c : order)
      text += fmt::format(" {}={}", rows.columns()[c].name, rows.Null(i, c) ? "NULL" : rows.Text(i, c));
  }
  return text;
}

constexpr const char* kRowsOfKey = "rows_of_this_key";

std::string KeyColumns(const Model& model) {
  std::vector<std::string> key;
  for (const std::string& column : model.key)
    key.push_back(Ident(column));
  return Join(key, ", ");
}

std::string DoubledKeys(const Model& model) {
  return fmt::format("SELECT {0}, count(*) AS {1} FROM this GROUP BY {0} HAVING count(*) > 1",
                     KeyColumns(model), kRowsOfKey);
}

// The rows of these keys, those of one beside each other.
std::string DoubledRows(const Model& model) {
  return fmt::format(
      R"sql(SELECT * FROM (SELECT *, count(*) OVER (PARTITION BY {0}) AS {1} FROM this) AS counted
      WHERE {1} > 1 ORDER BY {0})sql",
      KeyColumns(model), kRowsOfKey);
}

}  // namespace

Result<std::unique_ptr<WarehouseFiller>> WarehouseFiller::Make(Warehouse& warehouse, const Project& project,
                                                               const Calendar& calendar, const Cells& cells,
                                                               std::mutex& cells_mutex, TextProof& proof,
                                                               int64_t run, int workers) {
  std::unique_ptr<WarehouseFiller> filler(
      new WarehouseFiller(project, calendar, cells, cells_mutex, proof, run));
  for (int i = 0; i < workers; ++i)
    filler->benches_.push_back(TRY(warehouse.Open()));
  return filler;
}

void WarehouseFiller::Cancel() {
  for (auto& bench : benches_)
    bench->Cancel();
}

Result<> RunChecks(Workbench& bench, const Model& model) {
  NamedTexts checks = model.checks;
  checks.insert(checks.begin(), {"one row a key", DoubledKeys(model)});
  std::string counts;
  for (size_t i = 0; i < checks.size(); ++i)
    counts += fmt::format("{}SELECT {} AS n, count(*) AS bad FROM ({})", i ? " UNION ALL " : "", i,
                          checks[i].second);
  Rows bad = TRY(bench.Query("SELECT CAST(n AS BIGINT), bad FROM (" + counts + ") WHERE bad > 0 ORDER BY n"));
  if (bad.size() == 0) return {};
  const auto& [name, query] = checks[size_t(bad.Int(0, 0))];
  bool of_key = bad.Int(0, 0) == 0;
  std::vector<std::string> first = model.key;
  first.push_back(kRowsOfKey);
  return Error{ErrorKind::kData,
               fmt::format("check \"{}\" of {} fails on {}:{}", name, model.name,
                           Counted(bad.Int(0, 1), of_key ? "key" : "row"),
                           TRY(ShowRows(bench, of_key ? DoubledRows(model) : query, first))),
               ""};
}

namespace {

// The rows that are due and not there, and those that are there and not due, by the columns of the key that
// the header's query gives; "" without one.
Result<std::string> WrongRows(Workbench& bench, const Model& model, const std::string& inputs) {
  if (model.expected_keys.empty()) return std::string();
  Rows none = TRY(bench.Query(fmt::format("{}SELECT * FROM ({}) AS e LIMIT 0", inputs, model.expected_keys)));
  std::string columns, same = fmt::format("t.{} = e.game_date", Ident(model.date));
  for (const std::string& column : model.key)
    if (column != model.date && std::any_of(none.columns().begin(), none.columns().end(),
                                            [&](const auto& has) { return has.name == column; })) {
      columns += ", " + Ident(column);
      same += fmt::format(" AND t.{0} = e.{0}", Ident(column));
    }
  if (columns.empty()) return std::string();
  return ShowRows(bench,
                  fmt::format(R"sql({inputs}SELECT 'missing' AS problem, game_date{columns} FROM ({keys}) AS e
      WHERE NOT EXISTS (SELECT 1 FROM this AS t WHERE {same})
      UNION ALL SELECT 'not expected', {date}{columns} FROM this AS t
      WHERE NOT EXISTS (SELECT 1 FROM ({keys}) AS e WHERE {same})
      ORDER BY 1, 2{columns})sql",
                              fmt::arg("inputs", inputs), fmt::arg("columns", columns),
                              fmt::arg("keys", model.expected_keys), fmt::arg("same", same),
                              fmt::arg("date", Ident(model.date))),
                  {});
}

// Rows a date against the header's [rows].
Result<> CheckRowCounts(Workbench& bench, const Model& model, const std::string& inputs) {
  if (model.expected_rows.empty()) return {};
  std::string wrong = fmt::format(
      R"sql({inputs}SELECT e.game_date, e.expected_rows, coalesce(t.n, 0) AS rows_made FROM ({expected}) AS e
      LEFT JOIN (SELECT {date} AS game_date, count(*) AS n FROM this GROUP BY 1) AS t ON t.game_date = e.game_date
      WHERE e.expected_rows <> coalesce(t.n, 0))sql",
      fmt::arg("inputs", inputs), fmt::arg("expected", model.expected_rows),
      fmt::arg("date", Ident(model.date)));
  Rows dates = TRY(bench.Query("SELECT game_date FROM (" + wrong + ")"));
  if (dates.size() == 0) return {};
  return Error{ErrorKind::kData,
               fmt::format("{} has another number of rows than expected on {}:{}{}", model.name,
                           Counted(int64_t(dates.size()), "date"), TRY(ShowRows(bench, wrong, {})),
                           TRY(WrongRows(bench, model, inputs))),
               ""};
}

// What the model notes of its dates.
Result<std::map<PartitionKey, std::string>> ReadNotes(Workbench& bench, const Model& model,
                                                      const std::string& inputs) {
  std::map<PartitionKey, std::string> notes;
  if (model.note.empty()) return notes;
  Rows rows = TRY(bench.Query(fmt::format("{}SELECT CAST({} AS INTEGER), CAST(note AS VARCHAR) FROM ({})",
                                          inputs, bench.dialect().DayNumber("game_date"), model.note)));
  for (size_t i = 0; i < rows.size(); ++i)
    if (!rows.Null(i, 1)) notes[int32_t(rows.Int(i, 0))] = rows.Text(i, 1);
  return notes;
}

}  // namespace

// Makes, without rows, the tables that a model reads, itself or through others, and that are not there: a
// date before all of an input's dates reads it although no cell of it is due. A model that cannot be run is
// left to its own batch, which tells of it.
Result<> WarehouseFiller::MakeInputs(Workbench& bench, const Model& model) {
  std::lock_guard making(making_);
  std::function<Result<>(const Model&)> make_inputs_of = [&](const Model& reader) -> Result<> {
    for (const Read& read : reader.reads) {
      const Model* input = project_.FindModel(read.table);
      if (!input || there_.contains(input->name)) continue;
      if (!TRY(bench.Describe(input->name))) {
        TRY(make_inputs_of(*input));
        auto made =
            bench.MakeEmptyTable(input->name, InputSql(project_, calendar_, *input, {0}) + SelectSql(*input));
        if (!made && made.error().kind != ErrorKind::kModel) return made;
      }
      there_.insert(input->name);
    }
    return {};
  };
  return make_inputs_of(model);
}

// A date of the batch's season that this run has filled alone: the batch computes it too, and the two are
// compared, which is the cheapest proof of all.
std::optional<PartitionDigest> WarehouseFiller::FilledAlone(const BatchWork& work) {
  if (work.cells.size() < 2 || !proof_.Asks(work)) return {};
  std::lock_guard lock(mutex_);
  auto alone = alone_.find(work.model->name);
  if (alone == alone_.end()) return {};
  int date = calendar_.Find(Date{alone->second.partition});
  auto is_it = [&](const CellWork& cell) { return cell.date_index == date; };
  if (date < 0 || std::any_of(work.cells.begin(), work.cells.end(), is_it)) return {};
  const auto& dates = calendar_.dates();
  if (dates[size_t(date)].season != dates[size_t(work.cells.front().date_index)].season) return {};
  return alone->second;
}

// A table that may not be there yet is made by one worker at a time.
Result<Published> WarehouseFiller::Publish(Workbench& bench, const Publication& publication) {
  const std::string& table = publication.model->name;
  std::unique_lock making(making_);
  if (!publication.may_be_new || there_.contains(table)) making.unlock();
  Published published = TRY(bench.Publish(publication));
  if (making) there_.insert(table);
  std::lock_guard lock(mutex_);
  published_[table] = publication.columns;
  if (published.anew) made_here_.insert(table);
  return published;
}

Result<FilledBatch> WarehouseFiller::Fill(const BatchWork& work, int worker) {
  const Model& model = *work.model;
  Workbench& bench = *benches_[size_t(worker)];
  auto start = std::chrono::steady_clock::now();
  std::vector<int> dates;
  for (const CellWork& cell : work.cells)
    dates.push_back(cell.date_index);
  const std::optional<PartitionDigest> alone = FilledAlone(work);
  if (alone) {
    dates.push_back(calendar_.Find(Date{alone->partition}));
    std::sort(dates.begin(), dates.end());
  }
  TRY(MakeInputs(bench, model));
  std::string inputs = InputSql(project_, calendar_, model, dates);

  Publication publication;
  publication.model = &model;
  publication.staged = "this";
  publication.run = run_;
  auto staged = bench.Stage("this", inputs + SelectSql(model));
  if (!staged) return WhyNotMade(bench, model, inputs, staged.error());
  publication.columns = *staged;
  std::vector<std::string> columns;
  for (const auto& [name, about] : model.columns)
    columns.push_back(name);
  std::vector<PartitionDigest> made =
      TRY(bench.Digest({"this", bench.dialect().DayNumber(Ident(model.date)), columns}));
  auto proof_start = std::chrono::steady_clock::now();
  TRY(proof_.Prove(bench, work, "this", made, alone ? &*alone : nullptr));
  start += std::chrono::steady_clock::now() - proof_start;  // no later batch takes that time
  TRY(RunChecks(bench, model));
  TRY(CheckRowCounts(bench, model, inputs));
  auto notes = TRY(ReadNotes(bench, model, inputs));
  if (alone) {  // it has its rows already
    std::erase_if(made, [&](const PartitionDigest& of) { return of.partition == alone->partition; });
    TRY(bench.Restage("this", fmt::format("{} = {}", Ident(model.date), Date{alone->partition}.Sql()), ""));
  }
  {
    std::lock_guard lock(mutex_);
    auto stored = cells_.find(model.name);
    const CellSeries* before = stored == cells_.end() ? nullptr : &stored->second;
    publication.cells = TRY(JudgeCells(work, calendar_, made, notes, before, run_));
    auto published = published_.find(model.name);
    publication.may_be_new = published == published_.end() || published->second != publication.columns;
    publication.rows_before = !made_here_.contains(model.name);
  }
  const std::vector<Cell>& cells = publication.cells;
  publication.batch = {
      model.name, cells.front().partition, cells.back().partition, int(cells.size()), 0, 0, work.attempt,
      work.halved};
  for (const Cell& cell : cells)
    publication.batch.rows += cell.rows;
  publication.batch.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  Published published = TRY(Publish(bench, publication));
  if (work.cells.size() == 1 && made.size() == 1) {
    std::lock_guard lock(mutex_);
    alone_[model.name] = made.front();
  }
  return FilledBatch{std::move(publication.cells), published.anew, published.schema};
}

Result<> WarehouseFiller::Record(const Model& model, const std::vector<Cell>& cells, int worker) {
  return benches_[size_t(worker)]->Record(model, run_, cells);
}

}  // namespace backcourt

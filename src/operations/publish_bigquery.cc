#include "operations/publish_bigquery.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>

#include "base/fault_point.h"
#include "base/text.h"
#include "files/bigquery.h"
#include "operations/status.h"
#include "plan/planner.h"
#include "warehouse/duckdb/profile.h"

namespace backcourt {

namespace fs = std::filesystem;

namespace {

constexpr const char* kCells = "backcourt_cells";  // which rows of which date stand there
constexpr size_t kDatesAtOnce = 400;               // of a job: two seasons
constexpr size_t kMostClustering = 4;              // columns; the service takes no more

struct ColumnType {
  std::string there, cast;  // its name in the REST interface, and ours that Parquet carries over
};

Result<ColumnType> TypeThere(const std::string& table, const NamedTexts::value_type& column) {
  const std::string& type = column.second;
  if (type == "BOOLEAN") return ColumnType{"BOOLEAN", "BOOLEAN"};
  if (type == "DATE") return ColumnType{"DATE", "DATE"};
  if (type == "TIMESTAMP") return ColumnType{"DATETIME", "TIMESTAMP"};
  if (type == "VARCHAR") return ColumnType{"STRING", "VARCHAR"};
  if (type == "DOUBLE" || type == "FLOAT") return ColumnType{"FLOAT", "DOUBLE"};
  for (const char* whole : {"TINYINT", "SMALLINT", "INTEGER", "BIGINT"})
    if (type.ends_with(whole)) return ColumnType{"INTEGER", "BIGINT"};
  return Error{ErrorKind::kUsage,
               fmt::format("{}.{} is {}, for which there is no type in BigQuery", table, column.first, type),
               "a CAST in the model's SELECT"};
}

std::string Literals(const std::vector<Date>& dates) {
  std::vector<std::string> literals;
  for (Date date : dates)
    literals.push_back(date.Sql());
  return Join(literals, ", ");
}

// One table.
class TableMover {
 public:
  TableMover(const Model& model, Moment& moment, BigQuery& service, fs::path aside)
      : model_(model), moment_(moment), service_(service), aside_(std::move(aside)) {}

  // Of a table that is not filled: false.
  Result<bool> Plan(bool dry_run) {
    auto columns = TRY(moment_.bench->Describe(model_.name));
    if (!columns) return false;
    Hasher shape;
    for (const auto& column : *columns) {
      ColumnType type = TRY(TypeThere(model_.name, column));
      auto about = std::find_if(model_.columns.begin(), model_.columns.end(),
                                [&](const auto& one) { return one.first == column.first; });
      fields_.push_back({{"name", column.first}, {"type", type.there}, {"mode", "NULLABLE"}});
      if (about != model_.columns.end()) fields_.back()["description"] = about->second;
      select_.push_back(fmt::format("CAST({0} AS {1}) AS {0}", Ident(column.first), type.cast));
      names_.push_back("`" + column.first + "`");
      shape.Add(column.first).Add(type.there);
    }
    auto there = TRY(Marks(dry_run));
    if (auto series = moment_.cells.find(model_.name); series != moment_.cells.end())
      for (const Cell& cell : series->second.cells()) {
        Date date{cell.partition};
        if (moment_.calendar.Find(date) < 0 || cell.rows == 0) continue;
        std::string mark = Hasher(shape).Add(cell.digest).Add(cell.rows).Finish().Hex().substr(0, 16);
        auto stands = there.find(date.Str());
        if (stands == there.end() || stands->second != mark) changed_.emplace_back(date, mark);
        if (stands != there.end()) there.erase(stands);
      }
    for (const auto& [date, mark] : there)
      changed_.emplace_back(TRY(Date::Parse(date)), "");  // its rows go
    std::sort(changed_.begin(), changed_.end());
    return true;
  }
  size_t dates() const { return changed_.size(); }

  // The dates that changed, some at a time.
  Result<> Move(const std::function<Result<>()>& told) {
    if (changed_.empty()) return {};
    nlohmann::json table = {{"description", model_.about},
                            {"schema", {{"fields", fields_}}},
                            {"timePartitioning", {{"type", "DAY"}, {"field", model_.date}}}};
    std::vector<std::string> clustering;
    for (const std::string& column : model_.key)
      if (column != model_.date && clustering.size() < kMostClustering) clustering.push_back(column);
    if (!clustering.empty()) table["clustering"] = {{"fields", clustering}};
    TRY(service_.MakeTable(model_.name, table));
    for (size_t from = 0; from < changed_.size(); from += kDatesAtOnce) {
      size_t to = std::min(changed_.size(), from + kDatesAtOnce);
      TRY(MoveSome({changed_.begin() + std::ptrdiff_t(from), changed_.begin() + std::ptrdiff_t(to)}));
      TRY(told());
    }
    return {};
  }

 private:
  using Changes =
      std::vector<std::pair<Date, std::string>>;  // a date, and the mark that it gets; empty: it goes

  // What stands there, by date; and how many times the table has changed.
  Result<std::map<std::string, std::string>> Marks(bool dry_run) {
    auto row = service_.FirstRow(fmt::format(
        "SELECT STRING_AGG(CONCAT(CAST(game_date AS STRING), ' ', mark), ','), MAX(version) FROM {} WHERE "
        "table_name = {}",
        service_.Name(kCells), Quote(model_.name)));
    std::map<std::string, std::string> marks;
    if (!row && dry_run) return marks;  // nothing was published there yet
    if (!row) return row.error();
    if (row->size() != 2 || !(*row)[0].is_string()) return marks;
    for (const std::string& mark : Split((*row)[0].get<std::string>(), ','))
      marks[mark.substr(0, mark.find(' '))] = mark.substr(mark.find(' ') + 1);
    version_ = std::stoll((*row)[1].get<std::string>());
    return marks;
  }

  // Jobs are named after what they do: one that is asked for again, by this process or the next, is the same
  // job. A name is used up by a job that failed.
  Result<> MoveSome(const Changes& changes) {
    std::vector<Date> dates;
    Hasher named;
    named.Add(service_.Name(model_.name)).Add(version_);
    for (const auto& [date, mark] : changes)
      dates.push_back(date), named.Add(int64_t(date.days)).Add(mark);
    std::string mark = named.Finish().Hex().substr(0, 16);
    std::string file = (aside_ / (model_.name + ".parquet")).string();
    TRY(moment_.bench->WriteFile(fmt::format("SELECT {} FROM main.{} WHERE {} IN ({})", Join(select_, ", "),
                                             Ident(model_.name), Ident(model_.date), Literals(dates)),
                                 file, FileFormat::kParquet));
    for (int attempt = 1;; ++attempt) {
      std::string staging = fmt::format("{}_{}_{}", model_.name, mark, attempt);
      std::string job = fmt::format("backcourt_{}", staging);
      nlohmann::json load = {{"destinationTable", service_.Reference(staging)},
                             {"sourceFormat", "PARQUET"},
                             {"writeDisposition", "WRITE_TRUNCATE"},
                             {"schema", {{"fields", fields_}}}};
      if (TRY(service_.Run(job + "_load", {{"load", load}}, file)) == BigQuery::Job::kFailedBefore) continue;
      FaultPoint("publish-loaded", model_.name);
      nlohmann::json script = {{"query", Script(changes, dates, staging)}, {"useLegacySql", false}};
      if (TRY(service_.Run(job + "_script", {{"query", script}}, "")) == BigQuery::Job::kFailedBefore)
        continue;
      ++version_;
      std::error_code ignored;
      fs::remove(file, ignored);
      return {};
    }
  }

  std::string Script(const Changes& changes, const std::vector<Date>& dates,
                     const std::string& staging) const {
    std::vector<std::string> cells;
    for (const auto& [date, mark] : changes)
      if (!mark.empty())
        cells.push_back(
            fmt::format("({}, {}, {}, {})", Quote(model_.name), date.Sql(), Quote(mark), version_ + 1));
    std::string columns = Join(names_, ", ");
    std::string script =
        fmt::format(R"sql(BEGIN TRANSACTION;
DELETE FROM {table} WHERE `{date}` IN ({dates});
INSERT INTO {table} ({columns}) SELECT {columns} FROM {staging};
DELETE FROM {cells} WHERE table_name = {name} AND game_date IN ({dates});
)sql",
                    fmt::arg("table", service_.Name(model_.name)), fmt::arg("date", model_.date),
                    fmt::arg("dates", Literals(dates)), fmt::arg("columns", columns),
                    fmt::arg("staging", service_.Name(staging)), fmt::arg("cells", service_.Name(kCells)),
                    fmt::arg("name", Quote(model_.name)));
    if (!cells.empty())
      script += fmt::format("INSERT INTO {} (table_name, game_date, mark, version) VALUES {};\n",
                            service_.Name(kCells), Join(cells, ", "));
    return script + "COMMIT TRANSACTION;\nDROP TABLE " + service_.Name(staging) + ";";
  }

  const Model& model_;
  Moment& moment_;
  BigQuery& service_;
  const fs::path aside_;
  nlohmann::json fields_ = nlohmann::json::array();
  std::vector<std::string> select_, names_;
  Changes changed_;
  int64_t version_ = 0;
};

nlohmann::json CellsTable() {
  auto field = [](const char* name, const char* type, const char* about) {
    return nlohmann::json{{"name", name}, {"type", type}, {"mode", "NULLABLE"}, {"description", about}};
  };
  return {{"description",
           "Which rows of which date stand in the tables beside it; written by backcourt publish."},
          {"schema",
           {{"fields",
             {field("table_name", "STRING", "the table, without the prefix"),
              field("game_date", "DATE", "the date"),
              field("mark", "STRING", "of the date's rows and the table's columns"),
              field("version", "INTEGER", "how many times the table has changed")}}}}};
}

}  // namespace

Result<PublishReport> PublishToBigQuery(Workspace& workspace, bool dry_run, Activity& activity) {
  auto start = std::chrono::steady_clock::now();
  const Project& project = workspace.project();
  const BigQueryTarget& target = project.bigquery;
  if (target.dataset.empty())
    return Error{ErrorKind::kUsage, "no dataset is named to publish into",
                 "project and dataset under [publish.bigquery] of backcourt.toml"};
  auto service = TRY(BigQuery::Open(target, project.stores.ca_file, FromEnvironment,
                                    [&activity] { return activity.cancel().Requested(); }));
  if (!dry_run) {
    TRY(service->MakeDataset());
    TRY(service->MakeTable(kCells, CellsTable()));
  }
  Moment moment = TRY(workspace.Look(true));
  Watch watch = CancelWhen(*moment.connection, activity.cancel());
  fs::path aside = project.warehouse + ".publish";
  std::error_code failed;
  fs::create_directories(aside, failed);
  PublishReport report;
  report.folder = fmt::format("bigquery:{}.{}.{}", target.project, target.dataset, target.prefix);
  for (const Model& model : project.models) {
    if (model.helper || model.view) continue;
    TableMover mover(model, moment, *service, aside);
    if (!TRY(mover.Plan(dry_run)) || mover.dates() == 0) continue;
    report.written.push_back(fmt::format("{}: {}", model.name, Counted(int64_t(mover.dates()), "date")));
    if (!dry_run)
      TRY(mover.Move([&] {
        return activity.cancel().Requested()
                   ? Result<>(
                         Error{ErrorKind::kInterrupted, "interrupted; the tables that are done stay", ""})
                   : Result<>();
      }));
  }
  fs::remove_all(aside, failed);
  auto states = JudgeAll(project, moment.calendar, moment.cells);
  report.complete_through = CompleteThrough(FilledModels(project), moment.calendar, states);
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

}  // namespace backcourt

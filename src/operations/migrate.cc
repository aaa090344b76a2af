#include "operations/migrate.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "ledger/lake.h"
#include "ledger/models.h"
#include "ledger/runs.h"
#include "plan/planner.h"
#include "project/config.h"
#include "warehouse/cell_sql.h"
#include "warehouse/duckdb/ledger_file.h"

namespace backcourt {

namespace fs = std::filesystem;

void Describe(Visitor& v, MigrateRequest& r) {
  v.Struct("MigrateRequest", "Where the tables go.");
  v.Field("to", r.to, "A Spark Connect server, as sc://host:15002, or a new DuckDB file.",
          {.metavar = "PLACE", .required = true, .path = true});
  v.Field("database", r.database, "The database in Spark (default: the project's name).",
          {.metavar = "NAME"});
  v.Field("staging", r.staging,
          "A folder that this program and the cluster both reach (default: beside the ledger).",
          {.metavar = "FOLDER", .path = true});
  v.Field("ledger", r.ledger,
          "The new file of ledger and raw tables, where the rows go to Spark (default: the warehouse's name "
          "with -spark).",
          {.metavar = "FILE", .path = true});
}

void Describe(Visitor& v, MigratedTable& t) {
  v.Struct("MigratedTable", "A table that was copied.");
  v.Field("table", t.table, "its name");
  v.Field("cells", t.cells, "its cells");
  v.Field("rows", t.rows, "its rows");
}

void Describe(Visitor& v, MigrateReport& r) {
  v.Struct("MigrateReport", "What was copied, and where the warehouse is now.");
  v.Field("to", r.to, "the Spark Connect server, or the file");
  v.Field("warehouse", r.warehouse,
          "the file of the new warehouse: ledger, raw tables and, in DuckDB, all others");
  v.Field("before", r.before, "the file of the warehouse before, which stays as it is");
  v.Field("tables", r.tables, "the tables of models that were copied");
  v.Field("left", r.left,
          "tables that were not: their models are gone, or have another text than made them and are filled "
          "again");
  v.Field("seconds", r.seconds, "seconds that it took");
}

namespace {

// Where the project's warehouse is to be.
struct Target {
  std::string path;
  std::optional<SparkPlace> spark;
  std::string rows;  // a folder through which they go
};

Result<Target> TargetOf(const Project& project, const MigrateRequest& request) {
  Target target;
  fs::path now = project.warehouse;
  if (request.to.starts_with("sc://")) {
    if (project.spark)
      return Error{ErrorKind::kUsage, "the tables are in Spark already, at " + project.spark->uri,
                   "--to with a file"};
    target.path = request.ledger;
    if (target.path.empty())
      target.path =
          (now.parent_path() / (now.stem().string() + "-spark" + now.extension().string())).string();
    SparkPlace place;
    place.uri = request.to;
    place.database = request.database.empty() ? project.name : request.database;
    place.staging = request.staging;
    target.rows = (request.staging.empty() ? target.path + ".staging" : request.staging) + "/migrate";
    target.spark = place;
  } else {
    if (request.to.find("://") != std::string::npos)
      return Error{ErrorKind::kUsage, request.to + " is neither sc://HOST:PORT nor a file", ""};
    if (!project.spark)
      return Error{ErrorKind::kUsage,
                   fmt::format("the tables are in a DuckDB file already, {}", project.warehouse),
                   "--to sc://HOST:PORT; a file is moved as files are"};
    if (!request.database.empty() || !request.staging.empty() || !request.ledger.empty())
      return Error{ErrorKind::kUsage, "--database, --staging and --ledger are for --to sc://HOST:PORT", ""};
    target.path = request.to;
    target.rows = target.path + ".rows";
  }
  std::error_code ignored;
  if (fs::exists(target.path, ignored))
    return Error{
        ErrorKind::kUsage, target.path + " is there already",
        target.spark ? "--ledger with another file, or move it away" : "another file, or move it away"};
  return target;
}

bool Names(const std::string& line, const std::set<std::string>& keys) {
  size_t equals = line.find('=');
  return equals != std::string::npos && keys.contains(Trim(line.substr(0, equals)));
}

// The tables of one warehouse are copied into another, inputs before what reads them.
class Copy {
 public:
  Copy(Workspace& from, const Project& project, const Target& target, Activity& activity)
      : from_(from), project_(project), target_(target), activity_(activity), to_(project, from.command()) {}

  Result<> Run(MigrateReport& report) {
    const Cancel& cancel = activity_.cancel();
    TRY(TRY(from_.Open())->Recover());
    source_ = TRY(from_.Look());
    known_ = TRY(ledger::ReadModels(*source_->connection));
    TRY(MakeLedger());
    Warehouse& warehouse = *TRY(to_.Open());
    bench_ = TRY(warehouse.Open());
    Watch watch(std::chrono::milliseconds(50), [&] {
      if (!cancel.Requested()) return;
      source_->bench->Cancel();
      bench_->Cancel();
    });
    ledger_ = TRY(warehouse.ConnectToLedger());
    run_ = TRY(ledger::StartRun(*ledger_, "migrate --to " + report.to));
    TRY(warehouse.BringRawRows(cancel, [&](const std::string& line) { activity_.Tell(LoadStep{line}); }));
    moment_ = TRY(to_.Look());
    missing_.emplace(project_, moment_->calendar);
    states_ = JudgeAll(from_.project(), source_->calendar, source_->cells);
    std::error_code failed;
    fs::create_directories(target_.rows, failed);
    if (failed)
      return Error{ErrorKind::kCapacity, fmt::format("{} cannot be made: {}", target_.rows, failed.message()),
                   ""};
    Result<> copied = Tables(report);
    fs::remove_all(target_.rows, failed);
    TRY(copied);
    return ledger::EndRun(*ledger_, run_, "done",
                          Counted(int64_t(report.tables.size()), "table") + " copied");
  }

 private:
  Result<> MakeLedger() {
    if (target_.spark) TRY(ledger::LakeId(*source_->connection));  // a later try finds the lake its own
    std::set<std::string> models, whole;
    for (const Model& model : project_.models)
      models.insert(model.name);
    for (const auto& [name, seen] : known_)
      models.insert(name);
    for (const RawTable& table : project_.raw_tables)
      whole.insert(table.name);
    for (const Seed& seed : project_.seeds)
      whole.insert(seed.name);
    return WriteLedgerFile(*source_->connection, project_.warehouse, models, whole);
  }

  Result<> Tables(MigrateReport& report) {
    int64_t rows = 0;
    for (const auto& [name, seen] : known_)
      if (!project_.FindModel(name)) report.left.push_back(name);
    for (const Model& model : project_.models) {
      auto seen = known_.find(model.name);
      if (seen == known_.end()) continue;
      const Model& before = *from_.project().FindModel(model.name);
      bool same = seen->second.identity == IdentityOf(before, source_->cells).Hex() &&
                  (model.view || seen->second.checks == before.checks_identity.Hex());
      if (!same)
        report.left.push_back(model.name);
      else if (model.view)
        TRY(bench_->MakeView(model, IdentityOf(model, moment_->cells)));
      else {
        activity_.Tell(LoadStep{fmt::format("copying {}: {} of {}, {}", model.name, report.tables.size(),
                                            Counted(int64_t(known_.size()), "table"), Counted(rows, "row"))});
        report.tables.push_back(TRY(Table(model)));
        rows += report.tables.back().rows;
      }
    }
    return {};
  }

  // The SELECT of a file's rows, in the types that the model has in the engine.
  Result<std::string> RowsOf(const Model& model, const std::string& file) {
    std::string rows = "SELECT * FROM " + bench_->dialect().ParquetFile(file);
    Columns are = TRY(bench_->TypesOf(rows));
    Columns made = TRY(bench_->TypesOf(InputSql(project_, moment_->calendar, model, {0}) + SelectSql(model)));
    std::vector<std::string> columns;
    for (const auto& [name, type] : made) {
      bool same = std::find(are.begin(), are.end(), std::pair(name, type)) != are.end();
      columns.push_back(same ? Ident(name) : fmt::format("CAST({0} AS {1}) AS {0}", Ident(name), type));
    }
    return fmt::format("SELECT {} FROM {}", Join(columns, ", "), bench_->dialect().ParquetFile(file));
  }

  Result<MigratedTable> Table(const Model& model) {
    const CellSeries& before = source_->cells[model.name];
    std::string file = fmt::format("{}/{}.parquet", target_.rows, model.name);
    TRY(source_->bench->WriteFile("SELECT * FROM wh.main." + Ident(model.name), file, FileFormat::kParquet));
    Publication publication;
    publication.model = &model;
    publication.staged = "this";
    publication.columns = TRY(bench_->Stage("this", TRY(RowsOf(model, file))));
    std::error_code ignored;
    fs::remove(file, ignored);
    std::vector<std::string> columns;
    for (const auto& [name, about] : model.columns)
      columns.push_back(name);
    std::map<PartitionKey, PartitionDigest> made;
    for (PartitionDigest& one :
         TRY(bench_->Digest({"this", bench_->dialect().DayNumber(Ident(model.date)), columns})))
      made[one.partition] = one;
    MigratedTable table{model.name, int64_t(before.cells().size()), 0};
    for (const Cell& cell : before.cells()) {
      publication.cells.push_back(TRY(CellOf(model, cell, made[cell.partition])));
      table.rows += cell.rows;
    }
    for (const auto& [partition, digest] : made)
      if (!before.Find(partition)) return OtherRows(model, partition, 0, digest.rows);
    publication.may_be_new = true;
    publication.rows_before = false;
    publication.run = run_;
    // Its time says nothing of the model.
    publication.batch = {model.name, 0, 0, int(table.cells), table.rows, 0, 1, true};
    if (table.cells) {
      publication.batch.first = publication.cells.front().partition;
      publication.batch.last = publication.cells.back().partition;
    }
    TRY(bench_->Publish(publication));
    CellSeries& now = moment_->cells[model.name];
    for (Cell& cell : publication.cells)
      now.Put(std::move(cell));
    return table;
  }

  static Error OtherRows(const Model& model, PartitionKey partition, int64_t told, int64_t there) {
    return Error{ErrorKind::kData,
                 fmt::format("{} {}: {} in the table, {} by the ledger", model.name, Date{partition}.Str(),
                             Counted(there, "row"), Counted(told, "row")),
                 "`backcourt backfill`, then migrate again"};
  }

  // A cell as the new engine knows it: by its own digests, its own text.
  Result<Cell> CellOf(const Model& model, Cell cell, const PartitionDigest& made) {
    if (cell.rows != made.rows) return OtherRows(model, cell.partition, cell.rows, made.rows);
    cell.digest = made.digest;
    cell.fingerprint = {};
    int index = moment_->calendar.Find(Date{cell.partition});
    if (index < 0 || !Settled(states_[model.name][size_t(index)])) return cell;  // is filled again
    cell.identity = model.identity;
    cell.fingerprint = Fingerprint(model, moment_->calendar, index, moment_->cells,
                                   missing_->TokenOf(model, index), cell.waived);
    return cell;
  }

  Workspace& from_;
  const Project& project_;
  const Target& target_;
  Activity& activity_;
  Workspace to_;
  std::optional<Moment> source_, moment_;
  std::map<std::string, ledger::KnownModel> known_;
  std::map<std::string, std::vector<CellState>> states_;  // in the source
  std::optional<MissingGames> missing_;
  std::unique_ptr<Workbench> bench_;
  std::unique_ptr<Connection> ledger_;
  int64_t run_ = 0;
};

// Into a warehouse at a path, which is closed at the end.
Result<> CopyAll(Workspace& workspace, const Target& target, const std::string& path, Activity& activity,
                 MigrateReport& report) {
  std::optional<SparkPlace> spark = target.spark;
  if (spark) spark->staging = fs::path(target.rows).parent_path();
  Project project = TRY(Project::At(workspace.project(), path, spark));
  return Copy(workspace, project, target, activity).Run(report);
}

}  // namespace

std::string WithWarehouse(const std::string& text, const std::string& path,
                          const std::optional<SparkPlace>& spark) {
  static const std::set<std::string> kPlaces = {"path",    "engine",  "uri",     "database",
                                                "staging", "timeout", "settings"};
  std::string lines = fmt::format("path = {}\n", TomlText(path));
  if (spark) {
    lines += fmt::format("engine = \"spark\"\nuri = {}\ndatabase = {}\n", TomlText(spark->uri),
                         TomlText(spark->database));
    if (!spark->staging.empty()) lines += fmt::format("staging = {}\n", TomlText(spark->staging));
  }
  std::string out, section;
  bool written = false;
  for (const std::string& line : Split(text, '\n')) {
    if (std::string trimmed = Trim(line.substr(0, line.find('#'))); trimmed.starts_with("["))
      section = trimmed;
    if (section == "[warehouse.settings]" || (section == "[warehouse]" && Names(line, kPlaces))) continue;
    out += line + "\n";
    if (section != "[warehouse]" || written) continue;
    out += lines;
    written = true;
  }
  out.pop_back();  // of the last line, which has none
  return written ? out : out + "\n[warehouse]\n" + lines;
}

Result<MigrateReport> Migrate(Workspace& workspace, const MigrateRequest& request, const Cancel& cancel,
                              const Events& events) {
  auto activity = TRY(workspace.activities().Begin("migrate", ToJson(request), true, cancel, events));
  auto start = std::chrono::steady_clock::now();
  const Project& project = workspace.project();
  if (!project.problems.empty()) return ErrorOf(project.problems);
  Target target = TRY(TargetOf(project, request));
  if (!target.spark && !project.lake_tables.empty()) {
    const auto& [raw, table] = *project.lake_tables.begin();
    return Error{ErrorKind::kUsage,
                 fmt::format("{} is the table {} of the lake, which a DuckDB file cannot read", raw, table),
                 "take [sources." + raw + "] out of backcourt.toml, and load files of it, before the move"};
  }
  std::string config = (fs::path(project.root) / "backcourt.toml").string();
  fs::path below = fs::path(target.path).lexically_relative(project.root);
  std::string path = below.empty() || below.string().starts_with("..") ? target.path : below.string();
  std::string text = WithWarehouse(TRY(ReadFile(config)), path, target.spark);
  TRY(ParseConfig(config, text));  // what is written must be readable
  MigrateReport report;
  report.to = request.to;
  report.warehouse = target.path;
  report.before = project.warehouse;
  const std::string unfinished = target.path + ".new";
  if (auto copied = CopyAll(workspace, target, unfinished, *activity, report); !copied) {
    std::error_code ignored;
    for (const char* of_it : {"", ".wal"})
      fs::remove(unfinished + of_it, ignored);
    return copied.error();
  }
  TRY(MoveInPlace(unfinished, target.path));
  TRY(WriteFile(config, text));
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

}  // namespace backcourt

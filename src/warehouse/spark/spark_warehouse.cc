#include "warehouse/spark/spark_warehouse.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "adbc/transaction.h"
#include "base/date.h"
#include "base/fault_point.h"
#include "base/text.h"
#include "base/watch.h"
#include "ledger/cells.h"
#include "ledger/lake.h"
#include "ledger/loads.h"
#include "warehouse/duckdb/catalog.h"
#include "warehouse/duckdb/duckdb_workbench.h"
#include "warehouse/spark/spark_workbench.h"

namespace backcourt {

namespace fs = std::filesystem;

namespace {

// Above so many changed dates a table is copied whole.
constexpr size_t kMostDates = 400;

// What stands before the SELECT of a view, where the ledger holds the columns of a table.
constexpr std::string_view kView = "VIEW AS ";

// What of a table goes to the lake.
struct Copy {
  std::string name, columns;
  bool whole = false;
  bool other_kind = false;     // a view was there where a table will be, or a table where a view
  std::string where = "true";  // the rows that changed
  ledger::LakeTable now;       // of what is copied
};

// Brings raw rows and seeds to the lake, of the partitions whose digests are others there. Of a raw table
// that is a table of the lake only a view is made, of its rows as they were loaded.
class RawCopier {
 public:
  RawCopier(Lake& lake, Connection& ledger, const Project& project)
      : lake_(lake), ledger_(ledger), project_(project), session_(lake.place, lake.functions) {}

  Result<> Run(const Cancel& cancel, const std::function<void(const std::string&)>& told) {
    Watch watch(std::chrono::milliseconds(50), [&] {
      if (cancel.Requested()) session_.Cancel();
    });
    std::vector<Copy> copies = TRY(Find());
    if (copies.empty()) return {};
    TRY(lake_.Claim(session_, ledger_));
    fs::path folder = fs::path(lake_.place.staging) / "raw";
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed)
      return Error{ErrorKind::kCapacity,
                   fmt::format("{} cannot be made: {}", folder.string(), failed.message()),
                   "another `staging` under [warehouse] of backcourt.toml"};
    Result<> done;
    for (size_t i = 0; i < copies.size() && done; ++i) {
      told(fmt::format("bringing {} to Spark ({} of {})", copies[i].name, i + 1,
                       Counted(int64_t(copies.size()), "table")));
      done = Bring(copies[i], (folder / (copies[i].name + ".parquet")).string());
    }
    fs::remove_all(folder, failed);
    return done;
  }

 private:
  Result<std::vector<Copy>> Find() {
    Cells cells = TRY(ledger::ReadCells(ledger_, project_));
    auto there = TRY(ledger::ReadLakeTables(ledger_));
    std::vector<std::string> names;
    std::vector<Copy> copies = TRY(FindViews(there));
    for (const RawTable& table : project_.raw_tables)
      if (table.lake.empty()) names.push_back(table.name);
    for (const Seed& seed : project_.seeds)
      names.push_back(seed.name);
    for (const std::string& name : names) {
      auto columns = TRY(DescribeTable(ledger_, name));
      if (!columns) continue;
      Copy copy{.name = name, .columns = ColumnText(*columns)};
      auto before = there.find(name);
      copy.whole = before == there.end() || before->second.columns != copy.columns;
      copy.other_kind = before != there.end() && before->second.columns.starts_with(kView);
      Compare(copy, cells[name], before == there.end() ? ledger::LakeTable() : before->second);
      if (copy.whole || !copy.now.digests.empty()) copies.push_back(std::move(copy));
    }
    return copies;
  }

  // Those of which other rows were loaded than the lake shows.
  Result<std::vector<Copy>> FindViews(const std::map<std::string, ledger::LakeTable>& there) {
    std::vector<Copy> copies;
    for (const ledger::SourceRun& run : TRY(ledger::ReadSourceRuns(ledger_)))
      for (const RawTable& table : project_.raw_tables) {
        if (table.lake.empty() || run.source != LakeSourceOf(table)) continue;
        Copy copy{.name = table.name, .columns = std::string(kView) + run.inputs, .whole = true};
        auto before = there.find(table.name);
        if (before != there.end() && before->second.columns == copy.columns) continue;
        copy.other_kind = before != there.end() && !before->second.columns.starts_with(kView);
        copy.now.columns = copy.columns;
        copies.push_back(std::move(copy));
      }
    return copies;
  }

  // Fills in what differs; partitions that are gone have no digest.
  void Compare(Copy& copy, const CellSeries& cells, const ledger::LakeTable& before) {
    std::map<PartitionKey, std::string> now;
    for (const Cell& cell : cells.cells())
      if (cell.rows) now[cell.partition] = cell.digest.Hex();
    std::vector<std::string> dates;
    auto differs = [&](PartitionKey partition, const std::string& digest) {
      copy.now.digests[partition] = digest;
      dates.push_back(Date{partition}.Sql());
    };
    for (const auto& [partition, digest] : now)
      if (auto was = before.digests.find(partition); was == before.digests.end() || was->second != digest)
        differs(partition, digest);
    for (const auto& [partition, digest] : before.digests)
      if (!now.contains(partition) && !digest.empty()) differs(partition, "");
    bool dated = project_.GrainOf(copy.name) == Grain::kDate;
    if (!dates.empty() && (!dated || dates.size() > kMostDates)) copy.whole = true;
    if (copy.whole)
      copy.now.digests = std::move(now);
    else
      copy.where = fmt::format("{} IN ({})", Ident(project_.DateColumn(copy.name)), Join(dates, ", "));
    copy.now.columns = copy.columns;
  }

  Result<> Bring(const Copy& copy, const std::string& file) {
    if (copy.other_kind) TRY(lake_.DropRelation(session_, copy.name));
    if (copy.columns.starts_with(kView))
      TRY(session_.Query(fmt::format("CREATE OR REPLACE VIEW {} AS {}", lake_.Table(copy.name),
                                     copy.columns.substr(kView.size()))));
    else
      TRY(BringRows(copy, file));
    FaultPoint("lake-raw-written", copy.name);
    // Where this ends before the ledger knows of it, the same rows are brought again.
    Transaction transaction = TRY(Transaction::Begin(ledger_));
    TRY(ledger::WriteLakeTable(ledger_, copy.name, copy.now, copy.whole));
    return transaction.Commit();
  }

  Result<> BringRows(const Copy& copy, const std::string& file) {
    std::string order = project_.DateColumn(copy.name);
    TRY(DuckDbWorkbench(ledger_).WriteFile(
        fmt::format("SELECT * FROM wh.main.{} WHERE {}{}", Ident(copy.name), copy.where,
                    order.empty() ? "" : " ORDER BY " + Ident(order)),
        file, FileFormat::kParquet));
    FaultPoint("lake-raw-file", copy.name);
    std::string rows = fmt::format("SELECT * FROM parquet.`{}`", file), table = lake_.Table(copy.name);
    std::string where = ReplaceAll(copy.where, "\"", "`");
    if (copy.whole)
      TRY(lake_.MakeTable(session_, copy.name, copy.columns.find("TIMESTAMP") != std::string::npos));
    TRY(session_.Execute(copy.whole ? fmt::format("CREATE OR REPLACE TABLE {} USING delta AS {}", table, rows)
                                    : fmt::format("INSERT INTO {} REPLACE WHERE {} {}", table, where, rows)));
    return {};
  }

  Lake& lake_;
  Connection& ledger_;
  const Project& project_;
  SparkSession session_;
};

// The place of a project, with a folder of its own in the staging area.
SparkPlace PlaceOf(const Project& project) {
  SparkPlace place = *project.spark;
  std::string own = Hasher().Add(project.warehouse).Finish().Hex().substr(0, 12);
  place.staging = (fs::path(place.staging) / ("backcourt-" + own)).string();
  return place;
}

class SparkWarehouse : public Warehouse {
 public:
  SparkWarehouse(std::unique_ptr<Warehouse> file, const Project& project, BatchCosts costs)
      : file_(std::move(file)), project_(project), lake_(PlaceOf(project), project.spark_functions, costs) {
    SparkSession::EndOrphans(lake_.place);
    RemoveStaged();  // of a process that died
  }
  ~SparkWarehouse() override { RemoveStaged(); }

  Result<std::unique_ptr<Workbench>> Open() override {
    return std::unique_ptr<Workbench>(std::make_unique<SparkWorkbench>(lake_, TRY(file_->Connect())));
  }
  std::unique_ptr<Workbench> OpenOn(Connection& connection) override {
    return std::make_unique<SparkWorkbench>(lake_, connection);
  }
  Result<std::unique_ptr<Connection>> Connect() override { return file_->Connect(); }
  Result<std::unique_ptr<Connection>> ConnectToLedger() override { return file_->ConnectToLedger(); }
  Result<> WaitForFunctions() override { return file_->WaitForFunctions(); }
  Result<> ShareAmong(int) override { return {}; }
  Result<> Recover() override {
    auto ledger = TRY(file_->ConnectToLedger());
    if (TRY(ledger::ReadIntents(*ledger)).empty()) return {};
    std::vector<const Model*> models;
    for (const Model& model : project_.models)
      models.push_back(&model);
    SparkSession session(lake_.place, lake_.functions);
    return lake_.SettleAll(session, *ledger, models);
  }
  Result<> BringRawRows(const Cancel& cancel, const std::function<void(const std::string&)>& told) override {
    auto ledger = TRY(file_->ConnectToLedger());
    return RawCopier(lake_, *ledger, project_).Run(cancel, told);
  }
  BatchCosts costs() const override { return lake_.costs(); }
  Result<std::string> Version() override {
    SparkSession session(lake_.place, lake_.functions);
    std::string version = TRY(session.Execute("SELECT version()")).Text(0, 0);
    return fmt::format("Spark {} at {}, ledger and raw tables in {}", version.substr(0, version.find(' ')),
                       lake_.place.uri, TRY(file_->Version()));
  }

 private:
  void RemoveStaged() {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(lake_.place.staging, ignored))
      if (entry.path().filename() != "sessions" || fs::is_empty(entry, ignored))
        fs::remove_all(entry, ignored);
    fs::remove(lake_.place.staging, ignored);                          // unless a session is left
    fs::remove(fs::path(lake_.place.staging).parent_path(), ignored);  // where nothing else is in it
  }

  std::unique_ptr<Warehouse> file_;
  const Project& project_;
  Lake lake_;
};

}  // namespace

Result<std::unique_ptr<Warehouse>> OpenSpark(const Project& project, const WarehouseOptions& options) {
  auto file = TRY(OpenDuckDb(options));
  auto ledger = TRY(file->ConnectToLedger());
  TRY(ledger::MakeLakeTables(*ledger));
  ledger::LakeCosts known = TRY(ledger::ReadLakeCosts(*ledger));
  BatchCosts costs{known.statement, known.publication};
  return std::unique_ptr<Warehouse>(std::make_unique<SparkWarehouse>(std::move(file), project, costs));
}

}  // namespace backcourt

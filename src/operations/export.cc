#include "operations/export.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/fault_point.h"
#include "base/file.h"
#include "base/text.h"
#include "files/object_store.h"
#include "operations/json.h"
#include "operations/lint.h"
#include "operations/output_folder.h"
#include "warehouse/duckdb/profile.h"

namespace backcourt {

namespace fs = std::filesystem;

void Describe(Visitor& v, ExportRequest& r) {
  v.Struct("ExportRequest", "What to write, and where.");
  v.Field("folder", r.folder, "The folder to write into.",
          {.metavar = "DIR", .positional = true, .required = true, .path = true});
  v.Field("tables", r.tables, "Tables (default: the public ones).", {.metavar = "TABLE", .positional = true});
  v.Field("raw", r.raw, "The raw tables too.");
  v.Field("csv", r.csv, "CSV instead of Parquet.");
  v.Field("dry_run", r.dry_run, "Show what would be written and replaced; nothing is written.");
}

void Describe(Visitor& v, ExportedFile& f) {
  v.Struct("ExportedFile", "A file of an export.");
  v.Field("path", f.path, "its path below the folder");
  v.Field("rows", f.rows, "its rows");
  v.Field("bytes", f.bytes, "its size");
}

void Describe(Visitor& v, ExportedTable& t) {
  v.Struct("ExportedTable", "A table of an export.");
  v.Field("rows", t.rows, "its rows");
  v.Field("cells", t.cells, "its cells");
  v.Field("digest", t.digest, "the sum of its cells' digests");
  v.Field("model", t.model, "the identity of the text that made it; null of raw tables");
  v.Field("files", t.files, "its files, by season");
}

void Describe(Visitor& v, ExportReport& r) {
  v.Struct("Export",
           "What an export wrote. Its manifest.json holds the same of all tables that were exported there.");
  v.Field("format", r.format, "1");
  v.Field("digest_algorithm", r.digest_algorithm, "how digests are computed");
  v.Field("tables", r.tables, "by table");
  v.Field("replaced", r.replaced, "tables whose files of an earlier export were replaced");
  v.Field(
      "left_out", r.left_out,
      "when no tables were named: those that could not be written, and why; files of an earlier export stay");
}

namespace {

// What earlier exports wrote into the folder: its manifest, and, after one that was killed, what that had
// begun to put there. Nothing where there is neither.
Result<ExportReport> ReadManifest(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return ExportReport{};
  auto json = nlohmann::json::parse(TRY(ReadFile(path.string())), nullptr, false);
  auto manifest = json.is_object() ? FromJson<ExportReport>(json) : Result<ExportReport>(Error{});
  if (!manifest)
    return Error{ErrorKind::kUsage, fmt::format("{} is not a manifest of an export", path.string()),
                 "another folder"};
  return manifest;
}

// Whether the folder of a table is there with files, all of which the manifests name.
Result<bool> Replaces(const fs::path& folder, const std::string& table,
                      const std::vector<ExportReport>& manifests) {
  std::error_code ignored;
  if (!fs::exists(folder / table, ignored)) return false;
  std::set<std::string> ours;
  for (const ExportReport& manifest : manifests)
    if (auto known = manifest.tables.find(table); known != manifest.tables.end())
      for (const ExportedFile& file : known->second.files)
        ours.insert(file.path);
  bool any = false;
  for (fs::recursive_directory_iterator at(folder / table, ignored), end; !ignored && at != end;
       at.increment(ignored)) {
    if (at->is_directory(ignored)) continue;
    any = true;
    std::string path = at->path().lexically_relative(folder).string();
    if (!ours.contains(path))
      return Error{ErrorKind::kUsage,
                   fmt::format("{} is not of an export, which would replace it", at->path().string()),
                   "another folder, or move it away"};
  }
  return any;
}

// The folder that an export works in, hidden in the one it exports to: one
// export at a time has it, and one that died leaves it to the next.
class Workshop {
 public:
  static Result<std::unique_ptr<Workshop>> Open(const fs::path& folder) {
    FolderLock lock = TRY(FolderLock::Take(folder));
    return std::unique_ptr<Workshop>(new Workshop(folder / ".export", std::move(lock)));
  }
  ~Workshop() {
    std::error_code ignored;
    if (mine_) fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }
  // The manifest of what is being put into the folder: of one that died, what it had begun.
  fs::path begun() const { return path_ / "begun.json"; }
  Result<> Clear() {
    std::error_code failed;
    mine_ = true;
    fs::remove_all(path_, failed);
    if (!fs::create_directory(path_, failed))
      return Error{ErrorKind::kUsage, fmt::format("{} cannot be written", path_.parent_path().string()),
                   "another folder"};
    return {};
  }

 private:
  Workshop(fs::path path, FolderLock lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  fs::path path_;
  FolderLock lock_;
  bool mine_ = false;  // cleared: what is in it is of this export
};

Result<std::vector<std::string>> ChosenTables(const Project& project, const ExportRequest& request) {
  std::vector<std::string> known = project.PublicTables();
  std::vector<std::string> tables = request.tables.empty() ? known : request.tables;
  for (const Model& model : project.models)
    if (model.helper) known.push_back(model.name);
  for (const RawTable& raw : project.raw_tables)
    known.push_back(raw.name);
  for (const std::string& table : tables)
    if (std::find(known.begin(), known.end(), table) == known.end()) return project.NoTable(table, known);
  if (!request.raw) return tables;
  for (const RawTable& raw : project.raw_tables)
    if (std::find(tables.begin(), tables.end(), raw.name) == tables.end()) tables.push_back(raw.name);
  return tables;
}

// When all tables are meant: takes out those that cannot be written, and names them with the models and raw
// tables whose files are broken.
Result<std::vector<LeftOut>> LeaveOut(const Project& project, Moment& moment,
                                      std::vector<std::string>& tables) {
  std::vector<LeftOut> left_out;
  for (const LeftOut& out : project.left_out)
    if (!out.is_check) left_out.push_back(out);
  std::vector<std::string> written;
  for (std::string& table : tables) {
    if (TRY(moment.bench->Describe(table))) {
      written.push_back(std::move(table));
      continue;
    }
    const Model* model = project.FindModel(table);
    auto series = moment.cells.find(table);
    std::string because = "it has not been filled yet";
    if (series != moment.cells.end())
      for (const Cell& cell : series->second.cells())
        if (!cell.reason.empty()) because = fmt::format("not filled: {}", cell.reason);
    left_out.push_back({std::move(table), model ? model->file : "", false, std::move(because)});
  }
  tables = std::move(written);
  return left_out;
}

// Writes one table's files into the workshop.
class TableWriter {
 public:
  TableWriter(const Project& project, Moment& moment, const std::string& table, const fs::path& work,
              bool csv)
      : project_(project), moment_(moment), table_(table), work_(work), csv_(csv) {}

  // All but the files.
  Result<ExportedTable> Tell() {
    TRY(Describe());
    Digest digest;
    if (auto series = moment_.cells.find(table_); series != moment_.cells.end())
      for (const Cell& cell : series->second.cells())
        digest = digest + cell.digest, ++written_.cells, written_.rows += cell.rows;
    written_.digest = digest.Hex();
    if (const Model* model = project_.FindModel(table_)) written_.model = model->identity.Hex();
    return written_;
  }

  Result<ExportedTable> Write() {
    TRY(Tell());
    if (season_.empty()) {
      TRY(WriteFile("", "true"));
    } else {
      Rows seasons =
          TRY(moment_.bench->Query(fmt::format("SELECT DISTINCT {} FROM {} ORDER BY 1", season_, from_)));
      std::error_code failed;
      if (seasons.size() == 0) fs::create_directories(work_ / table_, failed);
      for (size_t i = 0; i < seasons.size(); ++i)
        TRY(WriteFile("season=" + seasons.Text(i, 0), season_ + " = " + Quote(seasons.Text(i, 0))));
    }
    return std::move(written_);
  }

 private:
  // How its rows are told apart by season, and sorted.
  Result<> Describe() {
    auto columns = TRY(moment_.bench->Describe(table_));
    if (!columns)
      return Error{ErrorKind::kUsage, fmt::format("{} has not been filled yet", table_),
                   "`backcourt backfill`"};
    auto has = [&](const char* name) {
      return std::any_of(columns->begin(), columns->end(),
                         [&](auto& column) { return column.first == name; });
    };
    // A row's season: its own column, else its game's, which the schedule knows.
    season_ = has("season") ? "t.season" : has("game_id") ? "s.season" : "";
    from_ = fmt::format("wh.main.{} t", Ident(table_));
    if (season_ == "s.season")
      from_ += fmt::format(" JOIN wh.main.{} s ON s.game_id = t.game_id", Ident(project_.schedule));
    std::vector<std::string> order;
    std::string date = project_.DateColumn(table_);
    if (has(date.c_str())) order.push_back("t." + Ident(date));
    const Model* model = project_.FindModel(table_);
    for (const std::string& column : model ? model->key : project_.FindRaw(table_)->key)
      if (has(column.c_str())) order.push_back("t." + Ident(column));  // else of a text not filled yet
    if (!order.empty()) order_ = " ORDER BY " + Join(order, ", ");
    return {};
  }

  Result<> WriteFile(const std::string& below, const std::string& where) {
    fs::path path = work_ / table_ / below / (csv_ ? "data.csv" : "data.parquet");
    std::error_code failed;
    fs::create_directories(path.parent_path(), failed);
    if (failed)
      return Error{ErrorKind::kCapacity,
                   fmt::format("{} cannot be made: {}", path.parent_path().string(), failed.message()),
                   "free disk space, then export again"};
    TRY(moment_.bench->WriteFile(fmt::format("SELECT t.* FROM {} WHERE {}{}", from_, where, order_),
                                 path.string(), csv_ ? FileFormat::kCsv : FileFormat::kParquet));
    TRY(SyncFile(path.string()));
    Rows count = TRY(moment_.bench->Query(fmt::format("SELECT count(*) FROM {} WHERE {}", from_, where)));
    written_.files.push_back({(fs::path(table_) / below / path.filename()).string(), count.Int(0, 0),
                              int64_t(fs::file_size(path, failed))});
    return {};
  }

  const Project& project_;
  Moment& moment_;
  const std::string& table_;
  const fs::path& work_;
  const bool csv_;
  std::string season_, from_, order_;
  ExportedTable written_;
};

}  // namespace

Result<ExportReport> Export(Workspace& workspace, const ExportRequest& request, const Cancel& cancel,
                            const Events& events) {
  const Project& project = workspace.project();
  if (request.folder.find("://") != std::string::npos)
    return Error{ErrorKind::kUsage, fmt::format("{} is not a folder of this machine", request.folder),
                 "a folder such as ~/tables; `backcourt publish` writes to s3://… and gs://…"};
  fs::path folder = request.folder;
  std::vector<std::string> tables = TRY(ChosenTables(project, request));
  TRY(CheckOutputFolder(project, folder));
  auto activity = TRY(workspace.activities().Begin("export", ToJson(request), false, cancel, events));
  Moment moment = TRY(workspace.Look(true));
  Watch watch = CancelWhen(*moment.connection, activity->cancel());
  std::vector<LeftOut> left_out;
  if (request.tables.empty()) left_out = TRY(LeaveOut(project, moment, tables));
  if (tables.empty() && !left_out.empty())
    return Error{
        ErrorKind::kUsage,
        fmt::format("no table can be written; {}: {}", left_out.front().name, left_out.front().because),
        "`backcourt status` says what is filled"};
  auto workshop = request.dry_run ? nullptr : TRY(Workshop::Open(folder));
  ExportReport manifest = TRY(ReadManifest(folder / "manifest.json"));
  ExportReport begun = TRY(ReadManifest(workshop ? workshop->begun() : folder / ".export" / "begun.json"));
  ExportReport report;
  report.digest_algorithm = kDigestAlgorithm;
  report.left_out = std::move(left_out);
  for (const std::string& table : tables)
    if (TRY(Replaces(folder, table, {manifest, begun}))) report.replaced.push_back(table);
  if (workshop) TRY(workshop->Clear());
  for (const std::string& table : tables) {
    TableWriter writer(project, moment, table, request.dry_run ? folder : workshop->path(), request.csv);
    report.tables[table] = TRY(request.dry_run ? writer.Tell() : writer.Write());
    activity->Tell(TableExported{table, report.tables[table].rows});
    if (activity->cancel().Requested())
      return Error{ErrorKind::kInterrupted, "interrupted; what was in the folder stays", ""};
  }
  if (request.dry_run) return report;
  FaultPoint("export-written");
  TRY(WriteFile(workshop->begun().string(), ToJson(report).dump()));
  for (const std::string& table : tables) {
    TRY(MoveInPlace((workshop->path() / table).string(), (folder / table).string()));
    FaultPoint("export-replaced", table);
  }
  for (const auto& [table, written] : report.tables)
    manifest.tables[table] = written;
  std::erase_if(manifest.tables, [&](const auto& table) { return !fs::exists(folder / table.first); });
  manifest.digest_algorithm = report.digest_algorithm;
  manifest.replaced.clear();
  manifest.left_out.clear();
  TRY(WriteFile((folder / "manifest.json").string(), ToJson(manifest).dump(2) + "\n"));
  return report;
}

}  // namespace backcourt

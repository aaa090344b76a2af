#include "operations/publish.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>

#include "base/fault_point.h"
#include "base/text.h"
#include "base/version.h"
#include "ledger/runs.h"
#include "operations/json.h"
#include "operations/publish_bigquery.h"
#include "operations/publish_place.h"
#include "operations/status.h"
#include "plan/planner.h"
#include "warehouse/duckdb/profile.h"

namespace backcourt {

namespace fs = std::filesystem;

void Describe(Visitor& v, PublishRequest& r) {
  v.Struct("PublishRequest", "Where to publish.");
  v.Field("folder", r.folder, "The folder (default: folder under [publish] of backcourt.toml).",
          {.metavar = "DIR", .positional = true, .path = true});
  v.Field("to", r.to, "folder (default), or bigquery: the dataset of [publish.bigquery].",
          {.metavar = "WHERE", .choices = {"folder", "bigquery"}});
  v.Field("dry_run", r.dry_run, "Say what would be written; nothing is.");
}

void Describe(Visitor& v, PublishedColumn& c) {
  v.Struct("PublishedColumn", "A column of a published table.");
  v.Field("name", c.name, "the column");
  v.Field("type", c.type, "its SQL type");
  v.Field("about", c.about, "what it means, with its unit");
}

void Describe(Visitor& v, PublishedFile& f) {
  v.Struct("PublishedFile", "A file of a published table; it never changes.");
  v.Field("path", f.path, "its path below the folder");
  v.Field("season", f.season, "the season of its rows");
  v.Field("rows", f.rows, "its rows");
  v.Field("bytes", f.bytes, "its size");
}

void Describe(Visitor& v, PublishedTable& t) {
  v.Struct("PublishedTable", "A published table.");
  v.Field("about", t.about, "what it holds");
  v.Field("date", t.date, "its column of game dates");
  v.Field("key", t.key, "the columns that identify a row");
  v.Field("rows", t.rows, "its rows");
  v.Field("digest", t.digest, "the sum of its cells' digests");
  v.Field("complete_through", t.complete_through, "up to which date it is done; null when it is on none");
  v.Field("columns", t.columns, "its columns, in order");
  v.Field("files", t.files, "its files, by season");
}

void Describe(Visitor& v, PublishedVersion& p) {
  v.Struct("PublishedVersion", "One version of all tables: what manifest.json of a published folder holds.");
  v.Field("format", p.format, "1");
  v.Field("version", p.version, "counts up from 1");
  v.Field("published_at_utc", p.published_at_utc, "when it was published, UTC");
  v.Field("program", p.program, "the version of backcourt");
  v.Field("digest_algorithm", p.digest_algorithm, "how digests are computed");
  v.Field("run", p.run, "the newest run of the warehouse; null when none is known");
  v.Field("complete_through", p.complete_through, "up to which date all tables are done; null when on none");
  v.Field("tables", p.tables, "by table");
}

void Describe(Visitor& v, PublishReport& r) {
  v.Struct("PublishReport", "What was published.");
  v.Field("folder", r.folder, "the folder; of a dataset, bigquery:PROJECT.DATASET.PREFIX");
  v.Field("version", r.version, "the version that is there now; 0 of a dataset");
  v.Field("complete_through", r.complete_through, "up to which date all tables are done; null when on none");
  v.Field("written", r.written,
          "files that were written, of a dataset tables with the number of dates; empty when nothing had "
          "changed");
  v.Field("removed", r.removed, "files that only older versions had");
  v.Field("seconds", r.seconds, "seconds that it took");
}

namespace {

constexpr const char* kManifest = "manifest.json";
constexpr const char* kViews = "backcourt.sql";
constexpr int64_t kVersionsKept = 3;  // the one that stands and the two before
constexpr double kReadSeconds = 600;  // a version stays so long after the next: readers may be at it

// A version as a manifest tells of it; nothing where there is no manifest.
Result<std::optional<PublishedVersion>> ReadVersion(PublishPlace& place, const std::string& path) {
  std::optional<std::string> text = TRY(place.ReadText(path));
  if (!text) return std::optional<PublishedVersion>();
  auto json = nlohmann::json::parse(*text, nullptr, false);
  auto version = json.is_object() && json.contains("version") ? FromJson<PublishedVersion>(json)
                                                              : Result<PublishedVersion>(Error{});
  if (!version)
    return Error{ErrorKind::kUsage, fmt::format("{} is not of a published folder", place.Where(path)),
                 "another folder"};
  return std::optional<PublishedVersion>(std::move(*version));
}

std::string VersionPath(int64_t version) { return fmt::format("versions/{:06}.json", version); }

// One writer.
class VersionWriter {
 public:
  VersionWriter(const Project& project, Moment& moment, PublishPlace& place)
      : project_(project), moment_(moment), place_(place) {}

  // The version that should stand, and which files it needs that are not there.
  Result<> Plan() {
    before_ = TRY(ReadVersion(place_, kManifest));
    if (before_)
      for (const auto& [name, table] : before_->tables)
        for (const PublishedFile& file : table.files)
          if (!place_.Lost(file.path)) named_.emplace(file.path, file.bytes);
    version_.version = before_ ? before_->version + 1 : 1;
    version_.program = Version();
    version_.digest_algorithm = kDigestAlgorithm;
    for (const ledger::Run& run : TRY(ledger::ReadRuns(*moment_.connection, 1)))
      version_.run = run.run;
    auto states = JudgeAll(project_, moment_.calendar, moment_.cells);
    for (const Model& model : project_.models) {
      if (model.helper || model.view) continue;
      TRY(Add(model, states));
    }
    version_.complete_through = CompleteThrough(FilledModels(project_), moment_.calendar, states);
    return {};
  }

  // Whether a version other than the standing one is due, or files of that are gone.
  bool Changes() const {
    if (!before_ || before_->complete_through != version_.complete_through || !Missing().empty()) return true;
    auto bare = [](PublishedVersion version) {
      for (auto& [name, table] : version.tables)
        for (PublishedFile& file : table.files)
          file.bytes = 0;
      return ToJson(version)["tables"];
    };
    return bare(*before_) != bare(version_);
  }

  Result<PublishReport> Write(
      const std::function<Result<>(const std::string& table, int64_t rows)>& progress) {
    PublishReport report;
    for (auto& [name, table] : version_.tables) {
      int64_t rows = 0;
      for (PublishedFile& file : table.files) {
        if (auto known = named_.find(file.path); known != named_.end()) {
          file.bytes = known->second;
          continue;
        }
        TRY(WriteRows(name, table, file));
        report.written.push_back(file.path);
        rows += file.rows;
        FaultPoint("publish-file", name);
      }
      TRY(progress(name, rows));
    }
    auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    version_.published_at_utc = fmt::format("{:%Y-%m-%d %H:%M:%S}", now);
    std::string manifest = ToJson(version_).dump(2) + "\n";
    TRY(place_.PutText(VersionPath(version_.version), manifest));
    FaultPoint("publish-version");
    TRY(place_.PutText(kViews, Views()));
    FaultPoint("publish-views");
    TRY(place_.PutText(kManifest, manifest));
    FaultPoint("publish-manifest");
    report.removed = TRY(RemoveOld());
    return report;
  }

  // Of a dry run.
  std::vector<std::string> Missing() const {
    std::vector<std::string> missing;
    for (const auto& [name, table] : version_.tables)
      for (const PublishedFile& file : table.files)
        if (!named_.contains(file.path)) missing.push_back(file.path);
    return missing;
  }

  const PublishedVersion& version() const { return version_; }
  int64_t standing() const { return before_ ? before_->version : 0; }

 private:
  using States = std::map<std::string, std::vector<CellState>>;

  Result<> Add(const Model& model, const States& states) {
    auto columns = TRY(moment_.bench->Describe(model.name));
    if (!columns) return {};  // not filled yet
    PublishedTable table{.about = model.about, .date = model.date, .key = model.key};
    Hasher shape;  // what a file is made of beside its rows
    shape.Add(version_.format).Add(Join(model.key, ","));
    for (const auto& [name, type] : *columns) {
      auto about = std::find_if(model.columns.begin(), model.columns.end(),
                                [&](const auto& column) { return column.first == name; });
      table.columns.push_back({name, type, about == model.columns.end() ? "" : about->second});
      shape.Add(name).Add(type);
    }
    table.complete_through = CompleteThrough({&model}, moment_.calendar, states);
    std::map<std::string, std::pair<Digest, int64_t>> seasons;
    Digest whole;
    if (auto series = moment_.cells.find(model.name); series != moment_.cells.end())
      for (const Cell& cell : series->second.cells()) {
        int date = moment_.calendar.Find(Date{cell.partition});
        if (date < 0 || cell.rows == 0) continue;
        auto& [digest, rows] =
            seasons[moment_.calendar.season_of(moment_.calendar.dates()[size_t(date)]).label];
        digest = digest + cell.digest, rows += cell.rows;
        whole = whole + cell.digest, table.rows += cell.rows;
      }
    table.digest = whole.Hex();
    for (const auto& [season, cells] : seasons) {
      std::string mark = Hasher(shape).Add(season).Add(cells.first).Add(cells.second).Finish().Hex();
      table.files.push_back({fmt::format("files/{}/{}-{}.parquet", model.name, season, mark.substr(0, 16)),
                             season, cells.second, 0});
    }
    version_.tables.emplace(model.name, std::move(table));
    return {};
  }

  Result<> WriteRows(const std::string& name, const PublishedTable& table, PublishedFile& file) {
    const auto& seasons = moment_.calendar.seasons();
    auto season = std::find_if(seasons.begin(), seasons.end(),
                               [&](const Season& one) { return one.label == file.season; });
    std::string from = fmt::format("FROM wh.main.{} WHERE {} BETWEEN {} AND {}", Ident(name),
                                   Ident(table.date), season->first.Sql(), season->last.Sql());
    int64_t stored = TRY(moment_.bench->Query("SELECT count(*) " + from)).Int(0, 0);
    if (stored != file.rows)
      return Error{ErrorKind::kProof,
                   fmt::format("{} holds {} of {}, its cells {}: nothing was published", name,
                               Counted(stored, "row"), file.season, WithCommas(file.rows)),
                   CommandToTry({"backfill", name, "--season", file.season, "--force"})};
    std::string aside = TRY(place_.Aside(file.path));
    TRY(moment_.bench->WriteFile(
        fmt::format("SELECT * {} ORDER BY {}, {}", from, Ident(table.date), Idents(table.key)), aside,
        FileFormat::kParquet));
    std::error_code ignored;
    file.bytes = int64_t(fs::file_size(aside, ignored));
    return place_.Put(file.path);
  }

  static std::string Idents(const std::vector<std::string>& names) {
    std::vector<std::string> quoted;
    for (const std::string& name : names)
      quoted.push_back(Ident(name));
    return Join(quoted, ", ");
  }

  // SQL for DuckDB that makes a view of each table.
  std::string Views() const {
    std::string sql = fmt::format(
        "-- Version {} of {}, complete through {}. Files of it stay until two later ones are "
        "published.\n"
        "CREATE OR REPLACE VIEW backcourt_version AS\n"
        "  SELECT {} AS version, {} AS complete_through, TIMESTAMP '{}' AS published_at_utc;\n",
        version_.version, Counted(int64_t(version_.tables.size()), "table"),
        version_.complete_through ? version_.complete_through->Str() : "no date", version_.version,
        version_.complete_through ? version_.complete_through->Sql() : "CAST(NULL AS DATE)",
        version_.published_at_utc);
    for (const auto& [name, table] : version_.tables) {
      std::vector<std::string> files, columns;
      for (const PublishedFile& file : table.files)
        files.push_back(Quote(place_.Where(file.path)));
      for (const PublishedColumn& column : table.columns)
        columns.push_back(fmt::format("CAST(NULL AS {}) AS {}", column.type, Ident(column.name)));
      sql += fmt::format("\nCREATE OR REPLACE VIEW {} AS\n  SELECT {};\n", Ident(name),
                         files.empty() ? Join(columns, ", ") + " WHERE false"
                                       : "* FROM read_parquet([" + Join(files, ", ") + "])");
      sql += fmt::format("COMMENT ON VIEW {} IS {};\n", Ident(name), Quote(table.about));
      for (const PublishedColumn& column : table.columns)
        if (!column.about.empty())
          sql += fmt::format("COMMENT ON COLUMN {}.{} IS {};\n", Ident(name), Ident(column.name),
                             Quote(column.about));
    }
    return sql;
  }

  // Versions that are too old go, and files that no version has any more.
  Result<std::vector<std::string>> RemoveOld() {
    std::set<std::string> versions, files;
    for (int64_t version = version_.version; version > 0; --version) {
      bool held = version > version_.version - kVersionsKept ||
                  place_.SecondsSince(VersionPath(version + 1)) < kReadSeconds;
      auto manifest = held ? TRY(ReadVersion(place_, VersionPath(version))) : std::nullopt;
      if (!manifest) break;
      versions.insert(VersionPath(version));
      for (const auto& [name, table] : manifest->tables)
        for (const PublishedFile& file : table.files)
          files.insert(file.path);
    }
    TRY(place_.Keep("versions", versions));
    return place_.Keep("files", files);
  }

  const Project& project_;
  Moment& moment_;
  PublishPlace& place_;
  std::optional<PublishedVersion> before_;
  std::map<std::string, int64_t> named_;  // the files of that, with their bytes
  PublishedVersion version_;
};

}  // namespace

Result<PublishReport> PublishTables(Workspace& workspace, const PublishRequest& request, Activity& activity) {
  auto start = std::chrono::steady_clock::now();
  const Project& project = workspace.project();
  std::string named = request.folder.empty() ? project.publish_folder : request.folder;
  if (named.empty())
    return Error{ErrorKind::kUsage, "no folder is named to publish into",
                 "`backcourt publish DIR`, or folder under [publish] of backcourt.toml"};
  auto place = TRY(PublishPlace::Open(project, named, request.dry_run,
                                      [&activity] { return activity.cancel().Requested(); }));
  Moment moment = TRY(workspace.Look(true));
  Watch watch = CancelWhen(*moment.connection, activity.cancel());
  VersionWriter writer(project, moment, *place);
  TRY(writer.Plan());
  PublishReport report;
  bool changes = writer.Changes();
  if (changes && request.dry_run)
    report.written = writer.Missing();
  else if (changes)
    report = TRY(writer.Write([&](const std::string& table, int64_t rows) -> Result<> {
      activity.Tell(TableExported{table, rows});
      if (activity.cancel().Requested())
        return Error{ErrorKind::kInterrupted, "interrupted; the version before stays", ""};
      return {};
    }));
  report.folder = place->folder();
  report.version = changes && !request.dry_run ? writer.version().version : writer.standing();
  report.complete_through = writer.version().complete_through;
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

Result<PublishReport> Publish(Workspace& workspace, const PublishRequest& request, const Cancel& cancel,
                              const Events& events) {
  auto activity = TRY(workspace.activities().Begin("publish", ToJson(request), false, cancel, events));
  if (request.to == "bigquery") {
    if (request.folder.empty()) return PublishToBigQuery(workspace, request.dry_run, *activity);
    return Error{ErrorKind::kUsage, "a folder and --to bigquery are two places", "one of them"};
  }
  return PublishTables(workspace, request, *activity);
}

}  // namespace backcourt

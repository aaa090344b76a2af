#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/fault_point.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/session.h"
#include "warehouse/duckdb/profile.h"

namespace backcourt {

namespace fs = std::filesystem;

namespace {

// The folder that an export works in, hidden in the one it exports to: one
// export at a time has it, and one that died leaves it to the next.
class Workshop {
 public:
  static Result<std::unique_ptr<Workshop>> Open(const fs::path& folder) {
    std::error_code failed;
    fs::create_directories(folder, failed);
    std::unique_ptr<Workshop> shop(new Workshop(folder / ".export"));
    shop->lock_ = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (shop->lock_ >= 0 && flock(shop->lock_, LOCK_EX | LOCK_NB) != 0) {
      close(std::exchange(shop->lock_, -1));
      return Error{ErrorKind::kBusy, fmt::format("another export writes into {}", folder.string()),
                   "wait for it, or another folder"};
    }
    if (shop->lock_ >= 0) fs::remove_all(shop->path_, failed);
    if (shop->lock_ < 0 || !fs::create_directory(shop->path_, failed))
      return Error{ErrorKind::kUsage, fmt::format("{} cannot be written", folder.string()), "another folder"};
    return shop;
  }
  ~Workshop() {
    std::error_code ignored;
    if (lock_ < 0) return;
    fs::remove_all(path_, ignored);
    close(lock_);
  }
  const fs::path& path() const { return path_; }

 private:
  explicit Workshop(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
  int lock_ = -1;
};

}  // namespace

Result<int> RunExport(Session& session, const Arguments& arguments, const Output& output) {
  const Project& project = session.project;
  std::vector<std::string> known = project.PublicTables(), tables;
  for (const RawTable& raw : project.raw_tables)
    known.push_back(raw.name);
  for (const std::string& word : arguments.words) {
    if (std::find(known.begin(), known.end(), word) == known.end())
      return Error{ErrorKind::kUsage, fmt::format("'{}' is no table", word), Nearest(word, known)};
    tables.push_back(word);
  }
  if (tables.empty()) tables = project.PublicTables();
  if (arguments.raw)
    for (const RawTable& raw : project.raw_tables)
      if (std::find(tables.begin(), tables.end(), raw.name) == tables.end()) tables.push_back(raw.name);

  View view = TRY(Look(session));
  Watch watch = CancelWhenUnheard(*view.connection, output);
  fs::path folder = arguments.folder;
  auto workshop = TRY(Workshop::Open(folder));
  const fs::path& work = workshop->path();
  std::error_code failed;
  const char* extension = arguments.csv ? "csv" : "parquet";
  std::string how = arguments.csv
                        ? "FORMAT csv, HEADER"
                        : "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, ROW_GROUP_SIZE 1000000";
  nlohmann::json manifest = {
      {"format", 1}, {"digest_algorithm", kDigestAlgorithm}, {"tables", nlohmann::json::object()}};
  for (const std::string& table : tables) {
    Rows there =
        TRY(view.connection->Query(fmt::format("SELECT count(*) FROM duckdb_tables() WHERE database_name = "
                                               "'wh' AND schema_name = 'main' AND table_name = {}",
                                               Quote(table))));
    if (there.Int(0, 0) == 0)
      return Error{ErrorKind::kUsage, fmt::format("{} has not been filled yet", table),
                   "`backcourt backfill`"};
    Rows columns = TRY(view.connection->Query(
        fmt::format("SELECT column_name FROM duckdb_columns() WHERE database_name = 'wh' AND schema_name = "
                    "'main' AND table_name = {} ORDER BY column_index",
                    Quote(table))));
    auto has = [&](const char* name) {
      for (size_t i = 0; i < columns.size(); ++i)
        if (columns.Text(i, 0) == name) return true;
      return false;
    };
    // A row's season: its own column, else its game's, which the schedule knows.
    std::string season = has("season") ? "t.season" : has("game_id") ? "s.season" : "";
    std::string from = fmt::format("main.{} t", Ident(table));
    if (season == "s.season")
      from += fmt::format(" JOIN main.{} s ON s.game_id = t.game_id", Ident(project.schedule));
    std::vector<std::string> key;
    std::string date = project.DateColumn(table);
    if (!date.empty()) key.push_back("t." + Ident(date));
    const Model* model = project.FindModel(table);
    for (const std::string& column : model ? model->key : project.FindRaw(table)->key)
      key.push_back("t." + Ident(column));
    std::string order = Join(key, ", ");
    nlohmann::json files = nlohmann::json::array();
    auto write = [&](const std::string& below, const std::string& where) -> Result<> {
      fs::path path = work / table / below / fmt::format("data.{}", extension);
      fs::create_directories(path.parent_path(), failed);
      if (failed)
        return Error{ErrorKind::kCapacity,
                     fmt::format("{} cannot be made: {}", path.parent_path().string(), failed.message()),
                     "free disk space, then export again"};
      TRY(view.connection->Execute(fmt::format("COPY (SELECT t.* FROM {} WHERE {} ORDER BY {}) TO {} ({})",
                                               from, where, order, Quote(path.string()), how)));
      TRY(SyncFile(path.string()));
      Rows count = TRY(view.connection->Query(fmt::format("SELECT count(*) FROM {} WHERE {}", from, where)));
      files.push_back({{"path", (fs::path(table) / below / path.filename()).string()},
                       {"rows", count.Int(0, 0)},
                       {"bytes", fs::file_size(path)}});
      return {};
    };
    if (season.empty()) {
      TRY(write("", "true"));
    } else {
      Rows seasons =
          TRY(view.connection->Query(fmt::format("SELECT DISTINCT {} FROM {} ORDER BY 1", season, from)));
      if (seasons.size() == 0) fs::create_directories(work / table, failed);
      for (size_t i = 0; i < seasons.size(); ++i)
        TRY(write("season=" + seasons.Text(i, 0), season + " = " + Quote(seasons.Text(i, 0))));
    }
    Digest digest;
    int64_t cells = 0, rows = 0;
    if (auto series = view.cells.find(table); series != view.cells.end()) {
      for (const Cell& cell : series->second.cells())
        digest = digest + cell.digest, ++cells, rows += cell.rows;
    }
    manifest["tables"][table] = {{"rows", rows},
                                 {"cells", cells},
                                 {"digest", digest.Hex()},
                                 {"files", files},
                                 {"model", model ? nlohmann::json(model->identity.Hex()) : nlohmann::json()}};
  }
  FaultPoint("export-written");
  for (const std::string& table : tables) {
    TRY(MoveInPlace((work / table).string(), (folder / table).string()));
    FaultPoint("export-replaced", table);
  }
  TRY(WriteFile((folder / "manifest.json").string(), manifest.dump(2) + "\n"));
  if (arguments.json) {
    output.Out(manifest.dump(2) + "\n");
  } else {
    for (const std::string& table : tables)
      output.Out(fmt::format("{:<34} {:>10} rows\n", table,
                             WithCommas(manifest["tables"][table]["rows"].get<int64_t>())));
    output.Out(fmt::format("written to {}\n", folder.string()));
  }
  return 0;
}

}  // namespace backcourt

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/session.h"
#include "warehouse/profile.h"

namespace backcourt {

namespace fs = std::filesystem;

namespace {

// Puts `fresh` in the place of `target` at once; what was there is gone after.
Result<> Replace(const fs::path& fresh, const fs::path& target) {
  std::error_code failed;
  if (fs::exists(target)) {
    if (renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) != 0)
      return Error{ErrorKind::kCapacity, fmt::format("{} cannot be replaced: {}", target.string(), strerror(errno)), "a folder on a local disk"};
    fs::remove_all(fresh, failed);
  } else {
    fs::rename(fresh, target, failed);
    if (failed) return Error{ErrorKind::kCapacity, fmt::format("{} cannot be made: {}", target.string(), failed.message()), "another folder"};
  }
  return {};
}

}  // namespace

Result<int> RunExport(Session& session, const Arguments& arguments, const Output& output) {
  const Project& project = session.project;
  std::vector<std::string> known = project.PublicTables(), tables;
  for (const RawTable& raw : project.raw_tables) known.push_back(raw.name);
  for (const std::string& word : arguments.words) {
    if (std::find(known.begin(), known.end(), word) == known.end()) return Error{ErrorKind::kUsage, fmt::format("'{}' is no table", word), Nearest(word, known)};
    tables.push_back(word);
  }
  if (tables.empty()) tables = project.PublicTables();
  if (arguments.raw)
    for (const RawTable& raw : project.raw_tables)
      if (std::find(tables.begin(), tables.end(), raw.name) == tables.end()) tables.push_back(raw.name);

  View view = TRY(Look(session));
  fs::path folder = arguments.folder;
  fs::path work = folder / fmt::format(".export-{}", getpid());
  struct Cleaner {
    fs::path path;
    ~Cleaner() { std::error_code ignored; fs::remove_all(path, ignored); }
  } cleaner{work};
  std::error_code failed;
  fs::create_directories(work, failed);
  if (failed) return Error{ErrorKind::kUsage, fmt::format("{} cannot be written: {}", folder.string(), failed.message()), "another folder"};
  const char* extension = arguments.csv ? "csv" : "parquet";
  std::string how = arguments.csv ? "FORMAT csv, HEADER" : "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, ROW_GROUP_SIZE 1000000";
  nlohmann::json manifest = {{"format", 1}, {"digest_algorithm", kDigestAlgorithm}, {"tables", nlohmann::json::object()}};
  for (const std::string& table : tables) {
    Rows there = TRY(view.connection->Query(fmt::format("SELECT count(*) FROM duckdb_tables() WHERE database_name = 'wh' AND schema_name = 'main' AND table_name = {}", Quote(table))));
    if (there.Int(0, 0) == 0) return Error{ErrorKind::kUsage, fmt::format("{} has not been filled yet", table), "`backcourt backfill`"};
    Rows columns = TRY(view.connection->Query(fmt::format("SELECT column_name FROM duckdb_columns() WHERE database_name = 'wh' AND schema_name = 'main' AND table_name = {} ORDER BY column_index", Quote(table))));
    auto has = [&](const char* name) {
      for (size_t i = 0; i < columns.size(); ++i)
        if (columns.Text(i, 0) == name) return true;
      return false;
    };
    // A row's season: its own column, else its game's, which the schedule knows.
    std::string season = has("season") ? "t.season" : has("game_id") ? "s.season" : "";
    std::string from = fmt::format("main.{} t", Ident(table));
    if (season == "s.season") from += fmt::format(" JOIN main.{} s ON s.game_id = t.game_id", Ident(project.schedule));
    std::vector<std::string> key;
    std::string date = project.DateColumn(table);
    if (!date.empty()) key.push_back("t." + Ident(date));
    const Model* model = project.FindModel(table);
    for (const std::string& column : model ? model->key : project.FindRaw(table)->key) key.push_back("t." + Ident(column));
    std::string order = Join(key, ", ");
    nlohmann::json files = nlohmann::json::array();
    auto write = [&](const std::string& below, const std::string& where) -> Result<> {
      fs::path path = work / table / below / fmt::format("data.{}", extension);
      fs::create_directories(path.parent_path(), failed);
      TRY(view.connection->Execute(fmt::format("COPY (SELECT t.* FROM {} WHERE {} ORDER BY {}) TO {} ({})", from, where, order, Quote(path.string()), how)));
      Rows count = TRY(view.connection->Query(fmt::format("SELECT count(*) FROM {} WHERE {}", from, where)));
      files.push_back({{"path", (fs::path(table) / below / path.filename()).string()}, {"rows", count.Int(0, 0)}, {"bytes", fs::file_size(path)}});
      return {};
    };
    if (season.empty()) {
      TRY(write("", "true"));
    } else {
      Rows seasons = TRY(view.connection->Query(fmt::format("SELECT DISTINCT {} FROM {} ORDER BY 1", season, from)));
      if (seasons.size() == 0) fs::create_directories(work / table, failed);
      for (size_t i = 0; i < seasons.size(); ++i) TRY(write("season=" + seasons.Text(i, 0), season + " = " + Quote(seasons.Text(i, 0))));
    }
    Digest digest;
    int64_t cells = 0, rows = 0;
    if (auto series = view.cells.find(table); series != view.cells.end()) {
      for (const Cell& cell : series->second.cells()) digest = digest + cell.digest, ++cells, rows += cell.rows;
    }
    manifest["tables"][table] = {{"rows", rows}, {"cells", cells}, {"digest", digest.Hex()}, {"files", files}, {"model", model ? nlohmann::json(model->identity.Hex()) : nlohmann::json()}};
  }
  for (const std::string& table : tables) TRY(Replace(work / table, folder / table));
  std::ofstream(work / "manifest.json") << manifest.dump(2) << "\n";
  fs::rename(work / "manifest.json", folder / "manifest.json", failed);
  if (failed) return Error{ErrorKind::kCapacity, fmt::format("the manifest cannot be written: {}", failed.message()), "free disk space"};
  if (arguments.json) {
    output.Out(manifest.dump(2) + "\n");
  } else {
    for (const std::string& table : tables) output.Out(fmt::format("{:<34} {:>10} rows\n", table, WithCommas(manifest["tables"][table]["rows"].get<int64_t>())));
    output.Out(fmt::format("written to {}\n", folder.string()));
  }
  return 0;
}

}  // namespace backcourt

#include "warehouse/duckdb/other_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include "base/text.h"

namespace backcourt {

namespace fs = std::filesystem;

namespace {

enum class Kind { kNone, kParquet, kCsv };

Kind KindOf(const fs::path& path) {
  std::string name = Lower(path.filename().string());
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  if (name.ends_with(".parquet") || name.ends_with(".pq")) return Kind::kParquet;
  return name.ends_with(".csv") || name.ends_with(".tsv") ? Kind::kCsv : Kind::kNone;
}

bool IsDatabase(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  char head[12] = {};
  return in.read(head, sizeof head) && std::memcmp(head + 8, "DUCK", 4) == 0;
}

// The reader of a CSV file. Its columns are those of the first line and every value is text: a reader that
// guesses takes the zeros off an id, and begins behind a broken line.
Result<std::string> CsvReader(Connection& connection, const std::string& file, const char* partitions) {
  std::string name = Lower(file);
  const char* separator = name.find(".tsv") == std::string::npos ? "," : "\t";
  Rows head = TRY(connection.Query(fmt::format(
      "SELECT line FROM read_csv({}, auto_detect = false, columns = {{'line': 'VARCHAR'}}, header = false, "
      "delim = '\x01', quote = '', escape = '', strict_mode = false, null_padding = true) LIMIT 1",
      Quote(file))));
  if (head.size() == 0) return Error{ErrorKind::kUsage, file + ":1: there is no line of names", ""};
  std::vector<std::string> columns;
  for (const std::string& column : Split(ReplaceAll(head.Text(0, 0), "\"", ""), separator[0]))
    columns.push_back(Quote(Trim(column)) + ": 'VARCHAR'");
  return fmt::format(
      "read_csv({}, auto_detect = false, columns = {{{}}}, header = true, delim = '{}', quote = '\"', "
      "escape = '\"', strict_mode = true, {})",
      Quote(file), Join(columns, ", "), separator, partitions);
}

// A table of files of one kind.
Result<OtherTable> OfFiles(Connection& connection, const std::string& name, const fs::path& where,
                           std::vector<std::string> files, Kind kind) {
  constexpr const char* kPartitions = "hive_partitioning = true, hive_types_autocast = false";
  std::sort(files.begin(), files.end());
  std::vector<std::string> read;
  for (const std::string& file : files)
    read.push_back(kind == Kind::kParquet ? Quote(file) : TRY(CsvReader(connection, file, kPartitions)));
  if (kind == Kind::kParquet)
    return OtherTable{
        name, fmt::format("read_parquet([{}], union_by_name = true, {})", Join(read, ", "), kPartitions),
        where.string()};
  return OtherTable{name, "(SELECT * FROM " + Join(read, " UNION ALL BY NAME SELECT * FROM ") + ")",
                    where.string(), true};
}

std::string Stem(fs::path path) {
  while (path.has_extension())
    path = path.stem();
  return path.string();
}

// Of the files below a folder, those of one kind; both kinds in one table are refused.
Result<OtherTable> OfFolder(Connection& connection, const std::string& name, const fs::path& folder) {
  std::map<Kind, std::vector<std::string>> files;
  std::error_code failed;
  for (const auto& entry : fs::recursive_directory_iterator(folder, failed))
    if (Kind kind = KindOf(entry.path()); kind != Kind::kNone && entry.is_regular_file(failed))
      files[kind].push_back(entry.path().string());
  if (files.size() > 1)
    return Error{ErrorKind::kUsage, fmt::format("{} holds both Parquet and CSV files", folder.string()),
                 "a folder a kind"};
  if (files.empty()) return OtherTable{};
  return OfFiles(connection, name, folder, files.begin()->second, files.begin()->first);
}

Error Nothing(const std::string& path) {
  return Error{ErrorKind::kUsage, fmt::format("{} holds no table", path),
               "a folder with a folder or a file (.parquet, .csv) a table, one such file, or a DuckDB file"};
}

}  // namespace

Result<std::unique_ptr<OtherTables>> OtherTables::Open(Connection& connection, const std::string& path,
                                                       const std::string& name) {
  std::unique_ptr<OtherTables> others(new OtherTables(connection));
  std::error_code ignored;
  if (!fs::exists(path, ignored))
    return Error{ErrorKind::kUsage, fmt::format("{} is not there", path),
                 "a folder or a file of this machine"};
  if (fs::is_directory(path, ignored))
    TRY(others->ReadFolder(path, name));
  else if (Kind kind = KindOf(path); kind != Kind::kNone)
    others->tables_.push_back(
        TRY(OfFiles(connection, name.empty() ? Stem(fs::path(path).filename()) : name, path, {path}, kind)));
  else if (IsDatabase(path))
    TRY(others->ReadDatabase(path));
  if (others->tables_.empty()) return Nothing(path);
  return others;
}

OtherTables::~OtherTables() {
  if (!attached_.empty()) (void)connection_.ExecuteAlone("DETACH " + Ident(attached_));
}

Result<> OtherTables::ReadDatabase(const std::string& path) {
  static std::atomic<int> number{0};
  std::string name = fmt::format("theirs_{}", ++number);
  auto attached =
      connection_.ExecuteAlone(fmt::format("ATTACH {} AS {} (READ_ONLY)", Quote(path), Ident(name)));
  if (!attached)
    return Error{ErrorKind::kUsage, fmt::format("{} does not open: {}", path, attached.error().message),
                 "close it where it is open to write"};
  attached_ = name;
  Rows found = TRY(connection_.Query(fmt::format(R"sql(
      SELECT schema_name, table_name FROM (
        SELECT database_name, schema_name, table_name FROM duckdb_tables() WHERE NOT internal
        UNION ALL SELECT database_name, schema_name, view_name FROM duckdb_views() WHERE NOT internal)
      WHERE database_name = {0} AND schema_name <> 'backcourt' AND (schema_name <> 'history' OR NOT EXISTS (
        SELECT 1 FROM duckdb_schemas() WHERE database_name = {0} AND schema_name = 'backcourt'))
      ORDER BY ALL)sql",
                                                 Quote(name))));
  for (size_t i = 0; i < found.size(); ++i) {
    std::string schema = found.Text(i, 0), table = found.Text(i, 1);
    tables_.push_back({table, fmt::format("{}.{}.{}", Ident(name), Ident(schema), Ident(table)),
                       fmt::format("{}: {}", path, table), false});
  }
  return {};
}

Result<> OtherTables::ReadFolder(const std::string& path, const std::string& name) {
  std::error_code failed;
  std::map<std::string, OtherTable> found;
  bool partitioned = false;
  for (const auto& entry : fs::directory_iterator(path, failed)) {
    std::string part = entry.path().filename().string();
    partitioned = partitioned || (entry.is_directory(failed) && part.find('=') != std::string::npos);
  }
  if (partitioned || !name.empty()) {
    std::string whole = name.empty() ? fs::path(path).lexically_normal().filename().string() : name;
    OtherTable table = TRY(OfFolder(connection_, whole, path));
    if (!table.name.empty()) tables_.push_back(std::move(table));
    return {};
  }
  for (const auto& entry : fs::directory_iterator(path, failed)) {
    OtherTable table;
    if (entry.is_directory(failed))
      table = TRY(OfFolder(connection_, entry.path().filename().string(), entry.path()));
    else if (Kind kind = KindOf(entry.path()); kind != Kind::kNone)
      table = TRY(
          OfFiles(connection_, Stem(entry.path().filename()), entry.path(), {entry.path().string()}, kind));
    if (table.name.empty()) continue;
    if (auto [at, fresh] = found.emplace(table.name, table); !fresh)
      return Error{ErrorKind::kUsage,
                   fmt::format("{} and {} are the same table", at->second.path, table.path),
                   "move one of them away"};
  }
  for (auto& [one, table] : found)
    tables_.push_back(std::move(table));
  return {};
}

}  // namespace backcourt

#include "warehouse/duckdb/bundle_file.h"

#include <fmt/format.h>

#include <atomic>
#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "warehouse/duckdb/catalog.h"
#include "warehouse/duckdb/engine.h"
#include "warehouse/duckdb/memory_engine.h"

namespace backcourt {

namespace {

// Facts that the replay itself needs.
constexpr const char* kFormat = "format";
constexpr const char* kFormatNow = "1";
constexpr const char* kSql = "sql";
constexpr const char* kPartition = "partition";

Error NoBundle(const std::string& path, const std::string& why) {
  return {ErrorKind::kUsage, fmt::format("{} is not a bundle of a cell: {}", path, why),
          "a file that `backcourt bundle TABLE DATE` made"};
}

PartitionDigest Only(const std::vector<PartitionDigest>& digests) {
  return digests.empty() ? PartitionDigest{} : digests.front();
}

}  // namespace

namespace {

// `into`: the attached file.
Result<std::map<std::string, int64_t>> Fill(Connection& connection, const std::string& into,
                                            const BundleContents& contents) {
  TRY(connection.Execute(
      fmt::format("CREATE SCHEMA {0}.inputs; CREATE TABLE {0}.facts (name VARCHAR, value VARCHAR);"
                  "CREATE TABLE {0}.columns (place INTEGER, name VARCHAR);"
                  "CREATE TABLE {0}.functions (place INTEGER, name VARCHAR, statement VARCHAR)",
                  into)));
  auto facts = contents.facts;
  facts[kFormat] = kFormatNow;
  facts[kSql] = contents.sql;
  facts[kPartition] = contents.partition;
  for (const auto& [name, value] : facts)
    TRY(connection.Execute(
        fmt::format("INSERT INTO {}.facts VALUES ({}, {})", into, Quote(name), Quote(value))));
  for (size_t i = 0; i < contents.columns.size(); ++i)
    TRY(connection.Execute(
        fmt::format("INSERT INTO {}.columns VALUES ({}, {})", into, i, Quote(contents.columns[i]))));
  for (size_t i = 0; i < contents.functions.size(); ++i)
    TRY(connection.Execute(fmt::format("INSERT INTO {}.functions VALUES ({}, {}, {})", into, i,
                                       Quote(contents.functions[i].name),
                                       Quote(contents.functions[i].statement))));
  std::map<std::string, int64_t> rows;
  auto copy = [&](const std::string& key, const std::string& table, const std::string& select) -> Result<> {
    TRY(connection.Execute(fmt::format("CREATE TABLE {}.{} AS {}", into, table, select)));
    rows[key] = TRY(connection.Query(fmt::format("SELECT count(*) FROM {}.{}", into, table))).Int(0, 0);
    return {};
  };
  for (const auto& [table, select] : contents.inputs)
    TRY(copy(table, "inputs." + Ident(table), select));
  TRY(copy("", "rows", contents.rows));
  return rows;
}

}  // namespace

Result<std::map<std::string, int64_t>> WriteBundle(Connection& connection, Transaction& open,
                                                   const std::string& path, const BundleContents& contents) {
  static std::atomic<int> number{0};  // several may be written at once
  std::string temporary = path + ".tmp", into = fmt::format("bundle_{}", ++number);
  std::error_code ignored;
  std::filesystem::remove(temporary, ignored);
  if (auto attached = connection.Execute(fmt::format("ATTACH {} AS {}", Quote(temporary), into)); !attached)
    return Error{ErrorKind::kUsage, fmt::format("{} cannot be written: {}", path, attached.error().message),
                 "--output with a file in a folder that can be written to"};
  auto rows = Fill(connection, into, contents);
  Result<> done = rows ? open.Commit() : rows.error();
  open.RollBack();
  auto detached = connection.ExecuteAlone("DETACH " + into);
  if (done) done = detached;
  if (done) done = MoveInPlace(temporary, path);
  if (done) return rows;
  std::filesystem::remove(temporary, ignored);
  return done.error();
}

Result<BundleResult> ReplayBundleFile(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return NoBundle(path, "there is no such file");
  auto database = TRY(OpenEngine());
  auto setup = TRY(database->Connect());
  TRY(setup->Execute("SET threads = 1; SET autoinstall_known_extensions = false"));
  if (auto attached = setup->Execute("ATTACH " + Quote(path) + " AS wh (READ_ONLY)"); !attached)
    return NoBundle(path, attached.error().message);
  // Its SQL and its functions are another's: they see the file and nothing else.
  TRY(setup->Execute("SET enable_external_access = false; SET lock_configuration = true"));
  auto asked = setup->Query("SELECT name, value FROM wh.facts");
  if (!asked) return NoBundle(path, asked.error().message);
  BundleResult result;
  for (size_t i = 0; i < asked->size(); ++i)
    result.facts[asked->Text(i, 0)] = asked->Text(i, 1);
  if (result.facts[kFormat] != kFormatNow)
    return NoBundle(path, fmt::format("it is of format '{}', and this program reads {}",
                                      result.facts[kFormat], kFormatNow));
  Rows functions = TRY(setup->Query("SELECT name, statement FROM wh.functions ORDER BY place"));
  for (size_t i = 0; i < functions.size(); ++i)
    if (auto made = setup->Execute(functions.Text(i, 1)); !made) {
      made.error().message = fmt::format("{}: {}(): {}", path, functions.Text(i, 0), made.error().message);
      return made.error();
    }
  auto connection = TRY(ConnectInMemory(*database));
  std::vector<std::string> columns;
  Rows named = TRY(connection->Query("SELECT name FROM wh.columns ORDER BY place"));
  for (size_t i = 0; i < named.size(); ++i)
    columns.push_back(named.Text(i, 0));
  TRY(connection->Execute("CREATE TEMP TABLE replayed AS " + result.facts[kSql]));
  const std::string& partition = result.facts[kPartition];
  result.stored = Only(TRY(DigestPartitions(*connection, {"wh.rows", partition, columns})));
  result.replayed = Only(TRY(DigestPartitions(*connection, {"temp.replayed", partition, columns})));
  for (const std::string& column : columns) {
    auto of = [&](const char* table) {
      return fmt::format("(SELECT {0}, count(*) AS n_ FROM {1} GROUP BY 1)", Ident(column), table);
    };
    Rows other = TRY(connection->Query(
        fmt::format("SELECT count(*) FROM (FROM {0} EXCEPT FROM {1})", of("wh.rows"), of("temp.replayed"))));
    if (other.Int(0, 0)) result.differing.push_back(column);
  }
  result.engine = "DuckDB " + TRY(connection->Query("SELECT version()")).Text(0, 0);
  return result;
}

}  // namespace backcourt

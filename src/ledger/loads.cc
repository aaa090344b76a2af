#include "ledger/loads.h"

#include <fmt/format.h>

#include "base/text.h"
#include "ledger/schema.h"
#include "ledger/snapshots.h"

namespace backcourt::ledger {

namespace {

// Names for IN (...).
std::string Quoted(const std::set<std::string>& names) {
  std::vector<std::string> quoted;
  for (const std::string& name : names)
    quoted.push_back(Quote(name));
  return Join(quoted, ", ");
}

// The rows of a source's season.
std::string Of(const std::string& source, const std::string& season) {
  return fmt::format("source = {} AND season = {}", Quote(source), Quote(season));
}

Result<std::vector<LoadedFile>> FilesOf(Connection& connection, const std::string& table) {
  Rows rows = TRY(connection.Query("SELECT feed, path, season, size, mtime, run FROM backcourt." + table));
  std::vector<LoadedFile> files(rows.size());
  for (size_t i = 0; i < rows.size(); ++i)
    files[i] = {rows.Text(i, 0), rows.Text(i, 1), rows.Text(i, 2),
                rows.Int(i, 3),  rows.Int(i, 4),  rows.Int(i, 5)};
  return files;
}

Result<> AddFiles(Connection& connection, const std::string& table, const std::vector<LoadedFile>& files) {
  std::vector<std::string> rows;
  for (const LoadedFile& file : files)
    rows.push_back(fmt::format("({}, {}, {}, {}, {}, {})", Quote(file.feed), Quote(file.path),
                               Quote(file.season), file.size, file.mtime, file.run));
  if (rows.empty()) return {};
  return connection.Execute("INSERT INTO backcourt." + table + " VALUES " + Join(rows, ", "));
}

}  // namespace

Result<std::vector<LoadedFile>> ReadFiles(Connection& connection) { return FilesOf(connection, "files"); }

Result<> WriteFiles(Connection& connection, const std::vector<LoadedFile>& files) {
  return AddFiles(connection, "files", files);
}

Result<> RemoveFiles(Connection& connection, const std::string& feed, const std::string& season) {
  return connection.Execute(
      fmt::format("DELETE FROM backcourt.files WHERE feed = {}{}", Quote(feed),
                  season.empty() ? "" : fmt::format(" AND season IN ('', {})", Quote(season))));
}

Result<> RemoveFiles(Connection& connection, const std::string& feed, const std::set<std::string>& paths) {
  if (paths.empty()) return {};
  return connection.Execute(fmt::format("DELETE FROM backcourt.files WHERE feed = {} AND path IN ({})",
                                        Quote(feed), Quoted(paths)));
}

Result<std::vector<SourceRun>> ReadSourceRuns(Connection& connection) {
  Rows rows = TRY(connection.Query("SELECT source, season, identity, inputs, run FROM backcourt.sources"));
  std::vector<SourceRun> runs(rows.size());
  for (size_t i = 0; i < rows.size(); ++i)
    runs[i] = {rows.Text(i, 0), rows.Text(i, 1), rows.Text(i, 2), rows.Text(i, 3), rows.Int(i, 4)};
  return runs;
}

Result<> WriteSourceRun(Connection& connection, const SourceRun& run) {
  return connection.Execute(
      fmt::format(R"sql(
      DELETE FROM backcourt.sources WHERE {of};
      INSERT INTO backcourt.sources VALUES ({source}, {season}, {identity}, {inputs}, {run}))sql",
                  fmt::arg("of", Of(run.source, run.season)), fmt::arg("source", Quote(run.source)),
                  fmt::arg("season", Quote(run.season)), fmt::arg("identity", Quote(run.identity)),
                  fmt::arg("inputs", Quote(run.inputs)), fmt::arg("run", run.run)));
}

Result<> TouchSourceRun(Connection& connection, const std::string& source, const std::string& season,
                        int64_t run) {
  return connection.Execute(
      fmt::format("UPDATE backcourt.sources SET run = {} WHERE {}", run, Of(source, season)));
}

Result<> RemoveSourceRuns(Connection& connection, const std::set<std::string>& sources,
                          const std::string& seasons) {
  if (sources.empty()) return {};
  return connection.Execute(
      fmt::format("DELETE FROM backcourt.sources WHERE source IN ({}) AND {}", Quoted(sources), seasons));
}

Result<> ReplaceUnits(Connection& connection, const std::string& table, const std::string& where,
                      const std::string& served) {
  return connection.Execute(fmt::format(R"sql(
      DELETE FROM backcourt.units WHERE table_name = {table} AND {where};
      INSERT INTO backcourt.units SELECT {table}, unit, source, season FROM {served})sql",
                                        fmt::arg("table", Quote(table)), fmt::arg("where", where),
                                        fmt::arg("served", served)));
}

Result<std::set<std::string>> SeasonsAlsoOffering(Connection& connection, const std::string& table,
                                                  const std::string& seasons) {
  Rows rows =
      TRY(connection.Query(fmt::format(R"sql(
      SELECT DISTINCT season FROM backcourt.offers WHERE table_name = {table} AND unit IN
        (SELECT unit FROM backcourt.offers WHERE table_name = {table} AND {seasons}))sql",
                                       fmt::arg("table", Quote(table)), fmt::arg("seasons", seasons))));
  std::set<std::string> others;
  for (size_t i = 0; i < rows.size(); ++i)
    others.insert(rows.Text(i, 0));
  return others;
}

Result<> ReplaceOffers(Connection& connection, const std::string& table, const std::string& where,
                       const std::string& relation) {
  return connection.Execute(fmt::format(R"sql(
      DELETE FROM backcourt.offers WHERE table_name = {table} AND {where};
      INSERT INTO backcourt.offers SELECT {table}, unit, season FROM {relation})sql",
                                        fmt::arg("table", Quote(table)), fmt::arg("where", where),
                                        fmt::arg("relation", relation)));
}

Result<int64_t> CountUnits(Connection& connection, const std::string& table, const std::string& season) {
  Rows count = TRY(connection.Query(
      fmt::format("SELECT count(*) FROM wh.backcourt.units WHERE table_name = {} AND season IN ('', {})",
                  Quote(table), Quote(season))));
  return count.Int(0, 0);
}

Result<> WriteDropped(Connection& connection, const std::string& table, const std::string& source,
                      const std::string& season, const std::string& reason, int64_t rows) {
  return connection.Execute(fmt::format("INSERT INTO backcourt.dropped VALUES ({}, {}, {}, {}, {})",
                                        Quote(table), Quote(source), Quote(season), Quote(reason), rows));
}

Result<std::vector<DroppedSource>> ReadDropped(Connection& connection, const std::string& table,
                                               const std::string& season, const std::string& containing) {
  Rows rows =
      TRY(connection.Query(fmt::format(R"sql(
      SELECT source, reason FROM wh.backcourt.dropped
      WHERE table_name = {table} AND season IN ('', {season}) AND contains(reason, {containing})
      ORDER BY reason, source)sql",
                                       fmt::arg("table", Quote(table)), fmt::arg("season", Quote(season)),
                                       fmt::arg("containing", Quote(containing)))));
  std::vector<DroppedSource> dropped(rows.size());
  for (size_t i = 0; i < rows.size(); ++i)
    dropped[i] = {rows.Text(i, 0), rows.Text(i, 1)};
  return dropped;
}

Result<> RemoveDropped(Connection& connection, const std::string& table, const std::string& seasons) {
  return connection.Execute(
      fmt::format("DELETE FROM backcourt.dropped WHERE table_name = {} AND {}", Quote(table), seasons));
}

Result<> ReplaceDroppedUnits(Connection& connection, const std::string& source, const std::string& season,
                             const std::string& where, const std::string& relation) {
  return connection.Execute(fmt::format(R"sql(
      DELETE FROM backcourt.dropped_units WHERE {of} AND {where};
      INSERT INTO backcourt.dropped_units SELECT * FROM {relation} WHERE {of})sql",
                                        fmt::arg("of", Of(source, season)), fmt::arg("where", where),
                                        fmt::arg("relation", relation)));
}

Result<> RemoveFileUnits(Connection& connection, const std::string& source, const std::string& season) {
  return connection.Execute("DELETE FROM backcourt.file_units WHERE " + Of(source, season));
}

Result<> RemoveFileUnits(Connection& connection, const std::string& source, const std::string& season,
                         const std::string& feed, const std::set<std::string>& paths) {
  if (paths.empty()) return {};
  return connection.Execute(
      fmt::format("DELETE FROM backcourt.file_units WHERE {} AND feed = {} AND path IN ({})",
                  Of(source, season), Quote(feed), Quoted(paths)));
}

Result<> WriteFileUnits(Connection& connection, const std::string& source, const std::string& season,
                        const std::string& relation) {
  return connection.Execute(fmt::format("INSERT INTO backcourt.file_units SELECT * FROM {} WHERE {}",
                                        relation, Of(source, season)));
}

Result<> ReplaceDamagedUnits(Connection& connection, const std::string& table, const std::string& source,
                             const std::string& season, const std::string& where,
                             const std::string& relation) {
  return connection.Execute(fmt::format(R"sql(
      DELETE FROM backcourt.damaged_units WHERE table_name = {table} AND {of} AND {where};
      INSERT INTO backcourt.damaged_units SELECT {table}, unit, {source}, {season}, dropped FROM {relation})sql",
                                        fmt::arg("table", Quote(table)), fmt::arg("of", Of(source, season)),
                                        fmt::arg("where", where), fmt::arg("source", Quote(source)),
                                        fmt::arg("season", Quote(season)), fmt::arg("relation", relation)));
}

Result<std::set<std::string>> ReadDamagedUnits(Connection& connection, const std::string& table) {
  std::set<std::string> units;
  Rows rows = TRY(connection.Query("SELECT DISTINCT unit FROM backcourt.damaged_units WHERE table_name = " +
                                   Quote(table)));
  for (size_t i = 0; i < rows.size(); ++i)
    units.insert(rows.Text(i, 0));
  return units;
}

Result<> ReplaceStatements(Connection& connection, const std::string& table, const std::string& where,
                           const std::string& relation) {
  return connection.Execute(fmt::format(R"sql(
      DELETE FROM backcourt.statements WHERE table_name = {table} AND {where};
      INSERT INTO backcourt.statements SELECT {table}, * FROM {relation})sql",
                                        fmt::arg("table", Quote(table)), fmt::arg("where", where),
                                        fmt::arg("relation", relation)));
}

Result<> ReplaceFileUses(Connection& connection, const std::string& source, const std::string& season,
                         const std::string& where, const std::string& relation) {
  TRY(connection.Execute(
      fmt::format("DELETE FROM backcourt.file_uses WHERE {} AND {}", Of(source, season), where)));
  if (relation.empty()) return {};
  return connection.Execute(
      fmt::format("INSERT INTO backcourt.file_uses SELECT {}, {}, path, used, reason FROM {}", Quote(source),
                  Quote(season), relation));
}

Result<> WriteUnservedFiles(Connection& connection,
                            const std::vector<std::tuple<std::string, std::string, std::string>>& files) {
  Rows before = TRY(connection.Query(
      "SELECT season, path, reason FROM backcourt.file_uses WHERE source = '' ORDER BY rowid"));
  bool same = before.size() == files.size();
  std::string rows;
  for (size_t i = 0; i < files.size(); ++i) {
    const auto& [season, path, reason] = files[i];
    same = same && before.Text(i, 0) == season && before.Text(i, 1) == path && before.Text(i, 2) == reason;
    rows += fmt::format("{}('', {}, {}, false, {})", rows.empty() ? "" : ", ", Quote(season), Quote(path),
                        Quote(reason));
  }
  if (same) return {};
  return connection.Execute("DELETE FROM backcourt.file_uses WHERE source = ''" +
                            (rows.empty() ? "" : "; INSERT INTO backcourt.file_uses VALUES " + rows));
}

Result<std::map<std::string, ServedUnits>> ReadServedUnits(Connection& connection) {
  Rows rows = TRY(connection.Query(R"sql(
      SELECT f.path, count(DISTINCT f.unit), count(DISTINCT u.unit)
      FROM backcourt.file_units f
      LEFT JOIN backcourt.units u ON u.unit = f.unit AND u.source = f.source AND u.season = f.season
      GROUP BY 1)sql"));
  std::map<std::string, ServedUnits> units;
  for (size_t i = 0; i < rows.size(); ++i)
    units[rows.Text(i, 0)] = {rows.Int(i, 1), rows.Int(i, 2)};
  return units;
}

Result<std::vector<UselessFile>> ReadUselessFiles(Connection& connection) {
  std::vector<UselessFile> files;
  // Why a game is not in the schedule says more than that it is not.
  Rows rows = TRY(connection.Query(R"sql(
      SELECT path, coalesce(min_by(reason, (contains(reason, 'not in the schedule'), reason)), '')
      FROM backcourt.file_uses GROUP BY path HAVING NOT bool_or(used) ORDER BY path)sql"));
  for (size_t i = 0; i < rows.size(); ++i)
    files.push_back({rows.Text(i, 0), rows.Text(i, 1), ""});
  return files;
}

Result<> ReplaceUnmatchedNames(Connection& connection, const std::string& source, const std::string& season,
                               const std::string& relation) {
  TRY(connection.Execute("DELETE FROM backcourt.unmatched_names WHERE " + Of(source, season)));
  if (relation.empty()) return {};
  return connection.Execute(
      fmt::format("INSERT INTO backcourt.unmatched_names SELECT {}, {}, name, row_count FROM {}",
                  Quote(source), Quote(season), relation));
}

Result<std::vector<UnmatchedName>> ReadUnmatchedNames(Connection& connection) {
  std::vector<UnmatchedName> names;
  Rows rows = TRY(connection.Query(R"sql(
      SELECT name, CAST(sum(row_count) AS BIGINT) AS n FROM backcourt.unmatched_names
      GROUP BY name ORDER BY n DESC, name)sql"));
  for (size_t i = 0; i < rows.size(); ++i)
    names.push_back({rows.Text(i, 0), rows.Int(i, 1)});
  return names;
}

Result<std::vector<LoadedFile>> ReadSeenFiles(Connection& connection) {
  std::vector<LoadedFile> files;
  Rows rows =
      TRY(connection.Query("SELECT feed, path, size, mtime FROM backcourt.seen_files ORDER BY path, feed"));
  for (size_t i = 0; i < rows.size(); ++i)
    files.push_back({rows.Text(i, 0), rows.Text(i, 1), "", rows.Int(i, 2), rows.Int(i, 3), 0});
  return files;
}

Result<> WriteSeenFiles(Connection& connection, const std::vector<LoadedFile>& files) {
  std::vector<std::string> rows;
  for (const LoadedFile& file : files)
    rows.push_back(
        fmt::format("({}, {}, {}, {})", Quote(file.feed), Quote(file.path), file.size, file.mtime));
  return connection.Execute(
      "DELETE FROM backcourt.seen_files;" +
      (rows.empty() ? "" : " INSERT INTO backcourt.seen_files VALUES " + Join(rows, ", ")));
}

Result<std::vector<LoadedFile>> ReadLostFiles(Connection& connection) {
  return FilesOf(connection, "lost_files");
}

Result<> WriteLostFiles(Connection& connection, const std::vector<LoadedFile>& files) {
  TRY(connection.Execute("DELETE FROM backcourt.lost_files"));
  return AddFiles(connection, "lost_files", files);
}

Result<std::vector<FileContent>> ReadContents(Connection& connection) {
  std::vector<FileContent> contents;
  Rows rows = TRY(connection.Query("SELECT path, size, mtime, digest FROM backcourt.contents ORDER BY path"));
  for (size_t i = 0; i < rows.size(); ++i)
    contents.push_back({rows.Text(i, 0), rows.Int(i, 1), rows.Int(i, 2), rows.Text(i, 3)});
  return contents;
}

Result<> WriteContents(Connection& connection, const std::vector<FileContent>& contents) {
  std::vector<std::string> rows;
  for (const FileContent& file : contents)
    rows.push_back(
        fmt::format("({}, {}, {}, {})", Quote(file.path), file.size, file.mtime, Quote(file.digest)));
  return connection.Execute(
      "DELETE FROM backcourt.contents;" +
      (rows.empty() ? "" : " INSERT INTO backcourt.contents VALUES " + Join(rows, ", ")));
}

Result<> MoveFiles(Connection& connection, const std::vector<MovedFile>& moved) {
  std::vector<std::string> rows;
  for (const MovedFile& file : moved)
    rows.push_back(
        fmt::format("({}, {}, {}, {})", Quote(file.feed), Quote(file.before), Quote(file.after), file.mtime));
  TRY(connection.Execute(fmt::format(R"sql(
      CREATE OR REPLACE TEMP TABLE moved (feed VARCHAR, before VARCHAR, after VARCHAR, mtime BIGINT);
      INSERT INTO temp.moved VALUES {rows})sql",
                                     fmt::arg("rows", Join(rows, ", ")))));
  for (const char* table : {"files", "snapshots"})
    TRY(connection.Execute(fmt::format(R"sql(
        UPDATE backcourt.{table} AS t SET path = m.after, mtime = m.mtime FROM temp.moved m
        WHERE t.feed = m.feed AND t.path = m.before)sql",
                                       fmt::arg("table", table))));
  for (auto [table, column] :
       {std::pair("file_units", "path"), std::pair("file_uses", "path"), std::pair("statements", "file")})
    TRY(connection.Execute(fmt::format(R"sql(
        UPDATE backcourt.{table} AS t SET {column} = m.after
        FROM (SELECT DISTINCT before, after FROM temp.moved WHERE before <> after) m WHERE t.{column} = m.before)sql",
                                       fmt::arg("table", table), fmt::arg("column", column))));
  std::set<std::string> feeds;
  for (const MovedFile& file : moved)
    feeds.insert(file.feed);
  for (const std::string& feed : feeds)
    if (TRY(HasSnapshotTable(connection, feed)))
      TRY(connection.Execute(fmt::format(R"sql(
          UPDATE {table} AS t SET file = m.after FROM temp.moved m WHERE m.feed = {feed} AND t.file = m.before)sql",
                                         fmt::arg("table", SnapshotTable(feed)),
                                         fmt::arg("feed", Quote(feed)))));
  return connection.Execute("DROP TABLE temp.moved");
}

Result<> RemoveTable(Connection& connection, const std::string& table, const std::set<std::string>& sources) {
  TRY(RemoveSourceRuns(connection, sources, "true"));
  for (const char* of_table :
       {"cells", "units", "dropped", "damaged_units", "statements", "offers", "declarations"})
    TRY(connection.Execute(
        fmt::format("DELETE FROM backcourt.{} WHERE table_name = {}", of_table, Quote(table))));
  return {};
}

}  // namespace backcourt::ledger

#include "ledger/snapshots.h"

#include <fmt/format.h>

#include "base/text.h"

namespace backcourt::ledger {

std::string SnapshotTable(const std::string& feed) { return "wh.backcourt." + Ident("kept_" + feed); }

Result<bool> HasSnapshotTable(Connection& connection, const std::string& feed) {
  Rows there = TRY(connection.Query(
      fmt::format("SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'backcourt' AND table_name = {}",
                  Quote("kept_" + feed))));
  return there.Int(0, 0) > 0;
}

Result<> RemoveSnapshots(Connection& connection, const std::string& feed) {
  return connection.Execute(
      fmt::format("DROP TABLE IF EXISTS {}; DELETE FROM backcourt.snapshots WHERE feed = {}",
                  SnapshotTable(feed), Quote(feed)));
}

Result<> WriteSnapshot(Connection& connection, const KeptSnapshot& snapshot) {
  return connection.Execute(fmt::format(
      R"sql(
      DELETE FROM backcourt.snapshots WHERE feed = {feed} AND path = {path};
      INSERT INTO backcourt.snapshots VALUES
        ({feed}, {path}, {season}, {size}, {mtime}, {identity}, {seen_at}, {unreadable}, ''))sql",
      fmt::arg("feed", Quote(snapshot.feed)), fmt::arg("path", Quote(snapshot.path)),
      fmt::arg("season", Quote(snapshot.season)), fmt::arg("size", snapshot.size),
      fmt::arg("mtime", snapshot.mtime), fmt::arg("identity", Quote(snapshot.identity)),
      fmt::arg("seen_at", snapshot.seen_at), fmt::arg("unreadable", Quote(snapshot.unreadable))));
}

Result<> WriteSnapshotRows(Connection& connection, const std::string& feed, const std::string& relation,
                           const std::string& paths) {
  return connection.Execute(fmt::format(R"sql(
      CREATE TABLE IF NOT EXISTS {table} AS SELECT * FROM {relation} LIMIT 0;
      DELETE FROM {table} WHERE file IN ({paths});
      INSERT INTO {table} SELECT * FROM {relation} ORDER BY feed_season, snapshot_at, file_row)sql",
                                        fmt::arg("table", SnapshotTable(feed)),
                                        fmt::arg("relation", relation), fmt::arg("paths", paths)));
}

Result<> AcquitSnapshots(Connection& connection, const std::string& feed) {
  return connection.Execute(
      fmt::format("UPDATE backcourt.snapshots SET problem = unreadable WHERE feed = {}", Quote(feed)));
}

Result<> QuarantineSnapshots(Connection& connection, const std::string& feed, const std::string& guilty) {
  return connection.Execute(fmt::format(R"sql(
      UPDATE backcourt.snapshots SET problem = g.problem FROM ({guilty}) AS g
      WHERE backcourt.snapshots.problem = '' AND feed = {feed} AND backcourt.snapshots.path = g.path)sql",
                                        fmt::arg("guilty", guilty), fmt::arg("feed", Quote(feed))));
}

}  // namespace backcourt::ledger

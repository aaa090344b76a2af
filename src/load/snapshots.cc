#include "load/snapshots.h"

#include <fmt/format.h>

#include <map>
#include <regex>

#include "base/date.h"
#include "base/text.h"
#include "ledger/schema.h"
#include "project/sql_text.h"

namespace backcourt {

namespace {

Result<std::vector<Snapshot>> ReadAll(Connection& connection, const std::string& where) {
  std::vector<Snapshot> snapshots;
  Rows rows = TRY(connection.Query(fmt::format(R"sql(
      SELECT feed, path, season, CAST(date_trunc('second', seen_at) AS VARCHAR),
        CAST(epoch(timezone('UTC', now())) - epoch(seen_at) AS DOUBLE), problem
      FROM backcourt.snapshots {where})sql",
                                               fmt::arg("where", where))));
  for (size_t i = 0; i < rows.size(); ++i)
    snapshots.push_back({rows.Text(i, 0), rows.Text(i, 1), rows.Text(i, 2), rows.Text(i, 3), rows.Real(i, 4),
                         rows.Text(i, 5)});
  return snapshots;
}

// The rows of files that were read aside.
std::string ReadAside(const Feed& feed) { return "temp." + Ident("kept_" + feed.name); }

}  // namespace

std::string Snapshots::IdentityOf(const Feed& feed) const {
  Hasher hasher;
  hasher.Add(CanonicalSql(feed.rows)).Add(feed.holds);
  for (const Column& column : feed.columns)
    hasher.Add(column.name).Add(column.type);
  for (const Function& function : project_.functions)
    hasher.Add(CanonicalSql(function.statement));
  return hasher.Finish().Hex();
}

std::string Snapshots::Good(const Feed& feed, const std::string& season) {
  return fmt::format("{}file IN (SELECT path FROM wh.backcourt.snapshots WHERE feed = {} AND problem = '')",
                     season.empty() ? "" : fmt::format("feed_season = {} AND ", Quote(season)),
                     Quote(feed.name));
}

std::string Snapshots::SeenAt(const FoundFile& file) {
  static const std::regex kTime(
      "(\\d{4})[-_]?(\\d{2})[-_]?(\\d{2})(?:[T_ -]?(\\d{2})[-_:]?(\\d{2})(?:[-_:]?(\\d{2}))?)?");
  std::string name = file.path.substr(file.path.rfind('/') + 1);
  for (std::sregex_iterator at(name.begin(), name.end(), kTime), end; at != end; ++at) {
    const std::smatch& m = *at;
    if (!Date::Parse(fmt::format("{}-{}-{}", m.str(1), m.str(2), m.str(3)))) continue;
    // A day alone: noon, which is the same day in the east of the States.
    std::string time = m.str(4).empty()
                           ? "12:00:00"
                           : fmt::format("{}:{}:{}", m.str(4), m.str(5), m.str(6).empty() ? "00" : m.str(6));
    if (time < "24" && time.substr(3, 2) < "60" && time.substr(6) < "60")
      return fmt::format("TIMESTAMP '{}-{}-{} {}'", m.str(1), m.str(2), m.str(3), time);
  }
  return fmt::format("make_timestamp({})", std::max<int64_t>(file.mtime, 0) / 1000);
}

Result<std::vector<FoundFile>> Snapshots::Fresh(const Feed& feed, const std::vector<FoundFile>& files) {
  Rows rows = TRY(connection_.Query(
      fmt::format("SELECT path, size, mtime FROM backcourt.snapshots WHERE feed = {} AND identity = '{}'",
                  Quote(feed.name), IdentityOf(feed))));
  std::map<std::string, std::pair<int64_t, int64_t>> known;
  for (size_t i = 0; i < rows.size(); ++i)
    known[rows.Text(i, 0)] = {rows.Int(i, 1), rows.Int(i, 2)};
  std::vector<FoundFile> fresh;
  for (const FoundFile& file : files) {
    auto before = known.find(file.path);
    if (before == known.end() || before->second != std::pair(file.size, file.mtime)) fresh.push_back(file);
  }
  return fresh;
}

Result<ReadSnapshots> Snapshots::Read(const Feed& feed, const std::vector<FoundFile>& fresh,
                                      FeedReader& reader) {
  ReadSnapshots all;
  std::string identity = IdentityOf(feed);
  all.anew = TRY(connection_.Query(fmt::format(
                     "SELECT count(*) FROM backcourt.snapshots WHERE feed = {} AND identity = '{}'",
                     Quote(feed.name), identity)))
                 .Int(0, 0) == 0;
  std::string read = "temp." + Ident("feed_" + feed.name);
  TRY(reader.Read(feed, {}));  // no rows: the columns
  TRY(connection_.Execute(fmt::format(
      "CREATE OR REPLACE TEMP TABLE {} AS SELECT *, CAST(NULL AS TIMESTAMP) AS snapshot_at FROM {} LIMIT 0",
      Ident("kept_" + feed.name), read)));
  for (const FoundFile& file : fresh) {
    std::string problem;
    auto done = reader.Read(feed, {file});
    if (done)
      TRY(connection_.Execute(fmt::format("INSERT INTO {} SELECT * REPLACE ({} AS file), {} FROM {}",
                                          ReadAside(feed), Quote(file.path), SeenAt(file), read)));
    else if (done.error().kind == ErrorKind::kData || done.error().kind == ErrorKind::kModel)
      problem = reader.Diagnose(feed, {file}, done.error()).message;
    else if (done.error().kind == ErrorKind::kSource)
      problem = done.error().message;
    else
      return done.error();
    problem = ReplaceAll(problem.substr(0, problem.find('\n')), file.path, "it");
    all.snapshots.push_back({feed.name, file.path, file.season, file.size, file.mtime, identity, SeenAt(file),
                             ReplaceAll(problem, file.Bytes(), "it")});
  }
  return all;
}

Result<> Snapshots::Keep(const Feed& feed, const ReadSnapshots& read) {
  if (read.anew) TRY(ledger::RemoveSnapshots(connection_, feed.name));
  std::vector<std::string> paths;
  for (const ledger::KeptSnapshot& snapshot : read.snapshots) {
    TRY(ledger::WriteSnapshot(connection_, snapshot));
    paths.push_back(Quote(snapshot.path));
  }
  return ledger::WriteSnapshotRows(connection_, feed.name, ReadAside(feed), Join(paths, ", "));
}

Result<> Snapshots::Judge(const Feed& feed) {
  std::vector<std::string> key, shown;
  for (const std::string& column : feed.key) {
    key.push_back(fmt::format("k.{0} IS NOT DISTINCT FROM l.{0}", Ident(column)));
    shown.push_back(fmt::format("'{}=' || CAST({} AS VARCHAR)", column, Ident(column)));
  }
  std::vector<std::string> columns;
  for (const std::string& column : feed.key)
    columns.push_back(Ident(column));
  std::string keys = Join(columns, ", "), name = "concat_ws(', ', " + Join(shown, ", ") + ")",
              kept = ledger::SnapshotTable(feed.name);
  auto quarantine = [&](const std::string& guilty) {
    return ledger::QuarantineSnapshots(connection_, feed.name, guilty);
  };
  TRY(ledger::AcquitSnapshots(connection_, feed.name));
  TRY(quarantine(fmt::format(R"sql(
      SELECT path, 'it holds no rows' AS problem FROM backcourt.snapshots
      WHERE feed = {feed} AND path NOT IN (SELECT file FROM {kept}))sql",
                             fmt::arg("feed", Quote(feed.name)), fmt::arg("kept", kept))));
  if (!feed.belongs.empty())
    TRY(quarantine(fmt::format(R"sql(
        SELECT file AS path, count(*) || ' rows do not belong in it, as ' || min({name}) AS problem
        FROM {kept} WHERE ({belongs}) IS NOT TRUE GROUP BY file)sql",
                               fmt::arg("name", name), fmt::arg("kept", kept),
                               fmt::arg("belongs", feed.belongs))));
  TRY(quarantine(fmt::format(R"sql(
      SELECT file AS path, 'a key stands in it twice: ' || min({name}) AS problem
      FROM (SELECT file, {keys} FROM {kept} GROUP BY file, {keys} HAVING count(*) > 1) GROUP BY file)sql",
                             fmt::arg("name", name), fmt::arg("keys", keys), fmt::arg("kept", kept))));
  if (feed.lasting.empty()) return {};
  return quarantine(fmt::format(
      R"sql(
      WITH rows AS (SELECT * FROM {kept} WHERE {good}),
      settled AS (SELECT feed_season, {keys}, min(snapshot_at) AS since FROM rows WHERE {lasting} GROUP BY ALL),
      lost AS (
        SELECT s.path, {name} AS name FROM backcourt.snapshots s
        JOIN settled l ON l.feed_season = s.season AND l.since < s.seen_at
        WHERE s.feed = {feed} AND NOT EXISTS (SELECT 1 FROM rows k WHERE k.file = s.path AND {same_key}))
      SELECT path, count(*) || CASE count(*) WHEN 1 THEN ' row is missing that was' ELSE ' rows are missing that were' END
        || ' settled before, as ' || min(name) AS problem
      FROM lost GROUP BY path)sql",
      fmt::arg("kept", kept), fmt::arg("good", Good(feed, "")), fmt::arg("keys", keys),
      fmt::arg("lasting", feed.lasting), fmt::arg("name", name), fmt::arg("feed", Quote(feed.name)),
      fmt::arg("same_key", Join(key, " AND "))));
}

Result<std::vector<Snapshot>> Snapshots::Serving(Connection& connection) {
  return ReadAll(connection, R"sql(
      WHERE problem = ''
      QUALIFY row_number() OVER (PARTITION BY feed, season ORDER BY seen_at DESC, path DESC) = 1
      ORDER BY feed, season)sql");
}

Result<std::vector<Snapshot>> Snapshots::Quarantined(Connection& connection) {
  return ReadAll(connection, "WHERE problem <> '' ORDER BY feed, season, seen_at, path");
}

Result<std::vector<Snapshot>> Snapshots::OfSeason(Connection& connection, const std::string& season) {
  return ReadAll(connection, fmt::format("WHERE season = {} ORDER BY feed, seen_at, path", Quote(season)));
}

}  // namespace backcourt

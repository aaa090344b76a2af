// The run of one source over the files of a season: what it reads, the rows that it gives, and those that
// it leaves out.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "ledger/declarations.h"
#include "load/loader.h"
#include "load/raw_table_sql.h"
#include "project/sql_text.h"
#include "warehouse/duckdb/catalog.h"

namespace backcourt {

namespace {

constexpr int64_t kManyRows = 100'000;  // of a group, for which two threads are worth their start

// Whether files go into the rows of a group as they are read, without a table between.
bool Streams(const SourceGroup& group) { return group.Copies() && group.feeds.size() == 1; }

}  // namespace

Result<> Loader::DropFeeds(const RawTable& loaded) {
  std::vector<std::string> idle;
  for (const auto& [feed, paths] : held_) {
    bool needed =
        std::any_of(sources_.groups().begin(), sources_.groups().end(), [&](const SourceGroup& group) {
          return group.source->table != loaded.name && !done_.contains(group.source->table) &&
                 std::any_of(group.feeds.begin(), group.feeds.end(),
                             [&](const auto& read) { return read.first->name == feed; });
        });
    if (!needed) idle.push_back(feed);
  }
  for (const std::string& feed : idle) {
    TRY(connection_.Execute("DROP TABLE IF EXISTS temp." + Ident("feed_" + feed)));
    held_.erase(feed);
  }
  return {};
}

Result<> Loader::BeginReading(const Feed& feed, const std::vector<FoundFile>& files, LoadReport& report) {
  if (!files.empty())
    progress_.At(fmt::format("reading {}{}", feed.name,
                             files.front().season.empty() ? "" : " " + files.front().season));
  for (const FoundFile& file : files)
    if (read_.insert(file.path).second) report.files.push_back(file.path);
  return finder_.Fetch(files);
}

Result<> Loader::Materialize(const Feed& feed, const std::vector<FoundFile>& files, LoadReport& report) {
  std::vector<std::string> paths;
  for (const FoundFile& file : files)
    paths.push_back(file.path);
  if (auto known = held_.find(feed.name); known != held_.end() && known->second == paths) return {};
  TRY(BeginReading(feed, files, report));
  held_[feed.name] = std::move(paths);
  auto made = reader_.Read(feed, files);
  if (made)
    progress_.HasRead(
        read_.size(),
        TRY(connection_.Query("SELECT count(*) FROM temp." + Ident("feed_" + feed.name))).Int(0, 0));
  if (made)
    for (const auto& [column, rows] : TRY(reader_.Unparsed(feed)))
      report.unparsed[feed.name + "." + column] = rows;
  if (made || (made.error().kind != ErrorKind::kData && made.error().kind != ErrorKind::kModel)) return made;
  // The transaction is lost with the error: what is wrong is looked up outside of it.
  transaction_.reset();
  return reader_.Diagnose(feed, files, made.error());
}

Result<std::string> Loader::ReadsSignature(const SourceGroup& group) {
  Hasher hasher;
  for (const std::string& read : group.source->reads) {
    if (group.ByUnit(read)) continue;
    const RawTable* raw = project_.FindRaw(read);
    std::vector<std::string> columns;
    std::string where = "true";
    if (raw) {
      columns = HashedColumns(*raw);
      if (!group.season.empty() && HasColumn(*raw, "season")) where = "season = " + Quote(group.season);
    } else {
      for (const auto& [name, type] : TRY(ColumnsOf(connection_, "main." + Ident(read))))
        columns.push_back(name);
    }
    hasher.Add(read);
    if (Digest schema = TRY(ledger::ReadSchema(connection_, read)); schema != Digest{}) hasher.Add(schema);
    for (const PartitionDigest& all :
         TRY(DigestPartitions(connection_, {"main." + Ident(read), "0", columns, where})))
      hasher.Add(all.rows).Add(all.digest);
  }
  return hasher.Finish().Hex();
}

Result<std::string> Loader::WithInputs(const RawTable& table, const SourceGroup& group, bool part,
                                       LoadReport& report) {
  const Source& source = *group.source;
  std::string ctes;
  auto with = [&](const std::string& name, const std::string& relation, const std::string& where) {
    ctes += fmt::format("{}{} AS NOT MATERIALIZED (SELECT * FROM {}{})", ctes.empty() ? "WITH " : ", ",
                        Ident(name), relation, where.empty() ? "" : " WHERE " + where);
  };
  std::string affected = UnitSql(table) + " IN (FROM temp.affected)";
  for (const auto& [feed, files] : part ? group.part : group.feeds) {
    if (feed->snapshots) {
      with(feed->name, ledger::SnapshotTable(feed->name), Snapshots::Good(*feed, group.season));
      continue;
    }
    if (Streams(group)) {
      TRY(BeginReading(*feed, files, report));
      with(feed->name, "(" + TRY(reader_.TablesSql(*feed, files)) + ")", "");
      continue;
    }
    TRY(Materialize(*feed, files, report));
    with(source.Calls(feed->name), "temp." + Ident("feed_" + feed->name), part ? affected : "");
  }
  for (const std::string& read : source.reads) {
    const RawTable* raw = project_.FindRaw(read);
    std::vector<std::string> where;
    if (raw && !group.season.empty() && HasColumn(*raw, "season"))
      where.push_back("season = " + Quote(group.season));
    if (part && group.ByUnit(read)) where.push_back(affected);
    with(read, "wh.main." + Ident(read), Join(where, " AND "));
  }
  return ctes;
}

Result<> Loader::RunGroup(const RawTable& table, SourceGroup& group, bool part, LoadReport& report) {
  const Source& source = *group.source;
  std::string ctes = TRY(WithInputs(table, group, part, report));
  progress_.At(fmt::format("loading {}{} from {}", table.name, group.season.empty() ? "" : " " + group.season,
                           source.name));
  std::string typed, keyless;
  for (const Column& column : table.columns)
    typed += fmt::format("CAST({0} AS {1}) AS {0}, ", Ident(column.name), column.type);
  for (const std::string& column : table.key)
    keyless += fmt::format(" WHEN {} IS NULL THEN {}", Ident(column), Quote("row without " + column));
  group.incoming = fmt::format("incoming_{}", &group - sources_.groups().data());
  auto made = connection_.Execute(fmt::format(
      R"sql(
      CREATE OR REPLACE TEMP TABLE {incoming} AS {inputs}
      SELECT {typed}{stated}{unmatched}coalesce(CAST(dropped AS VARCHAR), CASE{keyless} END) AS dropped FROM (
{body}
))sql",
      fmt::arg("incoming", Ident(group.incoming)), fmt::arg("inputs", ctes), fmt::arg("typed", typed),
      fmt::arg("stated", StatementColumns(table, source)), fmt::arg("unmatched", UnmatchedNameColumn(source)),
      fmt::arg("keyless", keyless), fmt::arg("body", source.body)));
  if (!made) return WhyRefused(group, made.error());
  Rows rows = TRY(connection_.Query(
      fmt::format("SELECT count(*), min(rowid) + count(*) // 2 FROM temp.{}", Ident(group.incoming))));
  if (Streams(group)) progress_.HasRead(read_.size(), rows.Int(0, 0));
  progress_.Did(group.Work() / 2);
  group.middle.reset();
  if (rows.Int(0, 0) >= kManyRows) group.middle = rows.Int(0, 1);
  return SetAsideDoubles(table, group, report);
}

Error Loader::WhyRefused(const SourceGroup& group, Error error) {
  const Source& source = *group.source;
  if (Streams(group) && (error.kind == ErrorKind::kData || error.kind == ErrorKind::kModel)) {
    transaction_.reset();
    return reader_.Diagnose(*group.feeds.front().first, group.feeds.front().second, error);
  }
  error.message = fmt::format("{}{}: {}", source.file.empty() ? source.name : source.file,
                              group.season.empty() ? "" : " (" + group.season + ")", error.message);
  if (error.kind != ErrorKind::kData && error.kind != ErrorKind::kModel) return error;
  error.kind = ErrorKind::kSource;
  std::vector<std::string> fresh = FreshFiles(group);
  size_t named = std::min<size_t>(fresh.size(), 3);
  if (named > 0)
    error.hint = fmt::format("look at what is new since the last load: {}{}; nothing was loaded",
                             Join({fresh.begin(), fresh.begin() + long(named)}, ", "),
                             named < fresh.size() ? fmt::format(" and {} more", fresh.size() - named) : "");
  return error;
}

// Of rows that are equal one stays; of rows that contradict each other under one key none does, since nothing
// tells which is right. Their units are made without them, and no other is touched.
Result<> Loader::SetAsideDoubles(const RawTable& table, const SourceGroup& group, LoadReport& report) {
  if (!table.merge.empty()) return {};  // whose rows are statements, as many as there are
  std::string incoming = "temp." + Ident(group.incoming), keys = KeyList(table);
  TRY(connection_.Execute(fmt::format(R"sql(
      CREATE OR REPLACE TEMP TABLE doubles AS
      FROM ({rows}) SELECT {keys} GROUP BY {keys} HAVING count(*) > 1)sql",
                                      fmt::arg("keys", keys), fmt::arg("rows", group.Select(keys)))));
  if (TRY(connection_.Query("SELECT count(*) FROM temp.doubles")).Int(0, 0) == 0) return {};
  if (Streams(group)) TRY(Materialize(*group.feeds.front().first, group.feeds.front().second, report));
  std::vector<std::string> shown;
  for (const std::string& column : table.key)
    shown.push_back("CAST(" + Ident(column) + " AS VARCHAR)");
  TRY(connection_.Execute(fmt::format(R"sql(
      UPDATE {incoming} SET dropped = 'equal to another row in every column' WHERE rowid IN
        (SELECT rowid FROM {incoming} SEMI JOIN temp.doubles USING ({keys}) WHERE dropped IS NULL
         QUALIFY row_number() OVER (PARTITION BY {columns} ORDER BY rowid) > 1))sql",
                                      fmt::arg("incoming", incoming), fmt::arg("keys", keys),
                                      fmt::arg("columns", ColumnList(table)))));
  std::vector<std::string> rows = DoubledRows(group);
  std::string where = rows.size() == 1 ? " (" + rows.front() + ")" : "";
  TRY(connection_.Execute(fmt::format(
      R"sql(
      UPDATE {incoming} SET dropped = concat({doubled}, concat_ws(', ', {shown}), {where}) WHERE rowid IN
        (SELECT rowid FROM {incoming} SEMI JOIN temp.doubles USING ({keys}) WHERE dropped IS NULL
         QUALIFY count(*) OVER (PARTITION BY {keys}) > 1))sql",
      fmt::arg("incoming", incoming), fmt::arg("doubled", Quote(kDoubledKey)),
      fmt::arg("shown", Join(shown, ", ")), fmt::arg("where", Quote(where)), fmt::arg("keys", keys))));
  report.doubled.insert(report.doubled.end(), rows.begin(), rows.end());
  return {};
}

// The rows of files that have one key and are not equal, as far as feeds say what theirs is: the first twenty.
std::vector<std::string> Loader::DoubledRows(const SourceGroup& group) {
  std::vector<std::string> found;
  for (const auto& [feed, files] : group.feeds) {
    if (feed->key.empty() || feed->snapshots || files.empty() || !held_.contains(feed->name)) continue;
    std::vector<std::string> key, shown, all;
    for (const Column& column : feed->columns)
      all.push_back(Ident(column.name));
    for (const std::string& column : feed->key) {
      key.push_back(Ident(column));
      shown.push_back(fmt::format("'{}=' || CAST({} AS VARCHAR)", column, Ident(column)));
    }
    auto twice = connection_.Query(fmt::format(
        R"sql(
        SELECT concat_ws(', ', {shown}), min(file), min(file_row), max(file_row) FROM temp.{feed}
        GROUP BY {key} HAVING count(DISTINCT row({all})) > 1 ORDER BY 2, 3 LIMIT 20)sql",
        fmt::arg("shown", Join(shown, ", ")), fmt::arg("feed", Ident("feed_" + feed->name)),
        fmt::arg("key", Join(key, ", ")), fmt::arg("all", Join(all, ", "))));
    for (size_t i = 0; twice && i < twice->size(); ++i)
      found.push_back(fmt::format("{}: rows {} and {} have one key ({})", twice->Text(i, 1), twice->Int(i, 2),
                                  twice->Int(i, 3), twice->Text(i, 0)));
  }
  return found;
}

}  // namespace backcourt

#include "load/table_change.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "ledger/history.h"
#include "ledger/loads.h"
#include "load/raw_table_sql.h"
#include "warehouse/duckdb/catalog.h"

namespace backcourt {

TableChange::TableChange(Connection& connection, const RawTable& table, const std::set<std::string>& seasons,
                         bool part, size_t groups)
    : connection_(connection),
      table_(table),
      part_(part),
      alone_(groups == 1 && !table.statements),
      stored_("main." + Ident(table.name)),
      partition_(PartitionSql(table)),
      unit_(UnitSql(table)),
      hashed_(HashedColumns(table)) {
  bool all = seasons.contains("");
  of_seasons_ = all ? "true" : "season IN (" + QuotedList(seasons) + ")";
  replaced_ =
      all && !part
          ? "true"
          : fmt::format("{} IN (SELECT unit FROM backcourt.units WHERE table_name = {} AND {}{})", unit_,
                        Quote(table.name), of_seasons_, part ? " AND unit IN (FROM temp.affected)" : "");
  of_units_ = of_seasons_ + (part ? " AND unit IN (FROM temp.affected)" : "");
  season_ = HasColumn(table, "season") ? "season" : "owner_season";
}

Result<> TableChange::Begin() {
  TRY(connection_.Execute(R"sql(
      CREATE OR REPLACE TEMP TABLE served (unit VARCHAR, source VARCHAR, season VARCHAR);
      CREATE OR REPLACE TEMP TABLE offered (unit VARCHAR, source VARCHAR, season VARCHAR))sql"));
  return connection_.Execute(fmt::format("CREATE OR REPLACE TEMP TABLE staged AS FROM {} LIMIT 0", stored_));
}

std::string TableChange::UnionOf(const std::vector<Staged>& staged) {
  std::vector<std::string> all;
  for (const Staged& one : staged)
    all.push_back(one.rows);
  return "(" + Join(all, " UNION ALL ") + ")";
}

std::string TableChange::staged() const {
  if (staged_.empty()) return "temp.staged";
  std::vector<Staged> all;
  for (const auto& [season, staged] : staged_)
    all.insert(all.end(), staged.begin(), staged.end());
  return UnionOf(all);
}

Result<bool> TableChange::Stage(const SourceGroup& group) {
  std::string incoming = "temp." + Ident(group.incoming), rows = group.Select(ColumnList(table_)),
              source = Quote(group.source->name),
              served = "SELECT unit FROM temp.served" +  // of a table without a unit a source has all seasons
                       (table_.unit.empty() ? " WHERE source <> " + source : ""),
              taken = unit_ + " IN (" + served + ")";
  TRY(connection_.Execute(
      fmt::format("INSERT INTO temp.offered SELECT DISTINCT {}, {}, {} FROM {} WHERE dropped IS NULL", unit_,
                  source, Quote(group.season), incoming)));
  bool others =
      !alone_ &&
      TRY(connection_.Query(fmt::format(
              "SELECT 1 FROM temp.offered WHERE source = {} AND season = {} AND unit IN ({}) LIMIT 1", source,
              Quote(group.season), served)))
              .size() > 0;
  if (others)
    TRY(connection_.Execute(group.Derived()
                                ? fmt::format("DELETE FROM {} WHERE {}", incoming, taken)
                                : fmt::format(R"sql(
        UPDATE {incoming} SET dropped = 'served by ' || (SELECT source FROM served s WHERE s.unit = {unit} LIMIT 1)
        WHERE dropped IS NULL AND {taken})sql",
                                              fmt::arg("incoming", incoming), fmt::arg("unit", unit_),
                                              fmt::arg("taken", taken))));
  if (others) TRY(TellOtherTotals(group));
  TRY(connection_.Execute(fmt::format(
      "INSERT INTO temp.served FROM temp.offered WHERE source = {} AND season = {} AND unit NOT IN ({})",
      source, Quote(group.season), served)));
  if (TRY(connection_.Query(fmt::format("FROM ({}) LIMIT 1", rows))).size() == 0) return false;
  staged_[group.season].push_back({incoming, rows});
  return true;
}

Result<> TableChange::Offer(const std::string& statements) {
  staged_[""] = {{"temp.staged", "FROM temp.staged"}};
  return connection_.Execute("INSERT INTO temp.offered SELECT DISTINCT unit_, source_, season_ FROM " +
                             statements);
}

Result<std::set<std::string>> TableChange::Beyond() {
  std::set<std::string> seasons;
  if (of_seasons_ == "true") return seasons;
  Rows rows = TRY(connection_.Query(fmt::format(
      R"sql(
      SELECT DISTINCT season FROM backcourt.units
      WHERE table_name = {table} AND NOT ({of_seasons}) AND unit IN (SELECT unit FROM temp.offered))sql",
      fmt::arg("table", Quote(table_.name)), fmt::arg("of_seasons", of_seasons_))));
  for (size_t i = 0; i < rows.size(); ++i)
    seasons.insert(rows.Text(i, 0));
  return seasons;
}

Result<std::set<std::pair<std::string, std::string>>> TableChange::KeepGone(
    const std::set<std::pair<std::string, std::string>>& gone) {
  std::set<std::pair<std::string, std::string>> kept;
  if (gone.empty()) return kept;
  std::vector<std::string> pairs;
  for (const auto& [source, season] : gone)
    pairs.push_back(fmt::format("({}, {})", Quote(source), Quote(season)));
  TRY(connection_.Execute(fmt::format(
      R"sql(
      CREATE OR REPLACE TEMP TABLE kept_units AS SELECT unit, source, season FROM backcourt.units
      WHERE table_name = {table} AND (source, season) IN ({gone}) AND unit NOT IN (SELECT unit FROM temp.served);
      INSERT INTO temp.served FROM temp.kept_units;
      INSERT INTO temp.staged SELECT {columns} FROM {stored} WHERE {unit} IN (SELECT unit FROM temp.kept_units))sql",
      fmt::arg("table", Quote(table_.name)), fmt::arg("gone", Join(pairs, ", ")),
      fmt::arg("columns", ColumnList(table_)), fmt::arg("stored", stored_), fmt::arg("unit", unit_))));
  if (!table_.statements) staged_[""].push_back({"temp.staged", "FROM temp.staged"});
  Rows rows = TRY(connection_.Query("SELECT DISTINCT source, season FROM temp.kept_units"));
  for (size_t i = 0; i < rows.size(); ++i)
    kept.emplace(rows.Text(i, 0), rows.Text(i, 1));
  return kept;
}

// Says of units that are served by another source where its totals differ.
Result<> TableChange::TellOtherTotals(const SourceGroup& group) {
  if (group.Derived() || table_.totals.empty()) return {};
  std::string incoming = "temp." + Ident(group.incoming);
  std::vector<std::string> sums, differ;
  for (const std::string& name : table_.totals) {
    sums.push_back(fmt::format("sum({0}) AS {0}", Ident(name)));
    differ.push_back(fmt::format(
        R"sql(CASE WHEN a.{column} <> b.{column}
          THEN concat('{name} ', CAST(b.{column} AS VARCHAR), ', not ', CAST(a.{column} AS VARCHAR)) END)sql",
        fmt::arg("column", Ident(name)), fmt::arg("name", name)));
  }
  auto of = [&](const std::string& rows, const std::string& where) {
    return fmt::format("(SELECT {} AS unit, {} FROM {} WHERE {} GROUP BY 1)", unit_, Join(sums, ", "), rows,
                       where);
  };
  return connection_.Execute(fmt::format(
      R"sql(
      UPDATE {incoming} SET dropped = concat(dropped, ', which', {other_totals}, d.unit, ': ', d.what)
      FROM (SELECT unit, concat_ws(', ', {differ}) AS what FROM {mine} a JOIN {staged} b USING (unit)) d
      WHERE d.unit = {unit} AND d.what <> '' AND starts_with(dropped, 'served by '))sql",
      fmt::arg("incoming", incoming), fmt::arg("other_totals", Quote(kOtherTotals)),
      fmt::arg("differ", Join(differ, ", ")),
      fmt::arg("mine", of(incoming, "starts_with(dropped, 'served by ')")),
      fmt::arg("staged", of(staged(), "true")), fmt::arg("unit", unit_)));
}

std::string TableChange::StillServing() const {
  return fmt::format(R"sql(
      SELECT unit, source, season FROM backcourt.units
      WHERE table_name = {table} AND {of_seasons} AND unit NOT IN (FROM temp.affected))sql",
                     fmt::arg("table", Quote(table_.name)), fmt::arg("of_seasons", of_seasons_));
}

std::string TableChange::Serving() const {
  return part_ ? "(FROM temp.served UNION ALL " + StillServing() + ")" : "temp.served";
}

Result<std::string> TableChange::Duplicate() {
  // Doubles of one source were set aside, and each unit is of one source.
  bool keyed = std::find(table_.key.begin(), table_.key.end(), table_.unit) != table_.key.end();
  if ((alone_ || keyed) && table_.merge.empty()) return std::string();
  std::vector<std::string> key;
  for (const std::string& column : table_.key)
    key.push_back("CAST(" + Ident(column) + " AS VARCHAR)");
  Rows twice = TRY(connection_.Query(
      fmt::format("SELECT concat_ws(', ', {}) FROM {} GROUP BY {} HAVING count(*) > 1 ORDER BY 1 LIMIT 1",
                  Join(key, ", "), staged(), KeyList(table_))));
  return twice.size() > 0 ? twice.Text(0, 0) : "";
}

LoadedTable& TableChange::OfSeason(std::vector<LoadedTable>& totals, const std::string& season) const {
  for (LoadedTable& total : totals)
    if (total.season == season) return total;
  totals.push_back({table_.name, season, 0, 0, 0, 0, 0});
  return totals.back();
}

std::string TableChange::Owners() const {
  return "(SELECT unit AS owner_unit, season AS owner_season FROM " + Serving() + ")";
}

// By season: how many rows and games there are, and how many are new, changed and gone.
Result<> TableChange::Count(std::vector<LoadedTable>& totals) {
  std::string now =
      part_ ? fmt::format("(FROM {} UNION ALL SELECT * FROM {} WHERE {} IN (SELECT unit FROM ({})))",
                          staged(), stored_, unit_, StillServing())
            : staged();
  bool has_games = HasColumn(table_, "game_id");
  std::string facts =
      fmt::format("{} AS unit, {} AS season, {} AS game", unit_,
                  HasColumn(table_, "season") ? "season" : "NULL", has_games ? "game_id" : "NULL");
  Rows sizes = TRY(connection_.Query(fmt::format(
      R"sql(
      SELECT coalesce({season}, ''), CAST(sum(n) AS BIGINT), count(DISTINCT game)
      FROM (SELECT {facts}, count(*) AS n FROM {now} GROUP BY ALL) LEFT JOIN {owners} ON owner_unit = unit
      GROUP BY 1 ORDER BY 1)sql",
      fmt::arg("season", season_), fmt::arg("facts", facts), fmt::arg("now", now),
      fmt::arg("owners", Owners()))));
  for (size_t i = 0; i < sizes.size(); ++i) {
    LoadedTable& total = OfSeason(totals, sizes.Text(i, 0));
    total.rows = sizes.Int(i, 1);
    total.games = sizes.Int(i, 2);
    if (all_new_) total.added = total.rows;
  }
  return all_new_ || changed_.empty() ? Result<>() : CountDiffering(totals);
}

Result<> TableChange::CountDiffering(std::vector<LoadedTable>& totals) {
  std::vector<std::string> on, hashes;
  for (const std::string& column : table_.key)
    on.push_back(fmt::format("o.{0} IS NOT DISTINCT FROM n.{0}", Ident(column)));
  for (const std::string& column : hashed_)
    hashes.push_back(Ident(column));
  auto rows = [&](const std::string& from, const std::string& of, const std::string& where) {
    return fmt::format(R"sql(
        (SELECT {keys}, hash({hashes}) AS row_hash, {season} AS of_season, {unit} AS of_unit, true AS there
         FROM {from} LEFT JOIN {of} ON owner_unit = {unit} WHERE {where}))sql",
                       fmt::arg("keys", KeyList(table_)), fmt::arg("hashes", Join(hashes, ", ")),
                       fmt::arg("season", season_), fmt::arg("unit", unit_), fmt::arg("from", from),
                       fmt::arg("of", of), fmt::arg("where", where));
  };
  std::string before = fmt::format(
      "(SELECT unit AS owner_unit, season AS owner_season FROM backcourt.units WHERE table_name = {})",
      Quote(table_.name));
  TRY(connection_.Execute(fmt::format(
      R"sql(
      CREATE OR REPLACE TEMP TABLE differing AS
      SELECT coalesce(n.of_season, o.of_season, '') AS season, o.of_unit AS old_unit, n.of_unit AS new_unit,
        o.there AS was, n.there AS stays
      FROM {stored} o FULL JOIN {staged} n ON {same_key}
      WHERE o.there IS NULL OR n.there IS NULL OR o.row_hash <> n.row_hash)sql",
      fmt::arg("stored", rows(stored_, before, InPartitions(partition_, changed_) + " AND " + replaced_)),
      fmt::arg("staged", rows(staged(), Owners(), InPartitions(partition_, changed_))),
      fmt::arg("same_key", Join(on, " AND ")))));
  Rows counts = TRY(connection_.Query(R"sql(
      SELECT season, count(*) FILTER (WHERE was IS NULL), count(*) FILTER (WHERE was AND stays),
        count(*) FILTER (WHERE stays IS NULL)
      FROM temp.differing GROUP BY 1)sql"));
  for (size_t i = 0; i < counts.size(); ++i) {
    LoadedTable& total = OfSeason(totals, counts.Text(i, 0));
    total.added = counts.Int(i, 1);
    total.changed = counts.Int(i, 2);
    total.gone = counts.Int(i, 3);
  }
  differing_ = R"sql(
      (SELECT old_unit AS unit FROM temp.differing WHERE was
       UNION SELECT new_unit FROM temp.differing WHERE stays))sql";
  return {};
}

Result<std::vector<LoadedTable>> TableChange::Compare(const CellSeries& standing) {
  DigestsByPartition before;
  if (!standing.cells().empty())
    before = ByPartition(TRY(DigestPartitions(connection_, {stored_, partition_, hashed_, replaced_})));
  after_ = ByPartition(TRY(DigestPartitions(connection_, {staged(), partition_, hashed_})));
  auto same = [](const PartitionDigest& a, int64_t rows, Digest digest) {
    return a.rows == rows && a.digest == digest;
  };
  for (const auto& [partition, now] : after_)
    if (auto was = before.find(partition); was == before.end() || !same(was->second, now.rows, now.digest))
      changed_.push_back(partition);
  for (const auto& [partition, was] : before)
    if (!after_.contains(partition)) changed_.push_back(partition);
  std::sort(changed_.begin(), changed_.end());
  for (PartitionKey partition : changed_) {
    const Cell* cell = standing.Find(partition);
    auto was = before.find(partition);
    if (cell && cell->rows > 0 && (was == before.end() || !same(was->second, cell->rows, cell->digest)))
      mixed_.push_back(partition);
  }
  all_new_ = before.empty() && !part_;
  differing_ = all_new_ ? "(SELECT DISTINCT unit FROM temp.served)" : "";
  std::vector<LoadedTable> totals;
  TRY(Count(totals));
  return totals;
}

std::string TableChange::Order() const { return partition_ + ", " + KeyList(table_); }

Result<> TableChange::Drop(const std::vector<Staged>& staged) {
  for (const Staged& one : staged)
    TRY(connection_.Execute("DROP TABLE IF EXISTS " + one.table));
  return {};
}

Result<> TableChange::WriteAll(std::optional<int64_t> run) {
  if (run) TRY(ledger::LogNewPartitions(connection_, *run, table_.name, changed_));
  auto insert = [&](const std::string& rows) {
    return connection_.Execute(fmt::format("INSERT INTO {} FROM {} ORDER BY {}", stored_, rows, Order()));
  };
  if (staged_.contains("")) return insert(staged());
  // A season at a time, whose dates lie apart: less is sorted and held at once. Each has rows: DuckDB 1.5
  // shows none of a table to which one transaction adds first nothing, then many.
  for (const auto& [season, staged] : staged_) {
    TRY(insert(UnionOf(staged)));
    TRY(Drop(staged));
  }
  return {};
}

Result<> TableChange::Write(std::optional<int64_t> run) {
  if (all_new_ && !changed_.empty()) {
    TRY(WriteAll(run));
  } else if (!changed_.empty()) {
    if (run) TRY(ledger::MakeLogs(connection_, {table_.name}));
    TRY(ledger::ReplaceRows(connection_, {table_.name, partition_, changed_, replaced_, staged(), Order()},
                            run));
  }
  for (const auto& [season, staged] : staged_)
    TRY(Drop(staged));
  TRY(ledger::ReplaceOffers(connection_, table_.name, of_units_, R"sql(
      (SELECT DISTINCT unit, season FROM temp.offered WHERE unit IN
         (SELECT unit FROM temp.offered GROUP BY unit HAVING count(DISTINCT season) > 1)))sql"));
  return ledger::ReplaceUnits(connection_, table_.name, of_units_, "temp.served");
}

Result<std::vector<Cell>> TableChange::Cells(int64_t run) {
  DigestsByPartition ahead;
  if (!changed_.empty() && !table_.ahead.empty())
    ahead = ByPartition(TRY(DigestPartitions(
        connection_,
        {stored_, partition_, hashed_, InPartitions(partition_, changed_) + " AND (" + table_.ahead + ")"})));
  if (!mixed_.empty()) {  // what now stands there, of whichever source
    for (PartitionKey partition : mixed_)
      after_.erase(partition);
    after_.merge(ByPartition(TRY(
        DigestPartitions(connection_, {stored_, partition_, hashed_, InPartitions(partition_, mixed_)}))));
  }
  return RawCells(changed_, after_, ahead, "its rows are gone from the files", run);
}

}  // namespace backcourt

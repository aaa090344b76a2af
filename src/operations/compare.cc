#include "operations/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "operations/compare_table.h"

namespace backcourt {

void Describe(Visitor& v, CompareRequest& r) {
  v.Struct("CompareRequest", "What to compare with the warehouse.");
  v.Field("other", r.other,
          "A folder with a folder or a file a table (Parquet or CSV), one file, or a DuckDB file.",
          {.metavar = "OTHER", .positional = true, .required = true, .path = true});
  v.Field("table", r.table,
          "The table that a file or a folder holds; of several tables, the only one to compare.",
          {.metavar = "TABLE"});
  v.Field("map", r.map,
          "A table or a column that has another name there, as old_cache=player_daily_cache or "
          "old_cache.pts10=points_avg_last_10.",
          {.metavar = "THEIRS=OURS"});
  v.Field("mapping", r.mapping, "A file with such names, one a line.", {.metavar = "FILE", .path = true});
  v.Field("key", r.key, "Columns that identify a row, in place of the table's key.", {.metavar = "COLUMN"});
  v.Field("tolerance", r.tolerance, "By how much numbers may differ; of those above 1, by that part of them.",
          {.metavar = "NUMBER", .least = 0, .most = 1});
  v.Field("examples", r.examples, "So many examples a column.", {.metavar = "N", .least = 0, .most = 100});
}

void Describe(Visitor& v, CompareReason& r) {
  v.Struct("CompareReason", "What explains differences.");
  v.Field("about", r.about, "what it is");
  v.Field("rows", r.rows, "rows that it explains, and no reason before it");
  v.Field("share", r.share, "their share of those that differ");
}

void Describe(Visitor& v, CompareExample& e) {
  v.Struct("CompareExample", "A value that differs.");
  v.Field("key", e.key, "its row");
  v.Field("ours", e.ours, "here; NULL where there is none");
  v.Field("theirs", e.theirs, "there");
}

void Describe(Visitor& v, ComparedColumn& c) {
  v.Struct("ComparedColumn", "A column whose values differ.");
  v.Field("column", c.column, "the column");
  v.Field("theirs", c.theirs, "its name there");
  v.Field("type", c.type, "its type here");
  v.Field("their_type", c.their_type, "its type there");
  v.Field("differ", c.differ, "rows in which it differs");
  v.Field("share", c.share, "their share of the rows in both");
  v.Field("typical", c.typical, "the median difference; null where it is not of numbers");
  v.Field("largest", c.largest, "the largest difference; null where it is not of numbers");
  v.Field("explained", c.explained, "the share of the rows that differ which the reasons explain");
  v.Field("reasons", c.reasons, "what explains most first");
  v.Field("examples", c.examples, "the largest differences");
}

void Describe(Visitor& v, OtherColumn& c) {
  v.Struct("OtherName", "A name that only the other system has.");
  v.Field("name", c.name, "the name");
  v.Field("nearest", c.nearest, "the nearest one here; empty where none is near");
}

void Describe(Visitor& v, ComparedTable& t) {
  v.Struct("ComparedTable", "A table of both systems.");
  v.Field("table", t.table, "the table");
  v.Field("theirs", t.theirs, "its name there");
  v.Field("path", t.path, "where it is");
  v.Field("problem", t.problem, "why it was not compared; else empty");
  v.Field("key", t.key, "the columns that identify a row");
  v.Field("dates", t.dates, "dates that both have; 0 of tables without dates");
  v.Field("first_date", t.first_date, "the first of them");
  v.Field("last_date", t.last_date, "the last of them");
  v.Field("dates_only_here", t.dates_only_here, "dates that were left out: only here");
  v.Field("dates_only_there", t.dates_only_there, "the same: only there");
  v.Field("rows_in_both", t.rows_in_both, "rows that both have");
  v.Field("rows_only_here", t.rows_only_here, "rows only here, on the dates that both have");
  v.Field("rows_only_there", t.rows_only_there, "rows only there, on these dates");
  v.Field("doubled", t.doubled, "keys that several rows have there: these are not compared");
  v.Field("rows_that_differ", t.rows_that_differ, "rows in both with a column that differs");
  v.Field("row_reasons", t.row_reasons, "why rows are only there");
  v.Field("keys_only_here", t.keys_only_here, "examples of rows only here");
  v.Field("keys_only_there", t.keys_only_there, "examples of rows only there");
  v.Field("equal", t.equal, "columns without a difference");
  v.Field("columns", t.columns, "columns that differ, the largest share first");
  v.Field("columns_only_here", t.columns_only_here, "columns only here");
  v.Field("columns_only_there", t.columns_only_there, "columns only there");
}

void Describe(Visitor& v, CompareReport& r) {
  v.Struct("CompareReport", "Another system's tables against the warehouse.");
  v.Field("equal", r.equal, "whether all that both have is equal");
  v.Field("tables", r.tables, "tables of both, those that differ most first");
  v.Field("only_there", r.only_there, "tables that are not here");
  v.Field("only_here", r.only_here, "public tables that are not there");
  v.Field("seconds", r.seconds, "seconds that it took");
}

namespace {

// Names of theirs, in lower case, to names of ours: "table" or "table.column"; "column" of any table.
class NameMap {
 public:
  Result<> Add(const std::string& line, const std::string& place) {
    size_t at = line.find('=');
    std::string theirs = Lower(Trim(line.substr(0, at)));
    std::string ours = at == std::string::npos ? "" : Trim(line.substr(at + 1));
    if (theirs.empty() || ours.empty())
      return Error{ErrorKind::kUsage, fmt::format("{}'{}' maps nothing", place, line),
                   "theirs=ours, as old_cache=player_daily_cache or old_cache.pts10=points_avg_last_10"};
    ours_[theirs] = ours.substr(ours.rfind('.') == std::string::npos ? 0 : ours.rfind('.') + 1);
    return {};
  }
  Result<> Read(const std::string& file) {
    int number = 0;
    for (const std::string& line : Split(TRY(ReadFile(file)), '\n')) {
      ++number;
      std::string text = Trim(line.substr(0, line.find('#')));
      if (!text.empty()) TRY(Add(text, fmt::format("{}:{}: ", file, number)));
    }
    return {};
  }
  std::string Table(const std::string& theirs) { return Find(Lower(theirs)).value_or(theirs); }
  std::string Column(const std::string& table, const std::string& theirs) {
    if (auto own = Find(Lower(table + "." + theirs))) return *own;
    return Find(Lower(theirs)).value_or(theirs);
  }
  // A name that fitted nothing is a slip of the hand.
  Result<> CheckUsed(const std::vector<std::string>& names) const {
    for (const auto& [theirs, ours] : ours_)
      if (!used_.contains(theirs))
        return Error{ErrorKind::kUsage, fmt::format("the other system has no {}", theirs),
                     Suggestion(theirs, names)};
    return {};
  }

 private:
  std::optional<std::string> Find(const std::string& name) {
    auto found = ours_.find(name);
    if (found == ours_.end()) return {};
    used_.insert(name);
    return found->second;
  }
  std::map<std::string, std::string> ours_;
  std::set<std::string> used_;
};

double DiffersBy(const ComparedTable& table) {
  return double(table.rows_that_differ + table.rows_only_here + table.rows_only_there + table.doubled) /
         double(std::max<int64_t>(1, table.rows_in_both + table.rows_only_here + table.rows_only_there));
}

}  // namespace

Result<CompareReport> Compare(Workspace& workspace, const CompareRequest& request, const Cancel& cancel) {
  auto start = std::chrono::steady_clock::now();
  const Project& project = workspace.project();
  NameMap names;
  if (!request.mapping.empty()) TRY(names.Read(request.mapping));
  for (const std::string& line : request.map)
    TRY(names.Add(line, "--map "));
  Comparison known = TRY(ReadComparison(project.pack, project.root));
  auto connection = TRY(TRY(workspace.Open())->Connect());
  auto others = TRY(OtherTables::Open(*connection, request.other, request.table));
  Moment moment = TRY(workspace.Look(true));
  Watch watch = CancelWhen(*moment.connection, cancel);

  OurName our_name = [&names](const std::string& table, const std::string& column) {
    return names.Column(table, column);
  };
  CompareReport report;
  std::vector<std::string> there, here = project.AllTables();
  std::set<std::string> compared;
  for (const OtherTable& other : others->tables()) {
    there.push_back(other.name);
    std::string name = names.Table(other.name);
    if (!request.table.empty() && name != request.table && other.name != request.table) continue;
    if (project.FindSeed(name)) continue;  // the project's own file
    auto ours = FindTable(project, name);
    if (!ours) {
      report.only_there.push_back({other.name, Nearest(name, here)});
      continue;
    }
    if (!compared.insert(name).second)
      return Error{ErrorKind::kUsage, fmt::format("two tables of {} are {} here", request.other, name),
                   "--table"};
    report.tables.push_back(TRY(CompareTable(project, moment, known, request, our_name, *ours, other)));
  }
  if (report.tables.empty()) {
    std::string first = report.only_there.empty() ? request.table : report.only_there.front().name;
    return Error{ErrorKind::kUsage,
                 fmt::format("no table of {} is one of ours: it holds {}", request.other, Join(there, ", ")),
                 fmt::format("--map {}={}", first,
                             report.only_there.empty() || report.only_there.front().nearest.empty()
                                 ? "OURS"
                                 : report.only_there.front().nearest)};
  }
  TRY(names.CheckUsed(there));
  for (const std::string& name : project.PublicTables())
    if (!compared.contains(name)) report.only_here.push_back(name);
  std::stable_sort(report.tables.begin(), report.tables.end(),
                   [](const auto& a, const auto& b) { return DiffersBy(a) > DiffersBy(b); });
  report.equal =
      std::all_of(report.tables.begin(), report.tables.end(), [](const auto& t) { return t.Equal(); });
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

}  // namespace backcourt

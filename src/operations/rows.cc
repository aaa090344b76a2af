#include "operations/rows.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>

#include "base/file.h"
#include "base/text.h"
#include "ledger/declarations.h"
#include "operations/as_of.h"
#include "operations/json.h"
#include "operations/no_rows.h"
#include "operations/selection.h"
#include "project/sql_text.h"
#include "warehouse/duckdb/duckdb_workbench.h"
#include "warehouse/read_only_sql.h"

namespace backcourt {

namespace {

constexpr int kMostRows = 1'000'000;  // of a report
constexpr int kTableRows = 200;       // of the table format, unless there is a limit
constexpr double kQuerySeconds = 60;  // after that a query is ended

void DescribeFormat(Visitor& v, RowsFormat& f) {
  v.Field(
      "format", f.format,
      "table (default), csv, json (one object a line), parquet (needs --output) or arrow (an IPC stream).",
      {.metavar = "FORMAT", .choices = {"table", "csv", "json", "parquet", "arrow"}});
  v.Field("output", f.output, "Write all rows to this file.", {.metavar = "FILE", .path = true});
  v.Field("limit", f.limit, "At most so many rows (default: all; of the table format, 200).",
          {.metavar = "N", .least = 1, .most = 1e9});
}

}  // namespace

void Describe(Visitor& v, ShowRequest& r) {
  v.Struct("ShowRequest", "Which rows of a table to show.");
  v.Field("table", r.table, "A table, or a raw table.",
          {.metavar = "TABLE", .positional = true, .required = true});
  v.Field("date", r.date, "Rows of this date, as 2021-12-01.", {.metavar = "DATE"});
  v.Field("start_date", r.start_date, "First calendar date of a range.", {.metavar = "DATE"});
  v.Field("end_date", r.end_date, "Last calendar date of a range.", {.metavar = "DATE"});
  v.Field("season", r.season, "Rows of a season, as 2021-22.", {.metavar = "SEASON"});
  v.Field(
      "as_of", r.as_of,
      "Rows as they stood after a run: its number, or a time (UTC), as 2021-12-01 or \"2021-12-01 12:00\".",
      {.metavar = "RUN"});
  v.Field("lookups", r.lookups, "What a lookup of the pack picks.", {.hidden = true});
  v.Field("oldest_first", r.oldest_first, "The oldest date first.");
  DescribeFormat(v, r.rows);
}

void Describe(Visitor& v, QueryRequest& r) {
  v.Struct("QueryRequest", "A query, and how its rows are given.");
  v.Field("sql", r.sql, "One SELECT.", {.metavar = "SQL", .positional = true, .required = true});
  DescribeFormat(v, r.rows);
}

void Describe(Visitor& v, RowsReport& r) {
  v.Struct("Rows", "Rows of a table or a query; none where they went to a file.");
  v.Field("columns", r.columns, "the names of the columns");
  v.Field("types", r.types, "of the table format: the types of the columns");
  v.Field("rows", r.rows, "the rows: values as text, null where there is none");
  v.Field("objects", r.objects, "of the json format: each row as the text of a JSON object");
  v.Field("more", r.more, "whether the limit left some out");
  v.Field("written", r.written, "how many went to a file");
  v.Field("seconds", r.seconds, "seconds that it took");
  v.Field("no_rows", r.no_rows, "of `show`: why there are none; else empty");
}

namespace {

class RowsQuery {
 public:
  RowsQuery(Workbench& bench, const std::string& sql, const RowsFormat& format, const Cancel& cancel,
            const Bytes& bytes)
      : bench_(bench), sql_(sql), format_(format), cancel_(cancel), bytes_(bytes) {}

  Result<RowsReport> Run() {
    if (format_.format == "parquet" && format_.output.empty())
      return Error{ErrorKind::kUsage, "parquet is not for a terminal", "--output FILE"};
    bool stream = format_.format == "arrow";
    if (stream && !format_.output.empty())
      return Error{ErrorKind::kUsage, "arrow is a stream, which --output does not write",
                   "> FILE in place of --output FILE"};
    if (format_.output.empty() && !stream && format_.limit.value_or(0) > kMostRows)
      return Error{ErrorKind::kUsage,
                   fmt::format("--limit {} is more than the {} rows that are printed", *format_.limit,
                               WithCommas(kMostRows)),
                   "--output FILE"};
    std::string limited = fmt::format("SELECT * FROM (\n{}\n)", sql_);
    if (format_.limit && !(format_.format == "table" && format_.output.empty()))
      limited += fmt::format(" LIMIT {}", *format_.limit);
    if (stream) {
      TRY(Ask<Unit>([&] { return bench_.Stream(limited, bytes_); }));
      return RowsReport{};
    }
    if (format_.output.empty()) {
      auto start = std::chrono::steady_clock::now();
      RowsReport report = TRY(Fetch(limited));
      report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      return report;
    }
    RowsReport report;
    report.written = TRY(WriteTo(limited));
    return report;
  }

 private:
  // Runs what takes its time, for so long as somebody waits for it.
  template <typename T>
  Result<T> Ask(std::function<Result<T>()> run) {
    auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(kQuerySeconds);
    std::atomic<bool> late{false};
    Watch watch(std::chrono::milliseconds(50), [&] {
      if (std::chrono::steady_clock::now() >= until) late = true;
      if (late || cancel_.Requested()) bench_.Cancel();
    });
    Result<T> done = run();
    if (done) return done;
    if (cancel_.Requested()) return Error{ErrorKind::kInterrupted, "interrupted", ""};
    if (late)
      return Error{ErrorKind::kInterrupted,
                   fmt::format("the query was ended after {}", Seconds(kQuerySeconds)), "a narrower query"};
    Error& error = done.error();
    if (error.kind == ErrorKind::kModel || error.kind == ErrorKind::kData) error.kind = ErrorKind::kUsage;
    return done;
  }

  Result<int64_t> WriteTo(const std::string& query) {
    std::string temporary = format_.output + ".tmp";
    FileFormat format = format_.format == "parquet" ? FileFormat::kParquet
                        : format_.format == "json"  ? FileFormat::kJson
                                                    : FileFormat::kCsv;
    auto written = Ask<int64_t>([&] { return bench_.WriteFile(query, temporary, format); });
    if (written) {
      auto moved = MoveInPlace(temporary, format_.output);
      if (!moved) written = moved.error();
    }
    if (!written) unlink(temporary.c_str());
    return written;
  }

  Result<RowsReport> Fetch(const std::string& query) {
    bool json = format_.format == "json", table = format_.format == "table";
    int most = format_.limit.value_or(table ? kTableRows : kMostRows);
    std::string limited = fmt::format("SELECT * FROM ({}) q LIMIT {}", query, most + 1);
    Rows rows =
        TRY(Ask<Rows>([&] { return bench_.Show(limited, json ? RowForm::kObjects : RowForm::kTexts); }));
    RowsReport report;
    report.more = rows.size() > size_t(most);
    if (report.more && !table)
      return Error{ErrorKind::kUsage, fmt::format("the answer has more than {} rows", WithCommas(most)),
                   "--output FILE, or --limit N"};
    rows.Truncate(size_t(most));
    if (json) {
      for (size_t i = 0; i < rows.size(); ++i)
        report.objects.push_back(rows.Text(i, 0));
      return report;
    }
    for (const auto& column : rows.columns())
      report.columns.push_back(column.name);
    if (table)
      for (auto& [name, type] : TRY(bench_.TypesOf(query)))
        report.types.push_back(std::move(type));
    report.rows.resize(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      auto& row = report.rows[i];
      row.reserve(rows.columns().size());
      for (size_t c = 0; c < rows.columns().size(); ++c)
        row.push_back(rows.Null(i, c) ? std::nullopt : std::optional(rows.Text(i, c)));
    }
    return report;
  }

  Workbench& bench_;
  const std::string& sql_;
  const RowsFormat& format_;
  const Cancel& cancel_;
  const Bytes& bytes_;
};

// By what a table's rows are chosen and sorted. `date` is empty of a table without dates.
struct Sorted {
  std::string date;
  std::vector<std::string> key;
};

// Of a table that the project has not, or not whole, as the warehouse knows it.
Result<Sorted> SortedBy(Workspace& workspace, const std::string& table) {
  const Project& project = workspace.project();
  if (const Model* model = project.FindModel(table)) return Sorted{model->date, model->key};
  if (const RawTable* raw = project.FindRaw(table))
    return Sorted{raw->grain == Grain::kDate ? raw->date : "", raw->key};
  if (project.FindSeed(table)) return Sorted{};
  auto connection = TRY(TRY(workspace.Open())->ConnectToLedger());
  auto declared = TRY(ledger::ReadDeclarations(*connection));
  auto known = declared.find(table);
  if (known == declared.end()) return project.NoTable(table, project.AllTables());
  Sorted sorted{known->second.parts["date"], {}};
  for (const std::string& column : Split(known->second.parts["key"], ','))
    sorted.key.push_back(Trim(column));
  return sorted;
}

// What the dates of the request choose.
Result<std::vector<std::string>> DatePredicates(const Sorted& sorted, const ShowRequest& r) {
  std::vector<std::string> where;
  std::string column = Ident(sorted.date);
  bool range = !r.start_date.empty() || !r.end_date.empty();
  if (!r.date.empty() + range + !r.season.empty() > 1)
    return Error{ErrorKind::kUsage, "dates are chosen in more than one way",
                 "one of --date, --start-date with --end-date, or --season"};
  if (!r.date.empty()) where.push_back(fmt::format("{} = {}", column, TRY(Date::Parse(r.date)).Sql()));
  if (!r.start_date.empty() && !r.end_date.empty())
    TRY(CheckRange(TRY(Date::Parse(r.start_date)), TRY(Date::Parse(r.end_date))));
  if (!r.start_date.empty())
    where.push_back(fmt::format("{} >= {}", column, TRY(Date::Parse(r.start_date)).Sql()));
  if (!r.end_date.empty())
    where.push_back(fmt::format("{} <= {}", column, TRY(Date::Parse(r.end_date)).Sql()));
  if (!where.empty() && sorted.date.empty())
    return Error{ErrorKind::kUsage, fmt::format("{} has no dates", r.table), "without a date or a range"};
  return where;
}

// What the season of the request chooses: by the table's column, else by its dates.
Result<std::vector<std::string>> SeasonPredicate(const Moment& moment, const Sorted& sorted,
                                                 const ShowRequest& r,
                                                 const std::vector<std::string>& columns) {
  std::vector<std::string> where;
  std::string label = TRY(ChooseSeason(moment.calendar, r.season));
  if (std::find(columns.begin(), columns.end(), "season") != columns.end()) {
    where.push_back(Ident("season") + " = " + Quote(label));
    return where;
  }
  if (sorted.date.empty())
    return Error{ErrorKind::kUsage, fmt::format("{} has no seasons", r.table), "without --season"};
  std::optional<Date> first, last;
  for (const GameDate& date : moment.calendar.dates()) {
    if (moment.calendar.season_of(date).label != label) continue;
    if (!first) first = date.date;
    last = date.date;
  }
  where.push_back(fmt::format("{} BETWEEN {} AND {}", Ident(sorted.date), first.value_or(Date{}).Sql(),
                              last.value_or(Date{}).Sql()));
  return where;
}

Result<std::vector<std::string>> LookupPredicates(const Project& project, const ShowRequest& r,
                                                  const std::vector<std::string>& columns) {
  std::vector<std::string> where, names;
  for (const Lookup& lookup : project.lookups)
    names.push_back("--" + lookup.name);
  for (const Schema::Field& field : SchemaOf<ShowRequest>().fields)
    if (!field.facets.positional && !field.facets.hidden)
      names.push_back("--" + ReplaceAll(field.name, "_", "-"));
  for (const auto& [name, value] : r.lookups) {
    auto lookup = std::find_if(project.lookups.begin(), project.lookups.end(),
                               [&](const Lookup& l) { return l.name == name; });
    if (lookup == project.lookups.end())
      return Error{ErrorKind::kUsage, fmt::format("`backcourt show` has no option --{}", name),
                   Suggestion("--" + name, names, "")};
    std::string predicate = lookup->Predicate(columns, value);
    if (predicate.empty())
      return Error{ErrorKind::kUsage, fmt::format("{} has no {}s", r.table, name), "without --" + name};
    where.push_back(predicate);
  }
  return where;
}

// Whether a query is about the ledger, which is in the file whatever the engine.
bool IsOfLedger(const std::string& sql) {
  std::vector<std::string> tokens = SqlTokens(sql);
  auto schema = std::find(tokens.begin(), tokens.end(), "backcourt");
  return schema != tokens.end() && schema + 1 != tokens.end() && *(schema + 1) == ".";
}

}  // namespace

Result<RowsReport> Query(Workspace& workspace, const QueryRequest& request, const Cancel& cancel,
                         const Bytes& bytes) {
  Warehouse& warehouse = *TRY(workspace.Open());
  auto connection = TRY(warehouse.Connect());
  std::string sql = request.sql;
  while (!sql.empty() && (sql.back() == ';' || isspace(static_cast<unsigned char>(sql.back()))))
    sql.pop_back();
  sql = TRY(ReplaceAsOf(workspace.project(), *connection, sql));
  TRY(CheckReadOnly(*connection, sql));
  if (IsOfLedger(sql)) {
    DuckDbWorkbench file(*connection);
    return RowsQuery(file, sql, request.rows, cancel, bytes).Run();
  }
  return RowsQuery(*warehouse.OpenOn(*connection), sql, request.rows, cancel, bytes).Run();
}

Result<RowsReport> Show(Workspace& workspace, const ShowRequest& request, const Cancel& cancel,
                        const Bytes& bytes) {
  const Project& project = workspace.project();
  const Sorted sorted = TRY(SortedBy(workspace, request.table));
  Warehouse& warehouse = *TRY(workspace.Open());
  auto connection = TRY(warehouse.Connect());
  auto bench = warehouse.OpenOn(*connection);
  std::string from = "wh.main." + Ident(request.table);
  std::vector<std::string> columns;
  if (request.as_of.empty()) {
    auto described = TRY(bench->Describe(request.table));
    if (!described)
      return Error{
          ErrorKind::kUsage, fmt::format("{} has not been filled yet", request.table),
          project.FindModel(request.table) ? CommandToTry({"backfill", request.table}) : "`backcourt load`"};
    for (const auto& [name, type] : *described)
      columns.push_back(name);
  } else {
    from = "(" + TRY(SelectAsOf(project, *connection, request.table, request.as_of)) + ")";
    Rows described = TRY(bench->Query("SELECT column_name FROM (DESCRIBE FROM " + from + ")"));
    for (size_t i = 0; i < described.size(); ++i)
      columns.push_back(described.Text(i, 0));
  }
  std::vector<std::string> where = TRY(DatePredicates(sorted, request));
  if (!request.season.empty())
    for (std::string& predicate : TRY(SeasonPredicate(TRY(workspace.Look()), sorted, request, columns)))
      where.push_back(std::move(predicate));
  const std::string on_dates = Join(where, " AND ");
  for (std::string& predicate : TRY(LookupPredicates(project, request, columns)))
    where.push_back(std::move(predicate));
  std::string sql = "SELECT * FROM " + from;
  if (!where.empty()) sql += " WHERE " + Join(where, " AND ");
  std::vector<std::string> order;  // newest first, then by key
  if (!sorted.date.empty()) order.push_back(Ident(sorted.date) + (request.oldest_first ? "" : " DESC"));
  for (const std::string& column : sorted.key)
    order.push_back(Ident(column));
  if (!order.empty()) sql += " ORDER BY " + Join(order, ", ");
  RowsReport report = TRY(RowsQuery(*bench, sql, request.rows, cancel, bytes).Run());
  if (!report.rows.empty() || !report.objects.empty() || !request.rows.output.empty() ||
      request.rows.format == "arrow")
    return report;
  report.no_rows = TRY(WhyNoRows(workspace, *bench, request,
                                 {from, sorted.date, columns, on_dates.empty() ? "true" : on_dates}));
  return report;
}

}  // namespace backcourt

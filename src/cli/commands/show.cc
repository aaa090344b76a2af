#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/text.h"
#include "base/watch.h"
#include "cli/session.h"
#include "warehouse/read_only_sql.h"

namespace backcourt {

namespace {

constexpr int kMostRows = 1'000'000;  // of an answer that is printed
constexpr int kTableRows = 200;       // of the table format, unless --limit says otherwise
constexpr double kQuerySeconds = 60;  // after that a query is ended

std::string TableText(const Rows& rows, int width) {
  size_t n = rows.columns().size();
  std::vector<size_t> widths(n);
  for (size_t c = 0; c < n; ++c) {
    widths[c] = rows.columns()[c].name.size();
    for (size_t r = 0; r < rows.size(); ++r)
      widths[c] = std::max(widths[c], rows.Null(r, c) ? 4 : rows.Text(r, c).size());
    widths[c] = std::min<size_t>(widths[c], 60);
  }
  size_t total = 0;
  for (size_t w : widths)
    total += w + 2;
  std::string text;
  auto value = [&](size_t r, size_t c) { return rows.Null(r, c) ? std::string("NULL") : rows.Text(r, c); };
  if (total > size_t(width) && rows.size() <= 6) {  // few wide rows: a column a line
    size_t name = 0;
    for (const auto& column : rows.columns())
      name = std::max(name, column.name.size());
    for (size_t c = 0; c < n; ++c) {
      text += fmt::format("{:<{}}", rows.columns()[c].name, name);
      for (size_t r = 0; r < rows.size(); ++r)
        text += fmt::format("  {:>22}", value(r, c));
      text += "\n";
    }
    return text;
  }
  size_t shown = 0;
  for (size_t used = 0; shown < n && (shown == 0 || used + widths[shown] + 2 <= size_t(width)); ++shown)
    used += widths[shown] + 2;
  auto line = [&](auto get) {
    for (size_t c = 0; c < shown; ++c)
      text += fmt::format("{:<{}}  ", std::string(get(c)).substr(0, widths[c]), widths[c]);
    while (!text.empty() && text.back() == ' ')
      text.pop_back();
    text += "\n";
  };
  line([&](size_t c) { return rows.columns()[c].name; });
  for (size_t r = 0; r < rows.size(); ++r)
    line([&](size_t c) { return value(r, c); });
  if (shown < n)
    text += fmt::format(
        "({} more columns: --format csv or json shows all, or name columns in `backcourt query`)\n",
        n - shown);
  return text;
}

std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  return "\"" + ReplaceAll(text, "\"", "\"\"") + "\"";
}

Result<int> Print(Connection& connection, const std::string& sql, const Arguments& a, const Output& output) {
  static const std::vector<std::string> kFormats = {"table", "csv", "json", "parquet"};
  std::string format = a.format.empty() ? "table" : a.format;
  if (std::find(kFormats.begin(), kFormats.end(), format) == kFormats.end())
    return Error{ErrorKind::kUsage, fmt::format("'{}' is no format", format), Nearest(format, kFormats)};
  if (format == "parquet" && a.output.empty())
    return Error{ErrorKind::kUsage, "parquet is not for a terminal", "--output FILE"};
  std::atomic<bool> ended{false};  // its time is up, its client is gone or a signal came
  auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(kQuerySeconds);
  Watch watch(std::chrono::milliseconds(200), [&] {
    if (std::chrono::steady_clock::now() < until && !Interrupted() && output.write(false, "")) return;
    ended = true;
    connection.Cancel();
  });
  auto run = [&](const std::string& query) -> Result<Rows> {
    auto rows = connection.Query(query);
    if (!rows && Interrupted()) return Error{ErrorKind::kInterrupted, "interrupted", ""};
    if (!rows && ended)
      return Error{
          ErrorKind::kInterrupted,
          fmt::format("the query was ended after {} or because nobody waits for it", Seconds(kQuerySeconds)),
          "a narrower query"};
    if (!rows && (rows.error().kind == ErrorKind::kModel || rows.error().kind == ErrorKind::kData))
      rows.error().kind = ErrorKind::kUsage;
    return rows;
  };
  if (a.output.empty() && a.limit > kMostRows)
    return Error{
        ErrorKind::kUsage,
        fmt::format("--limit {} is more than the {} rows that are printed", a.limit, WithCommas(kMostRows)),
        "--output FILE"};
  std::string limited =
      fmt::format("SELECT * FROM (\n{}\n)", sql) + (a.limit ? fmt::format(" LIMIT {}", a.limit) : "");
  if (!a.output.empty()) {
    std::string temporary = a.output + ".tmp";
    const char* how = format == "parquet" ? "FORMAT parquet, COMPRESSION zstd"
                      : format == "json"  ? "FORMAT json"
                                          : "FORMAT csv, HEADER";
    Result<> written = Unit{};
    if (auto copied = run(fmt::format("COPY ({}) TO {} ({})", limited, Quote(temporary), how)); !copied)
      written = copied.error();
    else
      written = MoveInPlace(temporary, a.output);
    if (written) return 0;
    unlink(temporary.c_str());
    return written.error();
  }
  int most = a.limit ? a.limit : format == "table" ? kTableRows : kMostRows;
  std::string columns = format == "json" ? "CAST(to_json(q) AS VARCHAR)" : "CAST(COLUMNS(*) AS VARCHAR)";
  Rows rows = TRY(run(fmt::format("SELECT {} FROM ({}) q LIMIT {}", columns, limited, most + 1)));
  bool more = rows.size() > size_t(most);
  if (more && format != "table")
    return Error{ErrorKind::kUsage, fmt::format("the answer has more than {} rows", WithCommas(most)),
                 "--output FILE, or --limit N"};
  if (format == "json") {
    std::string text;
    for (size_t r = 0; r < rows.size(); ++r)
      text += rows.Text(r, 0) + "\n";
    output.Out(text);
    return 0;
  }
  if (format == "csv") {
    std::string text;
    for (size_t c = 0; c < rows.columns().size(); ++c)
      text += (c ? "," : "") + CsvField(rows.columns()[c].name);
    text += "\n";
    for (size_t r = 0; r < rows.size(); ++r) {
      for (size_t c = 0; c < rows.columns().size(); ++c)
        text += (c ? "," : "") + (rows.Null(r, c) ? "" : CsvField(rows.Text(r, c)));
      text += "\n";
    }
    output.Out(text);
    return 0;
  }
  if (more) rows.Truncate(size_t(most));
  output.Out(TableText(rows, output.width) +
             (more               ? fmt::format("(the first {} rows: --limit N shows more)\n", most)
              : rows.size() == 0 ? "(no rows)\n"
                                 : ""));
  return 0;
}

}  // namespace

Result<int> RunQuery(Session& session, const Arguments& arguments, const Output& output) {
  auto connection = TRY(session.warehouse->Connect());
  std::string sql = arguments.words[0];
  while (!sql.empty() && (sql.back() == ';' || isspace(static_cast<unsigned char>(sql.back()))))
    sql.pop_back();
  TRY(CheckReadOnly(*connection, sql));
  return Print(*connection, sql, arguments, output);
}

Result<int> RunShow(Session& session, const Arguments& arguments, const Output& output) {
  const Project& project = session.project;
  const std::string& table = arguments.words[0];
  std::vector<std::string> tables = project.AllTables();
  if (std::find(tables.begin(), tables.end(), table) == tables.end())
    return Error{ErrorKind::kUsage, fmt::format("'{}' is no table", table), Nearest(table, tables)};
  auto connection = TRY(session.warehouse->Connect());
  Rows described =
      TRY(connection->Query(fmt::format("SELECT column_name FROM duckdb_columns() WHERE database_name = 'wh' "
                                        "AND schema_name = 'main' AND table_name = {} ORDER BY column_index",
                                        Quote(table))));
  if (described.size() == 0)
    return Error{ErrorKind::kUsage, fmt::format("{} has not been filled yet", table), "`backcourt backfill`"};
  auto has = [&](const char* name) {
    for (size_t i = 0; i < described.size(); ++i)
      if (described.Text(i, 0) == name) return true;
    return false;
  };
  std::vector<std::string> where;
  std::string date_column = project.DateColumn(table);
  if (!arguments.date.empty()) {
    if (!arguments.start_date.empty() || !arguments.end_date.empty())
      return Error{ErrorKind::kUsage, "dates are chosen in more than one way",
                   "either --date, or --start-date with --end-date"};
    where.push_back(fmt::format("{} = {}", Ident(date_column), TRY(Date::Parse(arguments.date)).Sql()));
  }
  if (!arguments.start_date.empty() && !arguments.end_date.empty())
    TRY(CheckRange(TRY(Date::Parse(arguments.start_date)), TRY(Date::Parse(arguments.end_date))));
  if (!arguments.start_date.empty())
    where.push_back(
        fmt::format("{} >= {}", Ident(date_column), TRY(Date::Parse(arguments.start_date)).Sql()));
  if (!arguments.end_date.empty())
    where.push_back(fmt::format("{} <= {}", Ident(date_column), TRY(Date::Parse(arguments.end_date)).Sql()));
  if (!where.empty() && project.GrainOf(table) != Grain::kDate)
    return Error{ErrorKind::kUsage, fmt::format("{} has no dates", table), "without a date or a range"};
  if (!arguments.player.empty()) {
    if (!has("player_id"))
      return Error{ErrorKind::kUsage, fmt::format("{} has no players", table), "without --player"};
    std::string name = Quote("%" + arguments.player + "%");
    where.push_back(
        fmt::format("(CAST(player_id AS VARCHAR) = {} OR player_id IN (SELECT player_id FROM {} WHERE "
                    "player_name ILIKE {} OR player_lookup(player_name) ILIKE {}))",
                    Quote(arguments.player), Ident(project.boxes.front()), name, name));
  }
  if (!arguments.team.empty()) {
    std::vector<std::string> either;
    for (const char* column : {"team_abbr", "defending_team_abbr", "home_team_abbr", "away_team_abbr"})
      if (has(column)) either.push_back(fmt::format("{} = upper({})", column, Quote(arguments.team)));
    if (either.empty())
      return Error{ErrorKind::kUsage, fmt::format("{} has no teams", table), "without --team"};
    where.push_back("(" + Join(either, " OR ") + ")");
  }
  std::string sql = "SELECT * FROM " + Ident(table) + (where.empty() ? "" : " WHERE " + Join(where, " AND "));
  std::vector<std::string> order;  // newest first, then by key
  if (!date_column.empty()) order.push_back(Ident(date_column) + (arguments.oldest_first ? "" : " DESC"));
  if (const Model* model = project.FindModel(table))
    for (const std::string& column : model->key)
      order.push_back(Ident(column));
  if (const RawTable* raw = project.FindRaw(table))
    for (const std::string& column : raw->key)
      order.push_back(Ident(column));
  if (!order.empty()) sql += " ORDER BY " + Join(order, ", ");
  return Print(*connection, sql, arguments, output);
}

}  // namespace backcourt

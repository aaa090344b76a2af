#include "warehouse/duckdb/text_binder.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "base/text.h"
#include "project/sql_text.h"
#include "warehouse/cell_sql.h"
#include "warehouse/duckdb/memory_engine.h"
#include "warehouse/duckdb/syntax.h"

namespace backcourt {

namespace {

// The problem of a key of a header, at its line.
FileProblem AtKey(const KeyLines& lines, const std::string& key, const std::string& message) {
  return ProblemOf(Error{ErrorKind::kUsage, lines.Of(key) + ": " + message, ""}, lines.file);
}

// An error of the engine without the place in the statement, which is not the reader's.
std::string WithoutPlace(const std::string& message) {
  return Trim(message.substr(0, message.find("\n\nLINE ")));
}

// The offset in `statement` that an error of the engine tells; nothing if it tells none.
std::optional<size_t> OffsetOf(const std::string& statement, const std::string& message) {
  static const std::regex kPlace("(?:^|\n)(LINE ([0-9]{1,7}): )([^\n]*)\n( *)\\^");
  std::smatch place;
  if (!std::regex_search(message, place, kPlace)) return {};
  size_t start = 0;
  for (int line = 1; line < std::stoi(place[2]); ++line) {
    size_t end = statement.find('\n', start);
    if (end == std::string::npos) return {};
    start = end + 1;
  }
  std::string line = statement.substr(start, statement.find('\n', start) - start);
  std::string shown = place[3];  // of a long line a part, with ... where it is cut
  size_t caret = size_t(place[4].length() - std::min(place[4].length(), place[1].length()));
  size_t cut = 0;
  if (shown.ends_with("...")) shown.resize(shown.size() - 3);
  if (shown.starts_with("...")) shown = shown.substr(3), cut = 3;
  size_t at = cut ? line.find(shown) : 0;
  if (at == std::string::npos) return {};
  return start + std::min(line.size(), at + caret - std::min(caret, cut));
}

}  // namespace

FileProblem ProblemIn(const Body& body, const std::string& statement, const Error& error) {
  Place place{body.line, 1};
  size_t begin = statement.find(body.sql);
  auto offset = OffsetOf(statement, error.message);
  if (begin != std::string::npos && offset && *offset >= begin && *offset <= begin + body.sql.size())
    place = PlaceOf(body, *offset - begin);
  return {body.file, place.line, place.column, WithoutPlace(error.message), error.hint};
}

Result<std::unique_ptr<TextBinder>> TextBinder::Open(const Project& project) {
  std::unique_ptr<TextBinder> binder(new TextBinder);
  binder->engine_ = TRY(OpenInMemory(project));
  binder->connection_ = TRY(ConnectInMemory(*binder->engine_.database));
  binder->volatile_functions_ = TRY(VolatileFunctions(*binder->connection_));
  return binder;
}

bool TextBinder::CallsBroken(const std::vector<std::string>& tokens) const {
  return std::any_of(tokens.begin(), tokens.end(),
                     [&](const std::string& token) { return engine_.functions.contains(SqlName(token)); });
}

Result<std::vector<FileProblem>> TextBinder::Bind(const Model& model) {
  std::vector<FileProblem> problems = TRY(FindBodyProblems(*connection_, BodyOf(model), volatile_functions_));
  bool inputs_there = std::all_of(model.reads.begin(), model.reads.end(),
                                  [&](const Read& read) { return engine_.tables.contains(read.table); });
  if (!problems.empty() || !inputs_there || CallsBroken(model.tokens)) return problems;
  problems = TRY(BindTable(model));
  if (!problems.empty()) return problems;
  engine_.tables.insert(model.name);
  return BindQueries(model);
}

// The model's table is there afterwards, unless a problem is found.
Result<std::vector<FileProblem>> TextBinder::BindTable(const Model& model) {
  if (MakeEmptyTable(*connection_, model)) return std::vector<FileProblem>();
  std::string sql = fmt::format("CREATE VIEW main.bound_ AS {}SELECT * FROM (\n{}\n) AS this",
                                EmptyInputs(model), model.body);
  auto bound = connection_->Execute(sql);
  if (!bound && bound.error().kind == ErrorKind::kInterrupted) return bound.error();
  if (!bound) return std::vector{ProblemIn(BodyOf(model), sql, bound.error())};
  Rows columns = TRY(connection_->Query("SELECT lower(column_name) FROM (DESCRIBE main.bound_)"));
  TRY(connection_->Execute("DROP VIEW main.bound_"));
  std::set<std::string> given;
  for (size_t i = 0; i < columns.size(); ++i)
    given.insert(columns.Text(i, 0));
  std::vector<FileProblem> problems;
  for (const auto& [name, about] : model.columns)
    if (!given.contains(Lower(name)))
      problems.push_back(AtKey(model.lines, "columns." + name,
                               fmt::format("[columns] has '{}', which the SELECT does not give", name)));
  if (problems.empty()) {  // it binds, and does not run without rows
    auto again = MakeEmptyTable(*connection_, model);
    problems.push_back(ProblemIn(BodyOf(model), "", again ? Error{} : again.error()));
  }
  return problems;
}

Result<std::vector<FileProblem>> TextBinder::BindQueries(const Model& model) {
  std::vector<FileProblem> problems;
  TRY(connection_->Execute(
      fmt::format("CREATE OR REPLACE VIEW main.this AS SELECT * FROM wh.main.{}", Ident(model.name))));
  auto bind = [&](const std::string& key, const std::string& with, const std::string& columns,
                  const std::string& query) {
    if (query.empty()) return;
    auto bound = connection_->Query(fmt::format("{}SELECT {} FROM ({}) LIMIT 0", with, columns, query));
    if (!bound) problems.push_back(AtKey(model.lines, key, WithoutPlace(bound.error().message)));
  };
  for (const auto& [name, query] : model.checks)
    bind("checks." + name, "", "1 AS one", query);
  if (model.lines.lines.contains("rows.expected"))
    bind("rows.expected", EmptyInputs(model), "game_date, expected_rows", model.expected_rows);
  if (model.lines.lines.contains("rows.keys"))
    bind("rows.keys", EmptyInputs(model), "game_date", model.expected_keys);
  bind("note", EmptyInputs(model), "game_date, note", model.note);
  TRY(connection_->Execute("DROP VIEW main.this"));
  return problems;
}

Result<std::vector<FileProblem>> TextBinder::Bind(const Check& check) {
  Body body{check.file, check.body, check.body_line, check.reads};
  std::vector<FileProblem> problems = TRY(FindBodyProblems(*connection_, body, volatile_functions_));
  bool inputs_there = std::all_of(check.reads.begin(), check.reads.end(),
                                  [&](const std::string& read) { return engine_.tables.contains(read); });
  if (!problems.empty() || !inputs_there || CallsBroken(SqlTokens(check.body))) return problems;
  Model as_model;  // for the text around its SELECT
  for (const std::string& read : check.reads)
    as_model.reads.push_back({read, {}});
  std::string sql =
      fmt::format("{}SELECT CAST(game_date AS DATE) AS day, subject, what FROM (\n{}\n) AS findings LIMIT 0",
                  EmptyInputs(as_model), check.body);
  auto bound = connection_->Query(sql);
  if (!bound && bound.error().kind == ErrorKind::kInterrupted) return bound.error();
  if (!bound) problems.push_back(ProblemIn(body, sql, bound.error()));
  return problems;
}

}  // namespace backcourt

#include "warehouse/duckdb/text_binder.h"

#include <fmt/format.h>

#include <algorithm>

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

}  // namespace

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

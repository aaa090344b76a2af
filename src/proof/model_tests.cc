#include "proof/model_tests.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "adbc/transaction.h"
#include "base/file.h"
#include "base/text.h"
#include "calendar/calendar.h"
#include "project/test_case.h"
#include "run/batch_filler.h"
#include "warehouse/cell_sql.h"
#include "warehouse/duckdb/duckdb_workbench.h"
#include "warehouse/duckdb/memory_engine.h"
#include "warehouse/duckdb/text_binder.h"

namespace backcourt {

namespace {

namespace fs = std::filesystem;

constexpr double kTolerance = 1e-9;  // of DOUBLE: absolute up to 1, relative above

using Types = std::map<std::string, std::string>;  // by column

Result<Types> TypesOf(Connection& connection, const std::string& relation) {
  Rows rows =
      TRY(connection.Query(fmt::format("SELECT column_name, column_type FROM (DESCRIBE {})", relation)));
  Types types;
  for (size_t i = 0; i < rows.size(); ++i)
    types[rows.Text(i, 0)] = rows.Text(i, 1);
  return types;
}

// A cell as SQL of its column's type; what starts with = is a formula in SQL, for numbers that were worked
// out by hand.
std::string ValueSql(const std::optional<std::string>& cell, const std::string& type) {
  if (!cell) return fmt::format("CAST(NULL AS {})", type);
  if (cell->size() > 1 && cell->front() == '=' && type != "VARCHAR")
    return fmt::format("CAST(({}) AS {})", cell->substr(1), type);
  return fmt::format("CAST({} AS {})", Quote(*cell), type);
}

// Runs one model's tests on one connection. Rows stand in the tables of the engine for the time of a test.
class Tester {
 public:
  // `aside` looks into what the transaction on `connection` refused.
  Tester(Connection& connection, Connection& aside, const Project& project, const Model& model)
      : connection_(connection), bench_(connection), aside_(aside), project_(project), model_(model) {}

  Result<std::vector<ModelTestFailure>> Run(const TestCase& test) {
    TRY(CheckNames(test));
    Transaction transaction = TRY(Transaction::Begin(connection_));  // never committed
    return RunIn(test, CalendarOf(test));
  }

 private:
  // The test's dates, and the first and the last of the season, as dates of a calendar.
  static Calendar CalendarOf(const TestCase& test) {
    std::vector<Game> games;
    std::set<Date> dates(test.dates.begin(), test.dates.end());
    dates.insert({test.season_start, test.season_end});
    for (Date date : dates)
      games.push_back({"", date, test.season, test.season_year, "", "", "", false, {}});
    return Calendar::Build(std::move(games));
  }

  Result<> CheckNames(const TestCase& test) const {
    std::vector<std::string> inputs;
    for (const Read& read : model_.reads)
      inputs.push_back(read.table);
    for (const auto& [table, rows] : test.given)
      if (std::find(inputs.begin(), inputs.end(), table) == inputs.end())
        return Error{
            ErrorKind::kUsage,
            fmt::format("{}: given.{} is not an input of {}", test.At(rows.line), table, model_.name),
            Suggestion(table, inputs)};
    return {};
  }

  Result<std::vector<ModelTestFailure>> RunIn(const TestCase& test, const Calendar& calendar) {
    for (const auto& [table, rows] : test.given)
      TRY(Insert(test, table, rows));
    std::vector<int> all;
    for (Date date : test.dates)
      all.push_back(calendar.Find(date));
    std::vector<ModelTestFailure> failures;
    TRY(RunDates(test, calendar, all, failures));
    if (all.size() > 1 && failures.empty())
      for (int date : all)
        TRY(RunDates(test, calendar, {date}, failures));
    return failures;
  }

  // Columns that a test need not give: those that `dates` has too.
  Result<std::vector<std::pair<std::string, std::string>>> ImpliedColumns(const TestCase& test,
                                                                          const TextRows& rows,
                                                                          const std::string& table,
                                                                          const Types& types) const {
    std::vector<std::pair<std::string, std::string>> implied;
    auto absent = [&](const std::string& name) {
      return types.contains(name) &&
             std::find(rows.columns.begin(), rows.columns.end(), name) == rows.columns.end();
    };
    std::string date = project_.DateColumn(table);
    if (project_.GrainOf(table) == Grain::kDate && absent(date)) {
      auto read = std::find_if(model_.reads.begin(), model_.reads.end(),
                               [&](const Read& r) { return r.table == table; });
      bool same_date = std::any_of(read->windows.begin(), read->windows.end(),
                                   [](const Window& w) { return w.kind == Window::Kind::kSameDate; });
      if (!same_date || test.dates.size() > 1)
        return Error{ErrorKind::kUsage,
                     fmt::format("{}: the rows of {} have no {}", test.At(rows.line), table, date),
                     "the date of each row, since its window holds others than the test's"};
      implied.emplace_back(date, test.dates.front().Sql());
    }
    if (absent("season")) implied.emplace_back("season", Quote(test.season));
    if (absent("season_year")) implied.emplace_back("season_year", std::to_string(test.season_year));
    return implied;
  }

  Result<> Insert(const TestCase& test, const std::string& table, const TextRows& rows) {
    std::string relation = "wh.main." + Ident(table);
    Types types = TRY(TypesOf(connection_, relation));
    TRY(CheckColumns(test, rows, table, types));
    std::string names, values;
    auto implied = TRY(ImpliedColumns(test, rows, table, types));
    for (const std::string& column : rows.columns)
      names += (names.empty() ? "" : ", ") + Ident(column);
    for (const auto& [column, value] : implied)
      names += ", " + Ident(column);
    for (const TextRows::Row& row : rows.rows) {
      std::string cells;
      for (size_t c = 0; c < rows.columns.size(); ++c)
        cells += (c ? ", " : "") + ValueSql(row.cells[c], types[rows.columns[c]]);
      for (const auto& [column, value] : implied)
        cells += ", " + value;
      values += fmt::format("{}({})", values.empty() ? "" : ", ", cells);
    }
    // Of a seed the test's rows stand in place of the file's.
    std::string sql = fmt::format("DELETE FROM {};", relation);
    if (!values.empty()) sql += fmt::format("INSERT INTO {} ({}) VALUES {}", relation, names, values);
    return Explained(test, rows, table, types, connection_.Execute(sql));
  }

  Result<> CheckColumns(const TestCase& test, const TextRows& rows, const std::string& table,
                        const Types& types) const {
    std::vector<std::string> known;
    for (const auto& [name, type] : types)
      known.push_back(name);
    for (const std::string& column : rows.columns)
      if (!types.contains(column))
        return Error{ErrorKind::kUsage,
                     fmt::format("{}: '{}' is not a column of {}", test.At(rows.line), column, table),
                     Suggestion(column, known)};
    return {};
  }

  // The error of a statement with the cells of `rows`: names the cell that is not of its column's type.
  Result<> Explained(const TestCase& test, const TextRows& rows, const std::string& table, const Types& types,
                     Result<> done) {
    if (done || done.error().kind == ErrorKind::kInterrupted) return done;
    for (const TextRows::Row& row : rows.rows)
      for (size_t c = 0; c < rows.columns.size(); ++c) {
        const std::string& type = types.at(rows.columns[c]);
        if (aside_.Query("SELECT " + ValueSql(row.cells[c], type))) continue;
        return Error{ErrorKind::kUsage,
                     fmt::format("{}: '{}' under {} of {} is not of type {}", test.At(row.line),
                                 *row.cells[c], rows.columns[c], table, type),
                     ""};
      }
    return Error{done.error().kind, fmt::format("{}: {}", test.At(rows.line), done.error().message), ""};
  }

  // One batch of dates, against the expected rows of these dates.
  Result<> RunDates(const TestCase& test, const Calendar& calendar, const std::vector<int>& dates,
                    std::vector<ModelTestFailure>& failures) {
    Model as_read =
        model_;  // the last games of a team are cut as the season is, for the test has no calendar of games
    for (Read& read : as_read.reads)
      for (Window& window : read.windows)
        if (window.kind == Window::Kind::kGamesBefore) window.kind = Window::Kind::kSeasonBefore;
    auto made = bench_.Stage("this", InputSql(project_, calendar, as_read, dates) + SelectSql(model_));
    if (!made) {
      made.error().message = fmt::format("{}: test \"{}\": {}: {}", test.At(test.line), test.name,
                                         model_.file, made.error().message);
      return made.error();
    }
    if (auto checked = RunChecks(bench_, model_); !checked) {
      if (checked.error().kind != ErrorKind::kData) return checked;
      failures.push_back({model_.name, test.name, test.file, test.line, "", "", "every check holds",
                          checked.error().message});
    }
    return Compare(test, calendar, dates, failures);
  }

  // The columns of the expected rows that are compared: the model's key, its date, then what the test names.
  Result<std::vector<std::string>> ComparedColumns(const TestCase& test) const {
    std::vector<std::string> columns = model_.key;
    auto add = [&](const std::string& name) {
      if (std::find(columns.begin(), columns.end(), name) == columns.end()) columns.push_back(name);
    };
    add(model_.date);
    auto is_named = [&](const std::string& name) {
      return std::find(test.expect.columns.begin(), test.expect.columns.end(), name) !=
             test.expect.columns.end();
    };
    for (const std::string& name : columns)
      if (!is_named(name) && (name != model_.date || test.dates.size() > 1))
        return Error{ErrorKind::kUsage, fmt::format("{}: expect has no {}", test.At(test.expect.line), name),
                     "the columns of the model's key, and its date where the test has several"};
    for (const std::string& name : test.expect.columns)
      add(name);
    return columns;
  }

  // The expected rows of the dates, in a table of the columns and `line_`, typed as the model's.
  Result<> MakeExpected(const TestCase& test, const std::vector<std::string>& columns,
                        const std::string& dates) {
    Types types = TRY(TypesOf(connection_, "this"));
    TRY(CheckColumns(test, test.expect, model_.name, types));
    std::string empty, values;
    for (const std::string& name : columns)
      empty += Ident(name) + ", ";
    for (const TextRows::Row& row : test.expect.rows) {
      std::string cells;
      for (const std::string& name : columns) {
        auto at = std::find(test.expect.columns.begin(), test.expect.columns.end(), name) -
                  test.expect.columns.begin();
        cells += size_t(at) < test.expect.columns.size() ? ValueSql(row.cells[size_t(at)], types[name]) + ", "
                                                         : test.dates.front().Sql() + ", ";
      }
      values += fmt::format("{}({}{})", values.empty() ? "" : ", ", cells, row.line);
    }
    auto make = [&]() -> Result<> {
      TRY(bench_.Stage("expected", fmt::format("SELECT {}0 AS line_ FROM this LIMIT 0", empty)));
      if (!values.empty()) TRY(bench_.Restage("expected", "", "VALUES " + values));
      return bench_.Restage("expected", fmt::format("{} NOT IN ({})", Ident(model_.date), dates), "");
    };
    return Explained(test, test.expect, model_.name, types, make());
  }

  // The rows of a relation as text, by key, NULL as NULL.
  using ByKey = std::map<std::string, std::vector<std::string>>;
  Result<ByKey> Fetch(const std::string& relation, const std::vector<std::string>& columns) {
    std::string select;
    for (const std::string& column : columns)
      select +=
          fmt::format("{}coalesce(CAST({} AS VARCHAR), 'NULL')", select.empty() ? "" : ", ", Ident(column));
    Rows rows = TRY(connection_.Query(fmt::format("SELECT {} FROM {}", select, relation)));
    ByKey by_key;
    for (size_t i = 0; i < rows.size(); ++i) {
      std::vector<std::string> cells;
      std::string key;
      for (size_t c = 0; c < columns.size(); ++c) {
        cells.push_back(rows.Text(i, c));
        if (c < model_.key.size()) key += fmt::format("{}{}={}", c ? ", " : "", columns[c], cells.back());
      }
      by_key[key] = std::move(cells);
    }
    return by_key;
  }

  Result<> Compare(const TestCase& test, const Calendar& calendar, const std::vector<int>& dates,
                   std::vector<ModelTestFailure>& failures) {
    std::vector<std::string> columns = TRY(ComparedColumns(test)), literals;
    for (int date : dates)
      literals.push_back(calendar.dates()[size_t(date)].date.Sql());
    TRY(MakeExpected(test, columns, Join(literals, ", ")));
    Types types = TRY(TypesOf(connection_, "this"));
    ByKey made = TRY(Fetch("this", columns));
    std::vector<std::string> with_line = columns;
    with_line.push_back("line_");
    ByKey expected = TRY(Fetch("expected", with_line));
    ModelTestFailure failure{model_.name, test.name, test.file, test.line, "", "", "", ""};
    for (const auto& [key, cells] : expected) {
      failure.key = key;
      failure.line = std::stoi(cells.back());
      auto row = made.find(key);
      if (row == made.end()) {
        failure.column = "", failure.expected = "a row", failure.actual = "no row";
        failures.push_back(failure);
      }
      for (size_t c = 0; row != made.end() && c < columns.size(); ++c) {
        failure.column = columns[c], failure.expected = cells[c], failure.actual = row->second[c];
        if (!Same(failure.expected, failure.actual, types[columns[c]])) failures.push_back(failure);
      }
    }
    for (const auto& [key, cells] : made)
      if (!expected.contains(key))
        failures.push_back({model_.name, test.name, test.file, test.expect.line, key, "", "no row", "a row"});
    return {};
  }

  static bool Same(const std::string& expected, const std::string& actual, const std::string& type) {
    if (expected == actual) return true;
    if (type != "DOUBLE" || expected == "NULL" || actual == "NULL") return false;
    double a = std::stod(expected), b = std::stod(actual);
    return std::abs(a - b) <= kTolerance * std::max(1.0, std::abs(a));
  }

  Connection& connection_;
  DuckDbWorkbench bench_;  // on the connection
  Connection& aside_;
  const Project& project_;
  const Model& model_;
};

// A model that cannot be tested, or a file of tests that cannot be read: counts as a test that failed.
void AddBroken(ModelTestReport& report, const std::string& model, const FileProblem& problem,
               const std::string& test = "") {
  ++report.failed;
  report.failures.push_back({model, test, problem.file, problem.line, "", "", "", problem.message});
}

// The models that have a file of tests, of those asked for or of all.
Result<std::vector<const Model*>> ChosenModels(const Project& project, const std::vector<std::string>& names,
                                               ModelTestReport& report) {
  std::vector<const Model*> chosen;
  std::vector<std::string> known;
  for (const Model& model : project.models)
    known.push_back(model.name);
  for (const std::string& name : names)
    if (project.FindLeftOut(name))
      return project.NoTable(name, known);
    else if (!project.FindModel(name))
      return Error{ErrorKind::kUsage, fmt::format("'{}' is not a model", name), Suggestion(name, known, "")};
  std::set<std::string> files;
  std::error_code ignored;
  for (const Model& model : project.models) {
    std::string file = TestFileOf(model.file);
    files.insert(file);
    bool asked = std::find(names.begin(), names.end(), model.name) != names.end();
    if (!names.empty() && !asked) continue;
    if (fs::exists(file, ignored))
      chosen.push_back(&model);
    else if (asked)
      return Error{ErrorKind::kUsage, fmt::format("{} has no tests", model.name), "tests in " + file};
    else
      report.untested.push_back(model.name);
  }
  for (const LeftOut& out : project.left_out)
    files.insert(TestFileOf(out.file));
  for (const Overlay& overlay : project.overlays)  // tests of a model that the project replaces
    files.insert(TestFileOf(overlay.replaces));
  if (!names.empty()) return chosen;
  for (const std::string& folder : std::set<std::string>{project.pack, project.root})
    for (auto& entry : fs::recursive_directory_iterator(fs::path(folder) / "models", ignored))
      if (std::string file = entry.path().string(); file.ends_with(".test.toml") && !files.contains(file))
        AddBroken(report, "", {file, 1, 1, "no model beside this file of tests", ""});
  for (const LeftOut& out : project.left_out)
    if (!out.is_check && fs::exists(TestFileOf(out.file), ignored))
      AddBroken(report, out.name, ProblemOf({ErrorKind::kUsage, out.because, ""}, out.file));
  return chosen;
}

}  // namespace

std::string ModelTestFailure::Text() const {
  if (expected.empty()) return actual;
  std::string where = key.empty() ? "" : key + ": ";
  return column.empty() ? fmt::format("{}expected {}, got {}", where, expected, actual)
                        : fmt::format("{}{}: expected {}, got {}", where, column, expected, actual);
}

namespace {

// The models among these and all that they read, by name: what is wrong with their texts, and with what they
// read. None of a sound one.
Result<std::map<std::string, FileProblem>> BindForTests(TextBinder& binder, const Project& project,
                                                        const std::vector<const Model*>& chosen) {
  std::set<std::string> needed;
  for (const Model* model : chosen)
    needed.insert(model->name);
  for (auto model = project.models.rbegin(); model != project.models.rend(); ++model)  // readers first
    if (needed.contains(model->name))
      for (const Read& read : model->reads)
        needed.insert(read.table);
  std::map<std::string, FileProblem> broken;
  for (const Model& model : project.models) {
    if (!needed.contains(model.name)) continue;
    std::vector<FileProblem> problems = TRY(binder.Bind(model));
    if (!problems.empty()) {
      broken.emplace(model.name, problems.front());
    } else if (!binder.Has(model.name)) {
      FileProblem because{model.file, 1, 1, "it calls a function that cannot be made", ""};
      if (!binder.problems().empty()) because.message += ": " + binder.problems().front().Text();
      for (const Read& read : model.reads)
        if (auto cause = broken.find(read.table); cause != broken.end())
          because.message = fmt::format("it reads {}: {}", read.table, cause->second.Text());
        else if (!binder.Has(read.table))
          because.message = fmt::format("it reads {}, which cannot be made", read.table);
      broken.emplace(model.name, because);
    }
  }
  return broken;
}

}  // namespace

Result<ModelTestReport> RunModelTests(const Project& project, const std::vector<std::string>& models,
                                      const std::function<bool()>& interrupted) {
  auto start = std::chrono::steady_clock::now();
  ModelTestReport report;
  std::vector<const Model*> chosen = TRY(ChosenModels(project, models, report));
  auto binder = TRY(TextBinder::Open(project));
  auto broken = TRY(BindForTests(*binder, project, chosen));
  auto connection = TRY(ConnectInMemory(binder->database())),
       aside = TRY(ConnectInMemory(binder->database()));
  for (const Model* model : chosen) {
    std::string file = TestFileOf(model->file);
    auto cases = ParseTestCases(file, TRY(ReadFile(file)));
    if (!cases) AddBroken(report, model->name, ProblemOf(cases.error(), file));
    auto problem = broken.find(model->name);
    if (problem != broken.end()) AddBroken(report, model->name, problem->second);
    if (!cases || problem != broken.end()) continue;
    ++report.models;
    Tester tester(*connection, *aside, project, *model);
    for (const TestCase& test : *cases) {
      if (interrupted())
        return Error{ErrorKind::kInterrupted,
                     fmt::format("interrupted after {}", Counted(report.tests, "test")), ""};
      auto failures = tester.Run(test);
      ++report.tests;
      if (!failures) {
        if (failures.error().kind == ErrorKind::kInterrupted) return failures.error();
        AddBroken(report, model->name, ProblemOf(failures.error(), file), test.name);
        continue;
      }
      if (!failures->empty()) ++report.failed;
      report.failures.insert(report.failures.end(), failures->begin(), failures->end());
    }
  }
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

}  // namespace backcourt

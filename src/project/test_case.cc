#include "project/test_case.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "project/toml_reader.h"

namespace backcourt {

namespace {

Error Wrong(const std::string& file, int line, const std::string& what, const std::string& hint = "") {
  return Error{ErrorKind::kUsage, fmt::format("{}:{}: {}", file, line, what), hint};
}

// The pieces between commas that stand in no brackets, and in no quotes around a whole cell.
std::vector<std::string> LineCells(const std::string& line) {
  std::vector<std::string> cells(1);
  char quote = 0;
  int depth = 0;
  for (char c : line) {
    if (quote) {
      if (c == quote) quote = 0;
    } else if ((c == '\'' || c == '"') && Trim(cells.back()).empty()) {
      quote = c;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')') {
      --depth;
    } else if (c == ',' && depth <= 0) {
      cells.emplace_back();
      continue;
    }
    cells.back() += c;
  }
  for (std::string& cell : cells)
    cell = Trim(cell);
  return cells;
}

std::optional<std::string> ValueOf(const std::string& cell) {
  if (cell.empty()) return std::nullopt;
  char quote = cell.front();
  if (cell.size() >= 2 && (quote == '\'' || quote == '"') && cell.back() == quote)
    return cell.substr(1, cell.size() - 2);
  return cell;
}

Result<TextRows> ParseRows(const std::string& file, const std::string& what, const toml::node& node) {
  auto text = node.value_exact<std::string>();
  int first = int(node.source().begin.line), last = int(node.source().end.line);
  if (!text)
    return Wrong(file, first, what + " must be rows as text",
                 "\"\"\", a line of column names, then a line a row");
  std::vector<std::string> lines = Split(*text, '\n');
  // The line break right after the opening quotes is not a part of the text.
  int line = first + (last - first > int(lines.size()) - 1 ? 1 : 0);
  TextRows rows;
  for (const std::string& raw : lines) {
    int here = line++;
    std::string trimmed = Trim(raw);
    if (trimmed.empty() || trimmed.front() == '#') continue;
    std::vector<std::string> cells = LineCells(trimmed);
    if (rows.columns.empty()) {
      rows.columns = cells;
      rows.line = here;
      for (const std::string& name : cells)
        if (name.empty() || std::count(cells.begin(), cells.end(), name) > 1)
          return Wrong(file, here, fmt::format("{}: column '{}' is empty or named twice", what, name));
      continue;
    }
    if (cells.size() != rows.columns.size())
      return Wrong(file, here,
                   fmt::format("{}: {} under {}", what, Counted(int64_t(cells.size()), "value"),
                               Counted(int64_t(rows.columns.size()), "column")),
                   "a cell without text is NULL; quotes around a text with commas");
    TextRows::Row& row = rows.rows.emplace_back();
    row.line = here;
    for (const std::string& cell : cells)
      row.cells.push_back(ValueOf(cell));
  }
  if (rows.columns.empty()) return Wrong(file, first, what + " has no line of column names");
  return rows;
}

// The keys that stand for all tests of a file, and in a test for that one.
Result<> ReadSeason(TomlTable& reader, const toml::table& table, TestCase& test) {
  auto date = [&](const char* key, Date& into) -> Result<> {
    std::string text = reader.Text(key);
    if (text.empty()) return {};
    auto parsed = Date::Parse(text);
    if (!parsed) return Wrong(test.file, int(table.get(key)->source().begin.line), parsed.error().message);
    into = *parsed;
    return {};
  };
  std::string season = reader.Text("season");
  if (!season.empty()) {
    bool has_year = season.size() >= 4 && season.find_first_not_of("0123456789") >= 4;
    test.season = season;
    test.season_year = has_year ? std::stoi(season.substr(0, 4)) : 0;
    if (test.season_year < 1 || test.season_year > 9998)
      return Wrong(test.file, int(table.get("season")->source().begin.line),
                   fmt::format("season '{}' does not start with its year", season), "season = \"2021-22\"");
    test.season_start = TRY(Date::Parse(fmt::format("{:04}-01-01", test.season_year)));
    test.season_end = TRY(Date::Parse(fmt::format("{:04}-12-31", test.season_year + 1)));
  }
  TRY(date("season_start", test.season_start));
  TRY(date("season_end", test.season_end));
  return {};
}

Result<TestCase> ParseTestCase(TestCase test, const toml::table& table) {
  test.line = int(table.source().begin.line);
  TomlTable reader(test.file, 1, table, "a test");
  test.name = reader.Text("name", true);
  TRY(ReadSeason(reader, table, test));
  for (const std::string& text : reader.Texts("date", true)) {
    auto date = Date::Parse(text);
    if (!date) return Wrong(test.file, int(table.get("date")->source().begin.line), date.error().message);
    test.dates.push_back(*date);
  }
  const toml::table* given = reader.Table("given");
  reader.Text("expect", true);
  TRY(reader.Finish());
  std::sort(test.dates.begin(), test.dates.end());
  if (test.dates.empty() || std::adjacent_find(test.dates.begin(), test.dates.end()) != test.dates.end())
    return Wrong(test.file, int(table.get("date")->source().begin.line), "date names no date, or one twice");
  if (test.season.empty())
    return Wrong(test.file, test.line, fmt::format("test \"{}\" has no season", test.name),
                 "season = \"2021-22\" in it, or at the top of the file");
  if (test.dates.front() < test.season_start || test.season_end < test.dates.back())
    return Wrong(test.file, test.line,
                 fmt::format("test \"{}\" has a date outside of its season, {} to {}", test.name,
                             test.season_start.Str(), test.season_end.Str()),
                 "season, or season_start and season_end");
  for (auto& [name, node] :
       given ? InFileOrder(*given) : std::vector<std::pair<std::string, const toml::node*>>{})
    test.given.emplace_back(name, TRY(ParseRows(test.file, "given." + name, *node)));
  test.expect = TRY(ParseRows(test.file, "expect", *table.get("expect")));
  return test;
}

}  // namespace

std::string TestCase::At(int at_line) const { return fmt::format("{}:{}", file, at_line); }

std::string TestFileOf(const std::string& model_file) {
  return std::filesystem::path(model_file).replace_extension(".test.toml").string();
}

Result<std::vector<TestCase>> ParseTestCases(const std::string& file, const std::string& text) {
  toml::table root = TRY(TomlTable::Parse(file, 1, text));
  TomlTable reader(file, 1, root, "a file of tests");
  TestCase common;
  common.file = file;
  TRY(ReadSeason(reader, root, common));
  std::vector<const toml::table*> tables = reader.Tables("test");
  TRY(reader.Finish());
  if (tables.empty())
    return Wrong(file, 1, "there is no [[test]]", "[[test]] with name, date, given.TABLE and expect");
  std::vector<TestCase> tests;
  for (const toml::table* table : tables) {
    TestCase test = TRY(ParseTestCase(common, *table));
    for (const TestCase& other : tests)
      if (other.name == test.name)
        return Wrong(file, test.line, fmt::format("there are two tests \"{}\"", test.name));
    tests.push_back(std::move(test));
  }
  return tests;
}

}  // namespace backcourt

#include "project/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "base/text.h"
#include "project/sql_text.h"
#include "project/toml_reader.h"

namespace backcourt {

namespace {

std::string Stem(const std::string& file) { return std::filesystem::path(file).stem().string(); }

// Histories of tables have columns beside the table's own, and the engine names each row's place.
void RefuseOwnName(TomlTable& reader, const toml::node* node, const std::string& column) {
  for (const char* own : {"rowid", "run_", "added_", "hash_", "row_"})
    if (Lower(column) == own)
      reader.Problem(node, fmt::format("column '{}' has a name that Backcourt keeps for itself", column));
}

Result<HeaderedSql> Header(const std::string& file, const std::string& text) {
  HeaderedSql parts = SplitHeader(text);
  if (!parts.found) {
    return Error{ErrorKind::kUsage, file + ":1: the file does not start with a header",
                 "'/* backcourt', the header in TOML, then '*/' and one SELECT"};
  }
  if (SqlTokens(parts.body).empty())
    return Error{ErrorKind::kUsage,
                 fmt::format("{}:{}: there is no SELECT after the header", file, parts.body_line), ""};
  return parts;
}

// Whether a body may take the start of the season from `dates` without naming it: by a star, COLUMNS(...) or
// a whole row as a value. What looks like one of them counts.
bool MaySeeSeasonStart(const std::vector<std::string>& tokens) {
  if (std::find(tokens.begin(), tokens.end(), "dates") == tokens.end()) return false;
  auto at = [&](size_t i) { return i < tokens.size() ? tokens[i] : ""; };
  std::set<std::string> rows = {"dates"};
  for (size_t i = 0; i + 1 < tokens.size(); ++i)
    if (tokens[i] == "dates") rows.insert(at(i + 1) == "as" ? at(i + 2) : at(i + 1));
  for (size_t i = 1; i < tokens.size(); ++i) {
    const std::string &token = tokens[i], &before = tokens[i - 1];
    bool counts_rows = before == "(" && i > 1 && tokens[i - 2] == "count";
    if (token == "columns" && at(i + 1) == "(") return true;
    if (token == "*" && !counts_rows &&
        (before == "select" || before == "distinct" || before == "all" || before == "," || before == "." ||
         before == "("))
      return true;
    if (rows.contains(token) && (before == "select" || before == "(" || before == ",") &&
        (at(i + 1) == ")" || at(i + 1) == "," || at(i + 1) == "as" || at(i + 1) == "from"))
      return true;
  }
  return false;
}

}  // namespace

std::string LakeSourceOf(const RawTable& table) { return "lake " + table.name; }

// A key of the file after the other.
// NOLINTNEXTLINE(readability-function-size)
Result<RawTable> ParseRawTable(const std::string& file, const std::string& text) {
  toml::table root = TRY(TomlTable::Parse(file, 1, text));
  TomlTable reader(file, 1, root, "a raw table");
  RawTable table;
  table.name = Stem(file);
  table.file = file;
  table.about = reader.Text("about", true);
  table.key = reader.Texts("key", true);
  table.date = reader.Text("date");
  table.unit = reader.Text("unit");
  table.unhashed = reader.Texts("unhashed");
  table.totals = reader.Texts("totals");
  table.statements = reader.Flag("statements");
  table.merge = reader.Text("merge");
  table.agree = reader.Texts("agree");
  table.ahead = reader.Text("ahead");
  table.of_final_games = reader.Flag("of_final_games");
  table.box_rows = reader.Text("box_rows");
  std::string grain = reader.Text("grain", true);
  if (grain == "date")
    table.grain = Grain::kDate;
  else if (grain == "season")
    table.grain = Grain::kSeason;
  else if (grain == "whole")
    table.grain = Grain::kWhole;
  else
    reader.Problem(root.get("grain"), fmt::format("grain '{}' is not one of date, season, whole", grain));
  if (table.grain == Grain::kSeason && table.date.empty()) table.date = "season";
  if (table.of_final_games && (table.grain != Grain::kDate || table.unit.empty()))
    reader.Problem(root.get("of_final_games"),
                   "a table 'of_final_games' has the grain 'date', and the game as its 'unit'");
  if (!table.totals.empty() && table.unit.empty())
    reader.Problem(root.get("totals"), "a table with 'totals' needs the 'unit' over which they are");
  if (table.statements && table.unit.empty())
    reader.Problem(root.get("statements"), "a table of 'statements' needs the 'unit' that they are about");
  if (!table.statements && (!table.merge.empty() || !table.agree.empty()))
    reader.Problem(nullptr, "only a table of 'statements' has 'merge' or 'agree'");
  if (table.grain == Grain::kDate && table.date.empty())
    reader.Problem(root.get("grain"), "a table of grain 'date' needs its 'date' column");
  const toml::table* columns = reader.Table("columns");
  if (!columns) reader.Problem(nullptr, "[columns] is missing");
  for (auto& [name, node] :
       columns ? InFileOrder(*columns) : std::vector<std::pair<std::string, const toml::node*>>{}) {
    if (!node->is_table()) {
      reader.Problem(node, fmt::format("column '{}' must be {{ type = \"...\", about = \"...\" }}", name));
      continue;
    }
    RefuseOwnName(reader, node, name);
    TomlTable column(file, 1, *node->as_table(), "column '" + name + "'");
    table.columns.push_back({name, column.Text("type", true), column.Text("about", true), false});
    TRY(column.Finish());
  }
  auto need = [&](const char* key, const std::vector<std::string>& names) {
    for (const std::string& name : names)
      if (!name.empty() && std::none_of(table.columns.begin(), table.columns.end(),
                                        [&](const Column& c) { return c.name == name; }))
        reader.Problem(root.get(key), fmt::format("'{}' is not a column of it", name));
  };
  need("key", table.key);
  need("unhashed", table.unhashed);
  need("date", {table.date});
  need("unit", {table.unit});
  need("agree", table.agree);
  TRY(reader.Finish());
  return table;
}

// NOLINTNEXTLINE(readability-function-size): a key of a feed after the other
Result<std::vector<Feed>> ParseFeeds(const std::string& file, const std::string& text,
                                     const std::vector<Feed>& known) {
  toml::table root = TRY(TomlTable::Parse(file, 1, text));
  std::vector<Feed> feeds;
  std::vector<std::string> wrong;
  for (auto& [name, node] : InFileOrder(root)) {
    if (!node->is_table())
      return Error{ErrorKind::kUsage, fmt::format("{}: '{}' must be a table", file, name), ""};
    TomlTable reader(file, 1, *node->as_table(), "feed '" + name + "'");
    Feed feed;
    feed.name = name;
    std::string like = reader.Text("like");  // a feed above, whose shape this one has
    auto is_pattern = [&](const Feed& f) { return f.name == like; };
    const Feed* pattern = nullptr;
    for (const std::vector<Feed>* list : {&known, &std::as_const(feeds)})
      if (auto found = std::find_if(list->begin(), list->end(), is_pattern); found != list->end())
        pattern = &*found;
    if (pattern)
      feed.rows = pattern->rows, feed.holds = pattern->holds, feed.columns = pattern->columns,
      feed.also = pattern->also;
    else if (!like.empty())
      reader.Problem(nullptr,
                     fmt::format("feed '{}' is like '{}', which is not a feed above it", name, like));
    feed.about = reader.Text("about", true);
    feed.paths = reader.Texts("path", true);
    feed.key = reader.Texts("key");
    if (like.empty()) feed.rows = reader.Text("rows");
    if (like.empty()) feed.holds = reader.Text("holds", !feed.rows.empty());
    feed.season = reader.Text("season");
    feed.document_season = reader.Text("document_season");
    feed.season_hint = reader.Text("season_hint");
    feed.snapshots = reader.Flag("snapshots");
    feed.lasting = reader.Text("lasting");
    feed.belongs = reader.Text("belongs");
    if (!feed.snapshots && !(feed.lasting + feed.belongs).empty())
      reader.Problem(nullptr,
                     fmt::format("feed '{}' has 'lasting' or 'belongs', which only snapshots have", name));
    if (feed.snapshots && feed.key.empty())
      reader.Problem(nullptr, fmt::format("feed '{}' of snapshots needs 'key'", name));
    for (auto& [column, type] : reader.Pairs("columns")) {
      bool optional = !type.empty() && type.back() == '?';
      feed.columns.push_back({column, optional ? type.substr(0, type.size() - 1) : type, "", optional});
    }
    for (const std::string& name_of : reader.Texts("lenient")) {
      auto column = std::find_if(feed.columns.begin(), feed.columns.end(),
                                 [&](const Column& c) { return c.name == name_of; });
      if (column == feed.columns.end())
        reader.Problem(nullptr,
                       fmt::format("feed '{}' has no column '{}', which is to be lenient", name, name_of));
      else
        column->lenient = true;
    }
    for (auto& [name_there, column] : reader.Pairs("also")) {
      if (std::none_of(feed.columns.begin(), feed.columns.end(),
                       [&](const Column& c) { return c.name == column; }))
        reader.Problem(nullptr, fmt::format("feed '{}' has no column '{}', which files are said to call '{}'",
                                            name, column, name_there));
      feed.also.emplace_back(name_there, column);
    }
    if (feed.columns.empty()) reader.Problem(nullptr, fmt::format("feed '{}' has no columns", name));
    if (auto sound = reader.Finish(); !sound) wrong.push_back(sound.error().message);
    feeds.push_back(std::move(feed));
  }
  if (!wrong.empty()) return Error{ErrorKind::kUsage, Join(wrong, "\n"), ""};
  return feeds;
}

Result<std::vector<Source>> ParseSource(const std::string& file, const std::string& text) {
  HeaderedSql parts = TRY(Header(file, text));
  toml::table root = TRY(TomlTable::Parse(file, parts.toml_line, parts.toml));
  TomlTable reader(file, parts.toml_line, root, "a source's header");
  Source source;
  source.name = Stem(file);
  source.file = file;
  source.about = reader.Text("about", true);
  source.table = reader.Text("table", true);
  source.rank = int(reader.Number("rank", 10));
  std::vector<std::string> each = reader.Texts("each");
  source.any_of = reader.Texts("any_of");
  source.reads = reader.Texts("reads");
  source.feeds = reader.Texts("feeds", each.empty() && source.any_of.empty() && source.reads.empty());
  source.alias = reader.Text("as", !each.empty());
  source.optional_feeds = reader.Texts("optional_feeds");
  source.by_unit = reader.Texts("by_unit");
  source.body = parts.body;
  source.body_line = parts.body_line;
  source.lines = reader.Lines();
  TRY(reader.Finish());
  if (each.empty()) return std::vector{source};
  std::vector<Source> sources;
  for (const std::string& feed : each) {
    Source one = source;
    one.name = source.name + " of " + feed;
    one.rank = source.rank + int(sources.size());
    one.feeds.insert(one.feeds.begin(), feed);
    sources.push_back(std::move(one));
  }
  return sources;
}

// A key of the header after the other.
// NOLINTNEXTLINE(readability-function-size)
Result<Model> ParseModel(const std::string& file, const std::string& group, const std::string& text) {
  HeaderedSql parts = TRY(Header(file, text));
  toml::table root = TRY(TomlTable::Parse(file, parts.toml_line, parts.toml));
  TomlTable reader(file, parts.toml_line, root, "a model's header");
  Model model;
  model.name = Stem(file);
  model.file = file;
  model.group = group;
  model.about = reader.Text("about", true);
  model.key = reader.Texts("key", true);
  model.empty = reader.Text("empty");
  model.note = reader.Text("note");
  model.helper = reader.Flag("helper");
  model.cost = reader.Number("cost", 0);
  if (model.cost < 0 || model.cost > 1'000'000)
    reader.Problem(root.get("cost"), "cost must be a number of milliseconds from 1 to 1000000");
  std::string materialized = reader.Text("materialized");
  if (!materialized.empty() && materialized != "view" && materialized != "table")
    reader.Problem(root.get("materialized"), "materialized must be \"table\" or \"view\"");
  model.view = materialized == "view";
  model.date = reader.Text("date", true);
  if (const toml::table* reads = reader.Table("reads")) {
    for (auto& [table, node] : InFileOrder(*reads)) {
      Read read{table, {}};
      std::vector<std::string> windows;
      if (auto one = node->value_exact<std::string>()) windows.push_back(*one);
      if (const toml::array* list = node->as_array())
        for (auto& item : *list)
          if (auto one = item.value_exact<std::string>()) windows.push_back(*one);
      if (windows.empty())
        reader.Problem(node, fmt::format("'{}' under [reads] needs a window or a list of windows", table));
      for (const std::string& window : windows) {
        auto parsed = Window::Parse(window);
        if (parsed)
          read.windows.push_back(*parsed);
        else
          reader.Problem(node, parsed.error().message + "; try " + parsed.error().hint);
      }
      model.reads.push_back(std::move(read));
    }
  }
  model.columns = reader.Pairs("columns");
  model.checks = reader.Pairs("checks");
  model.may_be_constant = reader.Pairs("may_be_constant");
  model.may_be_null = reader.Pairs("may_be_null");
  if (const toml::table* needs = reader.Table("needs")) {
    TomlTable list(file, parts.toml_line, *needs, "[needs]");
    for (const std::string& raw : list.Keys())
      model.needs.emplace_back(raw, list.Texts(raw));
    TRY(list.Finish());
  }
  for (auto& [name, query] : reader.Pairs("rows")) {
    if (name != "expected" && name != "keys")
      reader.Problem(root.get("rows"),
                     fmt::format("unknown key '{}' under [rows]; known are 'expected' and 'keys'", name));
    (name == "keys" ? model.expected_keys : model.expected_rows) = query;
  }
  if (model.columns.empty()) reader.Problem(nullptr, "[columns] is missing in a model's header");
  auto node_of = [&](const std::string& section, const std::string& key) {
    const toml::node* node = root.get(section);
    return node && node->is_table() ? node->as_table()->get(key) : node;
  };
  for (const auto& [name, about] : model.columns)
    RefuseOwnName(reader, node_of("columns", name), name);
  auto is_column = [&](const std::string& name) {
    return std::any_of(model.columns.begin(), model.columns.end(), [&](auto& c) { return c.first == name; });
  };
  for (const std::string& name : model.key)
    if (!is_column(name))
      reader.Problem(root.get("key"), fmt::format("key column '{}' has no line under [columns]", name));
  for (auto& [raw, columns] : model.needs)
    for (const std::string& name : columns)
      if (!is_column(name))
        reader.Problem(node_of("needs", raw), fmt::format("'{}' under [needs] is not a column", name));
  for (auto& [section, named] :
       {std::pair("may_be_constant", &model.may_be_constant), std::pair("may_be_null", &model.may_be_null)})
    for (auto& [name, why] : *named)
      if (!is_column(name))
        reader.Problem(node_of(section, name), fmt::format("'{}' under [{}] is not a column", name, section));
  TRY(reader.Finish());
  model.lines = reader.Lines();
  model.body = parts.body;
  model.body_line = parts.body_line;
  model.tokens = SqlTokens(parts.body);
  model.names_season_start =
      std::find(model.tokens.begin(), model.tokens.end(), "season_start") != model.tokens.end();
  model.may_see_season_start = MaySeeSeasonStart(model.tokens);
  return model;
}

Result<Check> ParseCheck(const std::string& file, const std::string& text) {
  HeaderedSql parts = TRY(Header(file, text));
  toml::table root = TRY(TomlTable::Parse(file, parts.toml_line, parts.toml));
  TomlTable reader(file, parts.toml_line, root, "a check's header");
  Check check;
  check.name = Stem(file);
  check.file = file;
  check.about = reader.Text("about", true);
  check.reads = reader.Texts("reads", true);
  check.fix = reader.Text("fix", true);
  check.body = parts.body;
  check.body_line = parts.body_line;
  check.lines = reader.Lines();
  TRY(reader.Finish());
  return check;
}

}  // namespace backcourt

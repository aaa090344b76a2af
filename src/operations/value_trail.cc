#include "operations/value_trail.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "ledger/history.h"
#include "ledger/runs.h"
#include "operations/as_of.h"
#include "operations/changes.h"
#include "project/file_names.h"
#include "warehouse/cell_sql.h"

namespace backcourt {

namespace {

constexpr int kShownRows = 12;    // of an input, the newest
constexpr int kFollowedRows = 3;  // of those of an input that changed
constexpr int kDeepest = 12;
constexpr const char* kChanged = "changed";
constexpr int64_t kNewestRun = std::numeric_limits<int64_t>::max();

std::string Is(const std::string& column, const std::string& value) {
  return fmt::format("CAST({} AS VARCHAR) = {}", Ident(column), Quote(value));
}

std::string AllOf(const std::vector<std::pair<std::string, std::string>>& key) {
  std::vector<std::string> parts;
  for (const auto& [column, value] : key)
    parts.push_back(Is(column, value));
  return parts.empty() ? "true" : Join(parts, " AND ");
}

bool Has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Result<std::vector<std::string>> ValueTrail::ColumnsOf(const std::string& table) {
  auto described = TRY(moment_.bench->Describe(table));
  std::vector<std::string> names;
  if (described)
    for (const auto& [name, type] : *described)
      names.push_back(name);
  return names;
}

Result<ValueTrail::Key> ValueTrail::FindRow(const Model& model, int date_index, const std::string& key) {
  std::vector<std::string> columns = TRY(ColumnsOf(model.name));
  Date date = moment_.calendar.dates()[size_t(date_index)].date;
  std::vector<std::string> any;
  std::string where;
  if (key.find('=') != std::string::npos) {
    Key parts;
    for (const std::string& part : Split(key, ',')) {
      size_t at = part.find('=');
      std::string column = Trim(part.substr(0, at));
      if (at == std::string::npos || !Has(columns, column))
        return Error{ErrorKind::kUsage,
                     fmt::format("--key '{}': {} has no column '{}'", key, model.name, column),
                     Suggestion(column, columns, "")};
      parts.emplace_back(column, Trim(part.substr(at + 1)));
    }
    where = AllOf(parts);
  } else {
    for (const std::string& column : model.key)
      if (column != model.date) any.push_back(Is(column, key));
    for (const Lookup& lookup : project_.lookups)
      if (std::string predicate = lookup.Predicate(columns, key); !predicate.empty())
        any.push_back(predicate);
    where = any.empty() ? "false" : Join(any, " OR ");
  }
  std::vector<std::string> values;
  for (const std::string& column : model.key)
    values.push_back(fmt::format("CAST({} AS VARCHAR)", Ident(column)));
  Rows rows = TRY(connection().Query(
      fmt::format("SELECT {} FROM {} WHERE {} = {} AND ({}) ORDER BY ALL LIMIT {}", Join(values, ", "),
                  Ident(model.name), Ident(model.date), date.Sql(), where, kShownRows)));
  auto key_of = [&](size_t row) {
    std::string text;
    for (size_t c = 0; c < model.key.size(); ++c)
      if (model.key[c] != model.date)
        text += fmt::format("{}{}={}", text.empty() ? "" : ",", model.key[c],
                            rows.Null(row, c) ? "NULL" : rows.Text(row, c));
    return text;
  };
  if (rows.size() == 0)
    return Error{ErrorKind::kUsage,
                 fmt::format("no row of {} {} has the key '{}'", model.name, date.Str(), key),
                 CommandToTry({"show", model.name, "--date", date.Str()}), true};
  if (rows.size() > 1) {
    std::vector<std::string> keys;
    for (size_t i = 0; i < rows.size(); ++i)
      keys.push_back(key_of(i));
    return Error{ErrorKind::kUsage,
                 fmt::format("more than one row of {} {} has the key '{}': {}", model.name, date.Str(), key,
                             Join(keys, "; ")),
                 "--key " + ShellWord(keys.front())};
  }
  Key found;
  for (size_t c = 0; c < model.key.size(); ++c)
    found.emplace_back(model.key[c], rows.Text(0, c));
  return found;
}

Result<ValueTrail::Since> ValueTrail::SinceWhen(const Model& model, const std::string& where,
                                                const std::string& column, PartitionKey partition) {
  Since since;
  Rows made =
      TRY(connection().Query(fmt::format("SELECT coalesce(max(run), 0) FROM backcourt.history WHERE "
                                         "table_name = {} AND (slot IS NULL OR slot = {})",
                                         Quote(model.name), partition)));
  since.run = made.Int(0, 0);
  auto cells = moment_.cells.find(model.name);
  const Cell* cell = cells == moment_.cells.end() ? nullptr : cells->second.Find(partition);
  int at = moment_.calendar.Find(Date{partition});
  since.filled = cell ? cell->run : 0;
  since.open = cell && at >= 0 && !Settled(lineage_.states().at(model.name)[size_t(at)]);
  std::string log = TRY(ledger::LogOf(connection(), model.name));
  if (log.empty()) return since;
  std::string value = column.empty() ? "NULL" : fmt::format("CAST({} AS VARCHAR)", Ident(column));
  Rows runs = TRY(connection().Query(fmt::format(
      R"sql(
      SELECT run_, max(CASE WHEN added_ THEN {value} END), max(CASE WHEN added_ THEN NULL ELSE {value} END)
      FROM {log} WHERE run_ >= {made} AND {where} GROUP BY 1 ORDER BY 1)sql",
      fmt::arg("value", value), fmt::arg("log", log), fmt::arg("made", since.run),
      fmt::arg("where", where))));
  int64_t touched = since.run;
  for (size_t i = 0; i < runs.size(); ++i) {
    bool other = column.empty() || runs.Null(i, 1) != runs.Null(i, 2) ||
                 (!runs.Null(i, 1) && runs.Text(i, 1) != runs.Text(i, 2));
    if (other) {
      since.run = runs.Int(i, 0), since.before = touched, since.changed = true;
      since.was = runs.Null(i, 2) ? std::nullopt : std::optional(runs.Text(i, 2));
    }
    touched = runs.Int(i, 0);
  }
  return since;
}

Result<std::vector<WhyValue>> ValueTrail::ChangesIn(const std::string& table, const std::string& where,
                                                    const Since& since, int64_t& all) {
  std::vector<WhyValue> values;
  std::string log = TRY(ledger::LogOf(connection(), table));
  if (log.empty()) return values;
  Rows runs = TRY(connection().Query(
      fmt::format("SELECT DISTINCT run_ FROM {} WHERE run_ > {} AND run_ <= {} AND {} ORDER BY ALL", log,
                  since.before, since.run, where)));
  Remembered remembered = TRY(RememberedAs(project_, connection(), table));
  const RawTable* raw = project_.FindRaw(table);
  for (size_t i = 0; i < runs.size(); ++i) {
    Cell loaded;
    loaded.changed = runs.Int(i, 0);
    ledger::Changes changes =
        TRY(ledger::ReadChanges(connection(), log, loaded.changed, remembered.key, where, kShownValues));
    all += changes.values;
    std::vector<ledger::LoadedFile> files, later;
    if (raw) files = TRY(lineage_.FilesOf(table, loaded)), later = TRY(lineage_.FilesSince(table, loaded));
    for (const ledger::ChangedValue& one : changes.first) {
      WhyValue& value =
          values.emplace_back(WhyValue{ledger::KeyText(one.key), one.column, one.before, one.after, "", {}});
      if (!raw || (one.column.empty() && !one.after)) continue;
      auto place = files_.Find(*raw, files, one.key);
      if (!place) place = files_.Find(*raw, later, one.key);
      if (place) value.file = FileNames(project_).In(place->path), value.row = place->row;
    }
  }
  return values;
}

Result<std::optional<ValueTrail::Input>> ValueTrail::LookAt(const Model& model, const Read& read,
                                                            int date_index, const Key& key,
                                                            const std::string& column, const Since& since) {
  std::vector<std::string> columns = TRY(ColumnsOf(read.table)), windows;
  std::string window = CutOf(project_, moment_.calendar, read, {date_index});
  // What tells the row's own rows of the input: values of its key that rows in the window have.
  Key own;
  std::vector<std::string> counts;
  for (const auto& [column, value] : key)
    if (column != model.date && Has(columns, column)) {
      own.emplace_back(column, value);
      counts.push_back(fmt::format("count(*) FILTER (WHERE {})", Is(column, value)));
    }
  if (!own.empty()) {
    Rows found = TRY(connection().Query(
        fmt::format("SELECT {} FROM {} WHERE {}", Join(counts, ", "), Ident(read.table), window)));
    for (size_t c = own.size(); c-- > 0;)
      if (found.Int(0, c) == 0) own.erase(own.begin() + std::ptrdiff_t(c));
  }
  Input input{project_.FindModel(read.table), fmt::format("({}) AND {}", window, AllOf(own)), {}, {}};
  std::string dated = project_.DateColumn(read.table);
  Rows rows = TRY(connection().Query(
      fmt::format("SELECT count(*), CAST(min({0}) AS VARCHAR), CAST(max({0}) AS VARCHAR) FROM {1} WHERE {2}",
                  dated.empty() ? "NULL" : Ident(dated), Ident(read.table), input.where)));
  if (rows.Int(0, 0) == 0) return std::optional<Input>();
  for (const Window& one : read.windows)
    windows.push_back(one.Str());
  std::string span = rows.Null(0, 1) ? ""
                     : rows.Text(0, 1) == rows.Text(0, 2)
                         ? ", of " + rows.Text(0, 1)
                         : fmt::format(", {} to {}", rows.Text(0, 1), rows.Text(0, 2));
  WhyLink& link = input.link;
  link.table = read.table;
  link.date = moment_.calendar.dates()[size_t(date_index)].date.Str();
  link.because = fmt::format("{}{} within `{}`{}", Counted(rows.Int(0, 0), "row"),
                             own.empty() ? "" : " of its own", Join(windows, ", "), span);
  if (since.changed) link.values = TRY(ChangesIn(read.table, input.where, since, link.values_changed));
  link.state = link.values.empty() ? kAsBefore : kChanged;
  input.changed = since;
  if (link.values.empty() && since.open) {
    Since later = since;
    later.before = since.filled, later.run = kNewestRun, later.changed = true;
    link.values = TRY(ChangesIn(read.table, input.where, later, link.values_changed));
    if (!link.values.empty()) link.state = "changed since", input.changed = later;
  }
  if (!column.empty() && !own.empty()) TRY(AddRows(columns, column, input));
  return std::optional(std::move(input));
}

Result<> ValueTrail::AddRows(const std::vector<std::string>& columns, const std::string& column,
                             Input& input) {
  WhyLink& link = input.link;
  for (const std::string& one : columns)  // the longest that the name begins with
    if ((column == one || column.starts_with(one + "_")) && one.size() > link.column.size())
      link.column = one;
  if (link.column.empty()) return {};
  Remembered remembered = TRY(RememberedAs(project_, connection(), link.table));
  std::string dated = project_.DateColumn(link.table), key;
  for (const std::string& part : remembered.key)
    if (part != dated)
      key += fmt::format(", concat({}, CAST({} AS VARCHAR))", Quote(part + " "), Ident(part));
  Rows rows = TRY(connection().Query(fmt::format(
      "SELECT {}, CAST({} AS VARCHAR), concat_ws(', ', NULL{}) FROM {} WHERE {} ORDER BY {} LIMIT {}",
      dated.empty() ? "''" : "CAST(" + Ident(dated) + " AS VARCHAR)", Ident(link.column), key,
      Ident(link.table), input.where, dated.empty() ? "1" : Ident(dated) + " DESC", kShownRows)));
  for (size_t i = 0; i < rows.size(); ++i)
    link.rows.push_back(
        {rows.Text(i, 0), rows.Text(i, 2), rows.Null(i, 1) ? std::nullopt : std::optional(rows.Text(i, 1))});
  return {};
}

Result<> ValueTrail::AddInputs(const Model& model, int date_index, const Key& key, const std::string& column,
                               const Since& since, int depth, WhyReport& report) {
  std::vector<Input> inputs;
  auto names_column = [&](const Input& input) {
    return std::any_of(input.link.values.begin(), input.link.values.end(),
                       [&](const WhyValue& value) { return value.column == column; });
  };
  for (const Read& read : model.reads)
    if (auto input = TRY(LookAt(model, read, date_index, key, column, since)))
      inputs.push_back(std::move(*input));
  // What changed stands first; where a column of the same name did, the value came by it.
  bool named = !column.empty() && std::any_of(inputs.begin(), inputs.end(), names_column);
  auto rank = [&](const Input& input) {
    return input.link.values.empty() ? 2 : named && !names_column(input);
  };
  std::stable_sort(inputs.begin(), inputs.end(),
                   [&](const Input& a, const Input& b) { return rank(a) < rank(b); });
  for (Input& input : inputs) {
    bool only = !since.changed && input.link.column == column && input.link.rows.size() == 1;
    bool follow = (rank(input) == 0 || only) && input.model && depth < kDeepest;
    if (named && rank(input) == 0) {
      std::erase_if(input.link.values, [&](const WhyValue& value) { return value.column != column; });
      input.link.values_changed = int64_t(input.link.values.size());
    }
    input.link.depth = depth;
    report.push_back(input.link);
    if (follow) TRY(FollowRows(input, named || only ? column : "", depth, report));
  }
  return {};
}

Result<> ValueTrail::FollowRows(const Input& input, const std::string& column, int depth, WhyReport& report) {
  const Model& model = *input.model;
  const Since& since = input.changed;
  std::string cells = fmt::format("CAST({} AS VARCHAR)", Ident(model.date));
  for (const std::string& part : model.key)
    cells += fmt::format(", CAST({} AS VARCHAR)", Ident(part));
  std::string from = since.changed ? fmt::format("{} WHERE added_ AND run_ > {} AND run_ <= {} AND {}",
                                                 TRY(ledger::LogOf(connection(), model.name)), since.before,
                                                 since.run, input.where)
                                   : fmt::format("{} WHERE {}", Ident(model.name), input.where);
  Rows rows = TRY(connection().Query(
      fmt::format("SELECT DISTINCT {} FROM {} ORDER BY ALL LIMIT {}", cells, from, kFollowedRows)));
  for (size_t i = 0; i < rows.size(); ++i) {
    Key key;
    for (size_t c = 0; c < model.key.size(); ++c)
      key.emplace_back(model.key[c], rows.Text(i, c + 1));
    int at = moment_.calendar.Find(TRY(Date::Parse(rows.Text(i, 0))));
    std::string where = fmt::format("{} = DATE '{}' AND {}", Ident(model.date), rows.Text(i, 0), AllOf(key));
    if (at < 0 || !followed_.insert(model.name + where).second) continue;
    Since then = TRY(SinceWhen(model, where, column, moment_.calendar.dates()[size_t(at)].date.days));
    TRY(AddInputs(model, at, key, column, then, depth + 1, report));
  }
  return {};
}

Result<WhyReport> ValueTrail::Follow(const Model& model, int date_index, const std::string& key,
                                     const std::string& column) {
  std::vector<std::string> columns = TRY(ColumnsOf(model.name));
  if (!column.empty() && !Has(columns, column))
    return Error{ErrorKind::kUsage, fmt::format("{} has no column '{}'", model.name, column),
                 Suggestion(column, columns, "")};
  const Date date = moment_.calendar.dates()[size_t(date_index)].date;
  Key row = TRY(FindRow(model, date_index, key));
  std::string where = fmt::format("{} = {} AND {}", Ident(model.date), date.Sql(), AllOf(row));
  Since since = TRY(SinceWhen(model, where, column, date.days));
  WhyLink head;
  head.table = model.name;
  head.date = date.Str();
  head.state = since.changed ? kChanged : "as it was made";
  std::string what = column.empty() ? "the row" : column;
  if (!column.empty()) {
    Rows now = TRY(connection().Query(
        fmt::format("SELECT CAST({} AS VARCHAR) FROM {} WHERE {}", Ident(column), Ident(model.name), where)));
    std::optional<std::string> value;
    if (!now.Null(0, 0)) value = now.Text(0, 0);
    if (since.changed)
      head.values.push_back({ledger::KeyText(row), column, since.was, value, "", {}}),
          head.values_changed = 1;
    what += " is " + value.value_or("NULL");
  } else if (since.changed) {
    head.values =
        TRY(ChangesIn(model.name, where, {since.run, since.run - 1, true, {}}, head.values_changed));
  }
  auto run = TRY(ledger::ReadRun(connection(), since.run));
  head.because =
      fmt::format("{}{}", what,
                  run ? fmt::format(", since run {} ({}, {} UTC)", since.run, run->command, run->started_at)
                      : ", since before the history of the warehouse");
  WhyReport report{std::move(head)};
  TRY(AddInputs(model, date_index, row, column, since, 1, report));
  bool by_rows = std::any_of(report.begin() + 1, report.end(),
                             [](const WhyLink& link) { return link.depth == 1 && link.state == kChanged; });
  std::string& because = report.front().because;
  if (since.changed && !by_rows)
    because +=
        "; no row that it was made of had changed, so the model's own text, a function, or the dates in its "
        "windows had";
  if (since.open) {
    CellState state = lineage_.states().at(model.name)[size_t(date_index)];
    std::string cause = lineage_.Cause(model.name, date_index);
    because += fmt::format("; the cell {}{} now{}", state == CellState::kMayChange ? "" : "is ",
                           CellStateName(state), cause.empty() ? "" : ": " + cause);
  }
  return report;
}

}  // namespace backcourt

#include "operations/why.h"

#include <fmt/format.h>

#include "base/text.h"
#include "ledger/history.h"
#include "load/file_rows.h"
#include "load/raw_table_sql.h"
#include "load/statements.h"
#include "operations/as_of.h"
#include "operations/changes.h"
#include "operations/selection.h"
#include "operations/value_trail.h"
#include "project/file_names.h"
#include "proof/lineage.h"

namespace backcourt {

void Describe(Visitor& v, WhyRequest& r) {
  v.Struct("WhyRequest", "Which cell to explain.");
  v.Field("table", r.table, "A table, or a raw table.",
          {.metavar = "TABLE", .positional = true, .required = true});
  v.Field("date", r.date, "A game date, as 2021-12-02.",
          {.metavar = "DATE", .positional = true, .required = true});
  v.Field(
      "key", r.key,
      "A row of it: a value of its key, as 201939, what a lookup of the pack takes, as a player's name, or "
      "player_id=201939,game_id=0022100637. Shows the rows that it was made of, and which of them changed.",
      {.metavar = "KEY"});
  v.Field("column", r.column, "With --key: the value in this column.", {.metavar = "COLUMN"});
}

void Describe(Visitor& v, WhyLink& l) {
  v.Struct("WhyLink", "A cell of the chain, and why it is as it is.");
  v.Field("table", l.table, "its table");
  v.Field("date", l.date, "its date; a season, or `whole`, where the raw table has no dates");
  v.Field("state", l.state, "its state");
  v.Field("because", l.because, "the reason");
  v.Field("depth", l.depth, "how far it is from the first link");
  v.Field("column", l.column,
          "with `key` and `column`: the column of the input that has the same name, or the beginning of it");
  v.Field("rows", l.rows, "the newest of the rows that the value was made of, with the value of this column");
  v.Field("values", l.values,
          "of a raw cell: the first of the values that its load changed; with `key`: of those in these rows "
          "that changed before the value did, or since it was made (`changed since`)");
  v.Field("values_changed", l.values_changed, "how many of them are known");
}

void Describe(Visitor& v, WhyRow& r) {
  v.Struct("WhyRow", "A row that a value was made of.");
  v.Field("date", r.date, "its date; empty of a table that has none");
  v.Field("key", r.key, "its key");
  v.Field("value", r.value, "its value in the column of the link; null where it is NULL");
}

Error NoGameDate(const Calendar& calendar, Date date, std::vector<std::string> command) {
  auto [at, end] = calendar.Range(date, Date{date.days + 3650});
  const auto& dates = calendar.dates();
  std::string near = at < int(dates.size()) ? dates[size_t(at)].date.Str()
                     : dates.empty()        ? ""
                                            : dates.back().date.Str();
  command.push_back(near);
  return {ErrorKind::kUsage, fmt::format("{} is not a game date", date.Str()),
          near.empty() ? "`backcourt load` first" : CommandToTry(command), true};
}

void Describe(Visitor& v, WhyValue& value) {
  v.Struct("WhyValue", "A value that the load of a raw cell changed.");
  v.Field("key", value.key, "the key of its row, as `game_id 0022100322, player_id 203552`");
  v.Field("column", value.column, "its column; empty of a row that is new or gone");
  v.Field("before", value.before, "the value before; null where it was NULL, or of a new row");
  v.Field("after", value.after, "the value after; null where it is NULL, or of a row that is gone");
  v.Field("file", value.file, "the file that has it, named as `files` does; empty where that is not known");
  v.Field("row", value.row, "its row in the file, from 1 without the header; null where that is not known");
}

namespace {

// Which values the load of a raw cell changed, as far as it is kept, with the place of each.
Result<> AddValues(Workspace& workspace, Connection& ledger, Lineage& lineage, const Cell& cell,
                   WhyLink& link) {
  const RawTable& table = *workspace.project().FindRaw(link.table);
  std::string log = TRY(ledger::LogOf(ledger, link.table, cell.changed));
  if (log.empty()) return {};
  ledger::Changes changed =
      TRY(ledger::ReadChanges(ledger, log, cell.changed, table.key,
                              fmt::format("{} = {}", PartitionSql(table), cell.partition), kShownValues));
  std::vector<ledger::LoadedFile> files = TRY(lineage.FilesOf(link.table, cell));
  std::vector<ledger::LoadedFile> later = TRY(lineage.FilesSince(link.table, cell));
  auto aside = TRY(TRY(workspace.Open())->Connect());
  FileRows rows(workspace.project(), *aside);
  link.values_changed = changed.values;
  for (ledger::ChangedValue& one : changed.first) {
    WhyValue& value = link.values.emplace_back();
    value.key = ledger::KeyText(one.key);
    value.column = std::move(one.column);
    value.before = std::move(one.before);
    value.after = std::move(one.after);
    bool gone = value.column.empty() && !value.after;
    auto place = gone ? std::nullopt : rows.Find(table, files, one.key);
    if (!place && !gone) place = rows.Find(table, later, one.key);
    if (place) value.file = place->path, value.row = place->row;
    if (!place && files.size() == 1) value.file = files.front().path;
    value.file = FileNames(workspace.project()).In(value.file);
  }
  return {};
}

Result<WhyReport> WhyValueIs(Workspace& workspace, Moment& moment, Lineage& lineage,
                             const WhyRequest& request, Date date) {
  TRY(CheckHasHistory(workspace.project()));
  const Model* model = workspace.project().FindModel(request.table);
  if (!model || model->view)
    return Error{ErrorKind::kUsage, fmt::format("{} is not a table that a model fills", request.table),
                 "a table that one fills; of a raw table, `why` without --key shows what changed"};
  int index = moment.calendar.Find(date);
  if (index < 0) return NoGameDate(moment.calendar, date, {"why", request.table});
  auto aside = TRY(TRY(workspace.Open())->Connect());
  return ValueTrail(workspace, moment, lineage, *aside).Follow(*model, index, request.key, request.column);
}

}  // namespace

Result<WhyReport> Why(Workspace& workspace, const WhyRequest& request, const Cancel&) {
  const Project& project = workspace.project();
  Moment moment = TRY(workspace.Look());
  Date date = TRY(Date::Parse(request.date));
  Lineage lineage(project, moment.calendar, moment.cells, *moment.connection);
  if (request.key.empty() && !request.column.empty())
    return Error{ErrorKind::kUsage, "--column is of a row: it needs --key",
                 "--key with a value of the row's key"};
  if (!request.key.empty()) return WhyValueIs(workspace, moment, lineage, request, date);
  std::vector<LineageLink> links;
  const RawTable* raw = project.FindRaw(request.table);
  if (raw && raw->grain == Grain::kDate) {
    links.push_back(TRY(lineage.OfRaw(request.table, date)));
    if (raw->statements)
      for (const std::string& told : TRY(StatementsOn(*moment.connection, *raw, date)))
        links.push_back({request.table, date.Str(), "stated", told, nullptr});
  } else if (const LeftOut* out = project.FindLeftOut(request.table)) {
    links.push_back({out->name, date.Str(), CellStateName(CellState::kBlocked),
                     FileNames(project).In(out->because), nullptr});
  } else {
    std::string table = TRY(ChooseTables(project, {request.table})).at(0);
    int index = moment.calendar.Find(date);
    if (index < 0) return NoGameDate(moment.calendar, date, {"why", table});
    links = TRY(lineage.Follow(table, index));
  }
  WhyReport report;
  for (LineageLink& link : links) {
    report.push_back({std::move(link.table),
                      std::move(link.partition),
                      std::move(link.state),
                      std::move(link.because),
                      int(report.size()),
                      "",
                      {},
                      {},
                      0});
    if (link.raw) TRY(AddValues(workspace, *moment.connection, lineage, *link.raw, report.back()));
  }
  return report;
}

}  // namespace backcourt

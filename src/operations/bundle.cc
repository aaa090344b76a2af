#include "operations/bundle.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/text.h"
#include "base/version.h"
#include "operations/as_of.h"
#include "operations/selection.h"
#include "operations/why.h"
#include "plan/planner.h"
#include "warehouse/cell_sql.h"
#include "warehouse/duckdb/bundle_file.h"

namespace backcourt {

void Describe(Visitor& v, BundleRequest& r) {
  v.Struct("BundleRequest", "Of which cell to make a bundle.");
  v.Field("table", r.table, "A table that a model fills.",
          {.metavar = "TABLE", .positional = true, .required = true});
  v.Field("date", r.date, "A game date, as 2021-12-02.",
          {.metavar = "DATE", .positional = true, .required = true});
  v.Field("output", r.output, "The file (default: TABLE-DATE.bundle in the project's folder).",
          {.metavar = "FILE", .path = true});
}

void Describe(Visitor& v, BundleReport& r) {
  v.Struct("Bundle", "A cell with all that made it, in a file.");
  v.Field("file", r.file, "the file");
  v.Field("table", r.table, "the table");
  v.Field("date", r.date, "the date");
  v.Field("digest", r.digest, "the digest of its rows");
  v.Field("rows", r.rows, "how many these are");
  v.Field("inputs", r.inputs, "by table: rows that the cell reads");
  v.Field("functions", r.functions, "functions of the pack");
  v.Field("bytes", r.bytes, "the size of the file");
}

void Describe(Visitor& v, ReplayRequest& r) {
  v.Struct("ReplayRequest", "Which bundle to replay.");
  v.Field("file", r.file, "A file that `bundle` made.",
          {.metavar = "FILE", .positional = true, .required = true, .path = true});
}

void Describe(Visitor& v, BundleReplay& r) {
  v.Struct("BundleReplay", "A cell made again from a bundle.");
  v.Field("table", r.table, "the table");
  v.Field("date", r.date, "the date");
  v.Field("made_by", r.made_by, "which program and engine filled it");
  v.Field("replayed_by", r.replayed_by, "which program and engine made it again");
  v.Field("digest", r.digest, "the digest of the rows in the file");
  v.Field("replayed", r.replayed, "the digest of the rows made again");
  v.Field("rows", r.rows, "rows in the file");
  v.Field("replayed_rows", r.replayed_rows, "rows made again");
  v.Field("same", r.same, "whether they are the same to the bit");
  v.Field("differing", r.differing, "the columns whose values differ");
}

namespace {

std::string Program(const std::string& engine) { return fmt::format("backcourt {}, {}", Version(), engine); }

// A filled cell that is as its inputs make it.
Result<int> FindCell(const Project& project, const Moment& moment, const BundleRequest& request,
                     const Model*& model) {
  std::string table = TRY(ChooseTables(project, {request.table})).at(0);
  model = project.FindModel(table);
  Date date = TRY(Date::Parse(request.date));
  int index = moment.calendar.Find(date);
  if (index < 0) return NoGameDate(moment.calendar, date, {"bundle", table});
  auto states = JudgeAll(project, moment.calendar, moment.cells);
  CellState state = states[table][size_t(index)];
  if (Settled(state)) return index;
  return Error{ErrorKind::kUsage,
               fmt::format("{} {} is {}: its rows are not what its inputs make", table, date.Str(),
                           CellStateName(state)),
               CommandToTry({"backfill", table, "--dates", date.Str()})};
}

}  // namespace

Result<BundleReport> Bundle(Workspace& workspace, const BundleRequest& request, const Cancel& cancel) {
  const Project& project = workspace.project();
  TRY(CheckHasHistory(project));
  Moment moment = TRY(workspace.Look(true));
  const Model* model = nullptr;
  int index = TRY(FindCell(project, moment, request, model));
  Watch watch = CancelWhen(*moment.connection, cancel);
  const Date date = moment.calendar.dates()[size_t(index)].date;
  const Cell* cell = moment.cells[model->name].Find(date.days);
  BundleReport report;
  report.table = model->name;
  report.date = date.Str();
  report.digest = cell->digest.Hex();
  report.functions = int64_t(project.functions.size());
  report.file = request.output.empty() ? fmt::format("{}/{}-{}.bundle", project.root, model->name, date.Str())
                                       : request.output;
  BundleContents contents;
  contents.facts = {{"table", model->name},
                    {"date", date.Str()},
                    {"digest", report.digest},
                    {"identity", model->identity.Hex()},
                    {"fingerprint", cell->fingerprint.Hex()},
                    {"run", std::to_string(cell->run)},
                    {"made_by", Program(TRY(TRY(workspace.Open())->Version()))}};
  contents.functions = project.functions;
  for (const Read& read : model->reads)
    contents.inputs[read.table] = fmt::format("SELECT * FROM {} WHERE {}", Ident(read.table),
                                              CutOf(project, moment.calendar, read, {index}));
  contents.sql = InputSql(moment.calendar, *model, {index},
                          [](const Read& read) { return "wh.inputs." + Ident(read.table); }) +
                 SelectSql(*model);
  contents.rows =
      fmt::format("SELECT * FROM {} WHERE {} = {}", Ident(model->name), Ident(model->date), date.Sql());
  contents.partition = moment.bench->dialect().DayNumber(Ident(model->date));
  for (const auto& [column, about] : model->columns)
    contents.columns.push_back(column);
  report.inputs = TRY(WriteBundle(*moment.connection, *moment.open, report.file, contents));
  report.rows = report.inputs[""];
  report.inputs.erase("");
  std::error_code ignored;
  report.bytes = int64_t(std::filesystem::file_size(report.file, ignored));
  return report;
}

Result<BundleReplay> ReplayBundle(Workspace&, const ReplayRequest& request, const Cancel&) {
  BundleResult result = TRY(ReplayBundleFile(request.file));
  BundleReplay replay;
  replay.table = result.facts["table"];
  replay.date = result.facts["date"];
  replay.made_by = result.facts["made_by"];
  replay.replayed_by = Program(result.engine);
  replay.digest = result.stored.digest.Hex();
  replay.replayed = result.replayed.digest.Hex();
  replay.rows = result.stored.rows;
  replay.replayed_rows = result.replayed.rows;
  replay.same = replay.digest == replay.replayed && replay.rows == replay.replayed_rows;
  replay.differing = std::move(result.differing);
  return replay;
}

}  // namespace backcourt

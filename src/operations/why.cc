#include "operations/why.h"

#include <fmt/format.h>

#include "load/statements.h"
#include "operations/selection.h"
#include "proof/lineage.h"

namespace backcourt {

void Describe(Visitor& v, WhyRequest& r) {
  v.Struct("WhyRequest", "Which cell to explain.");
  v.Field("table", r.table, "A table, or a raw table.",
          {.metavar = "TABLE", .positional = true, .required = true});
  v.Field("date", r.date, "A game date, as 2021-12-02.",
          {.metavar = "DATE", .positional = true, .required = true});
}

void Describe(Visitor& v, WhyLink& l) {
  v.Struct("WhyLink", "A cell of the chain, and why it is as it is.");
  v.Field("table", l.table, "its table");
  v.Field("date", l.date, "its date; a season, or `whole`, where the raw table has no dates");
  v.Field("state", l.state, "its state");
  v.Field("because", l.because, "the reason");
}

Error NoGameDate(const Calendar& calendar, Date date, const std::string& command) {
  auto [at, end] = calendar.Range(date, Date{date.days + 3650});
  const auto& dates = calendar.dates();
  std::string near = at < int(dates.size()) ? dates[size_t(at)].date.Str()
                     : dates.empty()        ? ""
                                            : dates.back().date.Str();
  return {ErrorKind::kUsage, fmt::format("{} is no game date", date.Str()),
          near.empty() ? "`backcourt load` first" : fmt::format("`backcourt {} {}`", command, near)};
}

Result<WhyReport> Why(Workspace& workspace, const WhyRequest& request, const Cancel&) {
  const Project& project = workspace.project();
  Moment moment = TRY(workspace.Look());
  Date date = TRY(Date::Parse(request.date));
  Lineage lineage(project, moment.calendar, moment.cells, *moment.connection);
  std::vector<LineageLink> links;
  const RawTable* raw = project.FindRaw(request.table);
  if (raw && raw->grain == Grain::kDate) {
    links.push_back(TRY(lineage.OfRaw(request.table, date)));
    if (raw->statements)
      for (const std::string& told : TRY(StatementsOn(*moment.connection, *raw, date)))
        links.push_back({request.table, date.Str(), "stated", told});
  } else if (const LeftOut* out = project.FindLeftOut(request.table)) {
    links.push_back({out->name, date.Str(), CellStateName(CellState::kBlocked), out->because});
  } else {
    std::string table = TRY(ChooseTables(project, {request.table})).at(0);
    int index = moment.calendar.Find(date);
    if (index < 0) return NoGameDate(moment.calendar, date, "why " + table);
    links = TRY(lineage.Follow(table, index));
  }
  WhyReport report;
  for (LineageLink& link : links)
    report.push_back(
        {std::move(link.table), std::move(link.partition), std::move(link.state), std::move(link.because)});
  return report;
}

}  // namespace backcourt

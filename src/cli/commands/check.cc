#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/load_text.h"
#include "cli/session.h"
#include "proof/completeness.h"
#include "proof/null_columns.h"

namespace backcourt {

namespace {

constexpr size_t kShownGaps = 10;  // of one guard and table; --json has all

// The last date whose games are over by now, wherever they are played: 12 hours
// after the date has ended in UTC.
Date PlayedUntil() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return Date{int32_t(std::chrono::floor<std::chrono::days>(now - std::chrono::hours(36)).count())};
}

Result<std::vector<std::string>> CheckedTables(const Project& project,
                                               const std::vector<std::string>& words) {
  std::vector<std::string> names, tables;
  for (const Model& model : project.models)
    if (!model.view) names.push_back(model.name);
  for (const RawTable& raw : project.raw_tables)
    names.push_back(raw.name);
  for (const std::string& word : words) {
    if (word == "all") continue;
    if (std::find(names.begin(), names.end(), word) == names.end())
      return Error{ErrorKind::kUsage, fmt::format("'{}' is no table", word), Nearest(word, names)};
    tables.push_back(word);
  }
  return tables;
}

std::string Dates(const Gap& gap) {
  if (gap.dates == 0) return "";
  if (gap.first.days == 0) return "undated";
  return gap.dates == 1 ? gap.first.Str()
                        : fmt::format("{} dates from {} to {}", gap.dates, gap.first.Str(), gap.last.Str());
}

std::string GapText(const Gap& gap) {
  std::vector<std::string> parts;
  for (const std::string& part : {Dates(gap), gap.table, gap.subject})
    if (!part.empty()) parts.push_back(part);
  return (parts.empty() ? gap.season : Join(parts, ", ")) + ": " + gap.what;
}

// A line of a table, of text or Markdown.
std::string Line(bool markdown, const std::vector<std::string>& cells, const std::vector<int>& widths) {
  std::string line = markdown ? "|" : " ";
  for (size_t i = 0; i < cells.size(); ++i) {
    if (markdown)
      line += " " + ReplaceAll(cells[i], "|", "\\|") + " |";
    else if (widths[i] < 0)
      line += fmt::format(" {:<{}}", cells[i], -widths[i]);
    else
      line += fmt::format(" {:>{}}", cells[i], widths[i]);
  }
  return line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

std::string Text(const Calendar& calendar, const CheckReport& report, const CheckOptions& options,
                 bool markdown) {
  std::string text = markdown ? "## Completeness\n\n" : "";
  for (const Season& season : calendar.seasons()) {
    auto dates = std::count_if(options.dates.begin(), options.dates.end(), [&](int i) {
      return calendar.season_of(calendar.dates()[size_t(i)]).label == season.label;
    });
    if (dates == 0) continue;
    text += fmt::format("{}{}: {} game dates\n{}", markdown ? "### " : "", season.label, dates,
                        markdown ? "\n" : "");
    std::vector<int> widths = {-30, 9, 9, -6, 0};
    text += Line(markdown, {"table", "due", "there", "of", ""}, widths) +
            (markdown ? "|---|---|---|---|---|\n" : "");
    for (const Coverage& c : report.coverage)
      if (c.season == season.label)
        text += Line(markdown, {c.table, WithCommas(c.expected), WithCommas(c.present), c.unit, c.remark},
                     widths);
    widths = {-30, 9, 9, -14, 0};
    text += "\n" + Line(markdown, {"guard", "looked at", "found", "of", ""}, widths) +
            (markdown ? "|---|---|---|---|---|\n" : "");
    for (const GuardCount& g : report.guards)
      if (g.season == season.label)
        text +=
            Line(markdown,
                 {g.guard, WithCommas(g.examined), WithCommas(g.found), g.unit, g.examined ? "" : g.nothing},
                 widths);
    text += "\n";
  }
  return text;
}

std::string Gaps(const std::vector<Gap>& gaps, bool markdown) {
  std::string text = gaps.empty() ? "" : markdown ? "### Gaps\n\n" : "";
  std::map<std::pair<std::string, std::string>, std::vector<const Gap*>> of;
  for (const Gap& gap : gaps)
    of[{gap.guard, gap.table}].push_back(&gap);
  for (const auto& [key, mine] : of) {
    text += fmt::format("{}{}{}: {} found\n", markdown ? "- " : "", key.first,
                        key.second.empty() ? "" : " of " + key.second, WithCommas(int64_t(mine.size())));
    std::string mend;
    for (size_t i = 0; i < std::min(mine.size(), kShownGaps); ++i) {
      if (!mend.empty() && mine[i]->mend != mend)
        text += fmt::format("{}try: {}\n", markdown ? "    - " : "    ", mend);
      text += fmt::format("{}{}\n", markdown ? "  - " : "  ", GapText(*mine[i]));
      mend = mine[i]->mend;
    }
    if (!mend.empty()) text += fmt::format("{}try: {}\n", markdown ? "    - " : "    ", mend);
    if (mine.size() > kShownGaps)
      text += fmt::format("{}and {} more; --json has all\n", markdown ? "  - " : "  ",
                          WithCommas(int64_t(mine.size() - kShownGaps)));
  }
  return text;
}

nlohmann::json Json(const CheckReport& report, const std::vector<AbsentFeed>& absent,
                    const std::vector<NullColumns>& nulls) {
  nlohmann::json tables = nlohmann::json::array(), guards = nlohmann::json::array(),
                 gaps = nlohmann::json::array(), feeds = nlohmann::json::array();
  for (const Coverage& c : report.coverage)
    tables.push_back({{"season", c.season},
                      {"table", c.table},
                      {"unit", c.unit},
                      {"expected", c.expected},
                      {"present", c.present},
                      {"remark", c.remark}});
  for (const GuardCount& g : report.guards)
    guards.push_back({{"season", g.season},
                      {"guard", g.guard},
                      {"unit", g.unit},
                      {"examined", g.examined},
                      {"found", g.found},
                      {"nothing", g.examined ? "" : g.nothing}});
  for (const Gap& gap : report.gaps) {
    bool dated = gap.dates > 0 && gap.first.days != 0;
    gaps.push_back({{"guard", gap.guard},
                    {"season", gap.season},
                    {"table", gap.table},
                    {"first_date", dated ? nlohmann::json(gap.first.Str()) : nlohmann::json()},
                    {"last_date", dated ? nlohmann::json(gap.last.Str()) : nlohmann::json()},
                    {"dates", gap.dates},
                    {"subject", gap.subject},
                    {"what", gap.what},
                    {"mend", gap.mend}});
  }
  for (const AbsentFeed& feed : absent)
    feeds.push_back({{"table", feed.table}, {"season", feed.season}, {"feeds", feed.feeds}});
  nlohmann::json columns = nlohmann::json::array();
  for (const NullColumns& one : nulls)
    columns.push_back({{"needs", one.needs}, {"seasons", one.seasons}, {"columns", one.columns}});
  return {{"complete", report.gaps.empty()},
          {"tables", tables},
          {"guards", guards},
          {"gaps", gaps},
          {"absent", feeds},
          {"null_columns", columns},
          {"seconds", report.seconds}};
}

}  // namespace

Result<int> RunCheck(Session& session, const Arguments& arguments, const Output& output) {
  View view = TRY(Look(session, true));
  if (view.calendar.dates().empty())
    return Error{ErrorKind::kUsage, "the warehouse holds no schedule, and a check of nothing proves nothing",
                 "`backcourt load` first"};
  ChosenDates dates = TRY(ChooseDates(view.calendar, arguments));
  if (dates.dates.empty())
    return Error{ErrorKind::kUsage, "no game date was chosen, and a check of nothing proves nothing",
                 dates.said};
  Watch watch = CancelWhenUnheard(*view.connection, output);
  CheckOptions options{TRY(CheckedTables(session.project, arguments.words)), dates.dates, PlayedUntil()};
  CheckReport report = TRY(
      CheckCompleteness(*view.connection, *session.warehouse->OpenOn(*view.connection), session.project, view.calendar, view.cells, view.retired, options));
  std::vector<AbsentFeed> absent = TRY(AbsentFeeds(session.project, view));
  std::vector<NullColumns> nulls = TRY(FindNullColumns(*view.connection, session.project, view.calendar));
  if (!arguments.season.empty())
    std::erase_if(absent, [&](const AbsentFeed& feed) {
      return !feed.season.empty() && feed.season != arguments.season;
    });
  int64_t examined = 0;
  for (const GuardCount& guard : report.guards)
    examined += guard.examined;
  if (arguments.json) {
    output.Out(Json(report, absent, nulls).dump(2) + "\n");
  } else {
    output.Out(Text(view.calendar, report, options, arguments.markdown));
    std::string gaps = Gaps(report.gaps, arguments.markdown),
                feeds = AbsentText(absent) + NullColumnsText(nulls);
    output.Out(
        gaps + (gaps.empty() ? "" : "\n") +
        (arguments.markdown && !feeds.empty() ? "### Absent feeds\n\n```\n" + feeds + "```\n" : feeds));
    output.Out(fmt::format("{} guards looked at {} things in {}: {}\n", report.guards.size(),
                           WithCommas(examined), Seconds(report.seconds),
                           report.gaps.empty()
                               ? std::string("nothing is lacking")
                               : fmt::format("{} GAPS", WithCommas(int64_t(report.gaps.size())))));
  }
  return report.gaps.empty() ? 0 : 2;
}

}  // namespace backcourt

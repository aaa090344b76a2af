#include "cli/progress_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "cli/texts.h"
#include "run/runner.h"

namespace backcourt {

namespace {

constexpr double kLineEvery = 0.9;                // seconds; less than two ticks of a load
constexpr double kFrameEvery = 0.1;               // seconds
constexpr int kNameWidth = 34, kLineWidth = 160;  // of lines in a pipe

}  // namespace

// What happened, as a line that stays; "" of what only changes the state.
std::string ProgressView::Remark(const RunEvent& event) {
  if (auto* e = std::get_if<CellFailed>(&event)) {
    Failures& mine = failures_[e->table];
    if (mine.message != e->message) {
      std::string rest = Rest(e->table);
      mine = {e->message, e->error_class, 0, {}, {}};
      return rest +
             fmt::format("FAILED {} {} ({}): {}\n", e->table, e->date.Str(), e->error_class, e->message);
    }
    if (mine.more++ == 0) mine.first = e->date;
    mine.last = e->date;
    mine.error_class = e->error_class;
    return "";
  }
  if (auto* e = std::get_if<BatchRetry>(&event))
    return fmt::format("{}: attempt {} in {} after: {}\n", e->table, e->attempt, Seconds(e->pause_seconds),
                       e->message);
  if (auto* e = std::get_if<BatchHalved>(&event)) {
    std::string rest = Rest(e->table);
    bool again = std::exchange(failures_[e->table].message, e->message) == e->message;
    return rest + fmt::format("{} {} to {}: {}; trying its {} dates in halves\n", e->table,
                              e->first_date.Str(), e->last_date.Str(), again ? "the same" : e->message,
                              e->cells);
  }
  if (auto* e = std::get_if<TableAbandoned>(&event))
    return Rest(e->table) + fmt::format("{} is not tried any further{}\n", e->table,
                                        failures_[e->table].message == e->why ? "" : ": " + e->why);
  return "";
}

// What has failed as before, as one line; "" where nothing has.
std::string ProgressView::Rest(const std::string& table) {
  Failures& mine = failures_[table];
  int64_t more = std::exchange(mine.more, 0);
  if (more == 0) return "";
  return fmt::format("FAILED {} {}{} ({}): the same\n", table, mine.first.Str(),
                     more == 1 ? "" : fmt::format(" to {}, {} dates", mine.last.Str(), WithCommas(more)),
                     mine.error_class);
}

ProgressView::ProgressView(const Output& output, Style style)
    : output_(output), style_(style), drawn_at_(style == Style::kLines ? SystemRunClock().Now() : 0) {}

void ProgressView::Clear() {
  if (transient_) output_.Err("\r\x1b[2K");
  transient_ = false;
}

void ProgressView::ShowTransient(const std::string& line) {
  if (style_ != Style::kScreen) return;
  output_.Err("\r\x1b[2K" + Cut(line, output_.Measured().width - 1));
  transient_ = true;
}

// In a pipe a line a second, so that short loads print none.
void ProgressView::ShowReading(const std::string& line) {
  ShowTransient(line);
  double now = SystemRunClock().Now();
  if (style_ != Style::kLines || now - drawn_at_ < kLineEvery) return;
  drawn_at_ = now;
  output_.Err(line + "\n");
}

void ProgressView::Show(const Event& event) {
  if (auto* started = std::get_if<RunStarted>(&event)) output_.began(started->run);
  if (style_ == Style::kJson)
    return output_.Out(EventToJson(event).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
                       "\n");
  std::visit(
      [&](const auto& e) {
        using T = std::decay_t<decltype(e)>;
        if constexpr (std::is_constructible_v<RunEvent, T>) {
          Clear();
          ShowRun(RunEvent(e));
        } else if constexpr (std::is_same_v<T, LoadStep>) {
          ShowReading(e.what);
        } else if constexpr (std::is_same_v<T, ReplayProgress>) {
          ShowTransient(fmt::format("replayed {}/{} cells, ETA {}", e.done, e.total, Seconds(e.eta_seconds)));
        } else if constexpr (std::is_same_v<T, TableExported>) {
          ShowTransient("written: " + e.table);
        } else if constexpr (std::is_same_v<T, LoadFinished>) {
          Clear();
          output_.Say(e.report.run ? LoadText(e.report) : VanishedText(e.report));
        } else if constexpr (std::is_same_v<T, DatesChosen>) {
          Clear();
          output_.Say(ChoiceText(e.choice) + "\n");
        } else {
          output_.Err(fmt::format("{}: its changed checks fail on {}\n", e.table, Counted(e.dates, "date")));
        }
      },
      event);
}

void ProgressView::ShowRun(const RunEvent& event) {
  state_.Apply(event);
  if (std::string remark = Remark(event); !remark.empty()) output_.Out(screen_.Above(remark));
  if (style_ == Style::kScreen) return Redraw(false);
  const std::string* table = std::visit(
      [](const auto& e) -> const std::string* {
        using T = std::decay_t<decltype(e)>;
        if constexpr (std::is_same_v<T, CellsFilled> || std::is_same_v<T, CellsUnchanged> ||
                      std::is_same_v<T, CellsBlocked>)
          return &e.table;
        return nullptr;
      },
      event);
  if (!table) return;
  RunNow now = NowOf(state_, state_.seconds());
  for (const TableNow& one : now.tables)
    if (one.table == *table)
      output_.Out(
          fmt::format("{}  [{}]\n", TableLine(one, kNameWidth, kLineWidth), SummaryLine(now, kLineWidth)));
}

void ProgressView::Redraw(bool last) {
  double time = SystemRunClock().Now();
  if (!last && time - drawn_at_ < kFrameEvery) return;
  drawn_at_ = time;
  Output now = output_.Measured();
  RunNow run = NowOf(state_, state_.seconds());
  output_.Out(screen_.Draw(RunLines(run, now.width - 1, now.height - 1)));
}

void ProgressView::Finish() {
  Clear();
  std::string rest;
  for (const auto& [table, failures] : failures_)
    rest += Rest(table);
  if (!rest.empty()) output_.Out(screen_.Above(rest));
  if (style_ == Style::kScreen && !state_.tables().empty()) Redraw(true);
}

}  // namespace backcourt

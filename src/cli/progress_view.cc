#include "cli/progress_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "cli/texts.h"
#include "run/runner.h"

namespace backcourt {

namespace {

constexpr double kLineEvery = 0.9;  // seconds; less than two ticks of a load

}  // namespace

// What happened, as a line that stays; "" of what only changes the state.
std::string ProgressView::Remark(const RunEvent& event) {
  if (auto* e = std::get_if<CellFailed>(&event)) {
    std::string& before = failures_[e->table];
    bool again = std::exchange(before, e->message) == e->message;
    return fmt::format("FAILED {} {} ({}): {}\n", e->table, e->date.Str(), e->error_class,
                       again ? "the same" : e->message);
  }
  if (auto* e = std::get_if<BatchRetry>(&event))
    return fmt::format("{}: attempt {} in {} after: {}\n", e->table, e->attempt, Seconds(e->pause_seconds),
                       e->message);
  if (auto* e = std::get_if<BatchHalved>(&event)) {
    std::string& before = failures_[e->table];
    bool again = std::exchange(before, e->message) == e->message;
    return fmt::format("{} {} to {}: {}; trying its {} dates in halves\n", e->table, e->first_date.Str(),
                       e->last_date.Str(), again ? "the same" : e->message, e->cells);
  }
  if (auto* e = std::get_if<TableAbandoned>(&event))
    return fmt::format("{} is not tried any further{}\n", e->table,
                       failures_[e->table] == e->why ? "" : ": " + e->why);
  return "";
}

ProgressView::ProgressView(const Output& output, Style style)
    : output_(output), style_(style), drawn_at_(style == Style::kLines ? SystemRunClock().Now() : 0) {}

std::string ProgressView::LineOf(const TableState& table) {
  int64_t done = table.finished();
  std::string text = fmt::format("{:<34} {:>5}/{:<5} dates {:>10} rows", table.table, done, table.total,
                                 WithCommas(table.rows));
  if (table.busy > 0) text += fmt::format(" {:>9}/s", WithCommas(int64_t(double(table.rows) / table.busy)));
  if (table.kept) text += fmt::format("  {} unchanged", table.kept);
  if (table.failed) text += fmt::format("  {} FAILED", table.failed);
  if (table.blocked) text += fmt::format("  {} blocked", table.blocked);
  if (done < table.total && (table.done > 0 || table.expected > 0))
    text += "  ETA " + Seconds(table.SecondsLeft());
  return text;
}

void ProgressView::Clear() {
  if (transient_) output_.Err("\r\x1b[2K");
  transient_ = false;
}

void ProgressView::ShowTransient(const std::string& line) {
  if (style_ != Style::kScreen) return;
  output_.Err("\r\x1b[2K" + line.substr(0, size_t(std::max(20, output_.width - 1))));
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
          output_.Out(e.report.run ? LoadText(e.report) : VanishedText(e.report));
        } else if constexpr (std::is_same_v<T, DatesChosen>) {
          Clear();
          output_.Out(ChoiceText(e.choice) + "\n");
        } else {
          output_.Err(fmt::format("{}: its changed checks fail on {}\n", e.table, Counted(e.dates, "date")));
        }
      },
      event);
}

void ProgressView::ShowRun(const RunEvent& event) {
  state_.Apply(event);
  if (std::string remark = Remark(event); !remark.empty()) {
    output_.Out(drawn_lines_ ? fmt::format("\x1b[{}A\x1b[0J{}", drawn_lines_, remark) : remark);
    drawn_lines_ = 0;
  }
  if (style_ == Style::kScreen) return Redraw(false);
  const std::string* table = std::visit(
      [](const auto& e) -> const std::string* {
        using T = std::decay_t<decltype(e)>;
        if constexpr (std::is_same_v<T, CellsFilled> || std::is_same_v<T, CellsUnchanged> ||
                      std::is_same_v<T, CellFailed> || std::is_same_v<T, CellsBlocked>)
          return &e.table;
        return nullptr;
      },
      event);
  if (table)
    output_.Out(fmt::format("{}  [all: {}, ETA {}]\n", LineOf(*state_.Find(*table)),
                            Seconds(state_.seconds()), Seconds(state_.Eta())));
}

void ProgressView::Redraw(bool last) {
  double now = SystemRunClock().Now();
  if (!last && now - drawn_at_ < 0.1) return;
  drawn_at_ = now;
  std::vector<const TableState*> shown;
  for (const TableState& table : state_.tables())
    shown.push_back(&table);
  // Where not all fit: those that run, then those that are not finished.
  size_t room = last ? shown.size() : size_t(std::max(1, output_.height - 2));
  if (shown.size() > room) {
    auto rank = [](const TableState* t) { return t->running ? 0 : t->finished() < t->total ? 1 : 2; };
    std::stable_sort(shown.begin(), shown.end(), [&](auto* a, auto* b) { return rank(a) < rank(b); });
    shown.resize(room);
  }
  std::string text = drawn_lines_ ? fmt::format("\x1b[{}A", drawn_lines_) : "";
  auto line = [&](const std::string& full) {
    text += full.substr(0, size_t(std::max(1, output_.width - 1))) + "\x1b[K\n";
  };
  for (const TableState* table : shown)
    line(LineOf(*table));
  drawn_lines_ = int(shown.size());
  if (!last) {
    line(fmt::format("running for {}, ETA {}", Seconds(state_.seconds()), Seconds(state_.Eta())));
    ++drawn_lines_;
  }
  output_.Out(text + "\x1b[0J");
}

void ProgressView::Finish() {
  Clear();
  if (style_ == Style::kScreen && !state_.tables().empty()) Redraw(true);
}

}  // namespace backcourt

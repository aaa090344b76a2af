#include "run/progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace backcourt {

Progress::Progress(const Project& project, const Plan& plan, int64_t run, Style style,
                   std::function<void(const std::string&)> write)
    : run_(run), style_(style), write_(std::move(write)), start_(SystemRunClock().Now()) {
  for (const Batch& batch : plan.batches) {
    if (!lines_.contains(batch.model)) order_.push_back(batch.model);
    Line& line = lines_[batch.model];
    line.total += int(batch.dates.size());
    if (!batch.dates.empty()) line.expected = batch.expected_seconds / double(batch.dates.size());
  }
  for (auto& [name, line] : lines_)
    for (const Read& read : project.FindModel(name)->reads)
      if (lines_.contains(read.table)) line.inputs.push_back(read.table);
}

std::vector<std::string> Progress::WaitsFor(const Line& line) const {
  std::vector<std::string> inputs;
  if (line.running == 0 && line.finished() < line.total)
    for (const std::string& input : line.inputs)
      if (lines_.at(input).finished() < lines_.at(input).total) inputs.push_back(input);
  return inputs;
}

double Progress::SecondsLeft(const Line& line) const {
  int todo = line.total - line.finished();
  double pace = line.done > 0 ? line.busy / line.done : line.expected;
  return pace * todo;
}

// The rest of all tables over the cores at work, but not less than the longest one.
double Progress::EtaLocked() const {
  double sum = 0, longest = 0;
  for (const auto& [model, line] : lines_) {
    double left = SecondsLeft(line);
    sum += left;
    longest = std::max(longest, left);
  }
  return std::max(longest, sum / 2);
}

std::string Progress::LineText(const std::string& model, const Line& line) const {
  int done = line.finished();
  std::string text =
      fmt::format("{:<34} {:>5}/{:<5} dates {:>10} rows", model, done, line.total, WithCommas(line.rows));
  if (line.busy > 0) text += fmt::format(" {:>9}/s", WithCommas(int64_t(double(line.rows) / line.busy)));
  if (line.kept) text += fmt::format("  {} unchanged", line.kept);
  if (line.failed) text += fmt::format("  {} FAILED", line.failed);
  if (line.blocked) text += fmt::format("  {} blocked", line.blocked);
  if (done < line.total && (line.done > 0 || line.expected > 0))
    text += "  ETA " + Seconds(SecondsLeft(line));
  return text;
}

void Progress::Redraw(bool last) {
  double now = SystemRunClock().Now();
  if (!last && now - drawn_at_ < 0.1) return;
  drawn_at_ = now;
  std::string text = drawn_lines_ ? fmt::format("\x1b[{}A", drawn_lines_) : "";
  drawn_lines_ = 0;
  for (const std::string& model : order_) {
    text += "\x1b[2K" + LineText(model, lines_.at(model)) + "\n";
    ++drawn_lines_;
  }
  if (!last) {
    text += fmt::format("\x1b[2Krunning for {}, ETA {}\n", Seconds(now - start_), Seconds(EtaLocked()));
    ++drawn_lines_;
  } else {
    text += "\x1b[0J";
  }
  write_(text);
}

void Progress::Event(const char* event, const Model& model, nlohmann::json more) {
  nlohmann::json line = {
      {"event", event}, {"run", run_}, {"table", model.name}, {"seconds", SystemRunClock().Now() - start_}};
  line.update(more);
  write_(line.dump() + "\n");
}

void Progress::Changed(const std::string& model) {
  if (style_ == Style::kTerminal) Redraw(false);
  if (style_ == Style::kPlain)
    write_(LineText(model, lines_.at(model)) + fmt::format("  [all: {}, ETA {}]\n",
                                                           Seconds(SystemRunClock().Now() - start_),
                                                           Seconds(EtaLocked())));
}

void Progress::BatchStarted(const Batch& batch, int cells) {
  std::lock_guard lock(mutex_);
  lines_[batch.model].running = cells;
  if (style_ == Style::kTerminal) Redraw(false);
}

void Progress::BatchFilled(const Model& model, const std::vector<Cell>& cells, double seconds) {
  std::lock_guard lock(mutex_);
  Line& line = lines_[model.name];
  line.done += int(cells.size());
  line.running = 0;
  line.busy += seconds;
  int64_t rows = 0;
  for (const Cell& cell : cells)
    rows += cell.rows;
  line.rows += rows;
  if (style_ == Style::kJson)
    Event("filled", model,
          {{"first_date", Date{cells.front().slot}.Str()},
           {"last_date", Date{cells.back().slot}.Str()},
           {"cells", cells.size()},
           {"rows", rows},
           {"batch_seconds", seconds},
           {"eta_seconds", EtaLocked()}});
  Changed(model.name);
}

void Progress::CellsKept(const Model& model, int cells) {
  std::lock_guard lock(mutex_);
  lines_[model.name].kept += cells;
  if (style_ == Style::kJson) Event("unchanged", model, {{"cells", cells}});
  Changed(model.name);
}

void Progress::CellsFailed(const Model& model, const std::vector<Cell>& cells) {
  std::lock_guard lock(mutex_);
  lines_[model.name].failed += int(cells.size());
  for (const Cell& cell : cells) {
    if (style_ == Style::kJson)
      Event("failed", model,
            {{"date", Date{cell.slot}.Str()},
             {"class", cell.error_class},
             {"message", cell.reason},
             {"attempts", cell.attempts}});
    else if (style_ != Style::kQuiet)
      write_(fmt::format("FAILED {} {} ({}): {}\n", model.name, Date{cell.slot}.Str(), cell.error_class,
                         cell.reason)),
          drawn_lines_ = 0;
  }
  Changed(model.name);
}

void Progress::CellsBlocked(const Model& model, const std::vector<Cell>& cells) {
  std::lock_guard lock(mutex_);
  lines_[model.name].blocked += int(cells.size());
  if (style_ == Style::kJson)
    Event("blocked", model,
          {{"cells", cells.size()},
           {"first_date", Date{cells.front().slot}.Str()},
           {"reason", cells.front().reason}});
  Changed(model.name);
}

void Progress::Retrying(const Model& model, const Error& error, int attempt, double pause) {
  std::lock_guard lock(mutex_);
  if (style_ == Style::kJson)
    Event("retrying", model, {{"attempt", attempt}, {"pause_seconds", pause}, {"message", error.message}});
  else if (style_ != Style::kQuiet)
    write_(
        fmt::format("{}: attempt {} in {} after: {}\n", model.name, attempt, Seconds(pause), error.message)),
        drawn_lines_ = 0;
}

void Progress::ModelStopped(const Model& model, const std::string& why, int not_tried) {
  std::lock_guard lock(mutex_);
  if (style_ == Style::kJson)
    Event("stopped", model, {{"why", why}, {"cells_not_tried", not_tried}});
  else if (style_ != Style::kQuiet)
    write_(fmt::format("{} is not tried any further: {}\n", model.name, why)), drawn_lines_ = 0;
}

void Progress::Finish() {
  std::lock_guard lock(mutex_);
  if (style_ == Style::kTerminal) Redraw(true);
}

nlohmann::json Progress::Now() const {
  std::lock_guard lock(mutex_);
  nlohmann::json tables = nlohmann::json::array();
  for (const std::string& model : order_) {
    const Line& line = lines_.at(model);
    tables.push_back({{"table", model},
                      {"done", line.done + line.kept},
                      {"total", line.total},
                      {"failed", line.failed},
                      {"blocked", line.blocked},
                      {"running", line.running},
                      {"rows", line.rows},
                      {"eta_seconds", SecondsLeft(line)},
                      {"waits_for", WaitsFor(line)}});
  }
  return {{"run", run_},
          {"running_seconds", SystemRunClock().Now() - start_},
          {"eta_seconds", EtaLocked()},
          {"tables", tables}};
}

std::string Progress::NowText() const {
  std::lock_guard lock(mutex_);
  std::string text = fmt::format("run {} is filling, for {}, ETA {}\n", run_,
                                 Seconds(SystemRunClock().Now() - start_), Seconds(EtaLocked()));
  for (const std::string& model : order_) {
    const Line& line = lines_.at(model);
    if (line.running == 0 && line.finished() == line.total) continue;
    std::vector<std::string> inputs = WaitsFor(line);
    text += "  " + LineText(model, line) +
            (line.running     ? "  running"
             : inputs.empty() ? ""
                              : "  waits for " + Join(inputs, ", ")) +
            "\n";
  }
  return text;
}

}  // namespace backcourt

#include "cli/run_screen.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace backcourt {

namespace {

constexpr int kLongestName = 34, kShortestName = 12;

int64_t Finished(const TableNow& table) { return table.done + table.failed + table.blocked; }
bool Ended(const TableNow& table) { return Finished(table) >= table.total; }

int Percent(int64_t done, int64_t total) { return total ? int(100.0 * double(done) / double(total)) : 100; }

std::string StateOf(const TableNow& table) {
  std::string text;
  if (table.failed) text += fmt::format("{} FAILED ", table.failed);
  if (table.blocked) text += fmt::format("{} blocked ", table.blocked);
  if (Ended(table)) return text + "done";
  if (table.running) return text + "running";
  return text + (table.waits_for.empty() ? "next"
                                         : "waits for " + table.waits_for.front() +
                                               (table.waits_for.size() > 1
                                                    ? fmt::format(" and {} more", table.waits_for.size() - 1)
                                                    : ""));
}

}  // namespace

std::string Cut(const std::string& text, int width) {
  size_t most = size_t(std::max(1, width));
  if (Characters(text) <= most) return text;
  size_t bytes = 0;
  for (size_t characters = 0; bytes < text.size(); ++bytes)
    if ((text[bytes] & 0xC0) != 0x80 && ++characters == most) break;
  return text.substr(0, bytes) + "…";
}

std::string TableLine(const TableNow& table, int name_width, int width) {
  std::string line = fmt::format("{:<{}} {:>11}", Cut(table.table, name_width), name_width,
                                 fmt::format("{}/{}", Finished(table), table.total));
  std::string state = "  " + StateOf(table);
  std::string eta = !Ended(table) && table.eta_seconds ? "  " + Seconds(*table.eta_seconds) + " left" : "";
  std::string rows = fmt::format("  {:>10} rows", WithCommas(table.rows));
  std::string rate =
      fmt::format("  {:>9}/s",
                  table.busy_seconds > 0 ? WithCommas(int64_t(double(table.rows) / table.busy_seconds)) : "");
  // The state is what matters most, then the time, then the rows.
  size_t room = size_t(std::max(1, width)) - std::min(size_t(width), Characters(line));
  for (const std::string& part :
       {rows + rate + state + eta, rows + state + eta, state + eta, rows + state, state})
    if (Characters(part) <= room) return line + part;
  return Cut(line + state, width);
}

std::string SummaryLine(const RunNow& run, int width) {
  int64_t done = 0, total = 0, failed = 0, blocked = 0, rows = 0;
  for (const TableNow& table : run.tables) {
    done += Finished(table), total += table.total;
    failed += table.failed, blocked += table.blocked, rows += table.rows;
  }
  std::string wrong;
  if (failed) wrong += fmt::format(", {} FAILED", WithCommas(failed));
  if (blocked) wrong += fmt::format(", {} blocked", WithCommas(blocked));
  std::string time = Seconds(run.running_seconds);
  if (run.eta_seconds && done < total) time += ", ETA " + Seconds(*run.eta_seconds);
  std::string head = fmt::format("run {}: {}%", run.run, Percent(done, total));
  for (const std::string& line :
       {fmt::format("{} of {}{}, {}, {}", head, Counted(total, "cell"), wrong, Counted(rows, "row"), time),
        fmt::format("{} of {}{}, {}", head, Counted(total, "cell"), wrong, time),
        fmt::format("{}{}, {}", head, wrong, time)})
    if (Characters(line) <= size_t(width)) return line;
  return Cut(head + ", " + time, width);
}

std::vector<std::string> RunLines(const RunNow& run, int width, int height) {
  std::vector<const TableNow*> tables;
  for (const TableNow& table : run.tables)
    tables.push_back(&table);
  size_t room = size_t(std::max(2, height)) - 1;
  auto rank = [](const TableNow* t) { return t->running ? 0 : Ended(*t) ? 2 : 1; };
  std::stable_sort(tables.begin(), tables.end(), [&](auto* a, auto* b) { return rank(a) < rank(b); });
  size_t shown = tables.size() <= room ? tables.size() : room - 1;
  size_t longest = kShortestName;
  for (const TableNow* table : tables)
    longest = std::max(longest, Characters(table->table));
  int name_width = std::clamp(width - 22, kShortestName, int(std::min<size_t>(longest, kLongestName)));
  std::vector<std::string> lines;
  for (size_t i = 0; i < shown; ++i)
    lines.push_back(TableLine(*tables[i], name_width, width));
  if (shown < tables.size()) {
    int64_t done = 0, open = 0;
    for (size_t i = shown; i < tables.size(); ++i)
      ++(Ended(*tables[i]) ? done : open);
    std::string more = fmt::format("and {}:", Counted(int64_t(tables.size() - shown), "more table"));
    if (open) more += fmt::format(" {} to come", open);
    if (done) more += fmt::format("{} {} done", open ? "," : "", done);
    lines.push_back(Cut(more, width));
  }
  lines.push_back(SummaryLine(run, width));
  return lines;
}

std::string Screen::Draw(const std::vector<std::string>& lines) {
  std::string text = drawn_ ? fmt::format("\x1b[{}A\r", drawn_) : "";
  for (const std::string& line : lines)
    text += line + "\x1b[K\n";
  drawn_ = lines.size();
  return text + "\x1b[0J";
}

std::string Screen::Above(const std::string& text) {
  std::string all = drawn_ ? fmt::format("\x1b[{}A\r\x1b[0J{}", drawn_, text) : text;
  drawn_ = 0;
  return all;
}

}  // namespace backcourt

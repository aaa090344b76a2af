#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "cli/session.h"
#include "ledger/runs.h"
#include "load/statements.h"

namespace backcourt {

namespace {

struct Link {
  std::string table, slot, state, because;
};

std::string SlotText(const Project& project, const std::string& table, int32_t slot) {
  switch (project.GrainOf(table)) {
    case Grain::kDate:
      return Date{slot}.Str();
    case Grain::kSeason:
      return fmt::format("{}-{:02}", slot, (slot + 1) % 100);
    case Grain::kWhole:
      return "whole";
  }
  return "";
}

// The chain from a cell down to what changed first.
class Chain {
 public:
  Chain(const Project& project, const View& view, Connection& connection)
      : project_(project),
        view_(view),
        connection_(connection),
        states_(JudgeAll(project, view.calendar, view.cells)) {}

  Result<std::vector<Link>> Follow(const std::string& table, int date_index) {
    std::vector<Link> links;
    std::string name = table;
    int index = date_index;
    for (size_t depth = 0; depth <= project_.models.size(); ++depth) {
      const Model* model = project_.FindModel(name);
      int32_t slot = view_.calendar.dates()[size_t(index)].date.days;
      CellState state = states_.at(name)[size_t(index)];
      const Cell* cell = nullptr;
      if (auto series = view_.cells.find(name); series != view_.cells.end()) cell = series->second.Find(slot);
      Link link{name, Date{slot}.Str(), CellStateName(state), ""};
      auto end = [&](std::string because) {
        link.because = std::move(because);
        links.push_back(link);
      };
      if (state == CellState::kFailed)
        return end(fmt::format("it failed ({}, {} attempt{}, run {}): {}", cell->error_class, cell->attempts,
                               cell->attempts == 1 ? "" : "s", cell->run, cell->reason)),
               links;
      // An input that is not true to its own inputs comes first.
      if (auto open = OpenInput(*model, index)) {
        end(state == CellState::kBlocked && cell
                ? cell->reason
                : fmt::format("its input {} {} is {}", open->first,
                              view_.calendar.dates()[size_t(open->second)].date.Str(),
                              CellStateName(states_.at(open->first)[size_t(open->second)])));
        name = open->first;
        index = open->second;
        continue;
      }
      if (!cell || state == CellState::kMissing)
        return end("it has never been filled; `backcourt backfill` fills it"), links;
      if (state == CellState::kStale && cell->identity != model->identity)
        return end(fmt::format("the text of {} has changed since run {}", model->file, cell->run)), links;
      if (state == CellState::kEmpty) return end(cell->reason), links;
      auto newest = NewestInput(*model, index);
      if (state == CellState::kStale) {
        if (!newest || newest->second->changed <= cell->run)
          return end("the rows of an input that were in its windows are not there now, or new dates have "
                     "come into them"),
                 links;
      }
      std::string told = state == CellState::kStale
                             ? "an input has changed since it was filled"
                             : fmt::format("filled in run {} from inputs that are as they were", cell->run);
      if (!cell->waived.empty()) told += "; let through without " + cell->waived;
      if (!cell->missing.empty()) told += "; without the box of " + cell->missing;
      if (!cell->note.empty()) told += "; " + cell->note;
      if (!newest) return end(told), links;
      const auto& [input, input_cell] = *newest;
      end(fmt::format("{}; newest input: {} {}", told, input, SlotText(project_, input, input_cell->slot)));
      if (!project_.FindModel(input)) {
        links.push_back({input, SlotText(project_, input, input_cell->slot), "loaded",
                         TRY(LoadText(input, *input_cell))});
        return links;
      }
      name = input;
      index = view_.calendar.Find(Date{input_cell->slot});
    }
    return links;
  }

  // The load and the files that changed a raw cell.
  Result<std::string> LoadText(const std::string& table, const Cell& cell) {
    auto run = TRY(ledger::ReadRun(connection_, cell.changed));
    std::vector<std::string> feeds;
    for (const Source& source : project_.sources)
      if (source.table == table) {
        feeds.insert(feeds.end(), source.feeds.begin(), source.feeds.end());
        feeds.insert(feeds.end(), source.optional_feeds.begin(), source.optional_feeds.end());
      }
    std::set<std::string> changed;
    for (const ledger::LoadedFile& file : TRY(ledger::ReadFiles(connection_)))
      if (file.run == cell.changed && (file.feed.ends_with(" " + table) ||
                                       std::find(feeds.begin(), feeds.end(), file.feed) != feeds.end()))
        changed.insert(file.path);
    std::vector<std::string> paths(changed.begin(), changed.end());
    if (paths.size() > 4) {
      size_t more = paths.size() - 4;
      paths.resize(4);
      paths.push_back(fmt::format("and {} more", more));
    }
    return fmt::format(
        "changed by load {}{}{}", cell.changed, run ? " of " + run->started_at + " UTC" : "",
        paths.empty() ? ", whose files have been loaded again since" : ", from " + Join(paths, ", "));
  }

 private:
  std::optional<std::pair<std::string, int>> OpenInput(const Model& model, int index) {
    for (const Read& read : model.reads) {
      auto states = states_.find(read.table);
      if (states == states_.end()) continue;
      for (const SlotRange& range : SlotsOf(read, view_.calendar, index)) {
        auto [begin, end] = view_.calendar.Range(Date{range.first}, Date{range.last});
        for (int i = begin; i < end; ++i)
          if (!Settled(states->second[size_t(i)])) return std::pair(read.table, i);
      }
    }
    return {};
  }

  std::optional<std::pair<std::string, const Cell*>> NewestInput(const Model& model, int index) {
    std::optional<std::pair<std::string, const Cell*>> newest;
    for (const Read& read : model.reads) {
      auto series = view_.cells.find(read.table);
      if (series == view_.cells.end()) continue;
      for (const SlotRange& range : SlotsOf(read, view_.calendar, index)) {
        auto [begin, end] = series->second.Range(range.first, range.last);
        for (size_t i = begin; i < end; ++i) {
          const Cell& cell = series->second.cells()[i];
          if (!newest || cell.changed > newest->second->changed) newest = {read.table, &cell};
        }
      }
    }
    return newest;
  }

  const Project& project_;
  const View& view_;
  Connection& connection_;
  std::map<std::string, std::vector<CellState>> states_;
};

}  // namespace

Result<int> RunWhy(Session& session, const Arguments& arguments, const Output& output) {
  View view = TRY(Look(session));
  const std::string& table = arguments.table;
  std::vector<Link> links;
  const RawTable* raw = session.project.FindRaw(table);
  Date date = TRY(Date::Parse(arguments.date));
  if (raw && raw->grain == Grain::kDate) {
    auto series = view.cells.find(table);
    const Cell* cell = series == view.cells.end() ? nullptr : series->second.Find(date.days);
    Chain chain(session.project, view, *view.connection);
    links.push_back({table, date.Str(), cell && cell->rows ? "loaded" : "empty",
                     cell ? TRY(chain.LoadText(table, *cell)) : "no file has rows of this date"});
  } else {
    std::vector<std::string> chosen = TRY(ChooseTables(session.project, {table}));
    int index = view.calendar.Find(date);
    if (index < 0) {
      auto [at, end] = view.calendar.Range(date, Date{date.days + 3650});
      std::string near = at < int(view.calendar.dates().size()) ? view.calendar.dates()[size_t(at)].date.Str()
                         : view.calendar.dates().empty()        ? ""
                                                                : view.calendar.dates().back().date.Str();
      return Error{ErrorKind::kUsage, fmt::format("{} is no game date", date.Str()),
                   near.empty() ? "`backcourt load` first" : "the nearest one behind it is " + near};
    }
    links = TRY(Chain(session.project, view, *view.connection).Follow(chosen[0], index));
  }
  if (raw && raw->statements) {
    std::vector<std::string> told = TRY(StatementsOn(*view.connection, *raw, date));
    for (const std::string& one : told)
      links.push_back({table, date.Str(), "stated", one});
  }
  if (arguments.json) {
    nlohmann::json json = nlohmann::json::array();
    for (const Link& link : links)
      json.push_back(
          {{"table", link.table}, {"date", link.slot}, {"state", link.state}, {"because", link.because}});
    output.Out(json.dump(2) + "\n");
    return 0;
  }
  std::string indent;
  for (const Link& link : links) {
    output.Out(fmt::format("{}{} {}: {}\n{}  {}\n", indent, link.table, link.slot, link.state, indent,
                           link.because));
    indent += "  ";
  }
  return 0;
}

}  // namespace backcourt

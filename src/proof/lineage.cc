#include "proof/lineage.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "base/text.h"
#include "ledger/declarations.h"
#include "ledger/loads.h"
#include "ledger/runs.h"
#include "load/declaration_changes.h"
#include "load/loader.h"
#include "plan/planner.h"

namespace backcourt {

namespace {

constexpr size_t kSearchedFiles = 8;  // for one row: each is read whole

std::string PartitionText(const Project& project, const std::string& table, PartitionKey partition) {
  switch (project.GrainOf(table)) {
    case Grain::kDate:
      return Date{partition}.Str();
    case Grain::kSeason:
      return fmt::format("{}-{:02}", partition, (partition + 1) % 100);
    case Grain::kWhole:
      return "whole";
  }
  return "";
}

}  // namespace

Lineage::Lineage(const Project& project, const Calendar& calendar, const Cells& cells, Connection& ledger)
    : project_(project),
      names_(project),
      calendar_(calendar),
      cells_(cells),
      ledger_(ledger),
      states_(JudgeAll(project, calendar, cells)) {}

Result<std::vector<LineageLink>> Lineage::Follow(const std::string& table, int date_index) {
  std::vector<LineageLink> links;
  std::optional<std::pair<std::string, int>> at = {{table, date_index}};
  for (size_t depth = 0; at && depth <= project_.models.size(); ++depth) {
    Step step = TRY(Explain(at->first, at->second));
    links.push_back(std::move(step.link));
    if (step.raw) links.push_back(std::move(*step.raw));
    at = std::move(step.next);
  }
  return links;
}

std::string Lineage::Cause(const std::string& table, int date_index) {
  auto [told, is_new] = causes_.try_emplace({table, date_index});
  if (!is_new) return told->second;
  const Model* model = project_.FindModel(table);
  CellState state = states_.at(table)[size_t(date_index)];
  const Cell* cell = nullptr;
  if (auto series = cells_.find(table); series != cells_.end())
    cell = series->second.Find(calendar_.dates()[size_t(date_index)].date.days);
  std::string cause;
  if (state == CellState::kWaiting)
    cause = fmt::format("no results yet ({})", project_.results);
  else if (!cell || state == CellState::kFresh || state == CellState::kMissing || state == CellState::kNotDue)
    cause = "";
  else if (state == CellState::kPartial)
    cause = "no whole box of " + cell->missing;
  else if (state == CellState::kFailed || state == CellState::kBlocked || state == CellState::kEmpty)
    cause = names_.In(cell->reason);
  else if (auto open = OpenInput(*model, date_index)) {
    cause = Cause(open->first, open->second);
    if (cause.empty())
      cause = fmt::format("{} {} is {}", open->first, calendar_.dates()[size_t(open->second)].date.Str(),
                          CellStateName(states_.at(open->first)[size_t(open->second)]));
  } else if (cell->identity != model->identity) {
    cause =
        fmt::format("the text of {}, or of a function that it calls, has changed", names_.In(model->file));
  } else if (auto newest = NewestInput(*model, date_index); newest && newest->second->changed > cell->run) {
    cause = fmt::format("{} {} changed in run {}", newest->first,
                        PartitionText(project_, newest->first, newest->second->partition),
                        newest->second->changed);
  } else if (state == CellState::kStale) {
    cause = "dates have come into its windows, or left them";
  }
  return causes_[{table, date_index}] = cause;
}

Result<Lineage::Step> Lineage::Explain(const std::string& table, int date_index) {
  const Model* model = project_.FindModel(table);
  PartitionKey partition = calendar_.dates()[size_t(date_index)].date.days;
  CellState state = states_.at(table)[size_t(date_index)];
  const Cell* cell = nullptr;
  if (auto series = cells_.find(table); series != cells_.end()) cell = series->second.Find(partition);
  Step step{{table, Date{partition}.Str(), CellStateName(state), "", nullptr}, {}, {}};
  auto because = [&](const std::string& text) {
    step.link.because = names_.In(text);
    return step;
  };
  if (state == CellState::kFailed)
    return because(fmt::format("it failed ({}, {}, run {}): {}", cell->error_class,
                               Counted(cell->attempts, "attempt"), cell->run, cell->reason));
  // An input that is not true to its own inputs comes first.
  if (auto open = OpenInput(*model, date_index)) {
    step.next = open;
    if (state == CellState::kBlocked && cell) return because(cell->reason);
    return because(fmt::format("its input {} {}: {}", open->first,
                               calendar_.dates()[size_t(open->second)].date.Str(),
                               CellStateName(states_.at(open->first)[size_t(open->second)])));
  }
  if (!cell || state == CellState::kMissing)
    return because("it has never been filled; `backcourt backfill` fills it");
  if (state == CellState::kStale && cell->identity != model->identity)
    return because(fmt::format("{} since run {}", TRY(ChangeOf(*model)), cell->run));
  if (state == CellState::kEmpty) return because(cell->reason);
  auto newest = NewestInput(*model, date_index);
  if (state == CellState::kStale && (!newest || newest->second->changed <= cell->run))
    return because(
        "the rows of an input that were in its windows are not there now, or new dates have come into them");
  std::string told = state == CellState::kStale
                         ? "an input has changed since it was filled"
                         : fmt::format("filled in run {} from inputs that are as they were", cell->run);
  if (!cell->waived.empty()) told += "; let through without " + cell->waived;
  if (!cell->missing.empty()) told += "; without the box of " + cell->missing;
  if (!cell->note.empty()) told += "; " + cell->note;
  if (!newest) return because(told);
  const auto& [input, input_cell] = *newest;
  std::string input_partition = PartitionText(project_, input, input_cell->partition);
  if (project_.FindModel(input))
    step.next = {input, calendar_.Find(Date{input_cell->partition})};
  else
    step.raw = LineageLink{input, input_partition, "loaded", TRY(LoadOf(input, *input_cell)), input_cell};
  return because(fmt::format("{}; newest input: {} {}", told, input, input_partition));
}

Result<LineageLink> Lineage::OfRaw(const std::string& table, Date date) {
  auto series = cells_.find(table);
  const Cell* cell = series == cells_.end() ? nullptr : series->second.Find(date.days);
  const RawTable* raw = project_.FindRaw(table);
  std::string nobody =
      raw && !raw->lake.empty() ? raw->lake + " has no rows of this date" : "no file has rows of this date";
  return LineageLink{table, date.Str(), cell && cell->rows ? "loaded" : "empty",
                     cell ? TRY(LoadOf(table, *cell)) : nobody, cell};
}

Result<std::vector<ledger::LoadedFile>> Lineage::FilesOf(const std::string& table, const Cell& cell) {
  return FilesFrom(table, cell.changed, cell.changed);
}

Result<std::vector<ledger::LoadedFile>> Lineage::FilesSince(const std::string& table, const Cell& cell) {
  std::vector<ledger::LoadedFile> files =
      TRY(FilesFrom(table, cell.changed + 1, std::numeric_limits<int64_t>::max()));
  if (files.size() > kSearchedFiles) files.clear();
  return files;
}

Result<std::vector<ledger::LoadedFile>> Lineage::FilesFrom(const std::string& table, int64_t first,
                                                           int64_t last) {
  std::vector<std::string> feeds;
  for (const Source& source : project_.sources)
    if (source.table == table) {
      feeds.insert(feeds.end(), source.feeds.begin(), source.feeds.end());
      feeds.insert(feeds.end(), source.optional_feeds.begin(), source.optional_feeds.end());
      feeds.insert(feeds.end(), source.any_of.begin(), source.any_of.end());
    }
  std::vector<ledger::LoadedFile> files;
  for (ledger::LoadedFile& file : TRY(ledger::ReadFiles(ledger_)))
    if (file.run >= first && file.run <= last &&
        (file.feed.ends_with(" " + table) || std::find(feeds.begin(), feeds.end(), file.feed) != feeds.end()))
      files.push_back(std::move(file));
  return files;
}

Result<std::string> Lineage::ChangeOf(const Model& model) {
  auto declared = TRY(ledger::ReadDeclarations(ledger_));
  Declaration& before = declared[model.name].parts;
  std::vector<std::string> parts, functions;
  for (const auto& [part, now] : DeclarationOf(model))
    if (!before.empty() && before[part] != now && part != "functions") parts.push_back(part);
  for (const std::string& name : OtherFunctions(before["functions"], model.functions)) {
    auto function = std::find_if(project_.functions.begin(), project_.functions.end(),
                                 [&](const Function& one) { return one.name == name; });
    bool of_league =
        name.starts_with("league_") && (function == project_.functions.end() || function->file.empty());
    functions.push_back(of_league ? fmt::format("{} under [league] of backcourt.toml", name.substr(7))
                        : function == project_.functions.end()
                            ? fmt::format("the function {}, which is gone", name)
                            : fmt::format("the function {} in {}:{}", name, function->file, function->line));
  }
  std::string own =
      fmt::format("the text of {}{}", model.file, parts.empty() ? "" : " (" + Join(parts, ", ") + ")");
  if (before.empty() || functions.empty()) return own + " has changed";
  if (parts.empty())
    return fmt::format("{}, which {} uses, {} changed", Join(functions, ", "), model.file,
                       functions.size() == 1 ? "has" : "have");
  return fmt::format("{} and {} have changed", own, Join(functions, ", "));
}

Result<std::string> Lineage::LoadOf(const std::string& table, const Cell& cell) {
  auto run = TRY(ledger::ReadRun(ledger_, cell.changed));
  std::set<std::string> changed;
  for (const ledger::LoadedFile& file : TRY(FilesOf(table, cell)))
    changed.insert(names_.In(file.path));
  if (const RawTable* raw = project_.FindRaw(table); raw && !raw->lake.empty()) changed = {raw->lake};
  std::vector<std::string> paths(changed.begin(), changed.end());
  if (paths.size() > 4) {
    size_t more = paths.size() - 4;
    paths.resize(4);
    paths.push_back(fmt::format("and {} more", more));
  }
  std::string texts;  // because of which the same files were read again
  if (size_t at = run ? run->summary.find(kOfOtherText) : std::string::npos; at != std::string::npos)
    for (const std::string& name : Split(run->summary.substr(at + kOfOtherText.size()), ','))
      for (const Source& source : project_.sources)
        if (source.table == table && source.name == Trim(name))
          texts += fmt::format(", because the text of {}, of a feed or of a function has changed",
                               names_.In(source.file));
  return fmt::format(
      "changed by load {}{}{}{}", cell.changed, run ? " of " + run->started_at + " UTC" : "",
      paths.empty() ? ", whose files have been loaded again since" : ", from " + Join(paths, ", "), texts);
}

std::optional<std::pair<std::string, int>> Lineage::OpenInput(const Model& model, int index) {
  for (const Read& read : model.reads) {
    auto states = states_.find(read.table);
    if (states == states_.end()) continue;
    for (const PartitionRange& range : PartitionsOf(read, calendar_, index)) {
      auto [begin, end] = calendar_.Range(Date{range.first}, Date{range.last});
      for (int i = begin; i < end; ++i)
        if (!Settled(states->second[size_t(i)])) return std::pair(read.table, i);
    }
  }
  return {};
}

std::optional<std::pair<std::string, const Cell*>> Lineage::NewestInput(const Model& model, int index) {
  std::optional<std::pair<std::string, const Cell*>> newest;
  for (const Read& read : model.reads) {
    auto series = cells_.find(read.table);
    if (series == cells_.end()) continue;
    for (const PartitionRange& range : PartitionsOf(read, calendar_, index)) {
      auto [begin, end] = series->second.Range(range.first, range.last);
      for (size_t i = begin; i < end; ++i) {
        const Cell& cell = series->second.cells()[i];
        if (!newest || cell.changed > newest->second->changed) newest = {read.table, &cell};
      }
    }
  }
  return newest;
}

}  // namespace backcourt

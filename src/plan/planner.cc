#include "plan/planner.h"

#include <algorithm>
#include <bit>

namespace backcourt {

namespace {

// Calendar indices within partitions [first, last].
std::pair<int, int> DatesIn(const Calendar& calendar, const PartitionRange& range) {
  return calendar.Range(Date{range.first}, Date{range.last});
}

// Marks, per model, the dates in scope: those selected and, upstream, those
// that lie in a window of one in scope.
std::map<std::string, std::vector<uint8_t>> ScopeOf(const Project& project, const Calendar& calendar,
                                                    const Selection& selection) {
  size_t n = calendar.dates().size();
  std::map<std::string, std::vector<uint8_t>> scope;
  for (const Model& model : project.models) {
    scope[model.name].assign(n, 0);
    bool selected = selection.tables.empty() || std::find(selection.tables.begin(), selection.tables.end(),
                                                          model.name) != selection.tables.end();
    if (!selected || model.view) continue;
    for (int date : selection.dates)
      scope[model.name][size_t(date)] = 1;
  }
  if (!selection.upstream) return scope;
  for (auto model = project.models.rbegin(); model != project.models.rend(); ++model) {
    const std::vector<uint8_t>& mine = scope[model->name];
    for (const Read& read : model->reads) {
      if (!project.FindModel(read.table)) continue;
      std::vector<int> edges(n + 1, 0);
      for (size_t i = 0; i < n; ++i) {
        if (!mine[i]) continue;
        for (const PartitionRange& range : PartitionsOf(read, calendar, int(i))) {
          auto [begin, end] = DatesIn(calendar, range);
          ++edges[size_t(begin)];
          --edges[size_t(end)];
        }
      }
      std::vector<uint8_t>& input = scope[read.table];
      for (size_t i = 0, open = 0; i < n; ++i) {
        open += size_t(edges[i]);
        if (open) input[i] = 1;
      }
    }
  }
  return scope;
}

bool ReadsAny(const Model& model, const std::set<std::string>& tables) {
  return std::any_of(model.reads.begin(), model.reads.end(),
                     [&](const Read& read) { return tables.contains(read.table); });
}

}  // namespace

std::map<std::string, int> Plan::counts() const {
  std::map<std::string, int> counts;
  for (const Batch& batch : batches)
    for (int date : batch.dates)
      ++counts[CellStateName(states.at(batch.model).at(date))];
  return counts;
}

int Plan::cells() const {
  int cells = 0;
  for (const Batch& batch : batches)
    cells += int(batch.dates.size());
  return cells;
}

double Plan::expected_seconds() const {
  double seconds = 0;
  for (const Batch& batch : batches)
    seconds += batch.expected_seconds;
  return seconds;
}

MissingGames::MissingGames(const Project& project, const Calendar& calendar) : calendar_(calendar) {
  const auto& missing = calendar.missing_boxes();
  if (missing.empty()) return;
  size_t n = calendar.dates().size();
  size_t words = (missing.size() + 63) / 64;
  for (const std::string& boxes : project.boxes)
    without_[boxes].resize(n);
  for (size_t game = 0; game < missing.size(); ++game) {
    for (const std::string& boxes : missing[game].tables) {
      Games& games = without_.at(boxes)[size_t(calendar.Find(missing[game].date))];
      games.resize(words);
      games[game / 64] |= uint64_t(1) << game % 64;
    }
    tokens_.push_back(Hasher().Add(missing[game].game).Finish());
  }
  for (const Model& model : project.models) {
    std::vector<Games> mine(n);
    for (const Read& read : model.reads) {
      auto input = without_.find(read.table);
      if (input == without_.end()) continue;
      const std::vector<Games>& theirs = input->second;
      std::vector<int> next(n + 1, int(n));  // the first date from an index on that goes without a game
      for (size_t i = n; i-- > 0;)
        next[i] = theirs[i].empty() ? next[i + 1] : int(i);
      for (size_t i = 0; i < n; ++i)
        for (const PartitionRange& range : PartitionsOf(read, calendar, int(i))) {
          auto [begin, end] = DatesIn(calendar, range);
          for (int date = next[size_t(begin)]; date < end; date = next[size_t(date) + 1]) {
            mine[i].resize(words);
            for (size_t word = 0; word < words; ++word)
              mine[i][word] |= theirs[size_t(date)][word];
          }
        }
    }
    without_[model.name] = std::move(mine);
  }
}

template <typename Visit>
void MissingGames::ForEach(const Model& model, int date_index, Visit visit) const {
  auto found = without_.find(model.name);
  if (found == without_.end()) return;
  const Games& games = found->second[size_t(date_index)];
  for (size_t word = 0; word < games.size(); ++word)
    for (uint64_t rest = games[word]; rest; rest &= rest - 1)
      visit(word * 64 + size_t(std::countr_zero(rest)));
}

std::vector<std::string> MissingGames::Of(const Model& model, int date_index) const {
  std::vector<std::string> ids;
  ForEach(model, date_index, [&](size_t game) { ids.push_back(calendar_.missing_boxes()[game].game); });
  // Not by date, by which they come: a game that moves does not change what the cell is made from.
  std::sort(ids.begin(), ids.end());
  return ids;
}

Digest MissingGames::TokenOf(const Model& model, int date_index) const {
  Digest token;
  ForEach(model, date_index, [&](size_t game) { token = token + tokens_[game]; });
  return token;
}

std::map<std::string, std::vector<CellState>> JudgeAll(const Project& project, const Calendar& calendar,
                                                       const Cells& cells,
                                                       std::set<std::string>* open_columns) {
  size_t n = calendar.dates().size();
  std::set<std::string> other_columns;  // models whose columns may come out otherwise
  std::map<std::string, std::vector<CellState>> states;
  std::map<std::string, std::vector<int>> unsettled;  // how many before an index
  static const CellSeries kNone;
  MissingGames missing(project, calendar);
  std::set<std::string> of_results = {
      project.results};  // tables whose rows of a date are made of its results
  for (const Model& model : project.models) {
    if (model.view) continue;
    bool waits = std::any_of(model.reads.begin(), model.reads.end(), [&](const Read& read) {
      return of_results.contains(read.table) &&
             std::any_of(read.windows.begin(), read.windows.end(),
                         [](const Window& window) { return window.kind == Window::Kind::kSameDate; });
    });
    if (waits) of_results.insert(model.name);
    std::vector<CellState>& mine = states[model.name];
    mine.assign(n, CellState::kMissing);
    std::vector<int>& open = unsettled[model.name];
    open.assign(n + 1, 0);
    auto found = cells.find(model.name);
    const CellSeries& stored = found == cells.end() ? kNone : found->second;
    bool inputs_open = ReadsAny(model, other_columns), any_same = false;
    for (size_t i = 0; i < n; ++i) {
      const Cell* cell = stored.Find(calendar.dates()[i].date.days);
      CellState state = cell ? cell->state : CellState::kMissing;
      if (cell && Settled(state)) {
        bool inputs_settled = !inputs_open;
        for (const Read& read : model.reads) {
          auto input = unsettled.find(read.table);
          if (input == unsettled.end()) continue;
          for (const PartitionRange& range : PartitionsOf(read, calendar, int(i))) {
            auto [begin, end] = DatesIn(calendar, range);
            if (input->second[size_t(end)] != input->second[size_t(begin)]) inputs_settled = false;
          }
        }
        Digest without = missing.TokenOf(model, int(i));
        bool same = Fingerprint(model, calendar, int(i), cells, without, cell->waived) == cell->fingerprint;
        any_same = any_same || same;
        if (!same || (project.block_on_missing_games && without != Digest{}))
          state = CellState::kStale;
        else if (!inputs_settled)
          state = CellState::kMayChange;
        else if (state == CellState::kEmpty && waits && calendar.WaitsForResults(int(i)))
          state = CellState::kWaiting;
      }
      if (!Settled(state) && int(i) >= calendar.horizon())
        state = !cell && waits && calendar.WaitsForResults(int(i)) ? CellState::kWaiting : CellState::kNotDue;
      mine[i] = state;
      open[i + 1] = open[i] + (ToBeFilled(state) ? 1 : 0);
    }
    if (inputs_open || !any_same) other_columns.insert(model.name);
  }
  if (open_columns) *open_columns = std::move(other_columns);
  return states;
}

std::map<std::string, std::vector<PartitionKey>> TakeRetired(const Project& project, const Calendar& calendar,
                                                             Cells& cells) {
  std::map<std::string, std::vector<PartitionKey>> retired;
  for (const Model& model : project.models) {
    auto series = cells.find(model.name);
    if (series == cells.end()) continue;
    std::vector<PartitionKey> partitions;
    for (const Cell& cell : series->second.cells())
      if (calendar.Find(Date{cell.partition}) < 0) partitions.push_back(cell.partition);
    for (PartitionKey partition : partitions)
      series->second.Erase(partition);
    if (!partitions.empty()) retired[model.name] = std::move(partitions);
  }
  // Of those behind the horizon what is not true any more; then what was made of it is not either.
  for (bool more = calendar.horizon() < int(calendar.dates().size()); more;) {
    more = false;
    for (const auto& [table, states] : JudgeAll(project, calendar, cells)) {
      auto series = cells.find(table);
      if (series == cells.end()) continue;
      for (size_t i = size_t(calendar.horizon()); i < states.size(); ++i) {
        PartitionKey partition = calendar.dates()[i].date.days;
        if (states[i] != CellState::kNotDue || !series->second.Find(partition)) continue;
        series->second.Erase(partition);
        retired[table].push_back(partition);
        more = true;
      }
    }
  }
  for (auto& [table, partitions] : retired)
    std::sort(partitions.begin(), partitions.end());
  return retired;
}

bool Waives(const std::vector<std::string>& allow_missing, const std::string& table, Date date) {
  for (const std::string& waiver : allow_missing)
    if (waiver == table || waiver == table + ":" + date.Str()) return true;
  return false;
}

Digest StateOfCells(const Cells& cells) {
  Hasher hasher;
  for (const auto& [table, series] : cells) {
    if (series.cells().empty()) continue;
    hasher.Add(table);
    if (series.schema != Digest{} || series.beside != Digest{}) hasher.Add(series.schema).Add(series.beside);
    for (const Cell& cell : series.cells())
      hasher.Add(int64_t(cell.partition)).Add(int64_t(cell.state)).Add(cell.fingerprint).Add(cell.digest);
  }
  return hasher.Finish();
}

// One pass over the models, whose steps share what is known of each.
// NOLINTNEXTLINE(readability-function-size)
Plan MakePlan(const Project& project, const Calendar& calendar, const Cells& cells,
              const Selection& selection, const PlanOptions& options) {
  Plan plan;
  auto scope = ScopeOf(project, calendar, selection);
  std::set<std::string> open_columns;
  auto states = JudgeAll(project, calendar, cells, &open_columns);
  plan.force = selection.force;
  plan.allow_missing = selection.allow_missing;
  plan.pace = options.pace;
  for (const auto& [name, of_model] : states)
    for (size_t i = 0; i < of_model.size(); ++i)
      if (ToBeFilled(of_model[i])) plan.unsettled[name].insert(plan.unsettled[name].end(), int(i));
  for (const Model& model : project.models) {
    if (model.view) continue;
    bool selected = selection.tables.empty() || std::find(selection.tables.begin(), selection.tables.end(),
                                                          model.name) != selection.tables.end();
    auto filled = cells.find(model.name);
    auto forced = [&](int date) {
      if (!selection.force || !selected ||
          !std::binary_search(selection.dates.begin(), selection.dates.end(), date))
        return false;
      if (!selection.before_run || filled == cells.end()) return true;
      const Cell* cell = filled->second.Find(calendar.dates()[size_t(date)].date.days);
      return !cell || cell->run < *selection.before_run;
    };
    std::vector<int> todo;
    for (size_t i = 0; i < calendar.dates().size(); ++i) {
      if (!scope[model.name][i]) continue;
      CellState state = states[model.name][i];
      if (state == CellState::kNotDue) {
        ++plan.not_due;
        continue;
      }
      plan.states[model.name][int(i)] = state;
      if (ToBeFilled(state) || (forced(int(i)) && int(i) < calendar.horizon())) todo.push_back(int(i));
    }
    if (todo.empty()) continue;

    auto found = options.pace.find(model.name);
    Pace pace = found == options.pace.end() ? Pace{} : found->second;
    int size = options.max_dates;
    if (pace.of_dates)
      size = std::clamp(int((options.target_seconds - pace.seconds_a_batch) / pace.seconds_a_date), 1,
                        options.max_dates);
    auto add = [&](std::vector<int> dates, bool canary) {
      Batch batch;
      batch.id = int(plan.batches.size());
      batch.model = model.name;
      batch.canary = canary;
      batch.tentative = std::all_of(dates.begin(), dates.end(), [&](int d) {
        return plan.states[model.name][d] == CellState::kMayChange;
      });
      batch.waits_for_columns =
          ReadsAny(model, open_columns) && std::any_of(dates.begin(), dates.end(), [&](int d) {
            return plan.states[model.name][d] == CellState::kMayChange;
          });
      if (pace.from_history) batch.expected_seconds = pace.Of(1, double(dates.size()));
      batch.expected_rows = pace.rows_a_date * double(dates.size());
      batch.dates = std::move(dates);
      plan.batches.push_back(std::move(batch));
    };

    // The canary: one date with rows, of a model that has never run as it is.
    auto stored = cells.find(model.name);
    bool proven =
        stored != cells.end() &&
        std::any_of(stored->second.cells().begin(), stored->second.cells().end(),
                    [&](const Cell& cell) { return cell.identity == model.identity && Settled(cell.state); });
    if (!proven && todo.size() > 1) {
      auto has_rows = [&](int i) {  // played itself, and behind a date of its season that was
        const GameDate& date = calendar.dates()[size_t(i)];
        return date.finals > 0 && i > 0 && calendar.dates()[size_t(i) - 1].season == date.season &&
               calendar.dates()[size_t(i) - 1].finals > 0;
      };
      auto canary = std::find_if(todo.begin(), todo.end(), has_rows);
      if (canary == todo.end()) canary = todo.begin();
      int date = *canary;
      todo.erase(canary);
      add({date}, true);
    }
    for (size_t begin = 0; begin < todo.size();) {
      size_t end = begin;
      int season = calendar.dates()[size_t(todo[begin])].season;
      while (end < todo.size() && int(end - begin) < size &&
             calendar.dates()[size_t(todo[end])].season == season)
        ++end;
      add({todo.begin() + long(begin), todo.begin() + long(end)}, false);
      begin = end;
    }
  }
  return plan;
}

}  // namespace backcourt

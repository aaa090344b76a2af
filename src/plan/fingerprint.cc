#include "plan/fingerprint.h"

#include <algorithm>

namespace backcourt {

namespace {
constexpr int kKnownAhead = 183;  // days before a season's first game in which its schedule is published
}  // namespace

std::vector<PartitionRange> Union(std::vector<PartitionRange> ranges) {
  std::erase_if(ranges, [](const PartitionRange& r) { return r.last < r.first; });
  std::sort(ranges.begin(), ranges.end(), [](const PartitionRange& a, const PartitionRange& b) {
    return std::tie(a.ahead, a.first, a.last) < std::tie(b.ahead, b.first, b.last);
  });
  std::vector<PartitionRange> merged;
  for (const PartitionRange& range : ranges) {
    if (!merged.empty() && merged.back().ahead == range.ahead &&
        range.first <= int64_t(merged.back().last) + 1)
      merged.back().last = std::max(merged.back().last, range.last);
    else
      merged.push_back(range);
  }
  return merged;
}

std::vector<PartitionRange> PartitionsOf(const Read& read, const Calendar& calendar, int date_index) {
  const GameDate& date = calendar.dates()[size_t(date_index)];
  const Season& season = calendar.season_of(date);
  int32_t d = date.date.days;
  std::vector<PartitionRange> ranges;
  for (const Window& window : read.windows) {
    switch (window.kind) {
      case Window::Kind::kSameDate:
        ranges.push_back({d, d, false});
        break;
      case Window::Kind::kSeasonBefore:
        ranges.push_back({season.first.days, d - 1, false});
        break;
      case Window::Kind::kDaysBefore:
        ranges.push_back({d - window.n, d - 1, false});
        break;
      case Window::Kind::kGamesBefore:
        ranges.push_back({calendar.EarliestOfLastGames(date_index, window.n).days, d - 1, false});
        break;
      case Window::Kind::kSeasonAhead:
        ranges.push_back({d + 1, season.last.days, true});
        break;
      case Window::Kind::kKnownBefore:
        ranges.push_back({season.first.days - kKnownAhead, d - 1, false});
        break;
      case Window::Kind::kSameSeason:
        ranges.push_back({season.year, season.year, false});
        break;
      case Window::Kind::kWhole:
        ranges.push_back({0, 0, false});
        break;
    }
  }
  return ranges.size() == 1 && ranges[0].first <= ranges[0].last ? ranges : Union(std::move(ranges));
}

Digest IdentityOf(const Model& model, const Cells& cells) {
  if (!model.view) return model.identity;
  Hasher hasher;
  hasher.Add("view").Add(model.identity);
  for (const Read& read : model.reads)
    if (auto input = cells.find(read.table); input != cells.end()) hasher.Add(input->second.schema);
  return hasher.Finish();
}

Digest Fingerprint(const Model& model, const Calendar& calendar, int date_index, const Cells& cells,
                   Digest missing_games, const std::string& waived) {
  const GameDate& date = calendar.dates()[size_t(date_index)];
  const Season& season = calendar.season_of(date);
  Hasher hasher;
  hasher.Add(model.identity).Add(int64_t(date.date.days)).Add(season.label).Add(int64_t(season.year));
  bool start_moved = model.may_see_season_start && season.first != season.first_filled;
  if (model.names_season_start || start_moved) hasher.Add(int64_t(season.first.days));
  if (auto own = cells.find(model.name); own != cells.end() && own->second.beside != Digest{})
    hasher.Add(own->second.beside);
  for (const Read& read : model.reads) {
    Digest sum, ahead, schema;
    if (auto input = cells.find(read.table); input != cells.end()) {
      schema = input->second.schema;
      for (const PartitionRange& range : PartitionsOf(read, calendar, date_index)) {
        if (range.ahead)
          ahead = ahead + input->second.AheadSum(range.first, range.last);
        else
          sum = sum + input->second.Sum(range.first, range.last);
      }
    }
    hasher.Add(sum).Add(ahead);
    if (schema != Digest{}) hasher.Add(schema);
  }
  if (missing_games != Digest{}) hasher.Add(missing_games);
  if (!waived.empty()) hasher.Add(waived);
  return hasher.Finish();
}

}  // namespace backcourt

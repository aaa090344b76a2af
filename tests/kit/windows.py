"""What the models of the NBA pack may read, written by hand apart from their headers, and the dates of each window."""

import bisect
import collections

from tests.kit.real import EPOCH

# What each model reads and why it needs no less. A model that declares something else fails here first.
REVIEWED = {
    "final_games": {"raw_schedule": ["same date"], "raw_results": ["same date"]},
    "player_shot_summary": {"raw_play_by_play": ["same date"], "raw_schedule": ["same date"]},
    "team_game_totals": {"final_games": ["same date"], "raw_team_box": ["same date"], "raw_player_box": ["same date"], "player_shot_summary": ["same date"]},
    "team_offense_game_summary": {"team_game_totals": ["10 games before", "same date"], "raw_player_box": ["10 games before", "same date"]},
    "team_defense_game_summary": {"team_game_totals": ["same date"]},
    "player_game_summary": {"final_games": ["same date"], "raw_player_box": ["same date"], "raw_player_props": ["same date"],
                            "team_offense_game_summary": ["same date"], "player_shot_summary": ["same date"]},
    # The season: a player's latest listing and the first one after another team may lie anywhere in it; teams' games are counted from its first.
    "player_population": {"raw_schedule": ["same date"], "final_games": ["season before"], "raw_player_box": ["season before"], "raw_injuries": ["730 days before"],
                          "raw_injury_reports": ["same date"]},
    # The season: a player's last ten games and his averages reach back to its first.
    "player_form": {"player_game_summary": ["season before", "same date"], "team_offense_game_summary": ["season before", "same date"]},
    # The season: records and game numbers are counted from its first game; phases from its first and last regular date.
    "upcoming_team_game_context": {"raw_schedule": ["season before", "same date", "season ahead"], "raw_schedule_history": ["as known before D"], "final_games": ["season before"], "raw_arenas": ["whole"], "displaced_homes": ["whole"],
                                   "raw_game_lines": ["same date"], "raw_injuries": ["730 days before"], "raw_injury_reports": ["same date"], "player_population": ["same date"]},
    # The season: a player's last ten games, and his team's lines in them, reach back to its first.
    "upcoming_player_game_context": {"player_population": ["same date"], "upcoming_team_game_context": ["same date"], "player_game_summary": ["season before"],
                                     "team_offense_game_summary": ["season before"], "team_defense_game_summary": ["10 games before"],
                                     "team_game_totals": ["10 games before"], "raw_players": ["same season"], "raw_player_props": ["same date"]},
    # The season: every team and player with a game since its first has a row; zones take the newest games that have them.
    "team_defense_zone_analysis": {"team_game_totals": ["season before"], "team_defense_game_summary": ["season before"]},
    "player_shot_zone_analysis": {"player_game_summary": ["season before"], "team_game_totals": ["season before"]},
    # The season: a player's newest form may be old; records and missing games are counted from the first game.
    "player_daily_cache": {"upcoming_player_game_context": ["same date"], "player_form": ["season before"], "player_shot_zone_analysis": ["same date"],
                           "team_offense_game_summary": ["10 games before"], "team_game_totals": ["season before"]},
    "player_composite_factors": {"upcoming_player_game_context": ["same date"], "player_shot_zone_analysis": ["same date"], "team_defense_zone_analysis": ["same date"]},
    "ml_feature_store_v2": {"player_daily_cache": ["same date"], "player_composite_factors": ["same date"], "player_shot_zone_analysis": ["same date"], "team_defense_zone_analysis": ["same date"],
                            "upcoming_player_game_context": ["same date"], "upcoming_team_game_context": ["same date"], "player_form": ["season before"],
                            "player_game_summary": ["365 days before"], "team_game_totals": ["10 games before"]},
    "ml_feature_store_v2_imputed": {"ml_feature_store_v2": ["same date"], "feature_defaults": ["whole"]},
}
KNOWN_AHEAD = 183
VIEWS = {"ml_feature_store_v2_imputed"}  # has no cells: it is what its inputs are


class Dates:
    """The league's dates as slots (days since 1970), worked out apart from the program."""

    def __init__(self, project):
        games = project.rows("SELECT season, season_year, game_type, game_date, home_team_abbr, away_team_abbr FROM raw_schedule WHERE status = 'scheduled'")
        self.season_of, self.regular, self.teams = {}, set(), collections.defaultdict(set)
        played = collections.defaultdict(list)
        for season, year, kind, date, home, away in games:
            slot = (date - EPOCH).days
            self.season_of[slot] = year
            if kind == "regular":
                self.regular.add(slot)
            for team in (home, away):
                self.teams[slot].add(team)
                played[year, team].append(slot)  # every shipped game is final
        self.played = {key: sorted(slots) for key, slots in played.items()}
        self.all = sorted(self.season_of)

    def first_of(self, year):
        return min(slot for slot in self.all if self.season_of[slot] == year)

    def last_of(self, year):
        return max(slot for slot in self.all if self.season_of[slot] == year)

    def window(self, text, slot):
        """First and last slot of a window of the date; None if it holds none."""
        year = self.season_of[slot]
        if text == "same date":
            return slot, slot
        if text == "season before":
            first, last = self.first_of(year), slot - 1
        elif text == "as known before D":
            first, last = self.first_of(year) - 183, slot - 1
        elif text == "season ahead":
            first, last = slot + 1, self.last_of(year)
        elif text.endswith(" days before"):
            first, last = slot - int(text.split()[0]), slot - 1
        elif text.endswith(" games before"):
            first, last = slot, slot - 1
            for team in self.teams[slot]:
                before = self.played[year, team][:bisect.bisect_left(self.played[year, team], slot)]
                first = min([first, *before[-int(text.split()[0]):]])
        elif text == "as known before D":  # snapshots of a schedule begin half a year before its first game
            first, last = self.first_of(year) - KNOWN_AHEAD, slot - 1
        elif text == "same season":
            first = last = year
        else:
            raise ValueError(text)
        return (first, last) if first <= last else None

    def sees(self, windows, slot, changed):
        """Whether the cell of a date sees a changed slot of an input through any of the windows."""
        for text in windows:
            span = (changed, changed) if text == "whole" else self.window(text, slot)
            if span and span[0] <= changed <= span[1] and (text != "season ahead" or changed in self.regular):
                return True
        return False


def expected_states(dates, table, changed):
    """(model, slot) of the cells that are stale when one slot of an input has changed, and of those that may change behind them, by the windows alone."""
    stale, behind = set(), set()
    unsettled = {}  # model -> slots
    for model, reads in REVIEWED.items():  # inputs first
        if model in VIEWS:
            continue
        stale |= {(model, slot) for slot in dates.all if table in reads and dates.sees(reads[table], slot, changed)}
        for slot in dates.all:
            spans = [(span, unsettled[read]) for read, windows in reads.items() if read in unsettled for span in (dates.window(text, slot) for text in windows) if span]
            if (model, slot) not in stale and any(span[0] <= other <= span[1] for span, slots in spans for other in (slots[0], slots[-1], *slots)):
                behind.add((model, slot))
        unsettled[model] = sorted(slot for name, slot in stale | behind if name == model)
        if not unsettled[model]:
            del unsettled[model]
    return stale, behind

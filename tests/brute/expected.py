"""What each of the ten tables must hold on a date, every table computed from this folder's own upstream rows."""
import precompute
from injuries import Injuries
from season import Season
from upcoming import Upcoming

# table -> (date column, key columns), in dependency order
TABLES = {
    'team_offense_game_summary': ('game_date', ('game_id', 'team_abbr')),
    'team_defense_game_summary': ('game_date', ('game_id', 'defending_team_abbr')),
    'player_game_summary': ('game_date', ('game_id', 'player_id')),
    'upcoming_team_game_context': ('game_date', ('game_id', 'team_abbr')),
    'upcoming_player_game_context': ('game_date', ('game_id', 'player_id')),
    'team_defense_zone_analysis': ('analysis_date', ('analysis_date', 'team_abbr')),
    'player_shot_zone_analysis': ('analysis_date', ('analysis_date', 'player_id')),
    'player_daily_cache': ('cache_date', ('cache_date', 'player_id')),
    'player_composite_factors': ('game_date', ('game_date', 'player_id')),
    'ml_feature_store_v2': ('game_date', ('game_date', 'player_id')),
}


class Day:
    """All tables of one date, each computed once."""

    def __init__(self, season, injuries, day):
        self.season, self.day = season, day
        self.upcoming = Upcoming(season, injuries, day)
        self.tables = {}

    def rows(self, table):
        """key -> row."""
        if table not in self.tables:
            self.tables[table] = getattr(self, table)()
        return self.tables[table]

    def of_the_day(self, rows):
        return {key: row for key, row in rows.items() if row['game_date'] == self.day}

    def team_offense_game_summary(self):
        return self.of_the_day(self.season.offense)

    def team_defense_game_summary(self):
        return self.of_the_day(self.season.defense)

    def player_game_summary(self):
        return self.of_the_day(self.season.players)

    def upcoming_team_game_context(self):
        return self.upcoming.team_rows()

    def upcoming_player_game_context(self):
        return self.upcoming.player_rows(self.rows('upcoming_team_game_context'))

    def team_defense_zone_analysis(self):
        return precompute.team_defense_rows(self.season, self.day)

    def player_shot_zone_analysis(self):
        return precompute.player_zone_rows(self.season, self.day)

    def zones_of(self, player):
        return self.rows('player_shot_zone_analysis').get((self.day, player), {})

    def defense_of(self, team):
        return self.rows('team_defense_zone_analysis').get((self.day, team), {})

    def population(self):
        return self.rows('upcoming_player_game_context').values()

    def player_daily_cache(self):
        return {(self.day, context['player_id']):
                precompute.cache_row(self.season, self.day, context, self.zones_of(context['player_id']))
                for context in self.population()}

    def player_composite_factors(self):
        return {(self.day, context['player_id']):
                precompute.composite_row(self.season, self.day, context, self.zones_of(context['player_id']),
                                         self.defense_of(context['opponent_team_abbr']))
                for context in self.population()}

    def ml_feature_store_v2(self):
        teams = self.rows('upcoming_team_game_context')
        rows = {}
        for context in self.population():
            player, key = context['player_id'], (self.day, context['player_id'])
            rows[key] = precompute.feature_row(
                self.season, self.day, self.upcoming.with_injuries(context['team_abbr']), context,
                teams[context['game_id'], context['team_abbr']], self.rows('player_daily_cache')[key],
                self.rows('player_composite_factors')[key], self.zones_of(player),
                self.defense_of(context['opponent_team_abbr']))
        return rows


class Expected:
    """Days of seasons on demand; one season and one day are kept in memory."""

    def __init__(self, raw):
        self.raw = raw
        self.season = self.current = None
        self.calendar = dict(sorted({game.game_date: game.season for game in raw.games.values()
                                     if game.scheduled}.items()))

    def day(self, date):
        name = self.calendar[date]
        if self.season is None or self.season.name != name:
            self.season = self.current = None
            self.season = Season(self.raw, name)
            self.injuries = Injuries(self.season)
        if self.current is None or self.current.day != date:
            self.current = Day(self.season, self.injuries, date)
        return self.current

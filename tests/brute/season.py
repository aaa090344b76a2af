"""One season: its calendar and, for any entity and day, what came strictly before that day.

Every window of the tables goes through the *_before functions, so nothing dated on or after the day can leak in.
"""
import collections

import summaries
from timeline import EMPTY, Timeline


class Season:
    def __init__(self, raw, name):
        self.raw = raw
        self.name = name
        self.games = sorted((game for game in raw.games.values() if game.season == name),
                            key=lambda game: (game.game_date, game.game_id))
        self.year = self.games[0].season_year
        self.dates = sorted({game.game_date for game in self.games if game.scheduled})
        self.final_games = [game for game in self.games if raw.final(game)]
        self.regular_dates = sorted(game.game_date for game in self.games
                                    if game.game_type == 'regular' and game.scheduled)
        self.build_game_timelines()
        self.build_summaries()
        self.build_player_timelines()

    def build_game_timelines(self):
        items = [((game.game_date, game.game_id), game) for game in self.final_games]
        self.league_timeline = Timeline(items)
        teams = {team for game in self.final_games for team in (game.home, game.away)}
        self.team_timelines = {team: Timeline([(key, game) for key, game in items if team in (game.home, game.away)])
                               for team in teams}

    def build_summaries(self):
        events = self.raw.events(self.games[0].game_date, self.games[-1].game_date)
        self.offense, self.defense, self.players = {}, {}, {}
        for game in self.final_games:
            if self.has_box(game):
                sheet = summaries.Sheet(self, game, events.get(game.game_id, []))
                for team in (game.home, game.away):
                    self.offense[game.game_id, team] = sheet.offense(team)
                    self.defense[game.game_id, team] = sheet.defense(team)
                for row in sheet.players():
                    self.players[game.game_id, row['player_id']] = row

    def build_player_timelines(self):
        played, listings = collections.defaultdict(list), collections.defaultdict(list)
        for row in self.players.values():
            item = (row['game_date'], row['game_id']), row
            listings[row['player_id']].append(item)
            if row['is_active']:
                played[row['player_id']].append(item)
        self.played_timelines = {player: Timeline(items) for player, items in played.items()}
        self.listing_timelines = {player: Timeline(items) for player, items in listings.items()}

    def has_box(self, game):
        return all((game.game_id, team) in self.raw.team_box for team in (game.home, game.away))

    def games_on(self, day):
        return [game for game in self.games if game.game_date == day and game.scheduled]

    def team_before(self, team, day):
        """The team's final games before the day, oldest first."""
        return self.team_timelines.get(team, EMPTY).before(day)

    def played_before(self, player, day):
        """player_game_summary rows of the player's played games before the day, oldest first."""
        return self.played_timelines.get(player, EMPTY).before(day)

    def listed_before(self, player, day):
        return self.listing_timelines.get(player, EMPTY).before(day)

    def league_since(self, first, day):
        """Final games of the whole league in [first, day)."""
        return [game for game in self.league_timeline.before(day) if game.game_date >= first]

    def offense_rows(self, team, games):
        """team_offense_game_summary rows of these games; a final game without a box has none."""
        return [self.offense[game.game_id, team] for game in games if (game.game_id, team) in self.offense]

    def defense_rows(self, team, games):
        return [self.defense[game.game_id, team] for game in games if (game.game_id, team) in self.defense]

    def box_of(self, game, team):
        """The team's lines in the player box of the game."""
        return [line for line in self.raw.box.get(game.game_id, []) if line.team_abbr == team]

    def missing_games(self, team, day):
        return sum(not self.has_box(game) for game in self.team_before(team, day))

    def margin(self, game, team):
        result = self.raw.results[game.game_id]
        home_margin = result.home_points - result.away_points
        return home_margin if team == game.home else -home_margin

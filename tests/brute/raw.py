"""The raw tables as plain Python rows, read from a folder of Parquet files or from a DuckDB file.

DuckDB serves as a reader only: every query is SELECT *, for play-by-play cut to one season's days.
"""
import collections
import csv
import datetime
import glob
import os

import duckdb

TABLE_TYPES = ('regular', 'play_in', 'playoffs', 'cup_final')
TYPE_OF_PREFIX = {'001': 'preseason', '002': 'regular', '003': 'all_star',
                  '004': 'playoffs', '005': 'play_in', '006': 'cup_final'}


class Store:
    """A folder (TABLE.parquet or TABLE/**/*.parquet) or a DuckDB file, seen as named tables."""

    def __init__(self, path):
        if not os.path.exists(path):
            raise SystemExit(f'{path}: no such folder or database')
        self.folder = path if os.path.isdir(path) else None
        self.con = duckdb.connect() if self.folder else duckdb.connect(path, read_only=True)

    def relation(self, table):
        """What to select from, or None if the store does not hold the table."""
        if not self.folder:
            held = {name for (name,) in self.con.execute('SELECT table_name FROM duckdb_tables()').fetchall()}
            return f'"{table}"' if table in held else None
        single = os.path.join(self.folder, table + '.parquet')
        if os.path.exists(single):
            return f"read_parquet('{single}')"
        if glob.glob(os.path.join(self.folder, table, '**', '*.parquet'), recursive=True):
            files = os.path.join(self.folder, table, '**', '*.parquet')
            return (f"read_parquet('{files}', hive_partitioning = true, "
                    f"hive_types_autocast = false, union_by_name = true)")
        return None

    def select(self, table, where='', values=()):
        """Column names and rows; (None, []) if there is no such table."""
        relation = self.relation(table)
        if relation is None:
            return None, []
        cursor = self.con.execute(f'SELECT * FROM {relation} {where}', list(values))
        return [column[0] for column in cursor.description], cursor.fetchall()

    def rows(self, table, where='', values=()):
        names, tuples = self.select(table, where, values)
        if names is None:
            return []
        make = collections.namedtuple(table, names)._make
        return [make(row) for row in tuples]


Game = collections.namedtuple('Game', 'game_id game_date season season_year game_type home away '
                                      'neutral_site scheduled tipoff_utc')
Place = collections.namedtuple('Place', 'team valid_from valid_to latitude longitude time_zone')


def season_of_id(game_id):
    """('2021-22', 2021): digits 4 and 5 of the id are the start year."""
    year = 2000 + int(game_id[3:5])
    return f'{year}-{(year + 1) % 100:02d}', year


def as_game(row):
    season, year = season_of_id(row.game_id)
    return Game(row.game_id, row.game_date, season, year, TYPE_OF_PREFIX[row.game_id[:3]],
                row.home_team_abbr, row.away_team_abbr, bool(row.neutral_site),
                row.status == 'scheduled', row.tipoff_utc)


def by_key(rows, key):
    grouped = collections.defaultdict(list)
    for row in rows:
        grouped[key(row)].append(row)
    return grouped


class Raw:
    """All raw tables but play-by-play, indexed the way the rules ask for them."""

    def __init__(self, path, seeds):
        self.store = Store(path)
        read = self.store.rows
        games = [as_game(row) for row in read('raw_schedule')]
        self.games = {game.game_id: game for game in games if game.game_type in TABLE_TYPES}
        if not self.games:
            raise SystemExit(f'{path}: raw_schedule has no games')
        self.results = {row.game_id: row for row in read('raw_results')}
        self.box = by_key(read('raw_player_box'), lambda row: row.game_id)
        self.team_box = {(row.game_id, row.team_abbr): row for row in read('raw_team_box')}
        self.lines = by_key(read('raw_game_lines'), lambda row: row.game_id)
        self.props = by_key((row for row in read('raw_player_props') if row.market == 'points'),
                            lambda row: (row.game_id, row.player_id))
        self.injuries = by_key(read('raw_injuries'), lambda row: row.season)
        self.reports = by_key(read('raw_injury_reports'), lambda row: row.game_date)
        self.players = {(row.season, row.player_id): row for row in read('raw_players')}
        self.arenas = [Place(row.team_abbr, row.valid_from, row.valid_to, row.latitude, row.longitude,
                             row.time_zone) for row in read('raw_arenas')]
        self.displaced = list(self.displaced_homes(seeds))
        self.scored = self.points_by_player_and_opponent()

    def points_by_player_and_opponent(self):
        """(player, opponent) -> [(game_date, points)] of played final games, every season."""
        scored = collections.defaultdict(list)
        for game in self.games.values():
            for line in self.box.get(game.game_id, []):
                if self.final(game) and line.seconds_played is not None and line.seconds_played > 0:
                    opponent = game.away if line.team_abbr == game.home else game.home
                    scored[line.player_id, opponent].append((game.game_date, line.points))
        return scored

    def points_against(self, player, opponent, first, day):
        """Points in the played games against the opponent in [first, day)."""
        return [points for date, points in self.scored.get((player, opponent), []) if first <= date < day]

    def displaced_homes(self, seeds):
        day = datetime.date.fromisoformat
        names, rows = self.store.select('displaced_homes')
        if names is None:
            with open(os.path.join(seeds, 'displaced_homes.csv'), newline='') as file:
                for row in csv.DictReader(file):
                    yield Place(row['team_abbr'], day(row['valid_from']), day(row['valid_to']),
                                float(row['latitude']), float(row['longitude']), row['time_zone'])
            return
        for values in rows:
            row = dict(zip(names, values))
            yield Place(row['team_abbr'], row['valid_from'], row['valid_to'],
                        float(row['latitude']), float(row['longitude']), row['time_zone'])

    def final(self, game):
        """A game is over if it has a row in raw_results; nothing else says so."""
        return game.game_id in self.results

    def events(self, first_day, last_day):
        """Play-by-play of these days: game_id -> events in file order."""
        rows = self.store.rows('raw_play_by_play', 'WHERE game_date BETWEEN ? AND ?', (first_day, last_day))
        games = by_key(rows, lambda row: row.game_id)
        for events in games.values():
            events.sort(key=lambda event: event.event_index)
        return games

    def newest_before_tipoff(self, rows, game):
        """(newest, oldest) of the rows captured before the game's tip-off, or (None, None)."""
        known = [row for row in rows if captured_before(row, game)]
        if not known:
            return None, None
        known.sort(key=lambda row: row.captured_at)
        return known[-1], known[0]


def captured_before(row, game):
    """Before tip-off; where that is not known, before the game date begins."""
    return row.captured_at < (game.tipoff_utc or datetime.datetime.combine(game.game_date, datetime.time()))

"""Nothing of a date or later is in a row of that date: whatever is changed from D on, rows of D in the tables of what
is known before a game stay as they are, to the bit; a change before D moves what depends on it. On real games."""

import shutil
import unittest

from tests.kit.season_slice import SeasonSlice

FIRST, D, LATER, LAST = "2021-10-19", "2021-11-05", "2021-11-08", "2021-11-08"
KEYS = {"upcoming_team_game_context": ("game_id", "team_abbr"), "upcoming_player_game_context": ("game_id", "player_id"), "team_defense_zone_analysis": ("team_abbr",),
        "player_shot_zone_analysis": ("player_id",), "player_daily_cache": ("player_id",), "player_composite_factors": ("player_id",), "ml_feature_store_v2": ("player_id",)}
DATE = {"team_defense_zone_analysis": "analysis_date", "player_shot_zone_analysis": "analysis_date", "player_daily_cache": "cache_date"}
STATS = ("seconds_played fg_makes fg_attempts three_pt_makes three_pt_attempts ft_makes ft_attempts offensive_rebounds defensive_rebounds assists steals blocks turnovers "
         "personal_fouls points plus_minus").split()


def rotate_stats(where):
    """Gives the stat line of everybody who played to the next one of his team: totals stay, players' values do not."""
    taken = ", ".join(f"{name} = n.{name}" for name in STATS)
    lead = ", ".join(f"lead({name}, 1, first_{name}) OVER w AS {name}" for name in STATS)
    first = ", ".join(f"first_value({name}) OVER w AS first_{name}" for name in STATS)
    return (f"UPDATE raw_player_box b SET {taken} FROM (SELECT game_id, player_id, {lead} FROM (SELECT *, {first} FROM raw_player_box WHERE status = 'played' AND {where} "
            f"WINDOW w AS (PARTITION BY game_id, team_abbr ORDER BY player_id)) WINDOW w AS (PARTITION BY game_id, team_abbr ORDER BY player_id)) n "
            f"WHERE b.game_id = n.game_id AND b.player_id = n.player_id")


# Every raw value of D and later that a careless window could take in.
CHANGES = {
    "scores": [f"UPDATE raw_results SET home_points = away_points + 1 + hash(game_id) % 30, away_points = home_points - hash(game_id) % 7 WHERE game_date >= '{D}'",
               f"UPDATE raw_results SET away_points = home_points + 5, periods = 6 WHERE game_date >= '{D}' AND hash(game_id) % 2 = 0",
               f"UPDATE raw_results SET away_points = away_points + 1 WHERE game_date >= '{D}' AND away_points = home_points"],
    "boxes": [rotate_stats(f"game_date >= '{D}'"), f"UPDATE raw_player_box SET is_starter = NOT is_starter, steals = steals + 3 WHERE game_date >= '{D}' AND status = 'played'",
              f"UPDATE raw_team_box SET points = points + 11, fg_attempts = fg_attempts + 9, ft_attempts = ft_attempts + 4, offensive_rebounds = offensive_rebounds + 2 WHERE game_date >= '{D}'"],
    "events": [f"UPDATE raw_play_by_play SET distance_ft = 30 - distance_ft, made = NOT made, x = -x WHERE game_date >= '{D}' AND event_type = 'field_goal'"],
    "lines captured after tip-off": [
        f"INSERT INTO raw_game_lines SELECT game_id, game_date, 'late', tipoff_utc + INTERVAL 1 HOUR, 44, -44, 299, 151 FROM raw_schedule WHERE game_date <= '{LAST}' AND tipoff_utc IS NOT NULL"],
    "injuries dated D and later": [
        f"INSERT INTO raw_injuries SELECT DATE '{D}', CAST(900000 + row_number() OVER () AS INTEGER), '2021-22', team_abbr, player_id, 'out', 'x' FROM raw_rosters",
        f"UPDATE raw_injuries SET status = CASE WHEN status = 'available' THEN 'out' ELSE 'available' END WHERE date > '{D}'"],
    "injury reports after tip-off": [
        f"INSERT INTO raw_injury_reports SELECT DATE '{D}', CAST(row_number() OVER () AS INTEGER), '2021-22', 1, TIMESTAMP '{D}' + INTERVAL 2 DAY, team_abbr, player_id, 'out', 'x' FROM raw_rosters"],
    "the postseason's schedule": ["UPDATE raw_schedule SET home_team_abbr = away_team_abbr, away_team_abbr = home_team_abbr, game_date = game_date + 9 WHERE game_type <> 'regular'",
                                  "DELETE FROM raw_schedule WHERE game_type <> 'regular' AND hash(game_id) % 3 = 0"],
}


class Leaks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.slice = SeasonSlice(LAST, whole_schedule=True)
        cls.addClassCleanup(cls.slice.remove)
        cls.slice.rows.execute("""CREATE TABLE raw_injury_reports (game_date DATE, seq INTEGER, season VARCHAR, report INTEGER, reported_at TIMESTAMP, team_abbr VARCHAR,
            player_id BIGINT, status VARCHAR, reason VARCHAR)""")
        cls.slice.write()
        cls.slice.save()
        cls.slice.run("backfill", "--end-date", LAST)
        cls.warehouse = cls.slice.project / "warehouse.duckdb"
        shutil.copy(cls.warehouse, cls.slice.folder / "sound")
        cls.sound = {date: cls.rows_of(date) for date in ("2021-11-03", D, LATER)}

    def setUp(self):
        self.restore()

    def restore(self):
        self.slice.back()
        self.slice.write()
        shutil.copy(self.slice.folder / "sound", self.warehouse)

    @classmethod
    def rows_of(cls, date):
        """Table -> key -> row, of one date."""
        rows = {table: cls.slice.table(table, f"{DATE.get(table, 'game_date')} = '{date}'") for table in KEYS}
        return {table: {tuple(row[name] for name in KEYS[table]): row for row in mine} for table, mine in rows.items()}

    def fill(self, statements, *words):
        for sql in statements:
            self.slice.rows.execute(sql)
        self.assertTrue(self.slice.write(), f"nothing was changed by {statements}")
        self.slice.run("backfill", *words)

    def assert_still(self, date):
        now = self.rows_of(date)
        for table, before in self.sound[date].items():
            self.assertGreater(len(before), 0, table)
            moved = [(key, name, row[name], now[table].get(key, {}).get(name)) for key, row in before.items() for name in row if now[table].get(key, {}).get(name) != row[name]]
            self.assertEqual(moved[:5], [], f"{table} of {date} knows of what came after")
            self.assertEqual(now[table].keys(), before.keys(), f"{table} of {date} has other rows")

    def moved(self, date):
        """Table -> what of its rows is another than before: key -> names of columns."""
        now = self.rows_of(date)
        return {table: {key: {name for name in row if now[table].get(key, {}).get(name) != row[name]} for key, row in before.items() if now[table].get(key) != row}
                for table, before in self.sound[date].items()}

    def test_no_change_of_a_date_or_later_moves_its_rows(self):
        self.fill([sql for statements in CHANGES.values() for sql in statements], "--end-date", LAST)
        self.assert_still("2021-11-03")
        self.assert_still(D)
        later = self.moved(LATER)  # the changes do reach what lies behind them
        self.assertEqual([table for table in KEYS if not later[table]], [])
        names = {table: set().union(*rows.values()) for table, rows in later.items()}
        self.assertLessEqual({"last_game_margin", "wins_entering", "players_out_count"}, names["upcoming_team_game_context"])
        self.assertLessEqual({"points_avg_last_5", "injury_status", "usage_rate_last_10_games"}, names["upcoming_player_game_context"])
        self.assertLessEqual({"paint_pct_allowed_last_15", "defensive_rating_last_15"}, names["team_defense_zone_analysis"])
        self.assertNotIn("game_spread", names["upcoming_team_game_context"])  # lines after tip-off are not looked at

    def test_a_date_is_the_same_before_its_games_are_played(self):
        gone = [f"DELETE FROM {table} WHERE game_date >= '{D}'" for table in ("raw_results", "raw_player_box", "raw_team_box", "raw_play_by_play")]
        self.fill([*gone, f"DELETE FROM raw_game_lines WHERE game_date > '{D}'", f"DELETE FROM raw_injuries WHERE date >= '{D}'", "DELETE FROM raw_schedule WHERE game_type <> 'regular'"], "--end-date", D)
        self.assertEqual(self.slice.table("player_game_summary", f"game_date = '{D}'"), [])
        self.assert_still("2021-11-03")
        self.assert_still(D)

    def test_a_change_before_a_date_moves_what_depends_on_it(self):
        """One game whose two teams play again on D, within every window."""
        (game, home, away), = self.slice.rows.execute(
            f"""SELECT g.game_id, g.home_team_abbr, g.away_team_abbr FROM raw_schedule g
            WHERE g.game_date = '2021-11-03' AND (SELECT count(*) FROM raw_schedule d WHERE d.game_date = '{D}' AND (g.home_team_abbr IN (d.home_team_abbr, d.away_team_abbr)
              OR g.away_team_abbr IN (d.home_team_abbr, d.away_team_abbr))) = 2 ORDER BY 1 LIMIT 1""").fetchall()
        teams, of = {home, away}, f"game_id = '{game}'"
        (player, his_team), = self.slice.rows.execute(f"SELECT player_id, team_abbr FROM raw_player_box WHERE {of} AND status = 'played' ORDER BY points DESC LIMIT 1").fetchall()
        kinds = {
            "boxes": ([rotate_stats(of)], {"upcoming_player_game_context": "points_avg_last_5", "player_daily_cache": "points_avg_last_10", "player_composite_factors": "usage_rate_last_10_games",
                                           "ml_feature_store_v2": "minutes_avg_last_10", "player_shot_zone_analysis": "total_shots_last_10"}),
            "events": ([f"UPDATE raw_play_by_play SET distance_ft = CASE WHEN distance_ft <= 8 THEN 15 ELSE 1 END WHERE {of} AND event_type = 'field_goal' AND value = 2"],
                       {"player_shot_zone_analysis": "paint_rate_last_10", "team_defense_zone_analysis": "paint_attempts_allowed_per_game", "player_daily_cache": "paint_rate_last_10",
                        "player_composite_factors": "shot_zone_mismatch_score", "ml_feature_store_v2": "pct_paint"}),
            "scores": ([f"UPDATE raw_results SET home_points = away_points, away_points = home_points WHERE {of}"],
                       {"upcoming_team_game_context": "wins_entering", "player_daily_cache": "team_win_pct", "ml_feature_store_v2": "team_win_pct"}),
            "injuries": ([f"INSERT INTO raw_injuries VALUES ('2021-11-04', 900000, '2021-22', '{his_team}', {player}, 'out', 'x')"],
                         {"upcoming_team_game_context": "players_out_count", "upcoming_player_game_context": "injury_status", "ml_feature_store_v2": "injury_risk"}),
            "lines before tip-off": ([f"UPDATE raw_game_lines SET closing_spread = closing_spread + 3 WHERE game_id IN (SELECT game_id FROM raw_schedule WHERE game_date = '{D}' AND '{home}' IN (home_team_abbr, away_team_abbr))"],
                                     {"upcoming_team_game_context": "game_spread", "upcoming_player_game_context": "game_spread", "ml_feature_store_v2": "spread_magnitude"}),
        }
        for kind, (statements, expected) in kinds.items():
            with self.subTest(kind):
                self.restore()
                self.fill(statements, "--dates", D)
                moved = self.moved(D)
                for table, column in expected.items():
                    self.assertIn(column, set().union(*moved[table].values()), table)
                    if column in ("points_avg_last_5", "points_avg_last_10", "wins_entering", "team_win_pct", "injury_status"):  # its own, not the league's
                        self.assertLessEqual({self.sound[D][table][key]["team_abbr"] for key, names in moved[table].items() if column in names}, teams, table)


if __name__ == "__main__":
    unittest.main()

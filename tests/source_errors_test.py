"""Faults of the earlier system, put into the raw rows of some weeks of real games: none of them reaches a table."""

import json
import unittest

from tests.kit.season_slice import SeasonSlice

LAST = "2021-11-05"
STATS = "fg_makes fg_attempts three_pt_makes three_pt_attempts ft_makes ft_attempts offensive_rebounds defensive_rebounds assists steals blocks turnovers personal_fouls points plus_minus".split()
TABLES = ("raw_schedule", "raw_results", "raw_player_box", "raw_team_box", "raw_play_by_play")


class SourceErrors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.slice = SeasonSlice(LAST)
        cls.addClassCleanup(cls.slice.remove)
        (cls.player, cls.team), = cls.rows(f"SELECT player_id, team_abbr FROM raw_player_box p WHERE status = 'played' AND EXISTS (FROM raw_schedule s WHERE s.game_date = '{LAST}' "
                                           "AND p.team_abbr IN (s.home_team_abbr, s.away_team_abbr)) GROUP BY 1, 2 ORDER BY sum(points) DESC LIMIT 1")
        cls.game, cls.tipoff = cls.rows(f"SELECT game_id, tipoff_utc FROM raw_schedule WHERE game_date = '{LAST}' AND '{cls.team}' IN (home_team_abbr, away_team_abbr)")[0]
        cls.slice.rows.execute("CREATE TABLE raw_player_props (game_id VARCHAR, game_date DATE, player_id BIGINT, book VARCHAR, captured_at TIMESTAMP, market VARCHAR, line DOUBLE, over_price DOUBLE, under_price DOUBLE)")
        cls.slice.write()
        cls.slice.save()

    def setUp(self):
        self.slice.back()
        self.slice.write()

    @classmethod
    def rows(cls, sql):
        return cls.slice.rows.execute(sql).fetchall()

    def fill(self, *statements):
        for sql in statements:
            self.slice.rows.execute(sql)
        self.slice.write()
        self.slice.run("backfill")

    def digests(self):
        sql = "SELECT table_name, slot, state, digest FROM backcourt.cells WHERE row_count > 0 AND table_name NOT LIKE 'raw%' ORDER BY 1, 2"
        return [json.loads(line) for line in self.slice.run("query", sql, "--format", "json").splitlines()]

    def test_a_game_that_he_did_not_play_is_no_game_of_zero_points(self):
        missed, = self.rows(f"SELECT game_id FROM raw_player_box WHERE player_id = {self.player} AND game_date < '{LAST}' ORDER BY points DESC LIMIT 1")[0]
        self.fill(f"UPDATE raw_player_box SET status = 'dnp', dnp_reason = 'Rest', is_starter = false, seconds_played = NULL, {', '.join(name + ' = NULL' for name in STATS)} "
                  f"WHERE player_id = {self.player} AND game_id = '{missed}'")
        (count, mean), = self.rows(f"SELECT count(*), avg(points) FROM raw_player_box WHERE player_id = {self.player} AND status = 'played' AND game_date < '{LAST}'")
        row, = self.slice.table("player_daily_cache", f"player_id = {self.player} AND cache_date = '{LAST}'")
        self.assertEqual(row["games_played_season"], count)
        self.assertAlmostEqual(row["points_avg_season"], mean, 12)
        line, = self.slice.table("player_game_summary", f"player_id = {self.player} AND game_id = '{missed}'")
        self.assertEqual((line["is_dnp"], line["is_active"], line["points"], line["usage_rate"]), (True, False, None, None))

    def test_nothing_scored_is_zero_and_nothing_known_is_null(self):
        zero = ("fg_makes", "three_pt_makes", "ft_makes", "points")
        self.fill(f"UPDATE raw_player_box SET {', '.join(name + ' = 0' for name in zero)} WHERE player_id = {self.player} AND status = 'played'",
                  f"DELETE FROM raw_play_by_play WHERE game_id IN (SELECT game_id FROM raw_player_box WHERE player_id = {self.player})")
        row, = self.slice.table("player_daily_cache", f"player_id = {self.player} AND cache_date = '{LAST}'")
        self.assertEqual((row["points_avg_last_5"], row["points_avg_season"], row["ts_pct_last_10"]), (0.0, 0.0, 0.0))
        self.assertEqual((row["paint_rate_last_10"], row["three_pt_rate_last_10"]), (None, None))  # of no game are the zones known: not all threes
        line = self.slice.table("player_game_summary", f"player_id = {self.player} AND is_active")[0]
        self.assertEqual((line["ts_pct"], line["efg_pct"], line["paint_attempts"]), (0.0, 0.0, None))
        features, = self.slice.table("ml_feature_store_v2", f"player_id = {self.player} AND game_date = '{LAST}'")
        self.assertEqual((features["points_avg_last_5"], features["pct_paint"], features["pct_three"]), (0.0, None, None))
        self.assertIn("pct_paint", features["missing_features"])
        imputed, = self.slice.table("ml_feature_store_v2_imputed", f"player_id = {self.player} AND game_date = '{LAST}'")
        self.assertEqual((imputed["points_avg_last_5"], imputed["pct_paint"], imputed["imputed_pct_paint"]), (0.0, 0.4, True))

    def test_games_that_do_not_count_are_in_no_table(self):
        """A preseason and an all-star game, with results, boxes and events like any other."""
        self.fill()
        before = self.digests()
        copied = self.rows("SELECT game_id FROM raw_schedule WHERE game_date = '2021-10-27' ORDER BY 1 LIMIT 2")
        for (game,), new, kind in zip(copied, ("0012100999", "0032100999"), ("preseason", "all_star")):
            for table in TABLES:
                more = f", '{kind}' AS game_type" if table == "raw_schedule" else ""
                self.slice.rows.execute(f"INSERT INTO {table} SELECT * REPLACE ('{new}' AS game_id{more}) FROM {table} WHERE game_id = '{game}'")
        self.fill()
        self.assertEqual(len(self.slice.table("raw_team_box", "game_id IN ('0012100999', '0032100999')")), 4)
        moved = {cell["table_name"] for cell, was in zip(self.digests(), before) if cell != was}
        self.assertLessEqual(moved, {"player_shot_summary"})  # a helper: the events of any game

    def test_lines_of_players_know_pushes_and_only_what_stood_before_tip_off(self):
        (points,), = self.rows(f"SELECT points FROM raw_player_box WHERE game_id = '{self.game}' AND player_id = {self.player}")
        for line, result in ((points, "PUSH"), (points - 0.5, "OVER"), (points + 0.5, "UNDER")):
            with self.subTest(result):
                values = ", ".join(f"('{self.game}', DATE '{LAST}', {self.player}, 'a book', TIMESTAMP '{self.tipoff}' + INTERVAL ({hours}) HOUR, 'points', {value}, 1.9, 1.9)" for hours, value in ((-5, points + 3), (-1, line), (1, points + 9)))
                self.fill("DELETE FROM raw_player_props", f"INSERT INTO raw_player_props VALUES {values}")
                row, = self.slice.table("player_game_summary", f"game_id = '{self.game}' AND player_id = {self.player}")
                self.assertEqual((row["points_line"], row["opening_line"], row["over_under_result"]), (line, points + 3, result))


if __name__ == "__main__":
    unittest.main()

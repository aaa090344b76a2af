"""Games of which a part is there: nothing fails or waits, what is made without them says so, and is mended when the rest comes."""

import json
import shutil
import unittest

from tests.kit.season_slice import SeasonSlice

LAST = "2021-11-05"
CELLS = "SELECT table_name, slot, state, row_count, digest, missing_games FROM backcourt.cells WHERE state <> 'fresh' OR row_count > 0 ORDER BY 1, 2"


class HalfBoxes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.slice = SeasonSlice(LAST)
        cls.addClassCleanup(cls.slice.remove)
        cls.slice.save()
        cls.slice.run("backfill")
        cls.warehouse = cls.slice.project / "warehouse.duckdb"
        cls.sound = cls.cells()
        days = ("2021-10-25", "2021-10-26", "2021-10-27", "2021-10-28", "2021-10-29")
        games = [cls.slice.rows.execute(f"SELECT game_id, home_team_abbr, away_team_abbr FROM raw_schedule WHERE game_date = '{day}' ORDER BY 1 LIMIT 1").fetchone() for day in days]
        cls.days = dict(zip(("half of the players", "no team box", "no player box", "half of the team box", "no events"), days))
        cls.games = {what: game for what, (game, _, _) in zip(cls.days, games)}
        cls.teams = {what: (home, away) for what, (_, home, away) in zip(cls.days, games)}
        of = {what: f"game_id = '{game}'" for what, game in cls.games.items()}
        for sql in [f"DELETE FROM raw_player_box WHERE {of['half of the players']} AND team_abbr = '{games[0][1]}'", f"DELETE FROM raw_team_box WHERE {of['no team box']}",
                    f"DELETE FROM raw_player_box WHERE {of['no player box']}", f"DELETE FROM raw_team_box WHERE {of['half of the team box']} AND team_abbr = '{games[3][2]}'",
                    f"DELETE FROM raw_play_by_play WHERE {of['no events']}"]:
            cls.slice.rows.execute(sql)
        cls.slice.write()
        cls.slice.run("backfill")  # exit code 0

    @classmethod
    def cells(cls):
        return [json.loads(line) for line in cls.slice.run("query", CELLS, "--format", "json").splitlines()]

    def missing(self, table, day):
        """The games that a table's cell of a date was made without."""
        (games,), = [[row["missing_games"]] for row in self.slice.table("backcourt.cells", f"table_name = '{table}' AND slot = DATE '{day}' - DATE '1970-01-01'")]
        return set(games.split(",")) - {""}

    def count(self, table, what):
        return len(self.slice.table(table, f"game_id = '{self.games[what]}'"))

    def test_nothing_fails_or_waits(self):
        self.assertEqual({cell["state"] for cell in self.cells()}, {"fresh", "empty", "partial"})
        self.assertEqual({what: self.count("team_offense_game_summary", what) for what in self.games}, {"half of the players": 2, "no team box": 0, "no player box": 2, "half of the team box": 0, "no events": 2})
        self.assertEqual(self.count("player_game_summary", "no player box"), 0)
        self.assertEqual({row["team_abbr"] for row in self.slice.table("player_game_summary", f"game_id = '{self.games['half of the players']}'")}, {self.teams["half of the players"][1]})
        without = self.slice.table("team_offense_game_summary", f"game_id = '{self.games['no events']}'")
        self.assertEqual([(row["has_shot_zones"], row["team_paint_attempts"], row["team_three_attempts"]) for row in without], [(False, None, None)] * 2)
        later = {row["team_abbr"]: row["missing_games"] for row in self.slice.table("team_defense_zone_analysis", f"analysis_date = '{LAST}'")}
        for team in self.teams["no player box"]:  # the gap stands in every row behind it
            self.assertGreater(later[team], 0)
        self.assertIn(0, later.values())

    def test_cells_name_all_the_games_that_are_missing_in_their_inputs(self):
        halves = {game for what, game in self.games.items() if what != "no events"}
        of_players = {self.games["half of the players"], self.games["no player box"]}
        self.assertEqual(self.missing("ml_feature_store_v2", LAST), halves)
        self.assertEqual(self.missing("player_population", LAST), of_players)  # it reads no team box
        for what, day in self.days.items():
            self.assertEqual(self.missing("team_offense_game_summary", day) & {self.games[what]}, {self.games[what]} & halves, what)
        self.assertEqual(self.missing("ml_feature_store_v2", "2021-10-25"), set())
        self.assertEqual(self.missing("player_shot_zone_analysis", "2021-10-26"), {self.games["half of the players"]})

    def test_status_and_check_name_them(self):
        line = next(line for line in self.slice.run("status").splitlines() if line.startswith("partial ml_feature_store_v2"))
        for what, game in self.games.items():
            (self.assertNotIn if what == "no events" else self.assertIn)(game, line)
        gaps = json.loads(self.slice.run("check", "--json", code=2))["gaps"]
        found = {(gap["guard"], gap["table"], gap["subject"]): gap for gap in gaps}

        def game(what):
            home, away = self.teams[what]
            return f"{self.games[what]} {away} at {home}"

        for what, table in [("no team box", "raw_team_box"), ("no player box", "raw_player_box"), ("no events", "raw_play_by_play")]:
            gap = found["games", table, game(what)]
            self.assertEqual((gap["what"], gap["first_date"]), ("the game is final, and has no rows here", self.days[what]))
            self.assertRegex(gap["fix"], rf"^get a file that has the game, then `backcourt load .*{table}/season=2021-22/data.parquet` and `backcourt backfill`")
        sides = {gap["subject"]: gap for gap in gaps if gap["guard"] == "both_teams_have_boxes"}
        self.assertEqual({subject: gap["what"] for subject, gap in sides.items()},
                         {f"{self.games['half of the players']} {self.teams['half of the players'][0]}": "has 0 players in the player box who played",
                          f"{self.games['half of the team box']} {self.teams['half of the team box'][1]}": "has no line in the team box"})
        self.assertTrue(all("backcourt load" in gap["fix"] for gap in sides.values()))

    def test_from_scratch_it_is_the_same_and_the_rest_completes_it(self):
        here = self.cells()
        kept = self.slice.folder / "kept"
        shutil.copytree(self.slice.folder / "data", kept / "data")
        shutil.move(self.warehouse, kept)
        self.addCleanup(lambda: (shutil.rmtree(self.slice.folder / "data"), shutil.move(kept / "data", self.slice.folder), shutil.copy(kept / self.warehouse.name, self.warehouse)))
        self.slice.run("backfill")
        self.assertEqual(self.cells(), here)
        self.assertIn("all agree to the bit", self.slice.run("verify"))
        shutil.copy(kept / self.warehouse.name, self.warehouse)
        self.slice.back()
        self.slice.write()
        self.slice.run("backfill")
        self.assertEqual(self.cells(), self.sound)


if __name__ == "__main__":
    unittest.main()

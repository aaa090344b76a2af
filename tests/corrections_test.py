"""Corrections of the shipped seasons: what turns stale, what is made again, and that the tables then equal a fill from scratch."""

import json
import shutil
import unittest

from tests.kit.real import EPOCH, ROOT, Project, day, rewrite, temporary_folder, to_be_changed
from tests.kit.windows import Dates, expected_states

OF_GAMES = ("raw_schedule", "raw_results", "raw_player_box", "raw_team_box", "raw_play_by_play", "raw_game_lines")


class Corrections(unittest.TestCase):
    def setUp(self):
        self.project = to_be_changed(self)

    def rewrite(self, table, sql, season="2021-22"):
        file = self.project.folder / "data" / table / f"season={season}" / "data.parquet"
        rewrite(file, file, sql)

    def from_scratch(self):
        """The digests of the same files filled into a new warehouse."""
        folder = temporary_folder()
        scratch = Project(folder, pack=self.project.folder / "nba", data=self.project.folder / "data")
        scratch.run("load")
        scratch.run("backfill", "all")
        digests = scratch.digests()
        shutil.rmtree(folder)
        return digests

    def test_one_player_s_points(self):
        before = self.project.digests()
        runs = dict(self.project.rows("SELECT slot, run FROM backcourt.cells WHERE table_name = 'upcoming_team_game_context'"))
        self.rewrite("raw_player_box", "SELECT * REPLACE (CASE WHEN game_id = '0022100320' AND points = (SELECT max(points) FROM rows WHERE game_id = '0022100320') THEN points + 1 ELSE points END AS points) FROM rows")
        self.assertIn("1 raw cell changed", self.project.run("load"))

        # The plan names what is stale, and what may change behind it, through the windows.
        slot = (day("2021-12-01") - EPOCH).days
        stale, behind = expected_states(Dates(self.project), "raw_player_box", slot)
        states, plan = self.project.plan()
        self.assertEqual(plan["counts"], {"stale": len(stale), "may change": len(behind)})
        self.assertEqual({(model, (day(date) - EPOCH).days): state for (model, date), state in states.items()}, {**dict.fromkeys(stale, "stale"), **dict.fromkeys(behind, "may change")})
        self.assertIn(("player_game_summary", slot), stale)
        self.assertFalse({date for _, date in states} & {"2021-11-30", "2022-10-18"} or any(date < "2021-12-01" for _, date in states))
        chain = json.loads(self.project.run("why", "ml_feature_store_v2", "2021-12-03", "--json"))
        self.assertEqual((chain[-1]["table"], chain[-1]["date"]), ("raw_player_box", "2021-12-01"))

        # The run makes again what it must: his points are no team's, and tell nothing of who may play.
        report = self.project.backfill()
        self.assertEqual(report["outcome"], "done")
        self.assertGreaterEqual(report["filled"], len(stale))
        self.assertGreater(report["kept"], 0)
        self.assertEqual(report["filled"] + report["kept"], len(stale) + len(behind))
        self.assertEqual(dict(self.project.rows("SELECT slot, run FROM backcourt.cells WHERE table_name = 'upcoming_team_game_context'")), runs)
        after = self.project.digests()
        changed = {key for key in before if after[key] != before[key]}
        self.assertEqual({key for key in changed if key[0] == "player_game_summary"}, {("player_game_summary", day("2021-12-01"))})
        self.assertFalse({table for table, _ in changed} & {"team_offense_game_summary", "player_population", "player_shot_zone_analysis", "team_defense_zone_analysis", "upcoming_team_game_context"})
        self.assertTrue({"upcoming_player_game_context", "player_daily_cache", "ml_feature_store_v2"} <= {table for table, _ in changed})
        self.assertEqual(after, self.from_scratch())
        self.assertEqual(self.project.plan()[0], {})

    def test_games_that_move(self):
        # A regular game to a date without one, and the only game of a date to the next day.
        for game, old, new in (("0022100341", "2021-12-03", "2021-12-24"), ("0042100405", "2022-06-13", "2022-06-14")):
            self.assertEqual(self.project.rows("SELECT game_date FROM raw_schedule WHERE game_id = ?", game), [(day(old),)])
            for table in OF_GAMES:
                self.rewrite(table, f"SELECT * REPLACE (CASE WHEN game_id = '{game}' THEN DATE '{new}' ELSE game_date END AS game_date) FROM rows")
        self.project.run("load")
        dates = [date["game_date"] for date in json.loads(self.project.run("dates", "--json"))["game_dates"]]
        self.assertEqual([date in dates for date in ("2021-12-03", "2021-12-24", "2022-06-13", "2022-06-14")], [True, True, False, True])
        states, _ = self.project.plan()
        for table in ("team_offense_game_summary", "player_game_summary", "upcoming_team_game_context"):
            self.assertEqual([states.get((table, date)) for date in ("2021-12-03", "2021-12-24", "2022-06-14")], ["stale", "missing", "missing"], table)
        self.assertEqual(self.project.backfill()["outcome"], "done")
        self.assertEqual(self.project.rows("SELECT count(*) FROM ml_feature_store_v2 WHERE game_date = '2022-06-13'"), [(0,)])
        self.assertEqual(self.project.rows("SELECT game_date, points_scored FROM team_offense_game_summary WHERE game_id = '0022100341' AND team_abbr = 'LAL'"), [(day("2021-12-24"), 115)])
        self.assertEqual(self.project.digests(), self.from_scratch())

    def test_a_game_that_goes_and_comes_late(self):
        before = self.project.digests()
        for table in OF_GAMES:
            self.rewrite(table, "SELECT * FROM rows WHERE game_id <> '0022100857'")
        self.project.run("load")
        self.assertEqual(self.project.backfill()["outcome"], "done")
        self.assertEqual(self.project.rows("SELECT count(*) FROM player_game_summary WHERE game_id = '0022100857'"), [(0,)])
        without = self.project.digests()
        self.assertNotEqual(without, before)
        self.assertEqual(without, self.from_scratch())
        for table in OF_GAMES:
            file = f"{table}/season=2021-22/data.parquet"
            shutil.copy2(ROOT / "data" / file, self.project.folder / "data" / file)
        states, _ = self.plan_after_load()
        self.assertEqual({table for (table, date), state in states.items() if state == "stale" and date < "2022-02-13"}, {"upcoming_team_game_context"})  # which alone reads the schedule ahead
        self.assertEqual(self.project.backfill()["outcome"], "done")
        self.assertEqual(self.project.digests(), before)

    def plan_after_load(self):
        self.project.run("load")
        return self.project.plan()

    def test_what_says_when_a_game_was_seen_stales_nothing(self):
        self.rewrite("raw_schedule", "SELECT * REPLACE (TIMESTAMP '2021-08-20 12:00:00' AS first_seen_at, 'another file' AS source) FROM rows")
        self.assertEqual(self.plan_after_load()[0], {})

    def edit(self, model, old, new):
        path = next((self.project.folder / "nba" / "models").rglob(f"{model}.sql"))
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new, 1))

    def test_an_edited_model_stales_itself_and_what_reads_it(self):
        before = self.project.digests()
        self.edit("player_composite_factors", "u.pace_vs_league / 2e0", "u.pace_vs_league / 3e0")
        states, _ = self.project.plan()
        self.assertEqual({(table, state) for (table, _), state in states.items()}, {("player_composite_factors", "stale"), ("ml_feature_store_v2", "may change")})
        self.assertEqual(len(states), 2 * 403)
        self.assertEqual(self.project.backfill()["outcome"], "done")
        after = self.project.digests()
        self.assertEqual({table for table, date in before if after[table, date] != before[table, date]}, {"player_composite_factors", "ml_feature_store_v2"})
        self.edit("player_composite_factors", "u.pace_vs_league / 3e0", "u.pace_vs_league / 2e0")
        self.project.backfill()
        self.assertEqual(self.project.digests(), before)

    def test_an_edited_comment_stales_nothing(self):
        self.edit("player_composite_factors", "-- Shares times percentage points", "-- Points of\n  --   percentage")
        self.edit("team_game_totals", "FROM games_seen_twice", "FROM\n\n   games_seen_twice -- both sides")
        self.edit("player_form", 'about = "How each player stood', 'about = "The way each player stood')
        self.edit("player_form", 'game_number = "games he has played', 'game_number = "the games he has played')
        self.assertEqual(self.project.plan()[0], {})


if __name__ == "__main__":
    unittest.main()

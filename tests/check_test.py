"""`check` names what lacks: on some weeks of real games with rows taken out, doubled or shifted, and on the toy league."""

import json
import re
import shutil
import unittest

import duckdb

from tests.kit.toy import Toy
from tests.kit.season_slice import SeasonSlice

LAST = "2021-11-05"


class RealGames(unittest.TestCase):
    """Each test loads its own damage; the warehouse of the sound weeks is made once."""

    @classmethod
    def setUpClass(cls):
        cls.slice = SeasonSlice(LAST)
        cls.addClassCleanup(cls.slice.remove)
        cls.slice.save()
        cls.slice.run("backfill")
        cls.warehouse = cls.slice.project / "warehouse.duckdb"
        shutil.copy(cls.warehouse, cls.slice.folder / "sound")
        (cls.game, cls.day, cls.home, cls.away), = cls.slice.rows.execute(
            "SELECT game_id, CAST(game_date AS VARCHAR), home_team_abbr, away_team_abbr FROM raw_schedule JOIN raw_results USING (game_id, game_date) "
            "WHERE game_date = '2021-10-25' AND periods = 4 ORDER BY 1 LIMIT 1").fetchall()

    def setUp(self):
        self.slice.back()
        self.slice.write()
        shutil.copy(self.slice.folder / "sound", self.warehouse)

    def gaps(self, *words, code=2):
        report = json.loads(self.slice.run("check", "--json", *words, code=code))
        self.assertEqual(report["complete"], code == 0)
        for guard in report["guards"]:
            self.assertTrue(guard["examined"] > 0 or guard["nothing"], guard)
        self.assertTrue(all(gap["fix"] for gap in report["gaps"]), report["gaps"])
        return report["gaps"]

    def damage(self, *statements, fill=True):
        for sql in statements:
            self.slice.rows.execute(sql)
        self.assertTrue(self.slice.write(), "nothing was changed")
        self.slice.run("load")
        if fill:
            self.slice.run("backfill")

    def test_names_with_blanks_and_accents_are_found(self):
        found = [len(self.slice.run("show", "player_game_summary", "--player", name, "--format", "json").splitlines()) for name in ("jokic", "Jokić", "nikola jokic", "Nikola Jokić")]
        self.assertEqual(len(set(found)), 1, found)
        self.assertGreater(found[0], 3)
        self.assertIn("(no rows: no player '!!' is in the warehouse)", self.slice.run("show", "player_game_summary", "--player", "!!"))

    def test_nothing_is_missing_in_sound_weeks(self):
        self.assertEqual(self.gaps(code=0), [])
        text = self.slice.run("check")
        self.assertIn("no problems found", text)
        self.assertRegex(text, r"no files for \d+ feeds")
        self.assertIn("No files for odds_api: raw_player_props is empty", self.slice.run("check", "--all"))
        finals = self.slice.rows.execute("SELECT count(*) FROM raw_results").fetchone()[0]
        report = json.loads(self.slice.run("check", "--json"))
        self.assertIn({"season": "2021-22", "table": "raw_play_by_play", "unit": "games", "expected": finals, "present": finals, "remark": ""}, report["tables"])
        examined = {guard["guard"]: guard["examined"] for guard in report["guards"]}
        self.assertEqual([examined[name] for name in ("games", "points_agree", "shots_agree", "time_agrees", "team_box_is_sum_of_players", "both_teams_have_boxes")],
                         [4 * finals] + [2 * finals] * 5)

    def test_boxes_of_a_game(self):
        self.damage(f"DELETE FROM raw_player_box WHERE game_id = '{self.game}'", f"DELETE FROM raw_team_box WHERE game_id = '{self.game}'")
        gaps = self.gaps()
        self.assertEqual({(gap["table"], gap["first_date"], gap["subject"], gap["what"]) for gap in gaps if gap["guard"] == "games"},
                         {(table, self.day, f"{self.game} {self.away} at {self.home}", "the game is final, and has no rows here") for table in ("raw_player_box", "raw_team_box")})
        self.assertRegex([gap["fix"] for gap in gaps if gap["guard"] == "games"][0], r"^get a file that has the game, then `backcourt load .*raw_\w+_box/season=2021-22/data.parquet`")
        partial = {gap["table"] for gap in gaps if gap["guard"] == "cells"}
        self.assertLessEqual({"player_game_summary", "ml_feature_store_v2"}, partial)
        self.assertTrue(all(f"made without the boxes of {self.game}" in gap["what"] for gap in gaps if gap["guard"] == "cells"))

    def test_events_of_a_game(self):
        self.damage(f"DELETE FROM raw_play_by_play WHERE game_id = '{self.game}'")
        self.assertEqual([(gap["guard"], gap["table"], gap["first_date"], gap["subject"]) for gap in self.gaps()],
                         [("games", "raw_play_by_play", self.day, f"{self.game} {self.away} at {self.home}")])

    def test_one_teams_rows(self):
        self.damage(f"DELETE FROM raw_player_box WHERE game_id = '{self.game}' AND team_abbr = '{self.home}'", fill=False)
        found = {(gap["guard"], gap["subject"]): gap["what"] for gap in self.gaps()}
        self.assertEqual(found["both_teams_have_boxes", f"{self.game} {self.home}"], "has 0 players in the player box who played")
        self.slice.back()
        self.damage(f"DELETE FROM raw_team_box WHERE game_id = '{self.game}' AND team_abbr = '{self.away}'", fill=False)
        found = {(gap["guard"], gap["subject"]): gap["what"] for gap in self.gaps()}
        self.assertEqual(found["both_teams_have_boxes", f"{self.game} {self.away}"], "has no line in the team box")
        self.assertNotIn(("both_teams_have_boxes", f"{self.game} {self.home}"), found)

    def test_a_whole_date(self):
        self.damage(*[f"DELETE FROM {table} WHERE game_date = '{self.day}'" for table in ("raw_results", "raw_player_box", "raw_team_box", "raw_play_by_play")])
        games = self.slice.rows.execute(f"SELECT count(*) FROM raw_schedule WHERE game_date = '{self.day}'").fetchone()[0]
        gaps = self.gaps()
        self.assertEqual({(gap["guard"], gap["table"], gap["what"]) for gap in gaps}, {("games", "raw_results", "the game was to be played, and has no result")})
        self.assertEqual(({gap["first_date"] for gap in gaps}, len(gaps)), ({self.day}, games))

    def test_a_shifted_score(self):
        self.damage(f"UPDATE raw_results SET home_points = home_points + 1 WHERE game_id = '{self.game}'")
        (points,), = self.slice.rows.execute(f"SELECT points FROM raw_team_box WHERE game_id = '{self.game}' AND team_abbr = '{self.home}'").fetchall()
        self.assertEqual([(gap["guard"], gap["first_date"], gap["subject"], gap["what"]) for gap in self.gaps()],
                         [("points_agree", self.day, f"{self.game} {self.home}", f"points: result {points + 1} team box {points} players {points} events {points}")])

    def test_a_shot_worth_another_value(self):
        self.damage(f"UPDATE raw_play_by_play SET value = 3 WHERE (game_id, event_index) = (SELECT (game_id, min(event_index)) FROM raw_play_by_play WHERE game_id = '{self.game}' AND "
                    f"team_abbr = '{self.away}' AND value = 2 AND made GROUP BY game_id)")
        gaps = self.gaps()
        found = {gap["guard"]: (gap["subject"], gap["what"]) for gap in gaps}
        self.assertEqual(set(found), {"points_agree", "shots_agree"})
        self.assertTrue(all("raw_play_by_play" in gap["fix"] for gap in gaps), gaps)  # the file that is wrong
        self.assertEqual(found["shots_agree"][0], f"{self.game} {self.away}")
        for part in ("threes ", "threes made ", "points of the events "):
            self.assertIn(part, found["shots_agree"][1])

    def test_an_overtime_that_is_missing_in_the_line_score(self):
        self.damage(f"UPDATE raw_results SET periods = 5 WHERE game_id = '{self.game}'")
        self.assertEqual({(gap["guard"], gap["subject"], gap["what"]) for gap in self.gaps()},
                         {("time_agrees", f"{self.game} {team}", "4 periods by its players, 5 by the line score") for team in (self.home, self.away)})

    def test_a_players_rebound_that_is_missing_in_his_teams_total(self):
        self.damage(f"UPDATE raw_team_box SET defensive_rebounds = defensive_rebounds - 1 WHERE game_id = '{self.game}' AND team_abbr = '{self.away}'")
        (gap,) = self.gaps()
        self.assertEqual((gap["guard"], gap["subject"]), ("team_box_is_sum_of_players", f"{self.game} {self.away}"))
        self.assertRegex(gap["what"], r"^defensive_rebounds \d+ but players \d+$")

    def test_a_row_that_stands_twice_and_one_team_gone_in_a_filled_table(self):
        self.slice.change_stored(f"INSERT INTO player_game_summary SELECT * FROM player_game_summary WHERE game_id = '{self.game}' ORDER BY player_id LIMIT 1;"
                                 f"DELETE FROM team_offense_game_summary WHERE game_id = '{self.game}' AND team_abbr = '{self.home}'")
        gaps = self.gaps()
        self.assertEqual({(gap["guard"], gap["table"], gap["first_date"]) for gap in gaps},
                         {(guard, table, self.day) for guard in ("stored rows", "expected rows") for table in ("player_game_summary", "team_offense_game_summary")})
        twice = [gap["what"] for gap in gaps if gap["table"] == "player_game_summary" and gap["guard"] == "stored rows"][0]
        self.assertIn(f"a row is there twice (game_id={self.game}, player_id=", twice)
        for gap in gaps:
            self.slice.run(*re.search("`backcourt (.*?)`", gap["fix"]).group(1).split())
        self.assertEqual(self.gaps(code=0), [])

    def test_a_raw_value_changed_behind_the_ledgers_back_is_loaded_again(self):
        self.slice.change_stored(f"UPDATE raw_player_box SET steals = steals + 1 WHERE game_id = '{self.game}' AND steals = 1; DELETE FROM raw_play_by_play WHERE game_date = '{self.day}'")
        stored = {gap["table"]: gap for gap in self.gaps() if gap["guard"] == "stored rows"}
        self.assertEqual({table: gap["first_date"] for table, gap in stored.items()}, {"raw_player_box": self.day, "raw_play_by_play": self.day})
        self.assertIn("a value is not what was filled", stored["raw_player_box"]["what"])
        self.assertIn("0 rows, where", stored["raw_play_by_play"]["what"])
        for gap in stored.values():
            self.slice.run(*re.search("`backcourt (.*?)`", gap["fix"]).group(1).split())
        self.assertEqual(self.gaps(code=0), [])

    def test_only_what_is_asked_for(self):
        self.damage(f"UPDATE raw_results SET home_points = home_points + 1 WHERE game_id = '{self.game}'")
        self.assertEqual(self.gaps("--dates", "2021-10-26", code=0), [])
        self.assertEqual(len(self.gaps("--dates", self.day)), 1)
        self.assertEqual(self.gaps("player_daily_cache", code=0), [])
        self.assertEqual(len(self.gaps("raw_results")), 1)


class ToyLeague(Toy):
    def setUp(self):
        super().setUp()
        self.edit("data/games_2021-22.csv", "G7,2021-11-03,AAA,BBB,,", "G7,2021-11-03,AAA,BBB,90,80")
        with (self.project / "data" / "box_2021-22.csv").open("a") as file:
            file.write("G7,AAA,1,33,31:00\nG7,BBB,2,9,30:00\n")
        self.edit("models/precompute/recent_form.sql", "*/", '\n[may_be_null]\nstar = "the seed is short"\n*/')

    def gaps(self, *words, code=2):
        out = self.run_program("check", "--json", *words, code=code)
        return json.loads(out[: out.rindex("}") + 1])["gaps"]

    def change_stored(self, sql):
        with duckdb.connect(str(self.project / "warehouse.duckdb")) as connection:
            connection.execute(sql)

    def test_nothing_is_missing_in_a_filled_league(self):
        self.run_program("backfill")
        self.assertEqual(self.gaps(code=0), [])
        page = self.run_program("check", "--markdown")
        self.assertIn("### 2021-22: 6 game dates", page)
        self.assertIn("| raw_box | 7 | 7 | games |", page)
        self.assertIn("| player_form | 6 | 6 | dates | 1 of them empty: nobody has played before this date |", page)
        self.assertIn("no problems found", page)

    def test_nothing_to_look_at_is_an_error(self):
        self.assertIn("a check of nothing proves nothing", self.run_program("check", code=1))
        self.run_program("backfill")
        self.assertIn("a check of nothing proves nothing", self.run_program("check", "--dates", "2021-10-21", code=1))
        self.assertIn("player_form", self.run_program("check", "player_fom", code=1))

    def test_a_game_without_a_result(self):
        self.edit("data/games_2021-22.csv", "G7,2021-11-03,AAA,BBB,90,80", "G7,2021-11-03,AAA,BBB,,")
        self.run_program("backfill")
        (gap,) = self.gaps()
        self.assertEqual((gap["table"], gap["subject"]), ("raw_results", "G7 BBB at AAA"))

    def test_states_of_cells(self):
        self.run_program("load")
        self.assertEqual([(gap["what"], gap["dates"], gap["fix"]) for gap in self.gaps() if gap["table"] == "player_form"],
                         [("missing", 6, "`backcourt backfill player_form --start-date 2021-10-19 --end-date 2021-11-03`")])
        self.run_program("backfill")
        self.edit("data/box_2021-22.csv", "G3,AAA,1,31", "G3,AAA,1,35")
        self.run_program("load")
        self.assertEqual({(gap["table"], gap["what"], gap["dates"]) for gap in self.gaps()},
                         {("player_games", "stale", 1), ("player_form", "an input of it is to be filled again", 3), ("recent_form", "an input of it is to be filled again", 1)})
        self.edit("models/analytics/player_games.sql", "points < 0", "points > 34")
        self.run_program("backfill", code=2)
        gaps = {gap["table"]: gap for gap in self.gaps()}
        self.assertIn('failed: check "points are not negative" of player_games fails', gaps["player_games"]["what"])
        self.assertIn("backcourt why player_games 2021-10-22", gaps["player_games"]["fix"])
        self.assertIn("blocked: ", gaps["player_form"]["what"])
        self.run_program("backfill", "--allow-missing", "player_games", code=2)
        self.assertIn("let through without player_games", " ".join(gap["what"] for gap in self.gaps() if gap["table"] == "player_form"))

    def test_columns_constant_or_mostly_null_over_a_month(self):
        model = "models/precompute/player_form.sql"
        self.edit(model, 'points_avg = "Points a game."', 'points_avg = "Points a game."\nalways = "One value."\nrarely = "NULL for most."')
        self.edit(model, "AS points_avg\n", "AS points_avg, 7 AS always, CASE WHEN p.player_id = 1 THEN count(*) END AS rarely\n")
        self.run_program("backfill")
        gaps = {gap["subject"]: gap for gap in self.gaps()}
        self.assertEqual({name: gap["table"] for name, gap in gaps.items()}, {"always": "player_form", "rarely": "player_form"})
        self.assertIn("is 7 in all", gaps["always"]["what"])
        self.assertRegex(gaps["rarely"]["what"], r"is NULL in [67]\d % of 18 rows")
        self.edit(model, "*/", '\n[may_be_constant]\nalways = "it is seven"\n[may_be_null]\nrarely = "only of the first"\n*/')
        self.assertEqual(self.gaps(code=0), [])
        self.edit(model, 'always = "it is seven"', "")
        self.assertEqual([gap["guard"] for gap in self.gaps()], ["months"])
        self.edit("data/box_2021-22.csv", "G7,AAA,1,33,31:00\nG7,BBB,2,9,30:00\n", "")  # a box lacks: the month is not complete
        self.edit("data/games_2021-22.csv", "G5,2021-10-25,DDD,AAA,77,78", "G5,2021-10-25,DDD,AAA,77,78\nG8,2021-10-25,BBB,CCC,77,78")
        self.run_program("backfill", "--force")
        self.assertEqual({gap["guard"] for gap in self.gaps()}, {"games", "cells"})
        self.edit("data/games_2021-22.csv", "\nG8,2021-10-25,BBB,CCC,77,78", "")
        self.edit("data/games_2021-22.csv", "G7,2021-11-03,AAA,BBB,90,80", "G7,2021-11-03,AAA,BBB,,")  # the month is not over
        self.run_program("backfill", "--force")
        self.assertEqual([gap["guard"] for gap in self.gaps()], ["games"])

    def test_columns_without_the_raw_data_that_they_need(self):
        model = "models/precompute/player_form.sql"
        (self.project / "tables/raw_awards.toml").write_text('about = "Prizes."\nkey = ["game_id"]\ngrain = "date"\ndate = "game_date"\nunit = "game_id"\n[columns]\n'
                   'game_id = { type = "VARCHAR", about = "The game." }\ngame_date = { type = "DATE", about = "Its day." }\nworth = { type = "INTEGER", about = "Dollars." }\n')
        awards = self.project / "data/raw_awards"
        awards.mkdir()
        self.edit(model, 'points_avg = "Points a game."', 'points_avg = "Points a game."\nalways = "One value."')
        self.edit(model, "AS points_avg\n", "AS points_avg, NULL::INTEGER AS always\n")
        self.run_program("backfill")
        self.assertEqual([gap["subject"] for gap in self.gaps()], ["always"])
        self.edit(model, "*/", '\n[needs]\n"raw_awards.worth" = ["always"]\n*/')
        self.assertEqual(self.gaps(code=0), [])
        duckdb.sql("SELECT 'G1' AS game_id, DATE '2021-10-19' AS game_date, NULL::INTEGER AS worth").write_parquet(str(awards / "one.parquet"))
        self.run_program("load")
        self.assertEqual(self.gaps(code=0), [])
        duckdb.sql("SELECT 'G1' AS game_id, DATE '2021-10-19' AS game_date, 5 AS worth").write_parquet(str(awards / "one.parquet"))  # now that is no reason any more
        self.run_program("load")
        self.assertEqual([gap["subject"] for gap in self.gaps()], ["always"])

    def test_a_model_that_never_ran_well(self):
        self.edit("models/analytics/player_games.sql", "points < 0", "points < 1000")
        self.write_check("SELECT p.game_date, p.game_id AS subject, NULL AS what FROM player_games p", reads='"player_games"')
        self.run_program("backfill", code=2)
        self.assertEqual({gap["guard"] for gap in self.gaps()}, {"cells"})
        self.assertIn("a table that it reads was never filled", self.run_program("check", code=2))

    def write_check(self, body, reads='"raw_results"'):
        (self.project / "checks").mkdir(exist_ok=True)
        (self.project / "checks" / "home_wins.sql").write_text(f'/* backcourt\nabout = "The home team wins."\nreads = [{reads}]\nfix = "play better"\n*/\n{body}\n')

    def test_a_check_of_the_project(self):
        self.write_check("SELECT r.game_date, r.game_id AS subject, CASE WHEN home_points <= away_points THEN 'lost at home' END AS what FROM raw_results r JOIN dates d ON d.game_date = r.game_date")
        self.run_program("backfill")
        results = self.project.resolve() / "data" / "games_2021-22.csv"
        fix = f"play better ({results}), then `backcourt load {results}` and `backcourt backfill`"
        self.assertEqual([(gap["guard"], gap["first_date"], gap["subject"], gap["what"], gap["fix"]) for gap in self.gaps()],
                         [("home_wins", "2021-10-20", "G2", "lost at home", fix), ("home_wins", "2021-10-25", "G5", "lost at home", fix),
                          ("home_wins", "2021-11-01", "G6", "lost at home", fix)])
        self.write_check("SELECT game_date, game_id AS subject, NULL AS what FROM raw_results WHERE home_points > 1000")
        (gap,) = self.gaps()
        self.assertEqual((gap["guard"], gap["what"]), ("home_wins", "it looked at nothing, which proves nothing"))
        self.write_check("SELECT game_date, game_id AS subject, NULL AS what FROM raw_box")
        self.assertIn("home_wins.sql:6: 'raw_box' is not declared", self.run_program("check", code=1))
        self.write_check("SELECT 1", reads='"raw_bx"')
        self.assertIn("reads 'raw_bx', which is not a table", self.run_program("check", code=1))


class AcceptedGaps(Toy):
    def accept(self, *lines):
        config = self.project / "backcourt.toml"
        config.write_text(config.read_text() + "\n" + "\n".join(lines) + "\n")

    def test_one_that_is_accepted_is_shown_with_its_reason_and_does_not_count(self):
        self.edit("models/precompute/recent_form.sql", "*/", '\n[may_be_null]\nstar = "the seed is short"\n*/')
        self.run_program("backfill")
        self.assertIn("games of raw_results: 1 found", self.run_program("check", code=2))
        for subject in ("G7", '"2021-11-03"'):
            with self.subTest(subject):
                text = (self.project / "backcourt.toml").read_text()
                self.accept("[accepted.games]", f'{subject} = "it is played tomorrow"')
                out = self.run_program("check")
                self.assertIn("accepted: games: 2021-11-03, raw_results, G7 BBB at AAA: the game was to be played, and has no result\n  because: it is played tomorrow", out)
                self.assertIn("no problems found, 1 accepted", out)
                report = json.loads(self.run_program("check", "--json"))
                self.assertEqual((report["complete"], report["gaps"], [a["reason"] for a in report["accepted"]]), (True, [], ["it is played tomorrow"]))
                (self.project / "backcourt.toml").write_text(text)
        self.accept("[accepted.games]", 'G6 = "another game"')
        out = self.run_program("check", code=2)
        self.assertRegex(out, r"backcourt.toml:\d+: games of G6 is accepted, and there is no such gap any more")
        self.assertIn("1 GAP", out)
        self.assertNotIn("no such gap", self.run_program("check", "--dates", "2021-10-19"))  # which does not look at all

    def test_one_without_a_reason_is_refused(self):
        self.accept("[accepted.games]", "G7 = 1")
        self.assertRegex(self.run_program("check", code=1), r"backcourt.toml:\d+: 'G7' must be a text")


if __name__ == "__main__":
    unittest.main()

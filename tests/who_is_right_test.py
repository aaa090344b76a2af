"""Several sources make statements about a game: who is right does not depend on the order in which they come, and no one who calls a game open moves one that is over."""

import copy
import json
import random
import unittest

from tests.kit.invented import Game, box_v3, game_log, schedule
from tests.kit.shapes import Shapes

import duckdb

# As the schedule had them in autumn, and as they were played.
MOVED = Game("0022000150", "2021-03-05", "CHI", "ATL", 104, 124)
PLAYED = [Game("0022000160", "2021-01-20", "ATL", "CHI", 100, 105), Game("0022000170", "2021-02-01", "ATL", "CHI", 100, 95), MOVED,
          Game("0022000180", "2021-02-03", "NYK", "BOS", 110, 99)]
PLANNED = [Game("0022000150", "2021-01-10", "CHI", "ATL"), *PLAYED[:2], PLAYED[3]]
AUTUMN = schedule(PLANNED, "2020-12-01T10:00:00Z", unknown=["0022000180"])
ROWS = "SELECT game_id, game_date, home_team_abbr, away_team_abbr FROM raw_schedule ORDER BY 1"
RIGHT = [{"game_id": g.id, "game_date": g.date, "home_team_abbr": g.home, "away_team_abbr": g.away} for g in sorted(PLAYED, key=lambda g: g.id)]


class WhoIsRight(Shapes):
    def test_an_autumn_schedule_moves_no_game_that_was_played(self):
        self.put("scheduleleaguev2_2020-21.json", AUTUMN)
        self.put("leaguegamelog_2020-21_players.json", game_log(PLAYED))
        self.put("leaguegamelog_2020-21_teams.json", game_log(PLAYED, "T"))
        report = self.load()
        self.assertEqual(self.query(ROWS), RIGHT)
        told = [(d["unit"], d["what"], d["file"], d["other_file"]) for d in report["disagreements"]]
        self.assertEqual(told, [("0022000150", "game_date 2021-03-05, not 2021-01-10", "leaguegamelog_2020-21_players.json", "scheduleleaguev2_2020-21.json")])
        # Its tip-off and week were those of another date; the place stays.
        self.assertEqual(self.query("SELECT tipoff_utc, week, arena FROM raw_schedule WHERE game_id = '0022000150'"), [{"tipoff_utc": None, "week": None, "arena": "Arena"}])
        self.assertEqual(self.query("SELECT tipoff_utc, week FROM raw_schedule WHERE game_id = '0022000160'"), [{"tipoff_utc": "2021-01-21 00:00:00", "week": 3}])
        self.run_program("backfill", "all")
        self.assertEqual([(r["game_date"], r["wins_entering"], r["losses_entering"]) for r in self.query(
            "SELECT game_date, wins_entering, losses_entering FROM upcoming_team_game_context WHERE team_abbr = 'ATL' ORDER BY 1")],
            [("2021-01-20", 0, 0), ("2021-02-01", 0, 1), ("2021-03-05", 1, 1)])
        self.assertEqual(self.query("SELECT count(*) AS n FROM player_game_summary WHERE game_id = '0022000180'"), [{"n": 12}])
        gaps = [gap for gap in json.loads(self.run_any("check", "--json").stdout)["gaps"] if gap["guard"] == "schedule_agrees"]
        self.assertEqual(len(gaps), 1)
        for word in ("0022000150", "2021-03-05", "2021-01-10", "scheduleleaguev2_2020-21.json"):
            self.assertIn(word, json.dumps(gaps))
        self.assertIn("scheduleleaguev2_2020-21.json", self.run_program("why", "raw_schedule", "2021-03-05"))

    def test_boxes_decide_the_teams_of_a_game_whose_teams_were_open(self):
        self.put("scheduleleaguev2_2020-21.json", AUTUMN)
        for game in PLAYED:
            self.put(f"boxscoretraditionalv3_{game.id}.json", box_v3(game))
        self.load()
        self.assertEqual(self.query("SELECT home_team_abbr, away_team_abbr, game_date FROM raw_schedule WHERE game_id = '0022000180'"),
                         [{"home_team_abbr": "NYK", "away_team_abbr": "BOS", "game_date": "2021-02-03"}])

    def test_of_open_games_the_schedule_taken_last_tells(self):
        later = copy.deepcopy(PLANNED)
        later[0].date = "2021-02-20"
        for old, new in (("a.json", "b.json"), ("b.json", "a.json")):
            for path in self.folder.glob("warehouse*"):
                path.unlink()
            self.put(f"scheduleleaguev2/2020-21/{old}", schedule(PLANNED, "2020-12-01T10:00:00Z"))
            self.put(f"scheduleleaguev2/2020-21/{new}", schedule(later, "2021-01-02T10:00:00Z"))
            self.load()
            self.assertEqual(self.query("SELECT game_date FROM raw_schedule WHERE game_id = '0022000150'"), [{"game_date": "2021-02-20"}])

    def test_a_box_of_whole_periods_goes_before_one_of_half_a_game_taken_later(self):
        game = PLAYED[0]
        self.put("scheduleleaguev2_2020-21.json", schedule(PLAYED, "2021-06-01T00:00:00Z", over="all"))
        self.put(f"boxscoretraditionalv3/{game.id}_2021-01-21T0130.json", box_v3(game, minutes="20:00"))
        self.put("leaguegamelog_2020-21.json", game_log([game]))
        self.load()
        self.assertEqual(self.query("SELECT DISTINCT seconds_played FROM raw_player_box"), [{"seconds_played": 2400}])

    def test_of_two_answers_of_a_box_the_one_given_last_tells(self):
        game, corrected = Game("0022000160", "2021-01-20", "ATL", "CHI", 100, 105), Game("0022000160", "2021-01-20", "ATL", "CHI", 102, 105)
        self.put("leaguegamelog_2020-21.json", game_log([game]))
        for first, second in (("a", "b"), ("b", "a")):
            for path in self.folder.glob("warehouse*"):
                path.unlink()
            for folder, told, time in ((first, game, "2021-01-21T08:00:00.5Z"), (second, corrected, "2021-01-24T08:00:00.5Z")):
                box = box_v3(told)
                box["meta"]["time"] = time
                self.put(f"{folder}/boxscoretraditionalv3_0022000160.json", box)
            self.load()
            self.assertEqual(self.query("SELECT team_abbr, sum(points) AS points FROM raw_player_box GROUP BY 1 ORDER BY 1"), [{"team_abbr": "ATL", "points": 102}, {"team_abbr": "CHI", "points": 105}])
            self.assertEqual(self.query("SELECT points FROM raw_team_box ORDER BY team_abbr"), [{"points": 102}, {"points": 105}])
            self.assertEqual(self.query("SELECT home_points FROM raw_results"), [{"home_points": 102}])

    def test_the_order_of_arrival_does_not_matter(self):
        seed = random.randrange(10**6)
        draw = random.Random(seed)
        later = copy.deepcopy(PLANNED)
        later[0].date, later[2].date = "2021-04-01", "2021-02-11"
        files = {"scheduleleaguev2_2020-21.json": AUTUMN, "scheduleleaguev2/2020-21_b.json": schedule(later, "2021-01-15T00:00:00Z", over=["0022000160"]),
                 "schedule/2020-21/20210101T120000Z.json": schedule(later, "2021-01-01T12:00:00Z"), "leaguegamelog_2020-21_players.json": game_log(PLAYED[1:3]),
                 "leaguegamelog_2020-21_teams.json": game_log(PLAYED[:3], "T"), "boxscoretraditionalv3_0022000180.json": box_v3(PLAYED[3])}
        tables = ("raw_schedule", "raw_results", "raw_player_box", "raw_team_box")
        want = None
        for turn in range(4):
            for path in self.folder.glob("warehouse*"):
                path.unlink()
            for name in files:
                (self.data / name).unlink(missing_ok=True)
            names = sorted(files)
            draw.shuffle(names)
            cuts = sorted(draw.sample(range(1, len(names)), 2))
            for part in (names[:cuts[0]], names[cuts[0]:cuts[1]], names[cuts[1]:]):
                for name in part:
                    self.put(name, files[name])
                self.run_any("load", "--json")
            got = {table: self.query(f"SELECT * {'EXCLUDE (source, first_seen_at)' if table == 'raw_schedule' else ''} FROM {table} ORDER BY ALL") for table in tables}
            want = want or got
            self.assertEqual(got, want, f"seed {seed}, turn {turn}: {names}")
        dates = {row["game_id"]: row["game_date"] for row in want["raw_schedule"]}
        self.assertEqual({g.id: dates[g.id] for g in PLAYED[:3]}, {g.id: g.date for g in PLAYED[:3]})

    def test_files_in_the_raw_tables_own_shape(self):
        folder = self.data / "raw_schedule" / "season=2020-21"
        folder.mkdir(parents=True)
        rows = " UNION ALL ".join(f"""SELECT '{g.id}' AS game_id, '2020-21' AS season, 2020 AS season_year, 'regular' AS game_type, DATE '{g.date}' AS game_date, NULL::TIMESTAMP AS tipoff_utc,
            '{g.home}' AS home_team_abbr, '{g.away}' AS away_team_abbr, 'Own' AS arena, 'City' AS arena_city, false AS neutral_site, 'scheduled' AS status, '' AS series_label, 1 AS week,
            NULL::TIMESTAMP AS first_seen_at, 'own' AS source""" for g in PLANNED)
        duckdb.sql(f"COPY ({rows}) TO '{folder}/a.parquet'")
        self.put("leaguegamelog_2020-21.json", game_log([MOVED]))
        self.load()
        self.assertEqual(self.query("SELECT game_date, arena FROM raw_schedule WHERE game_id = '0022000150'"), [{"game_date": "2021-03-05", "arena": "Own"}])
        # A result of that kind makes it over, with the date of the result.
        results = self.data / "raw_results" / "season=2020-21"
        results.mkdir(parents=True)
        duckdb.sql(f"""COPY (SELECT '0022000150' AS game_id, DATE '2021-03-06' AS game_date, 104 AS home_points, 124 AS away_points, 4 AS periods, NULL::VARCHAR AS home_line,
            NULL::VARCHAR AS away_line) TO '{results}/a.parquet'""")
        self.load()
        self.assertEqual(self.query("SELECT s.game_date, r.game_date AS of_result FROM raw_schedule s JOIN raw_results r USING (game_id) WHERE game_id = '0022000150'"),
                         [{"game_date": "2021-03-06", "of_result": "2021-03-06"}])


if __name__ == "__main__":
    unittest.main()

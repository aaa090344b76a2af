"""A league with seasons within one year, ids of its own and games of 40 minutes, on the NBA pack: data alone, no code."""

import json
import shutil

from tests.kit.invented import Game, box_v3, game_log, schedule
from tests.kit.program import TESTS
from tests.kit.shapes import PACK, Shapes

PROJECT = TESTS / "kit" / "womens_league"
OPENER = Game("1022400001", "2024-05-14", "NYL", "CON", 88, 80)
OVERTIME = Game("1022400002", "2024-05-16", "CON", "LVA", 88, 80)
FINAL = Game("1042400401", "2024-10-20", "NYL", "LVA", 80, 88)
AHEAD = Game("1022400003", "2024-05-18", "SEA", "NYL")
MINUTES = {OPENER: "33:20", OVERTIME: "37:30", FINAL: "33:20"}  # six players: 40 minutes, and 45


class AnotherLeague(Shapes):
    def configure(self, more=""):
        shutil.copytree(PROJECT, self.folder, dirs_exist_ok=True)
        text = (PROJECT / "backcourt.toml").read_text().replace('pack = "nba"', f'pack = "{PACK}"')
        (self.folder / "backcourt.toml").write_text(text + more)

    def put_season(self):
        document = schedule([OPENER, OVERTIME, FINAL, AHEAD], "2024-10-21T00:00:00Z", over=[OPENER.id, OVERTIME.id, FINAL.id], season="2024")
        document["leagueSchedule"]["games"][1]["gameStatusText"] = "Final/OT"
        self.put("scheduleleaguev2.json", document)
        for game, minutes in MINUTES.items():
            self.put(f"boxscoretraditionalv3_{game.id}.json", box_v3(game, minutes))

    def test_games_of_forty_minutes(self):
        self.put_season()
        self.load()
        self.assertEqual(self.query("SELECT game_id, CAST(game_date AS VARCHAR) AS day, season, season_year, game_type, home_team_abbr AS home FROM raw_schedule ORDER BY 1"), [
            {"game_id": "1022400001", "day": "2024-05-14", "season": "2024", "season_year": 2024, "game_type": "regular", "home": "NYL"},
            {"game_id": "1022400002", "day": "2024-05-16", "season": "2024", "season_year": 2024, "game_type": "regular", "home": "CON"},
            {"game_id": "1022400003", "day": "2024-05-18", "season": "2024", "season_year": 2024, "game_type": "regular", "home": "SEA"},
            {"game_id": "1042400401", "day": "2024-10-20", "season": "2024", "season_year": 2024, "game_type": "playoffs", "home": "NYL"}])
        self.run_program("backfill", "--season", "2024")
        # By hand: 88 points are 44 twos of 86 shots; 80 points are 37 twos of 79 shots and 6 free throws; 6 turnovers and 6
        # offensive rebounds each. So possessions are 86 and 79 + 0.44 * 6 = 81.64, their mean is 83.82.
        rows = self.query("SELECT game_id, team_abbr, team_seconds, overtime_periods AS overtimes, round(game_possessions, 6) AS possessions, round(pace, 6) AS pace, "
                          "round(offensive_rating, 6) AS rating FROM team_offense_game_summary WHERE points_scored = 88 ORDER BY 1")
        self.assertEqual(rows, [
            {"game_id": "1022400001", "team_abbr": "NYL", "team_seconds": 12000, "overtimes": 0, "possessions": 83.82, "pace": 83.82, "rating": round(8800 / 83.82, 6)},
            {"game_id": "1022400002", "team_abbr": "CON", "team_seconds": 13500, "overtimes": 1, "possessions": 83.82, "pace": round(83.82 * 40 / 45, 6), "rating": round(8800 / 83.82, 6)},
            {"game_id": "1042400401", "team_abbr": "LVA", "team_seconds": 12000, "overtimes": 0, "possessions": 83.82, "pace": 83.82, "rating": round(8800 / 83.82, 6)}])
        # 14 points of 14 shots and one turnover in 33:20 of 40 minutes: 15 of the team's 92 plays, a sixth of the places.
        rows = self.query("SELECT minutes_played, points, round(usage_rate, 6) AS usage FROM player_game_summary WHERE game_id = '1022400001' AND team_abbr = 'NYL' AND points = 14 LIMIT 1")
        self.assertEqual(rows, [{"minutes_played": 2000 / 60, "points": 14, "usage": round(100 * 15 * 2400 / (2000 * 92), 6)}])
        rows = self.query("SELECT team_abbr, game_number_in_season AS n, wins_entering AS w, losses_entering AS l, team_days_rest AS rest, season_phase AS phase "
                          "FROM upcoming_team_game_context WHERE game_id IN ('1022400002', '1022400003') ORDER BY game_id, 1")
        self.assertEqual(rows, [
            {"team_abbr": "CON", "n": 2, "w": 0, "l": 1, "rest": 1, "phase": "early"}, {"team_abbr": "LVA", "n": 1, "w": 0, "l": 0, "rest": None, "phase": "early"},
            {"team_abbr": "NYL", "n": 2, "w": 1, "l": 0, "rest": 3, "phase": "early"}, {"team_abbr": "SEA", "n": 1, "w": 0, "l": 0, "rest": None, "phase": "early"}])
        self.assertEqual(self.query("SELECT count(*) AS n FROM ml_feature_store_v2 WHERE game_id = '1042400401'"), [{"n": 12}])
        named = json.dumps(json.loads(self.run_any("check", "--season", "2024", "--json").stdout)["gaps"])
        for game in MINUTES:
            self.assertNotIn(f"{game.id} {game.home}", named)  # times, points and periods agree
        self.run_program("verify", "--all")

    def test_files_that_give_their_season_by_a_year(self):
        self.put("leaguegamelog_2024.json", game_log([OPENER], season="2024", minutes=33))
        self.put("2024/leaguegamelog.json", {**game_log([OVERTIME], minutes=37), "parameters": {}})
        self.put("player_box_notes.txt", b"no data")
        self.load()
        self.assertEqual(self.query("SELECT game_id, season FROM raw_schedule ORDER BY 1"), [{"game_id": OPENER.id, "season": "2024"}, {"game_id": OVERTIME.id, "season": "2024"}])
        # The raw tables' own shape, with its folders season=2024.
        self.run_program("backfill", "all")
        shutil.rmtree(self.data)
        exported = self.folder.with_name(self.folder.name + "-exported")
        self.run_program("export", "--raw", str(exported))
        self.assertTrue(list(exported.glob("raw_schedule/season=2024/*.parquet")))
        exported.rename(self.data)
        for path in self.folder.glob("warehouse*"):
            path.unlink()
        self.load()
        self.assertEqual(self.query("SELECT count(*) AS n, min(season) AS season FROM raw_schedule"), [{"n": 2, "season": "2024"}])

    def test_games_of_the_other_league_are_dropped_by_name(self):
        self.put("leaguegamelog_2024.json", game_log([OPENER, Game("0022400001", "2024-10-22", "NYK", "BOS")], season="2024"))
        self.assertIn("the league id is of no known type of game", self.run_program("load"))

    def test_a_file_of_the_other_league_alone_says_what_would_help(self):
        self.put("scheduleleaguev2_2024.json", schedule([Game("0022400001", "2024-10-22", "NYK", "BOS")], "2024-10-01T00:00:00Z", season="2024"))
        told = self.run_program("load", code=4)
        self.assertIn("no row of it is used: the league id is of no known type of game", told)
        self.assertIn("[league.game_types]", told)

    def test_what_league_may_hold(self):
        for more, said in (('[league]\nperiod_second = 600\n', "the pack has no 'period_second' under [league]"), ('[league]\nperiod_seconds = 1.5\n', "is not a whole number, text, list or table of texts"),
                           ('[league]\nseason_label = "21/22"\n', "does not say how to write the season that starts in 2021")):
            (self.folder / "backcourt.toml").write_text(f'[project]\npack = "{PACK}"\n{more}')
            told = self.run_program("status", code=1)
            self.assertIn(said, told)
            self.assertIn("backcourt.toml:4", told)

"""Box scores in the shapes in which users have them, each loaded through the NBA pack."""

import copy
import unittest

from tests.kit.shapes import Shapes, box_live, box_v3, game, records, result_set, sample, schedule_of


class Boxes(Shapes):
    PLAYERS = "SELECT * FROM raw_player_box ORDER BY player_id"
    TEAMS = "SELECT * FROM raw_team_box ORDER BY team_abbr"

    def setUp(self):
        super().setUp()
        self.schedule = sample("scheduleleaguev2_2024-25.json")
        self.box = sample("boxscoretraditionalv2_0022400561.json.gz")

    def test_every_shape_gives_the_same_rows(self):
        files = {"scheduleleaguev2_2024-25.json": self.schedule}
        v2 = {**files, "boxscoretraditionalv2_0022400561.json": self.box}
        players, teams = self.rows_of(v2, self.PLAYERS), self.rows_of(v2, self.TEAMS)
        self.assertEqual(len(players), 25)
        by_name = {row["player_name"]: row for row in players}
        hart = by_name["Josh Hart"]
        self.assertEqual((hart["seconds_played"], hart["is_starter"], hart["status"], hart["points"], hart["offensive_rebounds"], hart["plus_minus"]), (49 * 60 + 25, True, "played", 10, 5, 10))
        self.assertEqual([(by_name[n]["status"], by_name[n]["dnp_reason"], by_name[n]["seconds_played"], by_name[n]["points"]) for n in ("Andre Drummond", "Matt Ryan")],
                         [("dnd", "DND - Injury/Illness", None, None), ("dnp", "DNP - Coach's Decision", None, None)])
        self.assertEqual(by_name["Kelly Oubre Jr."]["team_abbr"], "PHI")
        self.assertEqual([(t["team_abbr"], t["points"], t["turnovers"], t["team_turnovers"]) for t in teams], [("NYK", 125, 13, None), ("PHI", 119, 12, None)])
        v3 = {**files, "boxscoretraditionalv3/0022400561.json.gz": box_v3(self.box)}
        self.assertEqual(self.rows_of(v3, self.PLAYERS), players)
        self.assertEqual(self.rows_of(v3, self.TEAMS), teams)
        live = {**files, "liveData/boxscore/boxscore_0022400561.json": box_live(self.box)}
        self.assertEqual(self.rows_of(live, self.PLAYERS), players)
        self.assertEqual(self.rows_of(live, self.TEAMS), teams)

    def test_one_source_serves_a_game_and_the_project_says_which(self):
        other = copy.deepcopy(self.box)
        other["parameters"]["GameID"] = "0022400500"
        for found in other["resultSets"]:
            for row in found["rowSet"]:
                row[0] = "0022400500"
        self.put("scheduleleaguev2_2024-25.json", self.schedule)
        self.put("boxscoretraditionalv2_0022400561.json", self.box)
        self.put("boxscoretraditionalv3_0022400561.json", box_v3(self.box))
        report = self.load()
        self.assertEqual([(s["source"], s["units"]) for s in report["served"] if s["table"] == "raw_player_box"], [("league_player_box of box_v2", 1)])
        self.assertIn({"table": "raw_player_box", "source": "league_player_box of box_v3", "season": "2024-25", "reason": "served by league_player_box of box_v2", "rows": 25}, report["dropped"])
        self.configure('[sources]\nprefer = ["box_v3"]\n')
        self.assertEqual([s["source"] for s in self.load()["served"] if s["table"] == "raw_player_box"], ["league_player_box of box_v3"])
        self.configure('[sources]\nprefer = ["box_v4"]\n')
        self.assertIn("'box_v4' under [sources] prefer is neither a source nor a feed of one", self.run_program("load", code=1))

    def test_minutes_as_they_come(self):
        spelled = {"36:42": 2202, "PT36M42.00S": 2202, "PT36M41.60S": 2202, "36": 2160, "36.000000:42": 2202, "265:00": 15900, "0:00": 0}
        lines = next(s for s in self.box["resultSets"] if s["name"] == "PlayerStats")
        for row, minutes in zip(lines["rowSet"], spelled):
            row[9] = minutes
        rows = self.rows_of({"scheduleleaguev2_2024-25.json": self.schedule, "boxscoretraditionalv2_0022400561.json": self.box}, self.PLAYERS)
        seconds = {row["player_id"]: row for row in rows}
        for row, minutes in zip(lines["rowSet"], spelled):
            self.assertEqual((seconds[row[4]]["seconds_played"], seconds[row[4]]["status"]), (spelled[minutes], "played"), minutes)
        lines["rowSet"][3][9] = "36:75"
        self.put("boxscoretraditionalv2_0022400561.json", self.box)
        self.assertIn("boxscoretraditionalv2_0022400561.json: row 4, column minutes: '36:75' is not a time on the floor", self.run_program("load", code=4))

    def test_ids_that_lost_their_zeros(self):
        for found in self.box["resultSets"]:
            for row in found["rowSet"]:
                row[0] = 22400561
        rows = self.rows_of({"scheduleleaguev2_2024-25.json": self.schedule, "boxscoretraditionalv2_0022400561.json": self.box}, self.PLAYERS)
        self.assertEqual({row["game_id"] for row in rows}, {"0022400561"})

    def test_summary_gives_inactives_and_line_scores(self):
        lines = [{"GAME_ID": "0022400561", "TEAM_ID": 1610612752, "TEAM_ABBREVIATION": "NYK", "PTS_QTR1": 31, "PTS_QTR2": 24, "PTS_QTR3": 30, "PTS_QTR4": 24, "PTS_OT1": 16, "PTS_OT2": 0, "PTS": 125},
                 {"GAME_ID": "0022400561", "TEAM_ID": 1610612755, "TEAM_ABBREVIATION": "PHI", "PTS_QTR1": 22, "PTS_QTR2": 25, "PTS_QTR3": 29, "PTS_QTR4": 33, "PTS_OT1": 10, "PTS_OT2": 0, "PTS": 119}]
        about = [{"GAME_DATE_EST": "2025-01-15T00:00:00", "GAME_ID": "0022400561", "GAME_STATUS_ID": 3, "HOME_TEAM_ID": 1610612755, "VISITOR_TEAM_ID": 1610612752}]
        inactive = [{"PLAYER_ID": 1626157, "FIRST_NAME": "Karl-Anthony", "LAST_NAME": "Towns", "JERSEY_NUM": "32", "TEAM_ID": 1610612752, "TEAM_CITY": "New York", "TEAM_NAME": "Knicks", "TEAM_ABBREVIATION": "NYK"},
                    {"PLAYER_ID": 1628404, "FIRST_NAME": "Josh", "LAST_NAME": "Hart", "JERSEY_NUM": "3", "TEAM_ID": 1610612752, "TEAM_CITY": "New York", "TEAM_NAME": "Knicks", "TEAM_ABBREVIATION": "NYK"}]
        summary = {"resource": "boxscoresummary", "resultSets": [result_set("GameSummary", about), result_set("LineScore", lines), result_set("InactivePlayers", inactive)]}
        self.put("boxscoresummaryv2_0022400561.json", summary)
        self.put("boxscoretraditionalv2_0022400561.json", self.box)
        self.load()
        self.assertEqual(self.query("SELECT * FROM raw_results"), [{"game_id": "0022400561", "game_date": "2025-01-15", "home_points": 119, "away_points": 125, "periods": 5,
                                                                    "home_line": "22,25,29,33,10", "away_line": "31,24,30,24,16"}])
        self.assertEqual(self.query("SELECT home_team_abbr, away_team_abbr, game_date FROM raw_schedule"), [{"home_team_abbr": "PHI", "away_team_abbr": "NYK", "game_date": "2025-01-15"}])
        self.assertEqual(self.query("SELECT player_name, status, dnp_reason, points FROM raw_player_box WHERE player_id IN (1626157, 1628404) ORDER BY 1"),
                         [{"player_name": "Josh Hart", "status": "played", "dnp_reason": None, "points": 10}, {"player_name": "Karl-Anthony Towns", "status": "inactive", "dnp_reason": None, "points": None}])

    def test_a_game_log_alone(self):
        self.put_sample("leaguegamelog_2024-25.json")
        self.load()
        self.assertEqual(self.query("SELECT game_id, game_date, home_team_abbr, away_team_abbr FROM raw_schedule"),
                         [{"game_id": "0022400968", "game_date": "2025-03-15", "home_team_abbr": "BKN", "away_team_abbr": "BOS"}])
        log = records(sample("leaguegamelog_2024-25.json"), "LeagueGameLog")
        points = {team: sum(line["PTS"] for line in log if line["TEAM_ABBREVIATION"] == team) for team in ("BKN", "BOS")}
        self.assertEqual(self.query("SELECT home_points, away_points FROM raw_results"), [{"home_points": points["BKN"], "away_points": points["BOS"]}])
        self.assertEqual(self.query("SELECT count(*) AS n, sum(points) AS points FROM raw_player_box"), [{"n": 18, "points": sum(points.values())}])

    def test_a_game_that_goes_on_has_no_result(self):
        for found in self.box["resultSets"]:
            for row in found["rowSet"]:
                if found["name"] == "TeamStats":
                    row[found["headers"].index("MIN")] = "200:00"
        games = [game("0022400561", "2025-01-15", "PHI", "NYK", gameStatus=2)]
        self.put("scheduleleaguev2.json", schedule_of(games))
        self.put("boxscoretraditionalv2_0022400561.json", self.box)
        self.load()
        self.assertEqual(self.query("SELECT * FROM raw_results"), [])


if __name__ == "__main__":
    unittest.main()

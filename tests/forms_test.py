"""Responses as tools keep them: by their sets, in other letters, under other names and in any folders."""

import copy
import csv
import io
import json
import unittest

from tests.kit.shapes import Shapes, box_live, box_v3, csv_of, game, sample, schedule_of


def by_sets(response):
    """What get_normalized_dict of nba_api gives of a response."""
    return {found["name"]: [dict(zip(found["headers"], row)) for row in found["rowSet"]] for found in response["resultSets"]}


def flat_v3(box):
    """The same of a version 3 box: flat lines."""
    document = box["boxScoreTraditional"]
    lines = {"PlayerStats": [], "TeamStats": []}
    for side in ("homeTeam", "awayTeam"):
        team = document[side]
        of_team = {"gameId": document["gameId"], "teamTricode": team["teamTricode"]}
        lines["TeamStats"].append({**of_team, **team["statistics"]})
        for player in team["players"]:
            lines["PlayerStats"].append({**of_team, **{k: v for k, v in player.items() if k != "statistics"}, **player["statistics"]})
    return lines


class Forms(Shapes):
    BOX = """SELECT game_id, team_abbr, player_id, is_starter, status, dnp_reason, seconds_played, points, plus_minus FROM raw_player_box
             UNION ALL SELECT game_id, team_abbr, NULL, NULL, NULL, NULL, turnovers, points, fg_attempts FROM raw_team_box ORDER BY ALL"""

    def setUp(self):
        super().setUp()
        self.schedule = {"scheduleleaguev2_2024-25.json": sample("scheduleleaguev2_2024-25.json")}
        self.box = sample("boxscoretraditionalv2_0022400561.json.gz")

    def test_every_form_of_a_box_gives_the_same_rows(self):
        def rows(name, box):
            return self.rows_of({**self.schedule, name: box}, self.BOX)

        plain = rows("boxscoretraditionalv2_0022400561.json", self.box)
        self.assertEqual(len(plain), 27)
        small = copy.deepcopy(self.box)
        for found in small["resultSets"]:
            found["headers"] = [h.lower() for h in found["headers"]]
        turned = copy.deepcopy(self.box)
        for found in turned["resultSets"]:
            found["headers"] = found["headers"][::-1] + ["MORE"]
            found["rowSet"] = [row[::-1] + [1.5] for row in found["rowSet"]]
        forms = {
            "small letters": small, "other order, one more column": turned, "by sets": by_sets(self.box),
            "sets of headers and data": {s["name"]: {"headers": s["headers"], "data": s["rowSet"]} for s in self.box["resultSets"]},
            "resultSets by name": {**self.box, "resultSets": {s["name"]: s for s in self.box["resultSets"]}},
        }
        for what, form in forms.items():
            self.assertEqual(rows("boxscoretraditionalv2_0022400561.json", form), plain, what)
        self.assertEqual(rows("boxscoretraditionalv3_0022400561.json", flat_v3(box_v3(self.box))), plain)

    def test_one_result_set_alone(self):
        log = sample("leaguegamelog_2024-25.json")
        found = next(s for s in log["resultSets"] if s["name"] == "LeagueGameLog")
        sql = "SELECT player_id, points FROM raw_player_box ORDER BY 1"
        plain = self.rows_of({"leaguegamelog_2024-25.json": log}, sql)
        self.assertEqual(self.rows_of({"leaguegamelog_2024-25.json": {"resource": "leaguegamelog", "resultSet": found}}, sql), plain)
        self.assertEqual(self.rows_of({"leaguegamelog_2024-25.json": by_sets(log)}, sql), plain)

    def test_a_document_of_another_kind_is_refused(self):
        self.put("scheduleleaguev2_2024-25.json", sample("scheduleleaguev2_2024-25.json"))
        for name in ("boxscoretraditionalv2_0022400561.json", "boxscoretraditionalv3_0022400561.json", "boxscore_0022400561.json", "playbyplayv3_0022400561.json"):
            path = self.put(name, {"message": "An error has occurred."})
            self.assertIn(f"{name} holds JSON, but not that of feed", self.run_program("load", code=4))
            path.unlink()

    def test_events_by_sets(self):
        schedule = {"scheduleleaguev2.json": schedule_of([game("0022200001", "2022-10-18", "BOS", "PHI")], "2022-23")}
        sql = "SELECT event_num, event_type, made, value, x, y, player_id FROM raw_play_by_play ORDER BY event_index"
        v2, v3 = sample("playbyplayv2_0022200001.json.gz"), sample("playbyplayv3_0022200001.json.gz")
        self.assertEqual(self.rows_of({**schedule, "playbyplayv2_0022200001.json": by_sets(v2)}, sql), self.rows_of({**schedule, "playbyplayv2_0022200001.json": v2}, sql))
        plain = self.rows_of({**schedule, "playbyplayv3_0022200001.json": v3}, sql)
        actions = [{"gameId": "0022200001", **action} for action in v3["game"]["actions"]]
        self.assertEqual(self.rows_of({**schedule, "playbyplayv3_0022200001.json": {"AvailableVideo": [{"videoAvailable": 1}], "PlayByPlay": actions}}, sql), plain)
        # A season file of nbastatsv3 has the game under the response's name for it, as a number.
        self.assertEqual(self.rows_of({**schedule, "nbastatsv3_2022.csv": csv_of([{**action, "gameId": 22200001} for action in actions])}, sql), plain)

    def test_the_schedule_by_sets(self):
        sql = "SELECT * EXCLUDE (source, first_seen_at) FROM raw_schedule ORDER BY game_id"
        nested = self.schedule["scheduleleaguev2_2024-25.json"]
        games = []
        for one in (g for day in nested["leagueSchedule"]["gameDates"] for g in day["games"]):
            teams = {f"{side}_{key}": value for side in ("homeTeam", "awayTeam") for key, value in one[side].items()}
            games.append({**{k: v for k, v in one.items() if not isinstance(v, (dict, list))}, **teams, "leagueId": "00", "seasonYear": "2024-25"})
        self.assertEqual(self.rows_of({"scheduleleaguev2_2024-25.json": {"SeasonGames": games, "SeasonWeeks": []}}, sql), self.rows_of(self.schedule, sql))

    def test_letters_of_file_names_do_not_matter(self):
        self.put("static/scheduleLeagueV2_1.json", self.schedule["scheduleleaguev2_2024-25.json"])
        self.put("BoxScoreTraditionalV2/0022400561.json", self.box)
        self.load()
        self.assertEqual(self.query("SELECT count(*) AS n FROM raw_player_box"), [{"n": 25}])


class Live(Shapes):
    def setUp(self):
        super().setUp()
        self.put("scheduleleaguev2_2024-25.json", schedule_of([game("0022400561", "2025-01-15", "PHI", "NYK")]))
        self.over = box_live(sample("boxscoretraditionalv2_0022400561.json.gz"))
        self.going_on = copy.deepcopy(self.over)
        self.going_on["game"]["gameStatus"] = 2

    def test_a_game_that_goes_on_has_no_box(self):
        self.put("boxscore_0022400561.json", self.going_on)
        dropped = {d["table"]: d["reason"] for d in self.load()["dropped"] if d["table"] != "raw_schedule"}
        self.assertEqual(dropped, {table: "game that is not over" for table in ("raw_player_box", "raw_team_box", "raw_results")})
        self.assertEqual(self.query("SELECT count(*) AS n FROM raw_player_box"), [{"n": 0}])

    def test_the_box_of_the_finished_game_serves_whatever_its_name(self):
        self.put("boxscore_0022400561.json", self.going_on)
        self.put("later/boxscore_0022400561.json", self.over)
        self.load()
        self.assertEqual(self.query("SELECT (SELECT count(*) FROM raw_player_box) AS players, (SELECT count(*) FROM raw_team_box) AS teams, (SELECT count(*) FROM raw_results) AS results"),
                         [{"players": 25, "teams": 2, "results": 1}])


class Seasons(Shapes):
    def served(self):
        return {(s["source"], s["season"]) for s in self.load()["served"]}

    def test_names_and_folders_give_the_season(self):
        box = sample("boxscoretraditionalv2_0022400561.json.gz")
        for name in ("boxscoretraditionalv2/22400561.json", "2024-25/boxscoretraditionalv2/a.json", "games/0022400561/boxscoretraditionalv2.json", "boxscoretraditionalv2_2024_25.json"):
            path = self.put(name, box)
            self.put("scheduleleaguev2_2024-25.json", schedule_of([game("0022400561", "2025-01-15", "PHI", "NYK")]))
            self.assertIn(("league_player_box of box_v2", "2024-25"), self.served(), name)
            path.unlink()
            for warehouse in self.folder.glob("warehouse*"):
                warehouse.unlink()
        # A date is not a game: 2020-01-15 would be the 115th of 2002-03.
        self.put("boxscoretraditionalv2_20200115.json", box)
        self.assertIn(("league_player_box of box_v2", ""), self.served())

    def test_a_game_log_gives_its_season_within(self):
        log = sample("leaguegamelog_2024-25.json")
        self.put("leaguegamelog.json", log)
        self.assertIn(("league_player_box of game_log", "2024-25"), self.served())
        self.assertEqual(self.load()["files"], [])
        lines = by_sets(log)
        for warehouse in self.folder.glob("warehouse*"):
            warehouse.unlink()
        self.put("leaguegamelog.json", lines)  # without the parameters: by its games
        self.assertIn(("league_player_box of game_log", "2024-25"), self.served())
        self.configure('')
        (self.folder / "backcourt.toml").write_text((self.folder / "backcourt.toml").read_text().replace("[project]\n", '[project]\nseasons = ["2023-24"]\n'))
        for warehouse in self.folder.glob("warehouse*"):
            warehouse.unlink()
        self.assertEqual(self.served(), set())


class Sources(Shapes):
    def told(self):
        report, _ = json.JSONDecoder().raw_decode(self.run_program("check", "--json", code=2))
        return [(gap["table"], gap["what"]) for gap in report["gaps"] if gap["guard"] == "sources"]

    def test_totals_that_disagree_are_reported(self):
        box = sample("boxscoretraditionalv2_0022400561.json.gz")
        other = box_v3(copy.deepcopy(box))
        self.put("scheduleleaguev2_2024-25.json", sample("scheduleleaguev2_2024-25.json"))
        self.put("boxscoretraditionalv2_0022400561.json", box)
        self.put("boxscoretraditionalv3_0022400561.json", other)
        self.load()
        self.assertEqual(self.told(), [])
        other["boxScoreTraditional"]["homeTeam"]["statistics"]["points"] += 2
        other["boxScoreTraditional"]["awayTeam"]["statistics"]["blocks"] = 9
        self.put("boxscoretraditionalv3_0022400561.json", other)
        self.load()
        box_told, result_told = self.told()[::-1]
        self.assertEqual(box_told[0], "raw_team_box")
        self.assertRegex(box_told[1], r"^rows of league_team_box of box_v3 are served by league_team_box of box_v2, which has other totals of 0022400561: points 244, not 246, blocks \d+, not \d+$")
        self.assertEqual(result_told, ("raw_results", "rows of league_results of box_v3 are served by schedule_results, which has other totals of 0022400561: home_points 119, not 121"))


class InjuryReports(Shapes):
    def test_the_columns_of_the_report_itself(self):
        self.put("scheduleleaguev2_2024-25.json", schedule_of([game("0022400561", "2025-01-15", "PHI", "NYK")]))
        self.put("boxscoretraditionalv2_0022400561.json", sample("boxscoretraditionalv2_0022400561.json.gz"))
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(["Game Date", "Game Time", "Matchup", "Team", "Player Name", "Current Status", "Reason"])
        writer.writerow(["01/15/2025", "07:30 (ET)", "NYK@PHI", "New York Knicks", "Hart, Josh", "Questionable", "Injury/Illness - Left Knee; Soreness"])
        writer.writerow(["01/15/2025", "07:30 (ET)", "NYK@PHI", "Philadelphia 76ers", "", "", "NOT YET SUBMITTED"])
        writer.writerow(["01/15/2025", "07:30 (ET)", "NYK@PHI", "Philadelphia 76ers", "", "NOT YET SUBMITTED", ""])
        self.put("injury_report/2025-01-15_05PM.csv", text.getvalue().encode())
        report = self.load()
        self.assertEqual([tuple(row.values()) for row in self.query("SELECT team_abbr, player_id, status, reported_at FROM raw_injury_reports WHERE game_date = '2025-01-15' ORDER BY seq")],
                         [("NYK", 1628404, "questionable", "2025-01-15 22:00:00"), ("PHI", None, "not yet submitted", "2025-01-15 22:00:00"), ("PHI", None, "not yet submitted", "2025-01-15 22:00:00")])
        self.assertEqual([d for d in report["dropped"] if d["table"] == "raw_injury_reports"], [])


if __name__ == "__main__":
    unittest.main()

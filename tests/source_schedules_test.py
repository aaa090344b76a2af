"""Schedules in the shapes in which users have them, each loaded through the NBA pack."""

import copy
import json
import unittest

from tests.kit.shapes import Shapes, game, sample, schedule_of


class Schedules(Shapes):
    ALL = "SELECT * EXCLUDE (source) FROM raw_schedule ORDER BY game_id"

    def test_every_shape_gives_the_same_rows(self):
        nested = sample("scheduleleaguev2_2024-25.json")
        games = [g for day in nested["leagueSchedule"]["gameDates"] for g in day["games"]]
        rows = self.rows_of({"scheduleleaguev2_2024-25.json": nested}, self.ALL)
        self.assertEqual(len(rows), 11)
        by_id = {row["game_id"]: row for row in rows}
        cup = by_id["0062400001"]  # tipped off on the 18th, in UTC
        self.assertEqual((cup["game_type"], cup["game_date"], cup["tipoff_utc"], cup["neutral_site"]), ("cup_final", "2024-12-17", "2024-12-18 01:30:00", True))
        self.assertEqual((by_id["0032400011"]["home_team_abbr"], by_id["0032400011"]["game_type"]), ("CHK", "all_star"))
        results = self.query("SELECT home_points, away_points, periods FROM raw_results WHERE game_id = '0022400561'")
        self.assertEqual(results, [{"home_points": 119, "away_points": 125, "periods": 5}])

        bare = nested["leagueSchedule"]
        self.assertEqual(self.rows_of({"a/b/scheduleleaguev2_2024-25.json.gz": bare}, self.ALL), rows)
        flat = {"season": "2024-25", "games": games}
        self.assertEqual(self.rows_of({"scheduleleaguev2/2024-25.json": flat}, self.ALL), rows)
        wrapped = {"leagueSchedule": {"seasonYear": "2024-25", "games": games}}
        self.assertEqual(self.rows_of({"scheduleleaguev2.json": wrapped}, self.ALL), rows)
        for spell in (lambda d: f"{d[5:7]}/{d[8:10]}/{d[:4]}", lambda d: f"{d[5:7]}/{d[8:10]}/{d[:4]} 00:00:00", lambda d: d[:10]):
            spelled = copy.deepcopy(games)
            for one in spelled:
                one["gameDate"] = spell(one.pop("gameDateEst"))
            self.assertEqual(self.rows_of({"scheduleleaguev2.json": {"games": spelled}}, self.ALL), rows)
        columns = [{**{k: v for k, v in one.items() if not k.endswith("Team")}, "homeTeam_teamTricode": one["homeTeam"]["teamTricode"],
                    "awayTeam_teamTricode": one["awayTeam"]["teamTricode"]} for one in games]
        self.assertEqual(self.rows_of({"scheduleleaguev2.json": {"games": columns}}, self.ALL), rows)

    def test_moved_postponed_cancelled_and_undecided_games(self):
        old = [game("0022400001", "2024-10-22", "BOS", "NYK"), game("0022400002", "2024-10-23", "LAL", "MIN")]
        new = [game("0022400001", "2024-12-01", "BOS", "NYK"), game("0022400002", "2024-10-23", "LAL", "MIN", gameStatusText="PPD", postponedStatus="Y"),
               game("0022400003", "2024-10-24", "MIA", "ORL", gameStatusText="Cancelled"), game("0022401201", "2024-12-14", "", ""),
               game("22400004", "2024-10-25", "CHI", "IND", ifNecessary=True)]
        self.put("1/scheduleleaguev2_2024-25.json", schedule_of(new, seen="2024-11-01T00:00:00Z"))
        self.put("2/scheduleleaguev2_2024-25.json", schedule_of(old, seen="2024-09-01T00:00:00Z"))
        report = self.load()
        self.assertEqual([(d["reason"], d["rows"]) for d in report["dropped"] if d["table"] == "raw_schedule"], [("told by a newer response", 2)])
        rows = self.query("SELECT game_id, game_date, home_team_abbr, status FROM raw_schedule ORDER BY 1")
        self.assertEqual([tuple(row.values()) for row in rows], [
            ("0022400001", "2024-12-01", "BOS", "scheduled"), ("0022400002", "2024-10-23", "LAL", "postponed"), ("0022400003", "2024-10-24", "MIA", "cancelled"),
            ("0022400004", "2024-10-25", "CHI", "if_necessary"), ("0022401201", "2024-12-14", None, "scheduled")])
        dates = json.loads(self.run_program("dates", "--json"))["game_dates"]
        self.assertEqual([d["game_date"] for d in dates], ["2024-12-01", "2024-12-14"])

    def test_a_file_of_another_season(self):
        self.put("scheduleleaguev2_2023-24.json", schedule_of([game("0022400001", "2024-10-22", "BOS", "NYK"), game("0022300001", "2023-10-24", "DEN", "LAL")], "2023-24"))
        self.assertIn("game of another season than its file", json.dumps(self.load()["dropped"]))
        self.assertEqual(self.query("SELECT game_id FROM raw_schedule"), [{"game_id": "0022300001"}])


if __name__ == "__main__":
    unittest.main()

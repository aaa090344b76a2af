"""Odds, injury reports and player lists in the shapes in which users have them."""

import json
import unittest

from tests.kit.shapes import Shapes, result_set


class Others(Shapes):
    def setUp(self):
        super().setUp()
        self.put_sample("scheduleleaguev2_2024-25.json", "boxscoretraditionalv2_0022400561.json.gz")

    def odds(self, at, spread, total, points):
        return {"timestamp": at, "data": {
            "id": "x", "sport_key": "basketball_nba", "commence_time": "2025-01-16T00:00:00Z", "home_team": "Philadelphia 76ers", "away_team": "New York Knicks",
            "bookmakers": [{"key": "draftkings", "markets": [
                {"key": "spreads", "outcomes": [{"name": "Philadelphia 76ers", "price": 1.9, "point": spread}, {"name": "New York Knicks", "price": 1.9, "point": -spread}]},
                {"key": "totals", "outcomes": [{"name": "Over", "price": 1.9, "point": total}, {"name": "Under", "price": 1.9, "point": total}]},
                {"key": "player_points", "outcomes": [{"name": "Over", "description": "Kelly Oubre Jr", "price": 1.8, "point": points}, {"name": "Under", "description": "Kelly Oubre Jr", "price": 2.0, "point": points},
                                                      {"name": "Over", "description": "No Body", "price": 1.8, "point": 9.5}]}]}]}}

    def test_odds_before_tip_off(self):
        later = self.odds("2025-01-15T23:55:00Z", 7.5, 212.0, 14.5)
        later["data"] = [later["data"]]  # several events of one snapshot
        self.put("odds_api/1.json", self.odds("2025-01-15T12:00:00Z", 6.5, 214.5, 13.5))
        self.put("odds_api/2.json", later)
        self.put("odds_api/3.json", self.odds("2025-01-16T01:30:00Z", -20.5, 240.5, 22.5))  # in the game
        report = self.load()
        self.assertEqual([tuple(row.values()) for row in self.query("SELECT book, captured_at, opening_spread, closing_spread, opening_total, closing_total FROM raw_game_lines ORDER BY 2")],
                         [("draftkings", "2025-01-15 12:00:00", 6.5, 6.5, 214.5, 214.5), ("draftkings", "2025-01-15 23:55:00", 6.5, 7.5, 214.5, 212.0)])
        self.assertEqual([tuple(row.values()) for row in self.query("SELECT player_id, market, line, over_price, under_price FROM raw_player_props ORDER BY captured_at")],
                         [(1626162, "points", 13.5, 1.8, 2.0), (1626162, "points", 14.5, 1.8, 2.0)])
        reasons = {(d["table"], d["reason"]): d["rows"] for d in report["dropped"]}
        self.assertEqual((reasons[("raw_game_lines", "captured at tip-off or later")], reasons[("raw_player_props", "captured at tip-off or later")],
                          reasons[("raw_player_props", "no player of this name on the two rosters")]), (1, 2, 2))

    def test_the_injury_report(self):
        self.put("injury_report_2024-25.csv", b"date,team,player,status,reason\n01/14/2025,Philadelphia 76ers,\"Drummond, Andre\",Out,Injury/Illness - Left Toe; Sprain\n"
                                              b"2025-01-14,PHI,\"Oubre Jr., Kelly\",Questionable,Hand\n2025-01-14,PHI,\"Nobody, Ann\",Out,\n")
        report = self.load()
        self.assertEqual([tuple(row.values()) for row in self.query("SELECT game_date, team_abbr, player_id, status FROM raw_injury_reports ORDER BY seq")],
                         [("2025-01-14", "PHI", 203083, "out"), ("2025-01-14", "PHI", 1626162, "questionable")])
        self.assertIn("no player of this name in the season", json.dumps(report["dropped"]))
        self.put("injury_report_2024-25.csv", b"date,team,player,status,reason\n2025-01-14,PHI,\"Oubre Jr., Kelly\",Maybe,\n")
        self.assertIn("row 1, column status: 'Maybe' is not a status of the injury report", self.run_program("load", code=4))

    def test_players_have_birth_dates_and_positions(self):
        self.put("commonplayerinfo/1628404.json", {"resource": "commonplayerinfo", "resultSets": [result_set("CommonPlayerInfo", [
            {"PERSON_ID": 1628404, "DISPLAY_FIRST_LAST": "Josh Hart", "BIRTHDATE": "1995-03-06T00:00:00", "POSITION": "Guard-Forward"}])]})
        self.put("playerindex.json", {"resource": "playerindex", "resultSets": [result_set("PlayerIndex", [{"PERSON_ID": 1628973, "PLAYER_LAST_NAME": "Brunson", "POSITION": "G"}])]})
        self.load()
        self.assertEqual([tuple(row.values()) for row in self.query("SELECT player_id, birth_date, position FROM raw_players WHERE position IS NOT NULL ORDER BY 1")],
                         [(1628404, "1995-03-06", "G-F"), (1628973, None, "G")])


if __name__ == "__main__":
    unittest.main()

"""Season files of hoopR: a real game's events and lines, written as ESPN's season files have them."""

import gzip
import json
import unittest

from tests.kit.shapes import SAMPLES, Shapes, game, records, sample, schedule_of

import duckdb

GAME, ESPN_GAME = "0022400561", 401705000
ESPN_TEAMS = {"PHI": (20, "PHI"), "NYK": (18, "NY")}


def espn(player):
    return player + 5_000_000


def clock(text):
    """PT11M38.00S as 11:38, and 38.4 below a minute."""
    minutes, seconds = int(text[2:4]), float(text[5:-1])
    return f"{minutes}:{int(seconds):02}" if minutes else f"{seconds:.1f}"


def shot(action, feet):
    """The kind and words of a shot. Of a step back jump shot the words do not say what it was worth."""
    name, worth, distance = action["playerName"], "three point jumper" if action["actionType"] == "3pt" else "two point shot", f"{feet}-foot "
    kind = "Step Back Jump Shot" if "step back" in action.get("descriptor", "") else "Jump Shot" if action["actionType"] == "3pt" else "Driving Layup Shot"
    words = "step back jumpshot" if kind.startswith("Step") else worth
    if action["shotResult"] == "Made":
        return kind, f"{name} makes {distance}{words}" + (" (Somebody assists)" if action.get("assistPersonId") else ""), action.get("assistPersonId")
    if action.get("blockPersonId"):
        return kind, f"Somebody blocks {name} 's {distance}{words}", action["blockPersonId"]
    return kind, f"{name} misses {distance}{words}", None


def events(live):
    """The rows of a live play-by-play as hoopR has them."""
    plain = {"rebound": "Defensive Rebound", "turnover": "Bad Pass\nTurnover", "foul": "Personal Foul", "substitution": "Substitution", "timeout": "Full Timeout", "jumpball": "Jumpball"}
    rows = []
    for action in live["game"]["actions"]:
        kind, second, x, y, worth, scored = plain.get(action["actionType"], "Not Available"), None, -214748340.0, -214748365.0, 0, False
        text = action["description"]
        if action["actionType"] in ("2pt", "3pt"):
            feet = int((action["xLegacy"] ** 2 + action["yLegacy"] ** 2) ** 0.5 / 10 + 0.5)
            kind, text, second = shot(action, feet)
            x, y = 25 + round(action["xLegacy"] / 10), round(action["yLegacy"] / 10)
            worth, scored = int(action["actionType"][0]), action["shotResult"] == "Made"
        elif action["actionType"] == "freethrow":
            kind = "Free Throw - Technical" if "technical" in action.get("descriptor", "") else f"Free Throw - {action['subType']}"
            worth, scored = 1, action["shotResult"] == "Made"
        elif action["actionType"] == "turnover" and action.get("stealPersonId"):
            text, second = f"{action.get('playerName')} bad pass (Somebody steals)", action["stealPersonId"]
        elif action["actionType"] == "period" and action["subType"] == "end":
            kind = "End Period"
        elif action["actionType"] in ("steal", "block"):
            continue
        team, player = action.get("teamTricode"), action.get("personId") or None
        rows.append({"game_play_number": len(rows) + 1, "sequence_number": action["actionNumber"], "type_text": kind, "text": text, "period_number": action["period"],
                     "clock_display_value": clock(action["clock"]), "scoring_play": scored, "shooting_play": action["actionType"] in ("2pt", "3pt", "freethrow"),
                     "score_value": worth if scored else 0, "points_attempted": worth, "team_id": ESPN_TEAMS[team][0] if team else None,
                     "athlete_id_1": espn(player) if player else None, "athlete_id_2": espn(second) if second else None, "coordinate_x_raw": x, "coordinate_y_raw": y,
                     "game_id": ESPN_GAME, "home_team_id": 20, "home_team_abbrev": "PHI", "away_team_id": 18, "away_team_abbrev": "NY"})
    return rows


def lines(box):
    """The players' lines of a version 2 box as hoopR has them."""
    names = {"FGM": "field_goals_made", "FGA": "field_goals_attempted", "FG3M": "three_point_field_goals_made", "FG3A": "three_point_field_goals_attempted", "FTM": "free_throws_made",
             "FTA": "free_throws_attempted", "OREB": "offensive_rebounds", "DREB": "defensive_rebounds", "AST": "assists", "STL": "steals", "BLK": "blocks", "TO": "turnovers", "PF": "fouls", "PTS": "points"}
    score = {"PHI": 119, "NYK": 125}
    rows = []
    for line in records(box, "PlayerStats"):
        played, team = line["MIN"] is not None, line["TEAM_ABBREVIATION"]
        rows.append({"game_id": ESPN_GAME, "game_date": "2025-01-15", "athlete_id": espn(line["PLAYER_ID"]), "athlete_display_name": line["PLAYER_NAME"], "team_abbreviation": ESPN_TEAMS[team][1],
                     "minutes": float(round(int(line["MIN"].split(":")[0]) + int(line["MIN"].split(":")[1]) / 60)) if played else None, **{theirs: line[ours] if played else None for ours, theirs in names.items()},
                     "plus_minus": f"{line['PLUS_MINUS']:+d}" if played else None, "starter": bool(line["START_POSITION"]), "did_not_play": not played, "reason": "COACH'S DECISION",
                     "home_away": "home" if team == "PHI" else "away", "team_score": score[team]})
    return rows


class HoopR(Shapes):
    def setUp(self):
        super().setUp()
        self.box = sample("boxscoretraditionalv2_0022400561.json.gz")
        self.live = json.loads(gzip.decompress((SAMPLES / "playbyplay_0022400561.json.gz").read_bytes()))
        self.events = events(self.live)

    def put_table(self, name, rows, without=()):
        path = self.data / f"{name}.json"
        path.write_text("\n".join(json.dumps({k: v for k, v in row.items() if k not in without}) for row in rows))
        duckdb.sql(f"COPY (SELECT * FROM read_json('{path}', sample_size = -1)) TO '{self.data / name}'")
        path.unlink()

    def put_crosswalk(self, without=()):
        players = {a["personId"] for a in self.live["game"]["actions"] if a.get("personId")} | {line["PLAYER_ID"] for line in records(self.box, "PlayerStats")}
        rows = [f"game,{ESPN_GAME},{GAME}"] + [f"player,{espn(p)},{p}" for p in sorted(players) if p not in without]
        self.put("espn_crosswalk.csv", "\n".join(["kind,espn_id,nba_id", *rows]).encode())

    def put_league(self):
        self.put("scheduleleaguev2.json", schedule_of([game(GAME, "2025-01-15", "PHI", "NYK")]))
        self.put("boxscoretraditionalv2_0022400561.json", self.box)

    def of_live(self, columns):
        """The rows that the league's own live feed gives of the game."""
        self.put("playbyplay_0022400561.json", self.live)
        self.load()
        rows = self.query(f"SELECT event_num, {columns} FROM raw_play_by_play WHERE event_type IN ('field_goal', 'free_throw') ORDER BY event_index")
        (self.data / "playbyplay_0022400561.json").unlink()
        for warehouse in self.folder.glob("warehouse*"):
            warehouse.unlink()
        return rows

    def of_hoopr(self, columns):
        self.load()
        return self.query(f"SELECT event_num, {columns} FROM raw_play_by_play WHERE event_type IN ('field_goal', 'free_throw') ORDER BY event_index")

    SHOTS = "period, seconds_left, event_type, made, value, distance_ft, team_abbr, player_id, assist_player_id, block_player_id, ft_n, ft_of"

    def test_the_shots_of_a_game(self):
        self.put_league()
        expected = self.of_live(self.SHOTS)
        self.assertEqual(len([e for e in expected if e["event_type"] == "field_goal"]), 178)
        self.put_crosswalk()
        self.put_table("play_by_play_2025.parquet", self.events)
        self.assertEqual(self.of_hoopr(self.SHOTS), expected)
        steals = self.query("SELECT count(steal_player_id) AS n FROM raw_play_by_play WHERE event_type = 'turnover'")
        self.assertEqual(steals, [{"n": sum(a["actionType"] == "steal" for a in self.live["game"]["actions"])}])
        places = self.query("SELECT count(*) AS n FROM raw_play_by_play WHERE event_type = 'field_goal' AND abs(sqrt(x * x + y * y) / 10 - distance_ft) < 1.3")
        self.assertEqual(places, [{"n": 178}])
        self.assertEqual(self.query("SELECT count(*) AS n FROM raw_play_by_play WHERE event_type <> 'field_goal' AND x IS NOT NULL"), [{"n": 0}])
        self.assertEqual([row["n"] for row in self.query("SELECT count(*) AS n FROM raw_play_by_play WHERE event_type = 'period_end'")], [5])

    def test_older_files_without_what_was_tried_and_where(self):
        self.put_league()
        expected = self.of_live(self.SHOTS)
        self.put_crosswalk()
        self.put_table("play_by_play_2025.parquet", self.events, without=("points_attempted", "game_play_number"))
        self.assertEqual(self.of_hoopr(self.SHOTS), expected)
        self.put_table("play_by_play_2025.parquet", self.events, without=("points_attempted", "coordinate_x_raw", "coordinate_y_raw"))
        # Of a miss from 22 or 23 feet, in words that do not say it, its worth is not known.
        unsaid = {e["sequence_number"] for e in self.events if e["shooting_play"] and not e["scoring_play"] and "jumpshot" in e["text"] and ("22-foot" in e["text"] or "23-foot" in e["text"])}
        self.assertTrue(unsaid)
        self.assertEqual(self.of_hoopr(self.SHOTS), [{**row, "value": None} if row["event_num"] in unsaid else row for row in expected])
        self.assertEqual(self.query("SELECT count(x) AS n FROM raw_play_by_play"), [{"n": 0}])

    def test_a_season_from_hoopr_alone(self):
        self.put_crosswalk()
        self.put_table("play_by_play_2025.parquet", self.events)
        self.put_table("player_box_2025.parquet", lines(self.box))
        self.load()
        self.assertEqual(self.query("SELECT game_id, season, game_date, home_team_abbr, away_team_abbr FROM raw_schedule"),
                         [{"game_id": GAME, "season": "2024-25", "game_date": "2025-01-15", "home_team_abbr": "PHI", "away_team_abbr": "NYK"}])
        self.assertEqual(self.query("SELECT home_points, away_points, periods FROM raw_results"), [{"home_points": 119, "away_points": 125, "periods": 5}])
        self.run_program("backfill", "all")
        self.assertEqual(self.query("SELECT team_abbr, has_shot_zones, points_scored, team_three_attempts, assisted_fg_makes FROM team_offense_game_summary ORDER BY 1"),
                         [{"team_abbr": "NYK", "has_shot_zones": True, "points_scored": 125, "team_three_attempts": 37, "assisted_fg_makes": 28},
                          {"team_abbr": "PHI", "has_shot_zones": True, "points_scored": 119, "team_three_attempts": 35, "assisted_fg_makes": 27}])

    def test_ids_that_are_missing_in_the_crosswalk(self):
        self.put_table("play_by_play_2025.parquet", self.events)
        self.put_league()
        self.assertIn("put a file espn_crosswalk.csv (kind, espn_id, nba_id) beside them", self.run_program("load", code=4))
        brunson = 1628973
        self.put_crosswalk(without={brunson})
        dropped = {d["reason"]: d["rows"] for d in self.load()["dropped"] if d["table"] == "raw_play_by_play"}
        self.assertEqual(dropped, {"player not in the crosswalk": sum(e["athlete_id_1"] == espn(brunson) for e in self.events)})

    def test_the_league_itself_serves_first(self):
        self.put_league()
        self.put("playbyplay_0022400561.json", self.live)
        self.put_crosswalk()
        self.put_table("play_by_play_2025.parquet", self.events)
        self.assertEqual([s["source"] for s in self.load()["served"] if s["table"] == "raw_play_by_play"], ["live_play_by_play"])
        self.configure('[sources]\nprefer = ["hoopr_play_by_play"]\n')
        self.assertEqual([s["source"] for s in self.load()["served"] if s["table"] == "raw_play_by_play"], ["hoopr_play_by_play"])


if __name__ == "__main__":
    unittest.main()

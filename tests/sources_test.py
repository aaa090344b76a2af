"""The shapes in which users have their data, each loaded through the NBA pack: small real samples, and documents made of them."""

import copy
import csv
import gzip
import io
import json
import os
import random
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
SAMPLES = HERE / "samples"
BACKCOURT = os.environ.get("BACKCOURT", str(HERE.parent / "build" / "backcourt"))
PACK = os.environ.get("BACKCOURT_PACK", str(HERE.parent / "nba"))

STATISTICS = {"FGM": "fieldGoalsMade", "FGA": "fieldGoalsAttempted", "FG3M": "threePointersMade", "FG3A": "threePointersAttempted", "FTM": "freeThrowsMade",
              "FTA": "freeThrowsAttempted", "OREB": "reboundsOffensive", "DREB": "reboundsDefensive", "AST": "assists", "STL": "steals", "BLK": "blocks",
              "TO": "turnovers", "PF": "foulsPersonal", "PTS": "points", "PLUS_MINUS": "plusMinusPoints"}


def sample(name):
    data = (SAMPLES / name).read_bytes()
    return json.loads(gzip.decompress(data) if name.endswith(".gz") else data)


def records(response, name):
    """The rows of a result set as dictionaries."""
    found = next(s for s in response["resultSets"] if s["name"] == name)
    return [dict(zip(found["headers"], row)) for row in found["rowSet"]]


def result_set(name, rows):
    return {"name": name, "headers": list(rows[0]), "rowSet": [list(row.values()) for row in rows]}


def statistics(line, minutes):
    played = line["MIN"] is not None
    return {"minutes": minutes(line["MIN"]), **{theirs: line[ours] if played else 0 for ours, theirs in STATISTICS.items()}}


def box_v3(box):
    """The version 3 of a version 2 response."""
    game = {"gameId": box["parameters"]["GameID"]}
    teams = records(box, "TeamStats")
    for side, total in zip(("homeTeam", "awayTeam"), teams):
        players = []
        for line in records(box, "PlayerStats"):
            if line["TEAM_ID"] != total["TEAM_ID"]:
                continue
            first, _, family = line["PLAYER_NAME"].partition(" ")
            players.append({"personId": line["PLAYER_ID"], "firstName": first, "familyName": family, "position": line["START_POSITION"],
                            "comment": line["COMMENT"], "statistics": statistics(line, lambda m: m or "")})
        game[side] = {"teamTricode": total["TEAM_ABBREVIATION"], "players": players, "statistics": statistics(total, lambda m: m)}
    return {"meta": {"version": 1}, "boxScoreTraditional": game}


def box_live(box):
    """The live box score of a version 2 response."""
    def minutes(text):
        return "PT{}M{}.00S".format(*text.split(":")) if text else "PT00M00.00S"

    document = box_v3(box)["boxScoreTraditional"]
    for team in (document["homeTeam"], document["awayTeam"]):
        for player in team["players"]:
            played = player["statistics"]["minutes"] != ""
            player.update(name=f"{player['firstName']} {player['familyName']}", starter="1" if player["position"] else "0", played="1" if played else "0",
                          status="ACTIVE", notPlayingReason="" if played else player["comment"])
            player["statistics"]["minutes"] = minutes(player["statistics"]["minutes"])
        team["statistics"]["minutes"] = minutes(team["statistics"]["minutes"])
    return {"meta": {"code": 200}, "game": {**document, "gameStatus": 3}}


def schedule_of(games, season="2024-25", seen="2025-08-27T13:13:27.1Z", key="gameDates"):
    listed = [{"gameDate": g["gameDateEst"], "games": [g]} for g in games] if key == "gameDates" else games
    return {"meta": {"time": seen}, "leagueSchedule": {"seasonYear": season, "leagueId": "00", key: listed}}


def game(game_id, date, home, away, **more):
    return {"gameId": game_id, "gameDateEst": date + "T00:00:00Z", "gameDateTimeUTC": date + "T23:30:00Z", "gameStatus": 1, "gameStatusText": "7:30 pm ET",
            "homeTeam": {"teamTricode": home, "score": 0}, "awayTeam": {"teamTricode": away, "score": 0}, "postponedStatus": "N", "isNeutral": False, **more}


class Shapes(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="backcourt-sources-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.data = self.folder / "files"
        self.data.mkdir()
        self.configure()

    def configure(self, more=""):
        (self.folder / "backcourt.toml").write_text(f'[project]\npack = "{PACK}"\n[data]\nfolder = "files"\n{more}')

    def put(self, name, document):
        path = self.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = document if isinstance(document, bytes) else json.dumps(document).encode()
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    def put_sample(self, *names):
        for name in names:
            shutil.copy(SAMPLES / name, self.data / name)

    def run_program(self, *words, code=0):
        done = subprocess.run([BACKCOURT, *words], cwd=self.folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=240)
        self.assertEqual(done.returncode, code, f"{words}\n{done.stdout}\n{done.stderr}")
        return done.stdout if code == 0 else done.stdout + done.stderr

    def load(self, **more):
        return json.loads(self.run_program("load", "--json", **more))

    def query(self, sql):
        return [json.loads(line) for line in self.run_program("query", sql, "--format", "json").splitlines()]

    def rows_of(self, documents, sql):
        """What `sql` gives where only these files are."""
        shutil.rmtree(self.data)
        self.data.mkdir()
        for path in self.folder.glob("warehouse*"):
            path.unlink()
        for name, document in documents.items():
            self.put(name, document)
        self.load()
        rows = self.query(sql)
        self.assertTrue(rows)
        return rows


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
        self.assertIn("boxscoretraditionalv2_0022400561.json: row 4, column minutes: '36:75' is no MINUTES", self.run_program("load", code=4))

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


class Events(Shapes):
    SHOTS = """SELECT event_num, period, seconds_left, event_type, made, value, team_abbr, player_id, assist_player_id, block_player_id
               FROM raw_play_by_play WHERE event_type = 'field_goal' ORDER BY event_num"""
    THROWS = """SELECT event_num, period, seconds_left, made, team_abbr, player_id, ft_n, ft_of FROM raw_play_by_play WHERE event_type = 'free_throw' ORDER BY event_num"""

    def test_versions_2_and_3_give_the_same_shots(self):
        schedule = {"scheduleleaguev2.json": schedule_of([game("0022200001", "2022-10-18", "BOS", "PHI")], "2022-23")}
        names = sorted({(a["personId"], a["playerName"], a["teamTricode"]) for a in sample("playbyplayv3_0022200001.json.gz")["game"]["actions"] if a["personId"] > 10 and a["teamTricode"]})
        box = {"boxscoretraditionalv3_0022200001.json": {"boxScoreTraditional": {"gameId": "0022200001", **{
            side: {"teamTricode": team, "players": [{"personId": i, "firstName": "", "familyName": n, "position": "", "comment": "", "statistics": {"minutes": "10:00", "points": 1}} for i, n, t in names if t == team]}
            for side, team in (("homeTeam", "BOS"), ("awayTeam", "PHI"))}}}}
        v2 = {**schedule, **box, "playbyplayv2_0022200001.json.gz": sample("playbyplayv2_0022200001.json.gz")}
        v3 = {**schedule, **box, "playbyplayv3/0022200001.json": sample("playbyplayv3_0022200001.json.gz")}
        shots = self.rows_of(v2, self.SHOTS)
        self.assertGreater(len(shots), 150)
        self.assertGreater(sum(s["assist_player_id"] is not None for s in shots), 30)
        self.assertGreater(sum(s["block_player_id"] is not None for s in shots), 3)
        throws = self.rows_of(v2, self.THROWS)
        self.assertEqual(self.rows_of(v3, self.SHOTS), shots)
        self.assertEqual(self.rows_of(v3, self.THROWS), throws)
        # A season file of nbastats has the same rows as CSV.
        lines = records(sample("playbyplayv2_0022200001.json.gz"), "PlayByPlay")
        text = io.StringIO()
        writer = csv.DictWriter(text, list(lines[0]))
        writer.writeheader()
        writer.writerows([{**line, "GAME_ID": int(line["GAME_ID"])} for line in lines])
        bundle = {**schedule, **box, "nbastats_2022.csv": text.getvalue().encode()}
        self.assertEqual(self.rows_of(bundle, self.SHOTS), shots)

    def test_live_events_add_up_to_the_box(self):
        self.put_sample("scheduleleaguev2_2024-25.json", "playbyplay_0022400561.json.gz", "boxscoretraditionalv2_0022400561.json.gz")
        self.load()
        self.assertEqual(self.query("""
            SELECT e.team_abbr, e.fga, e.fgm, e.threes, e.assists, e.blocks, e.points FROM (
              SELECT team_abbr, count(*) FILTER (WHERE event_type = 'field_goal') AS fga, count(*) FILTER (WHERE event_type = 'field_goal' AND made) AS fgm,
                count(*) FILTER (WHERE value = 3) AS threes, count(assist_player_id) AS assists, count(block_player_id) AS blocks, sum(value) FILTER (WHERE made) AS points
              FROM raw_play_by_play WHERE team_abbr IS NOT NULL GROUP BY 1) e
            JOIN raw_team_box t USING (team_abbr)
            WHERE t.fg_attempts = e.fga AND t.fg_makes = e.fgm AND t.three_pt_attempts = e.threes AND t.assists = e.assists AND t.points = e.points ORDER BY 1"""),
            [{"team_abbr": "NYK", "fga": 86, "fgm": 46, "threes": 37, "assists": 28, "blocks": 2, "points": 125}, {"team_abbr": "PHI", "fga": 92, "fgm": 46, "threes": 35, "assists": 27, "blocks": 3, "points": 119}])
        distances = self.query("SELECT distance_ft, x, y FROM raw_play_by_play WHERE event_type = 'field_goal' AND event_num = 17")
        self.assertEqual(distances, [{"distance_ft": 28, "x": -189, "y": 206}])

    def test_events_corrected_late_keep_their_place(self):
        live = sample("playbyplay_0022400561.json.gz")
        first = self.rows_of({"scheduleleaguev2_2024-25.json": sample("scheduleleaguev2_2024-25.json"), "playbyplay_0022400561.json": live}, "FROM raw_play_by_play ORDER BY event_index")
        live["game"]["actions"].append(live["game"]["actions"].pop(20))
        again = self.rows_of({"scheduleleaguev2_2024-25.json": sample("scheduleleaguev2_2024-25.json"), "playbyplay_0022400561.json": live}, "FROM raw_play_by_play ORDER BY event_index")
        self.assertEqual(first, again)

    def test_a_shot_chart_gives_places(self):
        chart = [{"GRID_TYPE": "Shot Chart Detail", "GAME_ID": "0022200001", "GAME_EVENT_ID": 7, "LOC_X": -12, "LOC_Y": 34}]
        self.put("scheduleleaguev2.json", schedule_of([game("0022200001", "2022-10-18", "BOS", "PHI")], "2022-23"))
        self.put_sample("playbyplayv2_0022200001.json.gz")
        self.put("shotchartdetail_0022200001.json", {"resource": "shotchartdetail", "resultSets": [result_set("Shot_Chart_Detail", chart)]})
        self.load()
        self.assertEqual(self.query("SELECT event_num, x, y FROM raw_play_by_play WHERE x IS NOT NULL"), [{"event_num": 7, "x": -12, "y": 34}])

    def test_a_season_of_one_source_beside_files_without_seasons_of_another(self):
        self.put("scheduleleaguev2_2022-23.json", schedule_of([game("0022200001", "2022-10-18", "BOS", "PHI")], "2022-23"))
        self.put("scheduleleaguev2_2024-25.json", schedule_of([game("0022400561", "2025-01-15", "PHI", "NYK")]))
        self.put("playbyplayv2.json", sample("playbyplayv2_0022200001.json.gz"))
        self.load()
        before = self.query("SELECT * FROM raw_play_by_play ORDER BY event_index")
        self.assertGreater(len(before), 300)
        self.put_sample("playbyplay_0022400561.json.gz")
        self.load()
        self.assertEqual(self.query("SELECT * FROM raw_play_by_play WHERE game_id = '0022200001' ORDER BY event_index"), before)


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
        self.assertIn("row 1, column status: 'Maybe' is no INJURY_STATUS", self.run_program("load", code=4))

    def test_players_have_birth_dates_and_positions(self):
        self.put("commonplayerinfo/1628404.json", {"resource": "commonplayerinfo", "resultSets": [result_set("CommonPlayerInfo", [
            {"PERSON_ID": 1628404, "DISPLAY_FIRST_LAST": "Josh Hart", "BIRTHDATE": "1995-03-06T00:00:00", "POSITION": "Guard-Forward"}])]})
        self.put("playerindex.json", {"resource": "playerindex", "resultSets": [result_set("PlayerIndex", [{"PERSON_ID": 1628973, "PLAYER_LAST_NAME": "Brunson", "POSITION": "G"}])]})
        self.load()
        self.assertEqual([tuple(row.values()) for row in self.query("SELECT player_id, birth_date, position FROM raw_players WHERE position IS NOT NULL ORDER BY 1")],
                         [(1628404, "1995-03-06", "G-F"), (1628973, None, "G")])


def csv_of(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


class Bundles(Shapes):
    def shots(self, unit):
        """Shots of the sample game as a season file has them, with places that its own events name."""
        rows = []
        for line in records(sample("playbyplayv2_0022200001.json.gz"), "PlayByPlay"):
            words = line["HOMEDESCRIPTION"] or line["VISITORDESCRIPTION"] or ""
            if line["EVENTMSGTYPE"] in (1, 2) and "' " in words:
                minutes, seconds = line["PCTIMESTRING"].split(":")
                feet = int(words.split("'")[0].split(" ")[-1])
                place = {"tenths": (-10 * feet, 0), "feet": (-feet, 0), "baseline": (feet, 5.25), "wrong": (feet * 3.28, 0)}[unit]
                rows.append({"SEASON_1": 2023, "PLAYER_ID": line["PLAYER1_ID"], "GAME_ID": "22200001", "ZONE_ABB": "L", "LOC_X": place[0], "LOC_Y": place[1],
                             "SHOT_DISTANCE": feet, "QUARTER": line["PERIOD"], "MINS_LEFT": minutes, "SECS_LEFT": seconds})
        return rows

    def test_shots_in_feet_or_tenths(self):
        files = {"scheduleleaguev2.json": schedule_of([game("0022200001", "2022-10-18", "BOS", "PHI")], "2022-23"), "playbyplayv2_0022200001.json.gz": sample("playbyplayv2_0022200001.json.gz")}
        sql = "SELECT event_num, x, y, distance_ft FROM raw_play_by_play WHERE x IS NOT NULL ORDER BY event_num"
        rows = self.rows_of({**files, "NBA_2023_Shots.csv": csv_of(self.shots("tenths"))}, sql)
        self.assertEqual(len(rows), len(self.shots("tenths")))
        self.assertTrue(all(row["x"] == -10 * row["distance_ft"] and row["y"] == 0 for row in rows))
        for unit in ("feet", "baseline"):
            self.assertEqual(self.rows_of({**files, "NBA_2023_Shots.csv": csv_of(self.shots(unit))}, sql), rows, unit)
        self.put("NBA_2023_Shots.csv", csv_of(self.shots("wrong")))
        self.assertIn("NBA_2023_Shots.csv: its distances agree with no unit of its places", self.run_program("load", code=4))

    def test_hoopr_needs_a_crosswalk(self):
        import duckdb

        self.put("scheduleleaguev2.json", schedule_of([game("0022400561", "2025-01-15", "PHI", "NYK")]))
        numbers = "0 AS field_goals_made, 0 AS field_goals_attempted, 0 AS three_point_field_goals_made, 0 AS three_point_field_goals_attempted, 0 AS free_throws_made, 0 AS free_throws_attempted, " \
                  "0 AS offensive_rebounds, 0 AS defensive_rebounds, 0 AS assists, 0 AS steals, 0 AS blocks, 2 AS turnovers, 0 AS fouls"
        duckdb.sql(f"""COPY (SELECT 401705 AS game_id, id AS athlete_id, name AS athlete_display_name, team AS team_abbreviation, minutes, {numbers}, points, plus AS plus_minus, false AS starter, minutes IS NULL AS did_not_play, NULL AS reason
            FROM (VALUES (11, 'Josh Hart', 'NY', 49.0, 10, '+10'), (12, 'Matt Ryan', 'NY', NULL, NULL, NULL), (13, 'Paul George', 'PHI', 43.0, 26, '-4'), (14, 'Un Known', 'PHI', 5.0, 2, '0')) t(id, name, team, minutes, points, plus))
            TO '{self.data}/player_box_2025.parquet'""")
        self.assertIn("put a file espn_crosswalk.csv (kind, espn_id, nba_id) beside them", self.run_program("load", code=4))
        self.put("espn_crosswalk.csv", b"kind,espn_id,nba_id\ngame,401705,22400561\nplayer,11,1628404\nplayer,12,1630346\nplayer,13,202331\n")
        report = self.load()
        self.assertEqual([tuple(row.values()) for row in self.query("SELECT game_id, team_abbr, player_id, status, seconds_played, points, plus_minus FROM raw_player_box ORDER BY player_id")],
                         [("0022400561", "PHI", 202331, "played", 2580, 26, -4), ("0022400561", "NYK", 1628404, "played", 2940, 10, 10), ("0022400561", "NYK", 1630346, "dnp", None, None, None)])
        self.assertIn("player not in the crosswalk", json.dumps(report["dropped"]))
        self.assertEqual(self.query("SELECT team_abbr, points, turnovers FROM raw_team_box ORDER BY 1"), [{"team_abbr": "NYK", "points": 10, "turnovers": 4}, {"team_abbr": "PHI", "points": 28, "turnovers": 4}])

    def test_tables_in_their_own_shape_ask_for_no_feed(self):
        day = schedule_of([game("0022400561", "2025-01-15", "PHI", "NYK")])
        self.put("scheduleleaguev2_2024-25.json", day)
        self.put_sample("boxscoretraditionalv2_0022400561.json.gz")
        self.load()
        tables = ("raw_schedule", "raw_player_box", "raw_team_box", "raw_results", "raw_rosters", "raw_players")
        rows = {table: self.query(f"FROM {table} ORDER BY ALL") for table in tables}
        self.run_program("export", str(self.folder / "own"), *tables)

        shutil.rmtree(self.data)
        shutil.copytree(self.folder / "own", self.data)
        (self.folder / "warehouse.duckdb").unlink()
        report = self.load()
        self.assertEqual({table: self.query(f"FROM {table} ORDER BY ALL") for table in tables}, rows)
        self.assertEqual({a["table"] for a in report["absent"]}, {"raw_arenas", "raw_game_lines", "raw_injuries", "raw_injury_reports", "raw_play_by_play", "raw_player_props", "raw_schedule_history"})
        self.assertEqual(report["dropped"], [])

        # Without rosters and players of their own they are made of the boxes.
        shutil.rmtree(self.data / "raw_rosters")
        shutil.rmtree(self.data / "raw_players")
        (self.folder / "warehouse.duckdb").unlink()
        self.load()
        self.assertEqual({table: self.query(f"FROM {table} ORDER BY ALL") for table in tables}, rows)

    def test_doctor_names_the_feed_of_a_folder(self):
        self.put("mine/games/1.json.gz", sample("boxscoretraditionalv2_0022400561.json.gz"))
        self.put("mine/plays.csv", csv_of(records(sample("playbyplayv2_0022200001.json.gz"), "PlayByPlay")))
        self.put("mine/other/readme.json", {"a": 1})
        self.run_program("load")
        out = self.run_program("doctor")
        self.assertIn("1.json.gz has the shape of box_v2", out)
        self.assertIn(f'box_v2 = "{self.data}/mine/games/*.json.gz"', out)
        self.assertIn("plays.csv has the shape of play_by_play_v2", out)
        self.assertIn("readme.json has the shape of none", out)
        self.configure('[feeds]\nbox_v2 = "files/mine/games/*.json.gz"\n')
        out = self.run_program("doctor")
        self.assertIn("feed box_v2: 1 files match", out)
        self.assertIn("read by league_player_box.sql, league_results.sql, league_team_box.sql", out)
        self.assertNotIn("1.json.gz has the shape", out)


class HostileInput(Shapes):
    def setUp(self):
        super().setUp()
        self.put("scheduleleaguev2_2024-25.json", schedule_of([game("0022400561", "2025-01-15", "PHI", "NYK"), game("0022400500", "2025-01-07", "PHI", "NYK")]))
        self.put_sample("boxscoretraditionalv2_0022400561.json.gz")
        self.name = "boxscoretraditionalv2_0022400500.json"
        self.good = json.dumps(sample("boxscoretraditionalv2_0022400561.json.gz")).replace("0022400561", "0022400500").encode()

    def refused(self, data, *said, name=None):
        self.load()
        before = self.query("SELECT table_name, slot, digest FROM backcourt.cells ORDER BY 1, 2")
        self.put(name or self.name, data)
        out = self.run_program("load", code=4)
        for part in (name or self.name, *said):
            self.assertIn(part, out)
        self.assertEqual(self.query("SELECT table_name, slot, digest FROM backcourt.cells ORDER BY 1, 2"), before)

    def test_truncated(self):
        self.refused(self.good[: len(self.good) // 2], "holds no JSON", "unexpected end of data")

    def test_truncated_gzip(self):
        path = self.put(self.name + ".gz", self.good)
        whole = path.read_bytes()
        path.unlink()
        self.load()
        path.write_bytes(whole[: len(whole) // 2])
        self.assertIn(self.name + ".gz", self.run_program("load", code=4))

    def test_empty(self):
        self.refused(b"", "is empty")

    def test_the_blocking_page(self):
        self.refused(b"<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY>You don't have permission</BODY></HTML>", "holds no JSON", "<HTML><HEAD><TITLE>Access Denied")

    def test_latin_1(self):
        self.refused(self.good.replace(b"Josh Hart", "Joßé Hart".encode("latin-1")), "holds no JSON", "invalid UTF-8")

    def test_values_that_read_like_errors_of_the_engine(self):
        for value in ("Interrupted", "FATAL Error", "No space left on device"):
            outcome = {"name": "Over", "price": value, "point": 200.5}
            event = {"commence_time": "2025-01-16T00:00:00Z", "home_team": "a", "away_team": "b", "bookmakers": [{"key": "c", "markets": [{"key": "totals", "outcomes": [outcome]}]}]}
            self.put("odds_api.json", {"timestamp": "2025-01-15T12:00:00Z", "data": event})
            self.assertIn(f"odds_api.json: row 1, column price: '{value}' is no DOUBLE", self.run_program("load", code=4))

    def test_points_of_a_period_that_are_none(self):
        lines = [{"GAME_ID": "0022400500", "TEAM_ID": 1, "TEAM_ABBREVIATION": team, "PTS_QTR1": 30.0, "PTS_QTR2": points, "PTS": 100} for team, points in (("PHI", 20), ("NYK", 20.5))]
        summary = {"resultSets": [result_set("GameSummary", [{"GAME_ID": "0022400500", "GAME_STATUS_ID": 3}]), result_set("LineScore", lines), result_set("InactivePlayers", lines)]}
        self.put("boxscoresummaryv2_0022400500.json", summary)
        self.assertIn("boxscoresummaryv2_0022400500.json: row 2, column line: '30.0,20.5,", self.run_program("load", code=4))

    def test_a_row_without_its_key_is_dropped(self):
        rows = [{"GAME_ID": "0022400561", "PLAYER_ID": 7, "FIRST_NAME": "No", "LAST_NAME": "Body", "TEAM_ABBREVIATION": None}]
        lines = [{"GAME_ID": "0022400561", "TEAM_ID": 1, "TEAM_ABBREVIATION": "PHI", "PTS": 100}]
        self.put("boxscoresummaryv2_0022400561.json", {"resultSets": [result_set("GameSummary", [{"GAME_ID": "0022400561", "GAME_STATUS_ID": 3}]), result_set("LineScore", lines), result_set("InactivePlayers", rows)]})
        dropped = [d for d in self.load()["dropped"] if d["reason"].startswith("row without")]
        self.assertEqual([(d["table"], d["reason"], d["rows"]) for d in dropped], [("raw_rosters", "row without team_abbr", 1)])
        self.assertEqual(self.query("SELECT * FROM raw_rosters WHERE player_id = 7"), [])

    def test_a_place_far_off_the_court(self):
        action = {"actionNumber": 1, "orderNumber": 1, "clock": "PT11M00.00S", "period": 1, "teamTricode": "NYK", "personId": 1, "isFieldGoal": 1, "xLegacy": 100_000, "yLegacy": 0}
        self.put("playbyplay_0022400500.json", {"game": {"gameId": "0022400500", "actions": [action]}})
        self.load()
        self.assertEqual(self.query("SELECT distance_ft FROM raw_play_by_play"), [{"distance_ft": 10_000}])

    def test_a_source_that_fails_tells_what_is_new(self):
        shutil.copytree(PACK, self.folder / "pack", ignore=shutil.ignore_patterns("warehouse*"))
        source = self.folder / "pack/sources/live_play_by_play.sql"
        source.write_text(source.read_text().replace("a.period,", "if(a.period = 99, error('no such period'), a.period) AS period,"))
        self.configure()
        config = self.folder / "backcourt.toml"
        config.write_text(config.read_text().replace(PACK, "pack"))
        self.put_sample("playbyplay_0022400561.json.gz")
        self.load()
        live = sample("playbyplay_0022400561.json.gz")
        live["game"]["actions"][3]["period"] = 99
        self.put("playbyplay_0022400500.json", json.loads(json.dumps(live).replace("0022400561", "0022400500")))
        out = self.run_program("load", code=4)
        self.assertIn("no such period", out)
        self.assertIn(f"look at what is new since the last load: {self.data}/playbyplay_0022400500.json; nothing was loaded", out)

    def test_another_answer(self):
        self.refused({"message": "too many requests"}, "holds JSON, but not that of feed box_v2")

    def test_a_list_in_place_of_an_object(self):
        self.refused([1, 2, 3], "holds JSON, but not that of feed box_v2")

    def test_a_mark_before_the_first_byte_is_no_part(self):
        self.put(self.name, b"\xef\xbb\xbf" + self.good)
        self.load()
        self.assertEqual(self.query("SELECT count(DISTINCT game_id) AS n FROM raw_player_box"), [{"n": 2}])

    def test_nan_is_nothing(self):
        box = json.loads(self.good)
        lines = next(s for s in box["resultSets"] if s["name"] == "PlayerStats")
        lines["rowSet"][0][-1] = float("nan")
        self.put(self.name, box)
        self.load()
        self.assertEqual(self.query("SELECT plus_minus, points FROM raw_player_box WHERE game_id = '0022400500' AND player_id = 1628404"), [{"plus_minus": None, "points": 10}])

    def test_whatever_comes_is_read_or_refused(self):
        """Seeded damage: bytes cut, flipped and repeated, values of other types; the program reads or refuses, and what is refused changes nothing."""
        self.load()
        chance = random.Random(7)
        outcomes = set()
        strange = [None, True, -1, 1e308, "", "NaN", "\u0000", [], {}, [[]], {"name": "PlayerStats"}, "x" * 5000, float("nan"), float("inf")]
        for _ in range(20):
            data = bytearray(self.good)
            kind = chance.randrange(4)
            if kind == 0:
                del data[chance.randrange(len(data)):]
            elif kind == 1:
                for _ in range(chance.randrange(1, 4)):
                    data[chance.randrange(len(data))] = chance.randrange(256)
            elif kind == 2:
                at = chance.randrange(len(data))
                data[at:at] = data[at : at + chance.randrange(200)]
            else:
                box = json.loads(self.good)
                found = chance.choice(box["resultSets"])
                if chance.random() < 0.3:
                    found[chance.choice(list(found))] = chance.choice(strange)
                else:
                    row = chance.choice(found["rowSet"])
                    row[chance.randrange(len(row))] = chance.choice(strange)
                data = json.dumps(box).encode()
            before = self.query("SELECT table_name, slot, digest FROM backcourt.cells ORDER BY 1, 2")
            self.put(self.name, bytes(data))
            done = subprocess.run([BACKCOURT, "load"], cwd=self.folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
            self.assertIn(done.returncode, (0, 4), f"{bytes(data)[:300]}\n{done.stdout}\n{done.stderr}")
            outcomes.add(done.returncode)
            if done.returncode == 4:
                self.assertIn(self.name, done.stderr)
                self.assertEqual(self.query("SELECT table_name, slot, digest FROM backcourt.cells ORDER BY 1, 2"), before)
        self.assertEqual(outcomes, {0, 4})

    def test_an_answer_without_games_is_none(self):
        box = json.loads(self.good)
        for found in box["resultSets"]:
            found["rowSet"] = []
        self.put(self.name, box)
        self.load()
        self.assertEqual(self.query("SELECT count(DISTINCT game_id) AS n FROM raw_player_box"), [{"n": 1}])


if __name__ == "__main__":
    unittest.main()

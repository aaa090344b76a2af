"""Real files are not as their documentation has them: each fault that was found in the field, made again small, with what is right."""

import csv
import gzip
import io
import json
import random
import tarfile
import unittest
import zipfile

from tests.kit.invented import Game, box_v3, game_log, schedule
from tests.kit.shapes import Shapes, records, result_set, sample

import duckdb

HOOPR = ["game_id", "athlete_id", "athlete_display_name", "team_abbreviation", "minutes", "field_goals_made", "field_goals_attempted", "three_point_field_goals_made",
         "three_point_field_goals_attempted", "free_throws_made", "free_throws_attempted", "offensive_rebounds", "defensive_rebounds", "assists", "steals", "blocks", "turnovers", "fouls", "points",
         "plus_minus", "starter", "did_not_play", "reason", "game_date", "home_away", "team_score"]
GAMES = [Game("0022001050", "2021-05-14", "GSW", "NOP", 120, 110), Game("0022001051", "2021-05-14", "UTA", "WAS", 109, 93), Game("0022001060", "2021-05-15", "GSW", "UTA", 99, 90),
         Game("0022001061", "2021-05-16", "WAS", "NOP", 99, 90)]
EVENTS_HEAD = "GAME_ID,EVENTNUM,EVENTMSGTYPE,EVENTMSGACTIONTYPE,PERIOD,WCTIMESTRING,PCTIMESTRING,HOMEDESCRIPTION,NEUTRALDESCRIPTION,VISITORDESCRIPTION,SCORE,PLAYER1_ID,PLAYER1_NAME,PLAYER1_TEAM_ABBREVIATION,PLAYER2_ID,PLAYER2_NAME,PLAYER3_ID,PLAYER3_NAME\n"


class Field(Shapes):
    def gaps(self):
        return json.loads(self.run_any("check", "--json").stdout)["gaps"]

    def hoopr(self, games, change=lambda rows: rows):
        rows, crosswalk = [], [("game", 400000000 + int(g.id[-4:]), int(g.id)) for g in games]
        for g in games:
            for team in (g.home, g.away):
                for n, (player, name, line) in enumerate(g.lines(team)):
                    crosswalk.append(("player", player + 5_000_000, player))
                    rows.append(dict(zip(HOOPR, [400000000 + int(g.id[-4:]), player + 5_000_000, name, team, 40.0, line["FGM"], line["FGA"], 0, 1, line["FTM"], line["FTA"], 1, 3, 2, 1, 0, 1, 2, line["PTS"],
                                                 "+1", n < 5, False, None, g.date, "home" if team == g.home else "away", g.points[team]])))
        rows = change(rows)
        with duckdb.connect() as connection:
            connection.execute("CREATE TABLE box (game_id BIGINT, athlete_id BIGINT, athlete_display_name VARCHAR, team_abbreviation VARCHAR, minutes DOUBLE, "
                               + ", ".join(f"{name} INTEGER" for name in HOOPR[5:19]) + ", plus_minus VARCHAR, starter BOOLEAN, did_not_play BOOLEAN, reason VARCHAR, game_date DATE, home_away VARCHAR, team_score INTEGER)")
            connection.executemany(f"INSERT INTO box VALUES ({', '.join('?' * len(HOOPR))})", [[row[name] for name in HOOPR] for row in rows])
            connection.execute(f"COPY box TO '{self.data}/player_box_2021.parquet'")
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerows([("kind", "espn_id", "nba_id"), *dict.fromkeys(crosswalk)])
        self.put("espn_crosswalk.csv", text.getvalue().encode())
        self.put("scheduleleaguev2_2020-21.json", schedule(games, "2021-06-01T00:00:00Z", over="all"))

    def test_a_player_in_both_teams(self):
        def change(rows):
            own = [dict(row) for row in rows if row["game_id"] == 400001051 and row["team_abbreviation"] == "UTA"][:2]
            return rows + [{**row, "team_abbreviation": "WAS", "home_away": "away", "team_score": 93} for row in own]

        self.hoopr(GAMES, change)
        report = self.load()
        dropped = [d for d in report["dropped"] if d["reason"].startswith("doubled key")]
        self.assertEqual(len(dropped), 2)
        for word in ("0022001051", "WAS", "player_box_2021.parquet", "row "):
            self.assertIn(word, dropped[0]["reason"])
        self.assertEqual(self.query("SELECT team_abbr, count(*) AS n FROM raw_player_box WHERE game_id = '0022001051' GROUP BY 1 ORDER BY 1"), [{"team_abbr": "UTA", "n": 6}, {"team_abbr": "WAS", "n": 6}])
        self.assertEqual(self.query("SELECT points FROM raw_team_box WHERE game_id = '0022001051' ORDER BY team_abbr"), [{"points": 109}, {"points": 93}])
        self.run_program("backfill", "all")
        gaps = self.gaps()
        self.assertTrue(any(gap["guard"] == "doubled keys" and "0022001051" in json.dumps(gap) for gap in gaps), gaps)

    def test_a_player_in_both_teams_of_whom_the_totals_do_not_tell(self):
        box = box_v3(GAMES[1])
        bench = {**box["boxScoreTraditional"]["homeTeam"]["players"][5], "personId": 77, "comment": "DNP - Coach's Decision", "statistics": {"minutes": ""}}
        for side in ("homeTeam", "awayTeam"):
            box["boxScoreTraditional"][side]["players"].append(bench)
        self.put("scheduleleaguev2_2020-21.json", schedule(GAMES, "2021-06-01T00:00:00Z", over="all"))
        self.put("boxscoretraditionalv3_0022001051.json", box)
        self.put("boxscoretraditionalv3_0022001050.json", box_v3(GAMES[0]))
        self.load()
        self.assertEqual(self.query("SELECT game_id, count(*) AS n FROM raw_player_box GROUP BY 1 ORDER BY 1"), [{"game_id": "0022001050", "n": 12}, {"game_id": "0022001051", "n": 12}])
        self.run_program("backfill", "all")
        self.assertEqual(self.query("SELECT count(*) AS n FROM team_offense_game_summary WHERE game_id = '0022001050'"), [{"n": 2}])

    def test_the_same_line_twice_is_one(self):
        box = box_v3(GAMES[0])
        players = box["boxScoreTraditional"]["homeTeam"]["players"]
        players.append(dict(players[2]))
        self.put("boxscoretraditionalv3_0022001050.json", box)
        log = game_log(GAMES[1:])
        log["resultSets"][0]["rowSet"].append(log["resultSets"][0]["rowSet"][3])
        self.put("leaguegamelog_2020-21_players.json", log)
        totals = game_log(GAMES, "T")
        totals["resultSets"][0]["rowSet"].append(totals["resultSets"][0]["rowSet"][2])
        self.put("leaguegamelog_2020-21_teams.json", totals)
        report = self.load()
        doubled = [d["reason"] for d in report["dropped"] if d["reason"].startswith("doubled key")]
        self.assertEqual(len(doubled), 2)
        self.assertIn("the same line of GSW again", doubled[0] + doubled[1])
        lines = self.query("SELECT game_id, team_abbr, count(*) AS n, sum(points) AS points FROM raw_player_box GROUP BY ALL ORDER BY ALL")
        self.assertEqual([(r["game_id"], r["team_abbr"], r["n"], r["points"]) for r in lines], sorted((g.id, t, 6, g.points[t]) for g in GAMES for t in (g.home, g.away)))
        teams = self.query("SELECT game_id, team_abbr, points, turnovers FROM raw_team_box ORDER BY ALL")
        self.assertEqual([(r["game_id"], r["team_abbr"], r["points"], r["turnovers"]) for r in teams], sorted((g.id, t, g.points[t], 6) for g in GAMES for t in (g.home, g.away)))
        self.assertEqual(self.query("SELECT home_points, away_points FROM raw_results WHERE game_id = '0022001051'"), [{"home_points": 109, "away_points": 93}])

    def test_two_totals_of_a_team_that_differ_are_none(self):
        totals = game_log(GAMES, "T")
        row = list(totals["resultSets"][0]["rowSet"][0])
        row[totals["resultSets"][0]["headers"].index("PTS")] = 130
        totals["resultSets"][0]["rowSet"].append(row)
        self.put("leaguegamelog_2020-21_players.json", game_log(GAMES))
        self.put("leaguegamelog_2020-21_teams.json", totals)
        told = [(d["table"], d["reason"], d["rows"]) for d in self.load()["dropped"]]
        self.assertIn(("raw_team_box", "totals of one team that differ: the sums of its players are taken", 1), told)
        self.assertEqual(self.query("SELECT points FROM raw_team_box WHERE game_id = '0022001050' ORDER BY team_abbr"), [{"points": 120}, {"points": 110}])
        self.assertEqual(self.query("SELECT home_points, away_points FROM raw_results WHERE game_id = '0022001050'"), [{"home_points": 120, "away_points": 110}])

    def test_a_player_in_both_teams_of_box_pages(self):
        games = "game_id,nba_game_id,date,tip_text,venue,away,home,away_pts,home_pts,away_line,home_line,inactive,remark\n"
        players = "game_id,team,starter,player_id,player,status,mp,fg,fga,fg3,fg3a,ft,fta,orb,drb,ast,stl,blk,tov,pf,pts,plus_minus\n"
        teams = "game_id,team,fg,fga,fg3,fg3a,ft,fta,orb,drb,ast,stl,blk,tov,pf,pts\n"
        for game in GAMES[:2]:
            page = game.date.replace("-", "") + "0" + game.home
            games += f"{page},{game.id},{game.date},,,{game.away},{game.home},{game.points[game.away]},{game.points[game.home]},,,,\n"
            for team in (game.home, game.away):
                lines = [f'{team},0,{team.lower()}{n}01,{name},,40:00,{l["FGM"]},{l["FGA"]},0,1,{l["FTM"]},{l["FTA"]},1,3,2,1,0,1,2,{l["PTS"]},0' for n, (_, name, l) in enumerate(game.lines(team))]
                if team == "WAS":  # two of the other team stand in it too; one row stands twice
                    lines += [f"WAS,{line[4:]}" for line in stray] + lines[:1]
                stray, t = lines[:2], game.totals(team)
                players += "".join(f"{page},{line}\n" for line in lines)
                teams += f'{page},{team},{t["FGM"]},{t["FGA"]},0,6,{t["FTM"]},{t["FTA"]},6,18,12,6,0,6,12,{t["PTS"]}\n'
        for name, text in (("games", games), ("player_box", players), ("team_box", teams)):
            self.put(f"box/{name}_2020-21.csv", text.encode())
        report = self.load()
        doubled = [d["reason"] for d in report["dropped"] if d["reason"].startswith("doubled key")]
        self.assertEqual(len(doubled), 2)
        for word in ("0022001051", "the totals of WAS contradict its line", "player_box_2020-21.csv, row "):
            self.assertIn(word, doubled[0])
        self.assertEqual(self.query("SELECT game_id, team_abbr, count(*) AS n FROM raw_player_box GROUP BY ALL ORDER BY ALL"), [
            {"game_id": g.id, "team_abbr": t, "n": 6} for g in GAMES[:2] for t in sorted((g.home, g.away))])
        self.assertEqual(self.query("SELECT DISTINCT turnovers, team_turnovers FROM raw_team_box"), [{"turnovers": 6, "team_turnovers": None}])

    def test_the_totals_bear_out_the_line_of_one_of_two_teams(self):
        box = box_v3(GAMES[1])
        sides = box["boxScoreTraditional"]
        player = sides["homeTeam"]["players"][1]
        sides["awayTeam"]["players"].append({**player, "comment": "DNP - Coach's Decision", "statistics": {"minutes": ""}})
        self.put("scheduleleaguev2_2020-21.json", schedule(GAMES, "2021-06-01T00:00:00Z", over="all"))
        self.put("boxscoretraditionalv3_0022001051.json", box)
        report = self.load()
        self.assertEqual(len([d for d in report["dropped"] if "the totals bear out another line than that of WAS" in d["reason"]]), 1)
        self.assertEqual(self.query(f"SELECT team_abbr, status FROM raw_player_box WHERE player_id = {player['personId']}"), [{"team_abbr": "UTA", "status": "played"}])

    def test_turnovers_of_a_team_are_those_of_its_own_players(self):
        box = box_v3(GAMES[1])
        sides = box["boxScoreTraditional"]
        sides["awayTeam"]["players"].append(sides["homeTeam"]["players"][1])
        self.put("scheduleleaguev2_2020-21.json", schedule(GAMES, "2021-06-01T00:00:00Z", over="all"))
        self.put("boxscoretraditionalv3_0022001051.json", box)
        self.load()
        self.assertEqual(self.query("SELECT team_abbr, turnovers FROM raw_team_box ORDER BY 1"), [{"team_abbr": "UTA", "turnovers": 6}, {"team_abbr": "WAS", "turnovers": 6}])

    def test_a_score_without_a_winner_is_no_result(self):
        games = schedule(GAMES, "2021-06-01T00:00:00Z", over="all")
        for side in ("homeTeam", "awayTeam"):  # cancelled, and over by its status
            games["leagueSchedule"]["games"][1][side]["score"] = 0
        self.put("scheduleleaguev2_2020-21.json", games)
        report = self.load()
        self.assertIn(("game without a winner", 1), [(d["reason"], d["rows"]) for d in report["dropped"]])
        self.assertEqual(self.query("SELECT count(*) AS n FROM raw_results"), [{"n": 3}])

    def test_a_side_without_a_second(self):
        self.hoopr(GAMES, lambda rows: [{**row, "minutes": 0.0} if row["game_id"] == 400001050 else row for row in rows])
        self.load()
        self.run_program("backfill", "all")
        self.assertEqual(self.query("SELECT game_id, count(*) AS n FROM player_game_summary GROUP BY 1 ORDER BY 1"),
                         [{"game_id": "0022001051", "n": 12}, {"game_id": "0022001060", "n": 12}, {"game_id": "0022001061", "n": 12}])
        self.assertIn("0022001050", json.dumps(self.gaps()))

    def test_a_box_without_statistics(self):
        game = Game("0022500001", "2025-10-21", "NYK", "BOS", 119, 101)
        box = box_v3(game, statistics=False)
        for side in ("homeTeam", "awayTeam"):
            for player in box["boxScoreTraditional"][side]["players"]:
                player["statistics"] = None
        self.put("scheduleleaguev2_2025-26.json", schedule([game], "2025-11-01T00:00:00Z", over="all"))
        self.put("boxscoretraditionalv3_0022500001.json", box)
        self.run_any("load")
        self.assertEqual((self.query("SELECT * FROM raw_team_box"), self.query("SELECT * FROM raw_player_box")), ([], []))
        self.run_program("backfill", "all")
        gaps = json.dumps(self.gaps())
        self.assertIn("0022500001", gaps)

    def summary(self, game, periods=4):
        sides = {side: {"teamTricode": team, "score": game.points[team], "periods": [{"period": p + 1, "periodType": "REGULAR", "score": game.points[team] // 4 + (game.points[team] % 4 if p == 3 else 0)}
                                                                                    for p in range(periods)],
                        "inactives": [{"personId": 1900990 + n, "firstName": "Ann", "familyName": f"Invented{team}", "jerseyNum": "30  "}]}
                 for n, (side, team) in enumerate((("homeTeam", game.home), ("awayTeam", game.away)))}
        return {"meta": {"version": 1, "time": "2025-11-11T00:00:00.000Z"}, "boxScoreSummary": {
            "gameId": game.id, "gameStatus": 3, "gameStatusText": "Final", "period": 4, "gameTimeUTC": "2025-11-02T00:00:00Z", "gameEt": game.date + "T19:00:00Z", "isNeutral": False, "ifNecessary": False,
            "arena": {"arenaName": "Invented Arena", "arenaCity": "New York"}, **sides}}

    def test_the_third_version_of_the_summary(self):
        game = Game("0022500142", "2025-11-01", "NYK", "BOS", 119, 101)
        self.put("boxscoresummaryv3_0022500142.json", self.summary(game))
        self.put("boxscoretraditionalv3_0022500142.json", box_v3(game))
        self.load()
        self.assertEqual(self.query("SELECT game_date, tipoff_utc, home_team_abbr, away_team_abbr, arena FROM raw_schedule"),
                         [{"game_date": "2025-11-01", "tipoff_utc": "2025-11-02 00:00:00", "home_team_abbr": "NYK", "away_team_abbr": "BOS", "arena": "Invented Arena"}])
        self.assertEqual(self.query("SELECT home_points, away_points, periods, home_line, away_line FROM raw_results"),
                         [{"home_points": 119, "away_points": 101, "periods": 4, "home_line": "29,29,29,32", "away_line": "25,25,25,26"}])
        self.assertEqual(self.query("SELECT team_abbr, player_id, status FROM raw_player_box WHERE status = 'inactive' ORDER BY 1"),
                         [{"team_abbr": "BOS", "player_id": 1900991, "status": "inactive"}, {"team_abbr": "NYK", "player_id": 1900990, "status": "inactive"}])
        # A line score that does not come to the score is none.
        self.put("boxscoresummaryv3_0022500142.json", self.summary(game, periods=2))
        self.load()
        self.assertEqual(self.query("SELECT home_points, periods, home_line FROM raw_results"), [{"home_points": 119, "periods": 4, "home_line": None}])

    def test_a_summary_without_a_box_shows_who_was_inactive(self):
        game = Game("0022500142", "2025-11-01", "NYK", "BOS", 119, 101)
        self.put("boxscoresummaryv3_0022500142.json", self.summary(game))
        self.load()
        self.assertEqual(self.query("SELECT team_abbr, player_id, status FROM raw_player_box ORDER BY 1"),
                         [{"team_abbr": "BOS", "player_id": 1900991, "status": "inactive"}, {"team_abbr": "NYK", "player_id": 1900990, "status": "inactive"}])
        self.put("boxscoretraditionalv3_0022500142.json", box_v3(game))
        self.load()
        self.assertEqual(self.query("SELECT count(*) AS n FROM raw_player_box"), [{"n": 14}])

    def test_the_third_version_of_the_scoreboard(self):
        game = Game("0022500142", "2025-11-01", "NYK", "BOS", 119, 101)
        one = self.summary(game)["boxScoreSummary"]
        self.put("scoreboardv3_2025-11-01.json", {"meta": {"time": "2025-11-02T12:00:00Z"}, "scoreboard": {"gameDate": "2025-11-01", "games": [one]}})
        self.load()
        self.assertEqual(self.query("SELECT s.game_id, s.game_date, r.home_points FROM raw_schedule s JOIN raw_results r USING (game_id)"), [{"game_id": "0022500142", "game_date": "2025-11-01", "home_points": 119}])

    def test_a_scoreboard_of_a_day_without_games(self):
        game = Game("0022500142", "2025-11-01", "NYK", "BOS", 119, 101)
        self.put("scoreboardv3_2025-12-24.json", {"meta": {"time": "2025-12-24T12:00:00Z"}, "scoreboard": {"gameDate": "2025-12-24", "games": []}})
        self.put("scoreboardv3_2025-11-01.json", {"meta": {"time": "2025-11-02T12:00:00Z"}, "scoreboard": {"gameDate": "2025-11-01", "games": [self.summary(game)["boxScoreSummary"]]}})
        report = self.load()
        self.assertEqual(report["dropped"], [])
        self.assertEqual({t["season"] for t in report["tables"]}, {"2025-26"})

    def test_files_that_no_feed_takes_are_reported(self):
        self.put("leaguegamelog_2020-21.json", game_log(GAMES))
        for game in GAMES:
            self.put(f"boxscoreadvancedv3_{game.id}.json", {"boxScoreAdvanced": {}})
        self.put("mine/0022001050.json", box_v3(GAMES[0]))
        report = self.load()
        self.assertEqual({(u["pattern"], u["files"]): u["feeds"] for u in report["unread"]}, {("boxscoreadvancedv*_*.json", 4): [], ("mine/*.json", 1): ["box_v3"]})
        self.assertIn("no feed takes 4 files boxscoreadvancedv*_*.json", self.run_program("load"))

    def test_a_fraction_where_a_whole_number_is_due(self):
        log = game_log(GAMES[:1], "T")
        log["resultSets"][0]["rowSet"][0][-2] = 17.4
        players = game_log(GAMES[:1])
        players["resultSets"][0]["rowSet"][0][-2] = -1.4
        self.put("leaguegamelog_2020-21_teams.json", log)
        self.put("leaguegamelog_2020-21_players.json", players)
        report = self.load()
        self.assertEqual(report["unparsed"], {"game_log.plus_minus": 1})
        self.assertEqual(self.query("SELECT count(*) AS n, count(plus_minus) AS told FROM raw_player_box"), [{"n": 12, "told": 11}])

    def test_a_row_that_is_too_short(self):
        log = game_log(GAMES[:1], "T")
        del log["resultSets"][0]["rowSet"][1][23:]
        self.put("leaguegamelog_2020-21.json", log)
        told = self.run_program("load", code=4)
        self.assertIn("leaguegamelog_2020-21.json", told)
        self.assertIn("row 2: 23 values under 29 headers", told)

    def test_several_bad_values_in_one_go(self):
        log = game_log(GAMES[:2], "T")
        for n in (0, 2, 3):
            log["resultSets"][0]["rowSet"][n][log["resultSets"][0]["headers"].index("FGA")] = "many"
        self.put("leaguegamelog_2020-21.json", log)
        told = self.run_program("load", code=4)
        for n in (1, 3, 4):
            self.assertIn(f"row {n}, column fga: 'many' is not a whole number that is not negative", told)

    def test_a_value_that_nobody_reads(self):
        log = game_log(GAMES[:1])
        self.put("scheduleleaguev2_2020-21.json", {**schedule(GAMES[:1], "2021-06-01T00:00:00Z", over="all")})
        events = "GAME_ID,EVENTNUM,EVENTMSGTYPE,EVENTMSGACTIONTYPE,PERIOD,WCTIMESTRING,PCTIMESTRING,HOMEDESCRIPTION,NEUTRALDESCRIPTION,VISITORDESCRIPTION,SCORE,PLAYER1_ID,PLAYER1_NAME,PLAYER1_TEAM_ABBREVIATION,PLAYER2_ID,PLAYER2_NAME,PLAYER3_ID,PLAYER3_NAME\n"
        self.put("nbastats_2020.csv", (events + "0022001050,1,1,1,1,,11:00,Somebody 3' Layup,,,2 - 0,1900030,x,GSW,0,,0,\n").encode())
        self.put("leaguegamelog_2020-21.json", log)
        self.load()
        self.assertEqual(self.query("SELECT count(*) AS n FROM raw_play_by_play"), [{"n": 1}])

    def test_what_a_response_says_goes_before_a_year_in_its_name(self):
        self.put("leaguegamelog_2021.json", game_log(GAMES, season="2020-21"))
        report = self.load()
        self.assertEqual([d["reason"] for d in report["dropped"]], [])
        self.assertEqual(self.query("SELECT DISTINCT season FROM raw_schedule"), [{"season": "2020-21"}])

    def test_positions_in_one_vocabulary(self):
        self.put("leaguegamelog_2020-21.json", game_log(GAMES))
        self.put("playerindex_2020-21.json", {"resultSets": [result_set("PlayerIndex", [{"PERSON_ID": 1900030, "POSITION": "G-F"}, {"PERSON_ID": 1900031, "POSITION": "F"}])]})
        self.put("commonplayerinfo_1900032.json", {"resultSets": [result_set("CommonPlayerInfo", [{"PERSON_ID": 1900032, "BIRTHDATE": "1995-03-06T00:00:00", "POSITION": "Forward-Center"}])]})
        self.put("commonplayerinfo_1900031.json", {"resultSets": [result_set("CommonPlayerInfo", [{"PERSON_ID": 1900031, "BIRTHDATE": "1995-03-06T00:00:00", "POSITION": "Forward"}])]})
        self.load()
        self.assertEqual([row["position"] for row in self.query("SELECT position FROM raw_players WHERE position IS NOT NULL ORDER BY player_id")], ["G-F", "F", "F-C"])

    def test_events_of_another_game(self):
        games = [Game("0022100731", "2022-01-26", "UTA", "PHX", 97, 105), Game("0022100732", "2022-01-26", "GSW", "NOP", 110, 100)]
        self.put("scheduleleaguev2_2021-22.json", schedule(games, "2022-06-01T00:00:00Z", over="all"))
        self.put("leaguegamelog_2021-22.json", game_log(games))
        rows = [["GAME_ID", "EVENTNUM", "EVENTMSGTYPE", "EVENTMSGACTIONTYPE", "PERIOD", "WCTIMESTRING", "PCTIMESTRING", "HOMEDESCRIPTION", "NEUTRALDESCRIPTION", "VISITORDESCRIPTION", "SCORE", "PLAYER1_ID",
                 "PLAYER1_NAME", "PLAYER1_TEAM_ABBREVIATION", "PLAYER2_ID", "PLAYER2_NAME", "PLAYER3_ID", "PLAYER3_NAME"]]
        for game_id in (22100732, 22100731):
            rows += [[game_id, 1, 12, 0, 1, "", "12:00", "", "Start of period", "", "", 0, "", "", 0, "", 0, ""],
                     [game_id, 2, 1, 1, 1, "", "11:40", "Inventeda 3' Layup (2 PTS)", "", "", "2 - 0", 1900030, "Gsw Inventeda", "GSW", 0, "", 0, ""],
                     [game_id, 3, 9, 0, 1, "", "11:00", "", "Timeout", "", "", 0, "", "", 0, "", 0, ""]]
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        self.put("nbastats_2021.csv", text.getvalue().encode())
        report = self.load()
        self.assertEqual([(d["reason"], d["rows"]) for d in report["dropped"] if d["table"] == "raw_play_by_play"], [("event of another game under this id", 3)])
        self.assertEqual(self.query("SELECT game_id, count(*) AS n FROM raw_play_by_play GROUP BY 1"), [{"game_id": "0022100732", "n": 3}])
        self.run_program("backfill", "all")
        gaps = [gap for gap in self.gaps() if gap["table"] == "raw_play_by_play"]
        self.assertEqual(len(gaps), 1, gaps)
        self.assertIn("0022100731", json.dumps(gaps))
        self.assertIn("event of another game", json.dumps(gaps))

    def test_two_shots_of_a_player_at_one_clock(self):
        game = Game("0022300016", "2023-10-25", "GSW", "PHX", 110, 100)
        self.put("scheduleleaguev2_2023-24.json", schedule([game], "2024-06-01T00:00:00Z", over="all"))
        self.put("leaguegamelog_2023-24.json", game_log([game]))
        self.put("nbastats_2023.csv", (EVENTS_HEAD + "0022300016,505,2,1,4,,2:00,MISS Inventeda 3' Tip Layup,,,,1900030,x,GSW,0,,0,\n"
                                       "0022300016,508,1,1,4,,2:00,Inventeda 1' Tip Layup,,,,1900030,x,GSW,0,,0,\n0022300016,510,2,1,4,,1:50,MISS Inventeda 3' Layup,,,,1900030,x,GSW,0,,0,\n").encode())
        shots = "SEASON_1,GAME_ID,PLAYER_ID,QUARTER,MINS_LEFT,SECS_LEFT,LOC_X,LOC_Y,SHOT_DISTANCE,ZONE_ABB,EVENT_TYPE,SHOT_MADE\n"
        # The made one stands first; places are in feet from the baseline, with the sides the other way round.
        self.put("NBA_2024_Shots.csv", (shots + "2024,22300016,1900030,4,2,0,1.1,5.95,1,C,Made Shot,TRUE\n2024,22300016,1900030,4,2,0,1.2,8.05,3,C,Missed Shot,FALSE\n"
                                        "2024,22300016,1900030,4,1,50,0.0,8.25,3,L,Missed Shot,FALSE\n").encode())
        self.load()
        placed = {row["event_num"]: (abs(row["x"]), row["y"]) for row in self.query("SELECT event_num, x, y FROM raw_play_by_play WHERE event_type = 'field_goal'")}
        self.assertEqual((placed[505], placed[508]), ((12, 28), (11, 7)))

    def test_odds_of_today_are_known_since_the_time_in_their_name(self):
        game = Game("0022000160", "2021-01-20", "ATL", "CHI", 100, 105)
        self.put("scheduleleaguev2_2020-21.json", schedule([game], "2021-06-01T00:00:00Z", over="all"))
        event = {"id": "x", "commence_time": "2021-01-21T00:00:00Z", "home_team": "Atlanta Hawks", "away_team": "Chicago Bulls", "bookmakers": [
            {"key": "book", "markets": [{"key": "spreads", "outcomes": [{"name": "Atlanta Hawks", "price": 1.9, "point": -3.5}, {"name": "Chicago Bulls", "price": 1.9, "point": 3.5}]}]}]}
        path = self.put("odds_api_today.json", [event])
        self.assertIn("odds_api_today.json", self.run_program("load", code=4))
        self.assertIn("no timestamp", self.run_program("load", code=4))
        path.rename(self.data / "odds_api_2021-01-20T200000Z.json")
        self.load()
        self.assertEqual(self.query("SELECT captured_at, closing_spread FROM raw_game_lines"), [{"captured_at": "2021-01-20 20:00:00", "closing_spread": -3.5}])

    def test_boxes_without_a_game_that_they_could_be_of(self):
        self.put("boxscoretraditionalv3_0022001050.json", box_v3(GAMES[0]))
        for _ in range(2):  # it does not become a success by being loaded again
            done = self.run_any("load")
            code, err = done.returncode, done.stderr
            self.assertEqual(code, 4)
            self.assertIn("boxscoretraditionalv3_0022001050.json", err)
            self.assertIn("league_schedule", err)

    def test_a_stray_file_stops_no_other(self):
        self.put("scheduleleaguev2_2020-21.json", schedule(GAMES[:1], "2021-06-01T00:00:00Z", over="all"))
        self.put("boxscoretraditionalv3_0022001050.json", box_v3(GAMES[0]))
        stray = self.put("boxscoretraditionalv2_0022001099.json", {"parameters": {"GameID": "0022001099"}, "resultSets": [
            result_set("PlayerStats", [{**row, "GAME_ID": "0022001099"} for row in records(sample("boxscoretraditionalv2_0022400561.json.gz"), "PlayerStats")])]})
        done = self.run_any("load", "--json")
        code, out = done.returncode, done.stdout
        self.assertEqual((code, [u["path"] for u in json.loads(out)["useless"]]), (4, [str(stray)]))
        self.assertEqual(self.query("SELECT count(*) AS n FROM raw_player_box"), [{"n": 12}])
        stray.unlink()
        self.run_program("load")

    def test_a_file_without_the_others_that_it_is_read_with(self):
        self.put("leaguegamelog_2020-21.json", game_log(GAMES))
        players = self.put("box/player_box_2020-21.csv", "game_id,team,starter,player_id,player,status,mp,fg,fga,fg3,fg3a,ft,fta,orb,drb,ast,stl,blk,tov,pf,pts,pm\n202101200ATL,ATL,1,inventa01,Atl Inventeda,,12:00,1,2,0,0,0,0,0,1,0,0,0,0,1,2,3\n")
        self.assertIn("box_player_box.sql reads it together with files of box_games, and there are none for 2020-21", self.run_any("doctor").stdout)
        for _ in range(2):
            done = self.run_any("load", "--json")
            useless = json.loads(done.stdout)["useless"]
            self.assertEqual((done.returncode, [file["path"] for file in useless]), (4, [str(players)]))
            self.assertIn("box_games", useless[0]["reason"])
            self.assertIn("games_{season}.csv", useless[0]["hint"])
        players.unlink()
        self.run_program("load")

    def test_names_that_books_write(self):
        game = Game("0022000160", "2021-01-20", "ATL", "CHI", 100, 105)
        self.put("scheduleleaguev2_2020-21.json", schedule([game], "2021-06-01T00:00:00Z", over="all"))
        self.put("leaguegamelog_2020-21.json", game_log([game]))
        names = ["Atl Inventeda", "Inventedb Atl", "Atlanta Inventedc", "Inventedd, Atl Jr.", "Nobody Known", "Nobody Known"]
        outcomes = [{"name": side, "description": name, "price": 1.9, "point": 10.5 + n} for n, name in enumerate(names) for side in ("Over", "Under")]
        self.put("odds_api_1.json", {"timestamp": "2021-01-20T20:00:00Z", "data": {"commence_time": "2021-01-21T00:00:00Z", "home_team": "Atlanta Hawks", "away_team": "Chicago Bulls",
                 "bookmakers": [{"key": "book", "markets": [{"key": "player_points", "outcomes": outcomes}]}]}})
        report = self.load()
        self.assertEqual([(u["name"], u["rows"]) for u in report["unmatched"]], [("Atlanta Inventedc", 1), ("Nobody Known", 1)])
        self.assertEqual(self.query("SELECT name, row_count FROM raw_unmatched_names ORDER BY 1"), [{"name": "Atlanta Inventedc", "row_count": 1}, {"name": "Nobody Known", "row_count": 1}])
        self.assertEqual(self.query("SELECT player_id, line FROM raw_player_props ORDER BY 1"), [{"player_id": 1900000 + n, "line": 10.5 + n} for n in (0, 1, 3)])
        (self.folder / "seeds").mkdir()
        (self.folder / "seeds" / "player_aliases.csv").write_text("name,player_id\nAtlanta Inventedc,1900002\n")
        report = self.load()
        self.assertEqual([u["name"] for u in report["unmatched"]], ["Nobody Known"])
        self.assertEqual(self.query("SELECT count(*) AS n FROM raw_player_props WHERE player_id = 1900002"), [{"n": 1}])

    def test_bundles_as_they_are_published(self):
        game = Game("0022300016", "2023-10-25", "GSW", "PHX", 110, 100)
        self.put("scheduleleaguev2_2023-24.json", schedule([game], "2024-06-01T00:00:00Z", over="all"))
        self.put("leaguegamelog_2023-24.json", game_log([game]))
        events = (EVENTS_HEAD + "0022300016,510,2,1,4,,1:50,MISS Inventeda 3' Layup,,,,1900030,x,GSW,0,,0,\n").encode()
        shots = b"GAME_ID,PLAYER_ID,QUARTER,MINS_LEFT,SECS_LEFT,LOC_X,LOC_Y,SHOT_DISTANCE,ZONE_ABB\n22300016,1900030,4,1,50,0.0,8.25,3,L\n"
        with tarfile.open(self.data / "nbastats_2023.tar.xz", "w:xz") as bundle:
            entry = tarfile.TarInfo("nbastats_2023.csv")
            entry.size = len(events)
            bundle.addfile(entry, io.BytesIO(events))
        with zipfile.ZipFile(self.data / "NBA_2024_Shots.csv.zip", "w", zipfile.ZIP_DEFLATED) as bundle:
            bundle.writestr("NBA_2024_Shots.csv", shots)
            bundle.writestr("__MACOSX/._NBA_2024_Shots.csv", b"\0\5")
        self.load()
        self.assertEqual(self.query("SELECT event_num, x, y FROM raw_play_by_play"), [{"event_num": 510, "x": 0, "y": 30}])
        self.assertEqual(list(self.folder.glob("warehouse.duckdb.objects/unpacked/*")), [])
        self.assertIn("nothing to load", self.run_program("load"))

    def test_bundles_of_many_files(self):
        games = [Game(f"00223000{n}", "2023-10-25", home, away, 110, 100) for n, home, away in ((16, "GSW", "PHX"), (17, "BOS", "NYK"), (18, "DEN", "ATL"))]
        self.put("scheduleleaguev2_2023-24.json", schedule(games, "2024-06-01T00:00:00Z", over="all"))
        with zipfile.ZipFile(self.data / "boxscoretraditionalv3_2023.zip", "w", zipfile.ZIP_DEFLATED) as bundle:
            for game in games[:2]:
                bundle.writestr(f"boxes/boxscoretraditionalv3_{game.id}.json", json.dumps(box_v3(game)))
            bundle.writestr("readme.txt", "boxes of a season")
        with tarfile.open(self.data / "boxscoretraditionalv3_later.tar.gz", "w:gz") as bundle:
            text = json.dumps(box_v3(games[2])).encode()
            entry = tarfile.TarInfo("./one.json")
            entry.size = len(text)
            bundle.addfile(entry, io.BytesIO(text))
        self.load()
        self.assertEqual(self.query("SELECT count(DISTINCT game_id) AS games, count(*) AS n FROM raw_team_box"), [{"games": 3, "n": 6}])
        self.assertIn("nothing to load", self.run_program("load"))
        (self.data / "boxscoretraditionalv3_later.tar.gz").unlink()
        self.run_program("forget", str(self.data / "boxscoretraditionalv3_later.tar.gz"))
        self.assertEqual(self.query("SELECT count(DISTINCT game_id) AS games FROM raw_team_box"), [{"games": 2}])

    def test_each_member_of_a_bundle_is_a_file(self):
        later, sooner = box_v3(GAMES[0]), box_v3(Game("0022001050", "2021-05-14", "GSW", "NOP", 118, 110))
        self.put("scheduleleaguev2_2020-21.json", schedule(GAMES, "2021-05-01T00:00:00Z"))

        def packed(name, members):
            with zipfile.ZipFile(self.data / name, "w", zipfile.ZIP_DEFLATED) as bundle:
                for member, text in members.items():
                    bundle.writestr(member, text)

        packed("boxscoretraditionalv3_2020-21.zip", {"0022001050_2021-05-16T120000Z.json": json.dumps(later), "a/0022001050_2021-05-15T120000Z.json": json.dumps(sooner)})
        head = "Game Date,Game Time,Matchup,Team,Player Name,Current Status,Reason\n"
        rows = {time: f'{head}05/15/2021,07:00 (ET),UTA@GSW,Golden State Warriors,"Invented{player}, Gsw",Out,Rest\n' for time, player in (("11AM", "a"), ("05PM", "b"), ("09PM", "c"))}
        packed("injury_reports.zip", {f"reports/Injury-Report_2021-05-15_{time}.csv": text for time, text in rows.items()})
        self.load()
        self.assertEqual(self.query("SELECT team_abbr, count(*) AS n, sum(points) AS points FROM raw_player_box GROUP BY 1 ORDER BY 1"),
                         [{"team_abbr": "GSW", "n": 6, "points": 120}, {"team_abbr": "NOP", "n": 6, "points": 110}])
        self.assertEqual(self.query("SELECT player_id, report, reported_at FROM raw_injury_reports ORDER BY seq"),
                         [{"player_id": 1900030, "report": 1, "reported_at": "2021-05-15 15:00:00"}, {"player_id": 1900031, "report": 2, "reported_at": "2021-05-15 21:00:00"},
                          {"player_id": 1900032, "report": 3, "reported_at": "2021-05-16 01:00:00"}])
        self.assertIn("nothing to load", self.run_program("load"))
        packed("boxscoretraditionalv3_2020-21.zip", {"0022001050_2021-05-15T120000Z.json": json.dumps(sooner)})
        self.load()
        self.assertEqual(self.query("SELECT points FROM raw_team_box ORDER BY team_abbr"), [{"points": 118}, {"points": 110}])

    def test_a_bundle_of_several_seasons(self):
        later = Game("0022100001", "2021-10-19", "GSW", "NOP", 120, 110)
        with zipfile.ZipFile(self.data / "leaguegamelog.zip", "w", zipfile.ZIP_DEFLATED) as bundle:
            bundle.writestr("leaguegamelog_2020-21.json", json.dumps(game_log(GAMES)))
            bundle.writestr("leaguegamelog_2021-22.json", json.dumps(game_log([later])))
        report = self.load()
        self.assertEqual([d["reason"] for d in report["dropped"]], [])
        self.assertEqual(self.query("SELECT season, count(*) AS n FROM raw_schedule GROUP BY 1 ORDER BY 1"), [{"season": "2020-21", "n": 4}, {"season": "2021-22", "n": 1}])
        self.assertEqual(self.query("SELECT count(*) AS n FROM raw_player_box"), [{"n": 60}])

    def test_bundles_that_are_not_what_they_seem(self):
        head = "GAME_ID,PLAYER_ID,QUARTER,MINS_LEFT,SECS_LEFT,LOC_X,LOC_Y,SHOT_DISTANCE,ZONE_ABB\n"
        row = "22300016,1900030,4,1,50,0.0,8.25,3,L\n"
        whole = {"NBA_2024_Shots.csv": head + row}
        path = self.data / "NBA_2024_Shots.zip"

        def packed(members, path=path):
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
                for name, text in members.items():
                    bundle.writestr(name, text)
            return path.read_bytes()

        good = packed(whole)
        encrypted = bytearray(good)
        for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
            encrypted[good.index(mark) + at] |= 1
        torn = bytearray(good)
        torn[good.index(head[:5].encode()) if head[:5].encode() in good else len(good) // 2 - 40] ^= 0xFF
        self.put("nbastats_2023.csv", b"GAME_ID\n22300016\n")  # wrong too, but it comes after all shapes
        cases = {
            "it would be more than 64 MB unpacked": packed({"NBA_2024_Shots.csv": "0,0\n" * 30_000_000}),
            "NBA_2024_Shots.csv: it has a line longer than 2 MB": packed({"NBA_2024_Shots.csv": "0," * 1_100_000}),
            "it holds no .csv and no .json": packed({"readme.txt": "no table"}),
            "inner.zip: an archive in an archive": packed({"inner.zip": good}),
            "../NBA_2024_Shots.csv: it is not a file of the archive's own folder": packed({"../NBA_2024_Shots.csv": head}),
            "NBA_2024_Shots.csv: it is encrypted": bytes(encrypted),
            "it cannot be unpacked": b"PK no archive",
            "NBA_2024_Shots.zip: NBA_2024_Shots.csv: it cannot be unpacked": bytes(torn),
            "NBA_2024_Shots.csv: row 1, column SHOT_DISTANCE: 'far' is no": packed({"NBA_2024_Shots.csv": head + row.replace(",3,", ",far,")}),
        }
        for told, content in cases.items():
            path.write_bytes(content)
            if "row 1" in told:
                self.put("nbastats_2023.csv", EVENTS_HEAD.encode() + b"0022300016,510,2,1,4,,1:50,MISS Inventeda 3' Layup,,,,1900030,x,GSW,0,,0,\n")
            for said in (self.run_program("load", code=4), self.run_program("doctor", code=4)):
                self.assertIn(told, said)
                self.assertIn("NBA_2024_Shots.zip", said)
        path.unlink()
        with tarfile.open(self.data / "NBA_2024_Shots.tar.xz", "w:xz") as bundle:
            entry = tarfile.TarInfo("NBA_2024_Shots.csv")
            entry.size = 300_000
            bundle.addfile(entry, io.BytesIO(random.Random(1).randbytes(300_000)))
        whole = (self.data / "NBA_2024_Shots.tar.xz").read_bytes()
        (self.data / "NBA_2024_Shots.tar.xz").write_bytes(whole[:150_000])
        self.assertIn("NBA_2024_Shots.tar.xz: NBA_2024_Shots.csv: it cannot be unpacked", self.run_program("load", code=4))
        self.assertEqual([p for p in self.folder.rglob("unpacked/*")], [])
        (self.data / "NBA_2024_Shots.tar.xz").unlink()
        (self.data / "NBA_2024_Shots.csv.gz").write_bytes(gzip.compress((head + row * 20_000).encode())[:60])
        for said in (self.run_program("load", code=4), self.run_program("doctor", code=4)):
            self.assertIn("NBA_2024_Shots.csv.gz cannot be unpacked: it is cut off", said)
        (self.data / "NBA_2024_Shots.csv.gz").rename(self.data / "NBA_2024_Shots.csv.7z")
        for said in (self.run_program("load", code=4), self.run_program("doctor", code=4)):
            self.assertIn("NBA_2024_Shots.csv.7z: unknown file type", said)

    def test_dates_without_results_wait(self):
        self.put("scheduleleaguev2_2020-21.json", schedule(GAMES, "2021-05-15T00:00:00Z", over=["0022001050", "0022001051"]))
        self.put("leaguegamelog_2020-21.json", game_log(GAMES[:2]))
        self.load()
        self.run_program("backfill", "all")
        table = next(t for t in json.loads(self.run_program("status", "--json"))["seasons"][0]["tables"] if t["table"] == "player_game_summary")
        self.assertEqual((table["states"], table["done"], table["total"]), ({"fresh": 1, "waiting": 2}, 1, 3))
        self.assertRegex(self.run_program("status"), r"waiting player_game_summary: 2 dates from 2021-05-15: no results yet \(raw_results\)")
        self.assertIn("nothing to do", self.run_program("plan"))

    def test_points_agree_says_none_where_there_are_no_events(self):
        game = GAMES[0]
        log = game_log([game])
        log["resultSets"][0]["rowSet"][0][log["resultSets"][0]["headers"].index("PTS")] = 99
        self.put("scheduleleaguev2_2020-21.json", schedule([game], "2021-06-01T00:00:00Z", over="all"))
        self.put("leaguegamelog_2020-21.json", log)
        self.put("leaguegamelog_2020-21_teams.json", game_log([game], "T"))
        self.load()
        self.run_any("backfill", "all")
        self.assertIn("events none", json.dumps(self.gaps()))


if __name__ == "__main__":
    unittest.main()

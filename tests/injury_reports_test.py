"""The league's injury report makes statements about games: which of them serves a team, and what it means not to stand in it."""

import json
import os
import unittest

from tests.kit.invented import Game, game_log, schedule
from tests.kit.season_slice import SeasonSlice
from tests.kit.shapes import Shapes

GAMES = [Game(f"00221001{i:02}", f"2022-02-{1 + 2 * i:02}", *(("NYK", "BOS") if i % 2 else ("BOS", "NYK")), 110, 100 - i) for i in range(6)]
HEADS = {"official": "Game Date,Game Time,Matchup,Team,Player Name,Current Status,Reason", "lucas": "gameDate,team,player,status,reason", "najicham": "date,gametime,matchup,team,player,status,reason"}


def report(date, rows, form="official"):
    """Rows are (team, player, status); a player None is a team that has not submitted."""
    lines = [HEADS[form]]
    month = f"{date[5:7]}/{date[8:]}/{date[:4]}"
    for team, player, status in rows:
        silent = player is None
        name, status, reason = ("", "", "NOT YET SUBMITTED") if silent else (f'"{player}"', status, "Injury/Illness - Left Knee; Soreness")
        lines.append({"official": f"{month},07:00 (ET),NYK@BOS,{team},{name},{status},{reason}", "lucas": f"{date},{team},{name},{status},{reason}",
                      "najicham": f"{date},07:00 (ET),NYK@BOS,{team},{name},{status},{reason}"}[form])
    return ("\n".join(lines) + "\n").encode()


class InjuryReports(Shapes):
    STATUS = """SELECT game_date, max(injury_status) FILTER (player_name = 'Bos Inventeda') AS a, max(injury_status) FILTER (player_name = 'Bos Inventedb') AS b,
        max(injury_status) FILTER (player_name = 'Bos Inventedc') AS c FROM upcoming_player_game_context WHERE team_abbr = 'BOS' GROUP BY 1 ORDER BY 1"""

    def setUp(self):
        super().setUp()
        self.put("scheduleleaguev2_2021-22.json", schedule(GAMES, "2022-06-30T00:00:00Z", over="all"))  # tip-off at 7 pm in the east
        self.put("leaguegamelog_2021-22.json", game_log(GAMES))

    def test_a_game_without_a_tip_off_has_those_of_before_noon(self):
        (self.data / "scheduleleaguev2_2021-22.json").unlink()
        game = GAMES[0]
        rows = report(game.date, [(game.home, None, "")])
        self.put(f"Injury-Report_{game.date}_05PM.csv", rows)
        self.load()

        def untold():
            gaps = json.loads(self.run_any("check", "--json").stdout)["gaps"]
            return {(gap["subject"], gap["what"]) for gap in gaps if gap["guard"] == "injury_reports_serve"}

        self.assertEqual(untold(), {(game.id, "has no tip-off, and the injury reports of its date are of after noon: none is used")})
        self.put(f"Injury-Report_{game.date}_11AM.csv", rows)
        self.load()
        self.assertEqual(untold(), set())

    def statuses(self):
        self.load()
        self.run_program("backfill", "all")
        return {row["game_date"]: (row["a"], row["b"], row["c"]) for row in self.query(self.STATUS)}

    def test_a_report_is_about_the_game_of_its_date(self):
        celtics = "Boston Celtics"
        for form, day, rows in (("official", "2022-02-03", [(celtics, "Inventeda, Bos", "Questionable"), (celtics, "Inventedb, Bos", "Out")]),
                                ("lucas", "2022-02-05", [(celtics, "Bos Inventeda", "Out"), ("New York Knicks", "Nyk Inventeda", "Out")])):
            self.put(f"Injury-Report_{day}_05PM.csv", report(day, rows, form))
        # Of two reports of a day the later counts, whatever the order of their names; one at tip-off or later does not.
        self.put("injury_report/Injury-Report_2022-02-07_11AM.csv", report("2022-02-07", [(celtics, "Inventedc, Bos", "Doubtful")], "najicham"))
        self.put("injury_report/Injury-Report_2022-02-07_05_30PM.csv", report("2022-02-07", [(celtics, "Inventedc, Bos", "Available"), (celtics, "Inventeda, Bos", "Probable")]))
        self.put("injury_report/Injury-Report_2022-02-07_07PM.csv", report("2022-02-07", [(celtics, "Inventedb, Bos", "Out")]))
        # A team that has not submitted is served by the report before.
        self.put("Injury-Report_2022-02-09_11AM.csv", report("2022-02-09", [(celtics, "Inventeda, Bos", "Out")]))
        self.put("Injury-Report_2022-02-09_05PM.csv", report("2022-02-09", [(celtics, None, None), ("New York Knicks", "Inventedb, Nyk", "Out")]))
        # Where it has submitted to none, nothing is known.
        self.put("Injury-Report_2022-02-11_05PM.csv", report("2022-02-11", [(celtics, None, None), ("New York Knicks", "Inventedb, Nyk", "Out")]))
        got = self.statuses()
        self.assertEqual(got, {"2022-02-03": ("questionable", "out", "available"), "2022-02-05": ("out", "available", "available"), "2022-02-07": ("probable", "available", "available"),
                               "2022-02-09": ("out", "available", "available"), "2022-02-11": (None, None, None)})
        counts = {row["game_date"]: row["players_out_count"] for row in self.query("SELECT game_date, players_out_count FROM upcoming_team_game_context WHERE team_abbr = 'BOS'")}
        self.assertEqual(counts, {"2022-02-01": None, "2022-02-03": 1, "2022-02-05": 1, "2022-02-07": 0, "2022-02-09": 1, "2022-02-11": None})
        known = self.query("SELECT DISTINCT game_date, reported_at FROM raw_injury_reports WHERE game_date = '2022-02-07' ORDER BY 2")
        self.assertEqual([row["reported_at"] for row in known], ["2022-02-07 16:00:00", "2022-02-07 22:30:00", "2022-02-08 00:00:00"])

    def test_without_a_time_the_later_file_by_name_counts(self):
        self.put("injury_report_2022-02-03_a.csv", report("2022-02-03", [("BOS", "Inventeda, Bos", "Out")]))
        self.put("injury_report_2022-02-03_b.csv", report("2022-02-03", [("BOS", "Inventedb, Bos", "Out")]))
        self.assertEqual(self.statuses()["2022-02-03"], ("available", "out", "available"))

    def test_a_trade_between_report_and_game(self):
        # Listed in the report for his old team, he plays for it no more; in the box he was listed for Boston last.
        self.put("Injury-Report_2022-02-05_05PM.csv", report("2022-02-05", [("New York Knicks", "Inventeda, Bos", "Out")]))
        self.assertEqual(self.statuses()["2022-02-05"], ("out", "available", "available"))

    def test_cells_that_stand_for_those_below(self):
        # As tools make a table of the printed report: a date and a team stand where they change.
        rows = ['02/03/2022,07:00 (ET),NYK@BOS,Boston Celtics,"Inventeda, Bos",Out,Rest', ',,,,"Inventedb, Bos",Questionable,Rest', ',,,New York Knicks,,,NOT YET SUBMITTED',
                '02/05/2022,07:00 (ET),BOS@NYK,Boston Celtics,"Inventedc, Bos",Out,Rest']
        self.put("Injury-Report_2022-02-03_05PM.csv", ("\n".join([HEADS["official"], *rows]) + "\n").encode())
        got = self.statuses()
        self.assertEqual((got["2022-02-03"], got["2022-02-05"]), (("out", "questionable", "available"), ("available", "available", "out")))
        self.assertEqual(self.query("SELECT DISTINCT injury_status FROM upcoming_player_game_context WHERE team_abbr = 'NYK' AND game_date = '2022-02-03'"), [{"injury_status": None}])

    def test_a_time_and_a_date_of_the_report_in_columns(self):
        head = "report_time,date,game_date,team,player_name,current_status,reason\n"
        rows = "".join(f'{time},2022-02-02,2022-02-03,BOS,"Invented{player}, Bos",Out,Rest\n' for time, player in (("2022-02-03T16:00:00Z", "a"), ("2022-02-03T17:30:00-05:00", "b"), ("2022-02-04T01:00:00Z", "c")))
        self.put("injury_reports/2021-22.csv", (head + rows).encode())
        self.assertEqual(self.statuses()["2022-02-03"], ("available", "out", "available"))

    def test_teams_and_headers_as_tools_take_them_off_the_page(self):
        head = "GameDate,GameTime,Matchup,Team,PlayerName,CurrentStatus,Reason\n"
        self.put("Injury-Report_2022-02-03_05PM.csv", (head + '02/03/2022,07:00(ET),NYK@BOS,BostonCeltics,"Inventeda,Bos",Out,Rest\n02/03/2022,07:00(ET),NYK@BOS,NEW YORK KNICKS,,,NOTYETSUBMITTED\n'
                                                           '02/03/2022,07:00(ET),NYK@BOS,Nowhere Nobodies,,,NOT YET SUBMITTED\n').encode())
        self.assertEqual(self.statuses()["2022-02-03"], ("out", "available", "available"))
        self.assertEqual(self.query("SELECT DISTINCT injury_status FROM upcoming_player_game_context WHERE team_abbr = 'NYK' AND game_date = '2022-02-03'"), [{"injury_status": None}])
        self.assertEqual(self.query("SELECT team_abbr FROM raw_injury_reports ORDER BY seq"), [{"team_abbr": "BOS"}, {"team_abbr": "NYK"}])

    def test_transactions_go_on_where_no_report_tells(self):
        transactions = "Date,Team,Acquired,Relinquished,Notes\n2022-02-02,Celtics,, • Bos Inventedb,placed on IL with sore knee\n"
        (self.data / "injuries").mkdir()
        self.put("injuries/injuries.csv.gz", transactions.encode())
        self.put("Injury-Report_2022-02-05_05PM.csv", report("2022-02-05", [("BOS", "Inventeda, Bos", "Out")]))
        got = self.statuses()
        self.assertEqual((got["2022-02-03"], got["2022-02-05"]), ((None, "out", None), ("out", "available", "available")))


class PerfectReport(unittest.TestCase):
    """A report that lists for every game exactly who did not play: no one who is out played, and no absence is untold."""

    WRONG = """
        SELECT count(*) FILTER (u.injury_status = 'out') AS out_of_players, count(*) FILTER (u.injury_status = 'out' AND b.seconds_played > 0) AS out_but_played,
          count(*) FILTER (coalesce(b.seconds_played, 0) = 0 AND u.injury_status IS DISTINCT FROM 'out') AS untold
        FROM upcoming_player_game_context u JOIN raw_player_box b ON b.game_id = u.game_id AND b.player_id = u.player_id AND b.team_abbr = u.team_abbr"""
    LAST = os.environ.get("BACKCOURT_PERFECT_UNTIL", "2021-11-14")  # 2022-06-30 is the whole season

    def test_a_perfect_report(self):
        part = SeasonSlice(self.LAST)
        self.addCleanup(part.remove)
        folder = part.folder / "data" / "injury_report"
        folder.mkdir()
        by_date = {}
        for date, team, name in part.rows.execute(
                "SELECT CAST(game_date AS VARCHAR), team_abbr, player_name FROM raw_player_box WHERE coalesce(seconds_played, 0) = 0 ORDER BY ALL").fetchall():
            by_date.setdefault(date, []).append((team, name, "Out"))
        for date, rows in by_date.items():
            (folder / f"Injury-Report_{date}_11AM.csv").write_bytes(report(date, rows, "lucas"))
        part.run("load")
        part.run("backfill", "all")
        told = json.loads(part.run("query", self.WRONG, "--format", "json"))
        self.assertGreater(told.pop("out_of_players"), 1000)
        self.assertEqual(told, {"out_but_played": 0, "untold": 0})


if __name__ == "__main__":
    unittest.main()

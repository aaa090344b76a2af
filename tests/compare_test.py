"""Tables of another system against ours: copies that are equal, and copies that are wrong in known ways."""

import json
import shutil
import unittest
from pathlib import Path

from tests.kit.real import filled, temporary_folder
from tests.kit.toy import Toy

import duckdb  # noqa: E402

CACHE = "player_daily_cache"


class Wrong(unittest.TestCase):
    """Each test writes a copy with one fault into a folder, and looks for the reason that is given."""

    @classmethod
    def setUpClass(cls):
        cls.project = filled()
        cls.connection = cls.project.connect()

    @classmethod
    def tearDownClass(cls):
        cls.connection.close()

    def setUp(self):
        self.out = temporary_folder()
        self.addCleanup(shutil.rmtree, self.out, ignore_errors=True)

    def write(self, name, select):
        path = self.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self.connection.execute(f"COPY ({select}) TO '{path}'")
        return path

    def compare(self, *words, other=None, code=2):
        # The warehouse is not open in this process while the program reads it.
        self.connection.close()
        try:
            return json.loads(self.project.run("compare", str(other or self.out), *words, "--json", code=code))
        finally:
            type(self).connection = self.project.connect()

    def only_column(self, table=CACHE, *words, **more):
        report = self.compare(*words, **more)
        columns = {c["column"]: c for t in report["tables"] if t["table"] == table for c in t["columns"]}
        self.assertEqual(len(columns), 1, list(columns))
        return next(iter(columns.values()))

    def assert_reason(self, column, words, share=0.95):
        self.assertTrue(column["reasons"], column)
        self.assertIn(words, column["reasons"][0]["about"])
        self.assertGreaterEqual(column["reasons"][0]["share"], share, column["reasons"])

    def replaced(self, expression, table=CACHE, where="season = '2021-22'"):
        """A copy of a table with one column in other words."""
        self.write(f"{table.split()[0]}.parquet", f"SELECT * REPLACE ({expression}) FROM {table} WHERE {where}")


class Equal(Wrong):
    def test_parquet_csv_and_duckdb(self):
        self.write(f"{CACHE}/season=2021-22/a.parquet", f"SELECT * FROM {CACHE} WHERE season = '2021-22'")
        self.write("player_game_summary.csv", "SELECT * FROM player_game_summary WHERE season = '2021-22'")
        report = self.compare(code=0)
        self.assertTrue(report["equal"])
        self.assertEqual({t["table"]: len(t["columns"]) for t in report["tables"]}, {CACHE: 0, "player_game_summary": 0})
        self.assertEqual(report["tables"][0]["dates_only_here"] > 0, True)
        with duckdb.connect(str(self.out / "old.duckdb")) as old:
            old.execute(f"ATTACH '{self.project.warehouse}' AS w (READ_ONLY); CREATE TABLE {CACHE} AS FROM w.{CACHE}")
        before = (self.out / "old.duckdb").read_bytes()
        report = self.compare(other=self.out / "old.duckdb", code=0)
        self.assertEqual([t["rows_in_both"] for t in report["tables"]], [self.connection.execute(f"SELECT count(*) FROM {CACHE}").fetchone()[0]])
        self.assertEqual((self.out / "old.duckdb").read_bytes(), before)

    def test_in_another_order_by_other_names_in_other_types(self):
        self.write("cache.parquet", f"""SELECT CAST(cache_date AS VARCHAR) AS day, CAST(player_id AS VARCHAR) AS "Player_ID", points_avg_last_10 AS pts10,
            CAST(is_ready AS INTEGER) AS is_ready, CAST(games_in_sample AS DOUBLE) AS games_in_sample FROM {CACHE} ORDER BY random()""")
        words = ["--map", f"cache={CACHE}", "--map", "cache.day=cache_date", "--map", "pts10=points_avg_last_10"]
        report = self.compare(*words, code=0)
        self.assertEqual(sorted(report["tables"][0]["equal"]), ["cache_date", "games_in_sample", "is_ready", "player_id", "points_avg_last_10"])
        (self.out / "names.txt").write_text(f"# of the old system\ncache = {CACHE}\nday = cache_date  # theirs\ncache.pts10 = points_avg_last_10\n")
        self.assertTrue(self.compare("--mapping", str(self.out / "names.txt"), other=self.out / "cache.parquet", code=0)["equal"])

    def test_the_tables_of_two_systems_of_ours(self):
        copy = self.out / "copy.duckdb"
        shutil.copyfile(self.project.warehouse, copy)
        report = self.compare(other=copy, code=0)
        self.assertGreater(len(report["tables"]), 25)
        self.assertEqual(report["only_there"], [])


class Reasons(Wrong):
    def test_the_window_took_in_the_game_itself(self):
        self.replaced("lead(points_avg_last_10) OVER (PARTITION BY player_id ORDER BY cache_date) AS points_avg_last_10")
        column = self.only_column()
        self.assert_reason(column, "took in the date's own game")
        self.assertEqual(column["reasons"][1]["about"], "no value there")
        self.assertEqual(len(column["examples"]), 3)
        self.assertGreater(column["largest"], column["typical"])

    def test_the_window_took_in_the_game_and_the_value_is_rounded(self):
        self.replaced("round(lead(points_avg_season) OVER (PARTITION BY player_id, season ORDER BY cache_date), 1) AS points_avg_season")
        self.assert_reason(self.only_column(), "took in the date's own game", 0.9)

    def test_a_date_late(self):
        self.replaced("lag(team_pace_last_10) OVER (PARTITION BY player_id ORDER BY cache_date) AS team_pace_last_10")
        self.assert_reason(self.only_column(), "a game too early")

    def test_games_not_played_counted_as_zeros(self):
        self.replaced("coalesce((SELECT avg(coalesce(l.points, 0)) FROM (SELECT p.points FROM player_game_summary p WHERE p.player_id = t.player_id "
                      "AND p.season = t.season AND p.game_date < t.cache_date) l), NULL) AS points_avg_season", table=f"{CACHE} t")
        self.assert_reason(self.only_column(), "did not play are counted")

    def test_rates_not_weighted(self):
        self.replaced("(SELECT avg(p.usage_rate) FROM player_game_summary p WHERE p.player_id = t.player_id AND p.season = t.season AND p.is_active "
                      "AND p.game_date < t.cache_date) AS usage_rate_season", table=f"{CACHE} t")
        self.assert_reason(self.only_column(), "not weighted")

    def test_days_counted_from_the_date(self):
        self.replaced("(SELECT count(*) FROM player_game_summary p WHERE p.player_id = t.player_id AND p.is_active AND p.game_date > t.cache_date - 7 "
                      "AND p.game_date < t.cache_date) AS games_in_last_7_days", table=f"{CACHE} t")
        self.assert_reason(self.only_column(), "counted from the date itself")

    def test_last_games_of_the_season_before(self):
        self.replaced("""(SELECT avg(l.points) FROM (SELECT p.points FROM player_game_summary p WHERE p.player_id = t.player_id AND p.is_active
            AND p.game_date < t.cache_date ORDER BY p.game_date DESC LIMIT 10) l) AS points_avg_last_10""", table=f"{CACHE} t", where="season = '2021-22' AND cache_date < '2021-11-05'")
        self.assert_reason(self.only_column(), "reach into the season before", 0.9)

    def test_48_minutes_in_overtime(self):
        self.replaced("usage_rate * 2880 / (SELECT t.team_seconds / 5 FROM team_offense_game_summary t WHERE t.game_id = g.game_id AND t.team_abbr = g.team_abbr) "
                      "AS usage_rate", table="player_game_summary g")
        self.assert_reason(self.only_column("player_game_summary"), "48 minutes")

    def test_scales(self):
        for expression, words in {"100 * team_win_pct AS team_win_pct": "percent there", "60 * minutes_avg_season AS minutes_avg_season": "seconds there",
                                  "round(points_avg_last_10, 1) AS points_avg_last_10": "rounded to 1 digit there",
                                  "trunc(100 * points_avg_last_10) / 100 AS points_avg_last_10": "cut off there",
                                  "-player_days_rest AS player_days_rest": "the sign"}.items():
            with self.subTest(words):
                self.replaced(expression)
                self.assert_reason(self.only_column(), words, 0.5 if "cut" in words else 0.95)

    def test_missing_values(self):
        for expression, words in {"coalesce(points_std_last_10, 0) AS points_std_last_10": "0 there where there is no value",
                                  "nullif(minutes_in_last_7_days, 0) AS minutes_in_last_7_days": "no value there where it is 0",
                                  "coalesce(points_avg_last_10, 11.5) AS points_avg_last_10": "a plausible default there where there is no value: 11.5",
                                  "false AS back_to_back": "one and the same value", "NULL::DOUBLE AS ts_pct_last_10": "no value there"}.items():
            with self.subTest(words):
                self.replaced(expression)
                self.assert_reason(self.only_column(), words)

    def test_ids_and_names(self):
        self.replaced("ltrim(game_id, '0') AS game_id", "team_offense_game_summary")
        self.assert_reason(self.only_column("team_offense_game_summary"), "zeros are missing")
        self.write("team_offense_game_summary.csv", "SELECT * REPLACE (CASE team_abbr WHEN 'BKN' THEN 'BRK' WHEN 'CHA' THEN 'CHO' ELSE team_abbr END AS team_abbr) FROM team_offense_game_summary")
        (self.out / "team_offense_game_summary.parquet").unlink()
        column = self.only_column("team_offense_game_summary")
        self.assert_reason(column, "another abbreviation")
        self.assertEqual(column["share"] < 0.1, True)

    def test_minutes_as_text(self):
        self.replaced("format('{:d}:{:02d}', seconds_played // 60, seconds_played % 60) AS minutes_played", "player_game_summary")
        self.assert_reason(self.only_column("player_game_summary"), "MM:SS")

    def test_a_pace_that_nothing_explains(self):
        self.replaced("team_pace_last_10 + 3 * sin(player_id) AS team_pace_last_10")
        column = self.only_column()
        self.assertEqual((column["reasons"], column["explained"]), ([], 0))
        self.connection.close()
        try:
            self.assertIn("100.0 % is not explained", self.project.run("compare", str(self.out), code=2))
        finally:
            type(self).connection = self.project.connect()


class Rows(Wrong):
    def test_missing_doubled_and_moved(self):
        self.write(f"{CACHE}.parquet", f"""FROM {CACHE} WHERE season = '2021-22' AND player_id % 10 <> 0
            UNION ALL FROM {CACHE} WHERE season = '2021-22' AND player_id % 10 = 1""")
        table = self.compare()["tables"][0]
        missing, doubled = self.connection.execute(f"SELECT count(*) FILTER (player_id % 10 = 0), count(*) FILTER (player_id % 10 = 1) FROM {CACHE} WHERE season = '2021-22'").fetchone()
        self.assertEqual((table["rows_only_here"], table["rows_only_there"], table["doubled"], table["columns"]), (missing, 0, doubled, []))
        self.assertRegex(table["keys_only_here"][0], "^cache_date 2021-10-2., player_id .*0$")

    def test_dates_in_utc(self):
        self.replaced("cache_date + 1 AS cache_date")
        table = self.compare()["tables"][0]
        self.assertIn("a day late", table["row_reasons"][0]["about"])
        self.assertGreater(table["row_reasons"][0]["share"], 0.8)
        (self.out / f"{CACHE}.parquet").unlink()
        self.replaced("game_date + 1 AS game_date", "team_offense_game_summary")
        self.assert_reason(self.only_column("team_offense_game_summary"), "as a date in UTC")


class Refused(Toy):
    def setUp(self):
        super().setUp()
        self.run_program("backfill")
        self.out = self.folder / "old"
        self.out.mkdir()

    def refused(self, *words, code=1):
        return self.run_program("compare", str(self.out), *words, code=code)

    def test_nothing_there(self):
        self.assertIn("holds no table", self.refused())
        self.assertIn("nowhere is not there", self.run_program("compare", str(self.folder / "nowhere"), code=1))

    def test_no_table_and_no_column_of_ours(self):
        (self.out / "player_forms.csv").write_text("game_date,player,points_avg\n2021-11-01,1,2\n")
        text = self.refused()
        self.assertIn("it holds player_forms", text)
        self.assertIn("--map player_forms=player_form", text)
        self.assertIn("the other system has no player_froms", self.refused("--map", "player_forms=player_form", "--map", "player_froms=player_form"))
        self.assertIn("maps nothing", self.refused("--map", "player_forms"))
        self.assertIn("names.txt:2: ", self.refused("--mapping", self.lines("a=b\nplayer_forms\n")))
        text = self.refused("--map", "player_forms=player_form", code=2)
        self.assertIn("not compared, it has no column player_id there, which identifies a row: --map THEIRS=player_id, or --key", text)

    def lines(self, text):
        path = self.folder / "names.txt"
        path.write_text(text)
        return str(path)

    def test_a_broken_file_is_named_with_its_line(self):
        (self.out / "player_form.csv").write_text('game_date,player_id\n2021-11-01,1\n"2021-11-01,2\n')
        text = self.refused()
        self.assertIn("player_form.csv", text)
        self.assertIn("Line: 3", text)
        (self.out / "player_form.csv").unlink()
        (self.out / "player_form.parquet").write_text("no Parquet")
        self.assertIn("player_form.parquet cannot be read", self.refused())

    def test_a_text_that_is_no_number(self):
        self.run_program("export", str(self.out), "--csv")
        for name in ("manifest.json", "player_games", "recent_form"):
            path = self.out / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        path = next(Path(self.out).rglob("*.csv"))
        self.assertIn("equal", self.refused(code=0))
        rows = path.read_text().splitlines()
        at = rows[0].split(",").index("points_avg")
        cells = rows[1].split(",")
        cells[at] = "many"
        path.write_text("\n".join([rows[0], ",".join(cells), *rows[2:]]) + "\n")
        text = self.refused(code=2)
        self.assertIn("a text there that is not a number", text)
        self.assertRegex(text, r"here, many there")


if __name__ == "__main__":
    unittest.main()

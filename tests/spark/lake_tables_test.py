"""Raw tables that are tables of the lake: read where they are, digested there, filled like those of files."""

import json
import re

from tests.kit.lake import ToyLake

RATINGS = """about = "What a player's evening was worth."
key   = ["game_id", "player_id"]
grain = "date"
date  = "game_date"
unit  = "game_id"
[columns]
game_id = { type = "VARCHAR", about = "The game." }
player_id = { type = "BIGINT", about = "The player." }
game_date = { type = "DATE", about = "Its day." }
rating = { type = "DOUBLE", about = "His rating." }
rated_at = { type = "TIMESTAMP", about = "When it was given." }
"""
BEST = """/* backcourt
about = "The best evening of each player before a date."
date  = "game_date"
key   = ["game_date", "player_id"]
empty = "nobody was rated before this date"

[reads]
raw_ratings = "season before"

[columns]
game_date = "The date."
player_id = "The player."
rating = "His best rating."
rated_at = "When one was given last."
*/
SELECT d.game_date, r.player_id, max(r.rating) AS rating, max(r.rated_at) AS rated_at
FROM dates d JOIN raw_ratings r ON r.game_date < d.game_date
GROUP BY d.game_date, r.player_id
"""
TABLES = ("player_games", "player_form", "recent_form", "best_evenings")


class LakeTables(ToyLake):
    """raw_box is brought to the file too, for the calendar reads it; raw_ratings nobody but models reads: it stays where it is."""

    def setUp(self):
        super().setUp()
        self.league = self.own_name("league")
        for project in (self.toy, self.duckdb()):
            (project / "tables/raw_ratings.toml").write_text(RATINGS)
            (project / "models/analytics/best_evenings.sql").write_text(BEST)
        lines = self.rows(self.duckdb(), "SELECT * FROM raw_box")
        values = ", ".join("('{game_id}', DATE '{game_date}', '{team_abbr}', {player_id}, {seconds_played}, {points}, 'x')".format(**row) for row in lines)
        ratings = ", ".join("('{game_id}', {player_id}, DATE '{game_date}', {points} / 3e0, TIMESTAMP '{game_date} 23:30:00')".format(**row) for row in lines)
        self.ask(
            f"CREATE SCHEMA {self.league}",
            f"CREATE TABLE {self.league}.lines (game_id STRING, game_date DATE, TEAM_ABBR STRING, player_id INT, seconds_played INT, points INT, note STRING) USING delta",
            f"INSERT INTO {self.league}.lines VALUES {values}",
            f"CREATE TABLE {self.league}.ratings (game_id STRING, player_id INT, game_date DATE, rating DOUBLE, rated_at TIMESTAMP) USING delta",
            f"INSERT INTO {self.league}.ratings VALUES {ratings}")
        (self.duckdb() / "data/raw_ratings").mkdir()
        self.rate(self.duckdb(), ratings)
        self.config = self.toy / "backcourt.toml"
        self.config.write_text(self.config.read_text() + f'\n[sources.raw_box]\ntable = "spark_catalog.{self.league}.lines"\n[sources.raw_ratings]\ntable = "{self.league}.ratings"\n')
        (self.toy / "data/box_2021-22.csv").unlink()

    @staticmethod
    def rate(project, values):
        import duckdb
        duckdb.sql(f"COPY (SELECT * FROM (VALUES {values}) t(game_id, player_id, game_date, rating, rated_at)) TO '{project}/data/raw_ratings/all.parquet'")

    def filled(self, project):
        return re.search(r"(\d+) cells? filled", self.run_in(project, "backfill", "all"))[1]

    def test_filled_as_from_files_and_only_what_changed_again(self):
        self.assertEqual(self.filled(self.toy), "24")
        self.filled(self.duckdb())
        self.assert_same(tables=TABLES)
        self.assertIn("nothing to load", self.run_in(self.toy, "load"))
        self.assertIn("nothing to do", self.run_in(self.toy, "plan"))
        self.assertIn(f"from spark_catalog.{self.league}.lines", self.run_in(self.toy, "why", "raw_box", "2021-10-22"))
        self.assertEqual(self.rows(self.toy, "SELECT * FROM raw_ratings ORDER BY 1, 2"), self.rows(self.duckdb(), "SELECT * FROM raw_ratings ORDER BY 1, 2"))
        self.assertEqual(self.in_file("raw_box"), 12)
        self.assertEqual(self.in_file("raw_ratings"), 0)
        self.run_in(self.toy, "verify", "--sample", "8")
        gaps = [json.loads(self.run_in(project, "check", "--json", code=2))["gaps"] for project in (self.toy, self.duckdb())]
        self.assertEqual(*([(gap["guard"], gap["table"], gap["what"]) for gap in found] for found in gaps))  # the toy lacks a result

        # A row of each changes, and one day's rows leave: their dates and what depends on them.
        self.ask(f"UPDATE {self.league}.lines SET points = 41 WHERE game_id = 'G6' AND player_id = 3",
                     f"UPDATE {self.league}.ratings SET rating = 77 WHERE game_id = 'G5' AND player_id = 4")
        box = self.duckdb() / "data/box_2021-22.csv"
        box.write_text(box.read_text().replace("G6,CCC,3,9,", "G6,CCC,3,41,"))
        lines = self.rows(self.duckdb(), "SELECT * FROM raw_ratings")
        self.rate(self.duckdb(), ", ".join(
            "('{game_id}', {player_id}, DATE '{game_date}', {rating}, TIMESTAMP '{rated_at}')".format(**{**row, "rating": 77 if (row["game_id"], row["player_id"]) == ("G5", 4) else repr(row["rating"]) + "e0"})
            for row in lines))
        self.assertIn("nothing to do", self.run_in(self.toy, "backfill", "all", "--no-load"))
        report = json.loads(self.run_in(self.toy, "load", "--json"))
        self.assertEqual([(table["table"], table["rows"], table["changed"]) for table in report["lake"]], [("raw_box", 12, 1), ("raw_ratings", 12, 1)])
        self.assertEqual(report["changed_cells"], 2)
        self.assertEqual(self.filled(self.toy), self.filled(self.duckdb()))
        self.assert_same(tables=TABLES)

    def test_what_was_loaded_is_what_is_read(self):
        self.filled(self.toy)
        self.filled(self.duckdb())
        self.ask(f"UPDATE {self.league}.ratings SET rating = 0", f"DELETE FROM {self.league}.lines")
        self.assertIn("nothing to do", self.run_in(self.toy, "backfill", "all", "--no-load"))
        self.run_in(self.toy, "backfill", "all", "--no-load", "--force")
        self.assert_same(tables=TABLES)
        self.assertIn("5 dates changed", self.run_in(self.toy, "load"))
        self.filled(self.toy)
        self.assertEqual(self.rows(self.toy, "SELECT count(*) AS n FROM player_games"), [{"n": 0}])

    def test_what_does_not_fit_is_refused(self):
        for change, said in ((f"ALTER TABLE {self.league}.lines DROP COLUMN points", "has no column points"),
                             (f"ALTER TABLE {self.league}.lines ADD COLUMN points STRING", "points of spark_catalog.*lines is STRING, and not INT")):
            self.ask(f"ALTER TABLE {self.league}.lines SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name')", change)
            self.assertRegex(self.run_in(self.toy, "load", code=4), said)
        self.ask(f"CREATE VIEW {self.league}.box AS SELECT game_id, game_date, team_abbr, player_id, seconds_played, CAST(points AS INT) AS points FROM {self.league}.lines",
                     f"UPDATE {self.league}.lines SET points = '7'")
        self.config.write_text(self.config.read_text().replace(".lines", ".box"))
        self.run_in(self.toy, "backfill", "player_games")  # of a view, which has no versions
        self.assertEqual(self.rows(self.toy, "SELECT DISTINCT points FROM player_games"), [{"points": 7}])
        self.assertIn("nothing to load", self.run_in(self.toy, "load"))
        self.ask(f"UPDATE {self.league}.lines SET points = '8' WHERE game_id = 'G6'")
        self.assertIn("1 cell filled", self.run_in(self.toy, "backfill", "player_games"))
        self.ask(f"INSERT INTO {self.league}.lines SELECT * FROM {self.league}.lines WHERE game_id = 'G6'")
        self.assertIn("have one key of raw_box: G6, ", self.run_in(self.toy, "load", code=4))
        self.config.write_text(self.config.read_text().replace(".box", ".nothing"))
        self.assertRegex(self.run_in(self.toy, "load", code=4), "has no table spark_catalog.*nothing")

    def in_file(self, table):
        """The rows of a raw table in the embedded file."""
        import duckdb
        with duckdb.connect(self.toy / "warehouse.duckdb", read_only=True) as db:
            return db.sql(f"SELECT count(*) FROM {table}").fetchone()[0]

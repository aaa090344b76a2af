"""What is wrong in a project's files: refused by the program with the file and the line, before anything runs."""

import unittest

from tests.kit.toy import Toy


class Headers(Toy):
    def assert_refused(self, name, old, new, line, *said):
        """`name` with old replaced by new: an error that names the file and, 1 or more, the line."""
        self.edit(name, old, new)
        out = self.run_program("plan", code=1)
        self.assertIn(f"{name}:{line}:" if line else name, out)
        for part in said:
            self.assertIn(part, out)

    FORM = "models/precompute/player_form.sql"

    def test_no_header(self):
        self.assert_refused(self.FORM, "/* backcourt", "/* about points", 1, "does not start with a header")

    def test_no_toml(self):
        self.assert_refused(self.FORM, 'key   = ["game_date", "player_id"]', "key   = game_date", 4)

    def test_an_unknown_key(self):
        self.assert_refused(self.FORM, "empty =", "emtpy =", 5, "unknown key 'emtpy'", "'empty'")

    def test_an_unknown_key_of_rows(self):
        self.assert_refused(self.FORM, "[columns]", '[rows]\nexpect = "SELECT 1"\n\n[columns]', None, "'expect'", "'expected'")

    def test_a_key_of_the_wrong_type(self):
        self.assert_refused(self.FORM, 'date  = "game_date"', "date  = 7", 3, "'date' must be a text")

    def test_a_window_that_is_none(self):
        self.assert_refused(self.FORM, '"season before"', '"seasons before"', 8, "'seasons before' is not a window", "'season before'")

    def test_a_window_that_does_not_fit(self):
        self.assert_refused(self.FORM, 'player_games = "season before"', 'player_games = "whole"', 8, "window 'whole' does not fit 'player_games'")

    def test_a_read_of_no_table(self):
        self.assert_refused(self.FORM, "player_games = ", "player_gams = ", 8, "'player_gams', which is not a table", "'player_games'")

    def test_a_read_ahead_of_what_is_not_published(self):
        self.assert_refused(self.FORM, '"season before"', '"season ahead"', 8, "publishes nothing ahead")

    def test_models_that_read_each_other(self):
        self.edit("models/analytics/player_games.sql", "[reads]", '[reads]\nplayer_form = "same date"')
        self.assertIn("player_form.sql:8: models read each other in a circle, through 'player_games'", self.run_program("plan", code=1))

    def test_a_key_without_its_date(self):
        name = "models/analytics/player_games.sql"
        self.assert_refused(name, 'key   = ["game_id", "player_id"]', 'key   = ["player_id"]', 4, "key [player_id] is missing the date column 'game_date'", '["game_date", "player_id"]')

    def test_a_key_that_is_no_column(self):
        self.assert_refused(self.FORM, '"player_id"]', '"player"]', 4, "key column 'player'")

    def test_a_reason_for_no_column(self):
        self.assert_refused(self.FORM, "*/", '[may_be_null]\n\nheight = "of nobody"\n*/', 17, "'height' under [may_be_null]")

    def test_a_need_of_nothing(self):
        self.assert_refused(self.FORM, "*/", '[needs]\nraw_bx = ["games"]\n*/', 16, "'raw_bx' under [needs]")

    def test_no_columns(self):
        self.edit(self.FORM, "[columns]", "[may_be_constant]")
        self.assertIn("player_form.sql:", self.run_program("plan", code=1))

    def test_columns_are_those_of_the_header(self):
        self.run_program("backfill")
        columns = lambda: [row["column_name"] for row in self.query("SELECT column_name FROM (DESCRIBE player_form)")]
        self.assertEqual(columns(), ["game_date", "player_id", "games", "points_avg"])
        self.edit(self.FORM, 'games = "Games before the date."\npoints_avg = "Points a game."\n', 'points_avg = "Points a game."\n')
        self.assertIn("6 cells filled", self.run_program("backfill"))
        self.assertEqual(columns(), ["game_date", "player_id", "points_avg"])
        self.edit(self.FORM, "[columns]\n", '[columns]\ngames = "Games before the date."\n')
        self.assertIn("6 cells filled", self.run_program("backfill"))
        self.assertEqual(columns(), ["games", "game_date", "player_id", "points_avg"])
        self.run_program("verify", "--all")
        self.edit(self.FORM, "[columns]\n", '[columns]\nheight = "Of the player."\n')
        self.assertRegex(self.run_program("backfill", code=2), r"player_form.sql:11: \[columns\] has 'height', which the SELECT does not give")

    def test_a_raw_table_without_its_date(self):
        self.assert_refused("tables/raw_box.toml", 'date  = "game_date"\n', "", 3, "needs its 'date' column")

    def test_a_raw_table_s_unknown_key(self):
        self.assert_refused("tables/raw_box.toml", "unit  =", "units =", 5, "unknown key 'units'", "'unit'")

    def test_a_raw_table_s_key_that_is_no_column(self):
        self.assert_refused("tables/raw_box.toml", '"player_id"]', '"player"]', 2, "'player' is not a column")

    def test_a_table_of_boxes_without_teams(self):
        self.assert_refused("tables/raw_box.toml", 'team_abbr = { type = "VARCHAR", about = "His team." }\n', "", None, "needs the column 'team_abbr'")

    def test_a_source_of_nothing(self):
        self.assert_refused("sources/box.sql", 'table = "raw_box"', 'table = "raw_bx"', 3, "'raw_bx' is not a raw table")

    def test_a_source_of_a_feed_that_is_none(self):
        self.assert_refused("sources/box.sql", 'feeds = ["box"]', 'feeds = ["bx"]', 4, "'bx' is not a feed")

    def test_a_source_that_reads_nothing(self):
        self.assert_refused("sources/box.sql", '["raw_schedule"]', '["raw_shedule"]', 5, "'raw_shedule' is neither a raw table nor a seed")

    def test_patterns_of_no_feed_and_a_preference_for_none(self):
        self.edit("backcourt.toml", "[calendar]", '[feeds]\nboxes = "x.csv"\n\n[calendar]')
        self.assertIn("backcourt.toml:11: 'boxes' under [feeds] is not a feed", self.run_program("plan", code=1))
        self.edit("backcourt.toml", '[feeds]\nboxes = "x.csv"', '[sources]\nprefer = ["bx"]')
        self.assertIn("backcourt.toml:11: 'bx' under [sources] prefer is neither", self.run_program("plan", code=1))

    def test_a_feed_s_column_that_is_no_type(self):
        self.assert_refused("feeds.toml", 'minutes = "CLOCK"', "minutes = 3", 22, "'minutes'")

    def test_the_configuration(self):
        self.assert_refused("backcourt.toml", "[warehouse]\npath", "[warehouse]\npaht", 5, "unknown key 'paht'", "'path'")

    def test_a_calendar_of_no_raw_table(self):
        self.assert_refused("backcourt.toml", '"raw_results"', '"raw_reslts"', 12, "results under [calendar] is 'raw_reslts', which is not a raw table")
        self.edit("backcourt.toml", '"raw_reslts"', '"raw_results"')
        self.assert_refused("backcourt.toml", '"raw_box"', '["raw_box", "raw_bx"]', 13, "boxes under [calendar] is 'raw_bx'")


class Bodies(Toy):
    """A body sees what its header declares, and nothing that changes by itself."""

    def test_what_a_body_may_not_hold(self):
        path = self.project / "models/precompute/player_form.sql"
        good = path.read_text()
        header, body = good[: good.index("*/") + 2], good[good.index("*/") + 2:]
        self.run_program("load")
        first = header.count("\n") + 2
        for sql, line, said in [
            ("SELECT *\nFROM dates d\nJOIN raw_box b ON b.game_date = d.game_date", 2, "'raw_box' is not declared"),
            ("SELECT d.game_date,\n  (SELECT max(points) FROM raw_box) AS points_avg\nFROM dates d", 1, "'raw_box' is not declared"),
            ("WITH box AS (\n  SELECT * FROM raw_box\n)\nSELECT * FROM box", 1, "'raw_box' is not declared"),
            ("WITH raw_box AS (SELECT * FROM raw_box) SELECT * FROM raw_box", 0, "'raw_box' is not declared"),
            ("WITH RECURSIVE raw_box AS (SELECT * FROM raw_box UNION ALL SELECT * FROM raw_box) SELECT * FROM raw_box", 0, "'raw_box' is not declared"),
            ("WITH a AS (SELECT * FROM raw_box), raw_box AS (SELECT 1 AS one) SELECT * FROM a", 0, "'raw_box' is not declared"),
            ("SELECT * FROM (SUMMARIZE SELECT * FROM player_games)", 0, "table function"),
            ("WITH a AS (WITH raw_box AS (SELECT 1 AS one) SELECT * FROM raw_box)\nSELECT * FROM a, raw_box", 1, "'raw_box' is not declared"),
            ("SELECT * FROM wh.main.player_games", 0, "qualified name"),
            ("SELECT * FROM backcourt.cells", 0, "qualified name"),
            ("SELECT * FROM 'data/box_2021-22.csv'", 0, "not declared"),
            ("SELECT * FROM dates\nUNION ALL\nSELECT * FROM read_csv('data/box_2021-22.csv')", 2, "table function"),
            ("SELECT * FROM range(3)", 0, "table function"),
            ("SELECT d.game_date, random() AS points_avg FROM dates d", 0, "random()"),
            ("SELECT d.game_date FROM dates d WHERE d.game_date < current_date", 0, "current_date"),
            ("SELECT d.game_date FROM dates d ORDER BY\n  uuid()", 1, "uuid()"),
            ("SELECT now() AS n FROM dates", 0, "now()"),
            ("DELETE FROM player_games", -1, "SELECT"),  # these two are said of the whole body, which begins behind the header
            ("SELECT 1 AS a; SELECT 2 AS b", -1, "more than one statement"),
            ("SELECT d.game_date,\n  FROM FROM dates", 1, "syntax error"),
        ]:
            with self.subTest(sql=sql):
                path.write_text(f"{header}\n{sql}\n")
                out = self.run_program("backfill", code=1)
                self.assertIn(f"player_form.sql:{first + line}: ", out)
                self.assertIn(said, out)
        path.write_text(header + body)
        self.run_program("backfill")


if __name__ == "__main__":
    unittest.main()

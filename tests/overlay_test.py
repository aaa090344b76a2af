"""A project over its pack: files of the same name stand in place of the pack's, others are added; `new` makes one, and a table whose model goes is told and dropped."""

import json
import shutil
import unittest

from tests.kit.program import ROOT
from tests.kit.toy import Toy

FORM, RECENT = "models/precompute/player_form.sql", "models/precompute/recent_form.sql"
CONFIG = '[project]\npack = "{pack}"\n\n[warehouse]\npath = "warehouse.duckdb"\n\n[data]\nfolder = "{pack}/data"\n'


class Overlay(Toy):
    def setUp(self):
        super().setUp()
        self.pack, self.project = self.project, self.folder / "mine"
        self.project.mkdir()
        self.write("backcourt.toml", CONFIG.format(pack=self.pack))

    def write(self, name, text):
        (self.project / name).parent.mkdir(parents=True, exist_ok=True)
        (self.project / name).write_text(text)

    def of_pack(self, name):
        return (self.pack / name).read_text()

    def test_a_model_of_its_own_takes_the_place_of_the_pack_s(self):
        self.run_program("backfill")
        before = self.query("SELECT * FROM player_form ORDER BY ALL")
        self.write("models/mine/player_form.sql", self.of_pack(FORM).replace("ratio(sum(p.points), count(*))", "2 * ratio(sum(p.points), count(*))"))
        self.run_program("backfill")
        self.assertEqual(self.query("SELECT * FROM player_form ORDER BY ALL"), [{**row, "points_avg": 2 * row["points_avg"]} for row in before])
        self.assertIn(f"model player_form of the project: {self.project}/models/mine/player_form.sql replaces {self.pack}/{FORM}", self.run_program("doctor"))
        self.assertIn("Of the project, in place of the pack's table of this name.", self.run_program("docs"))
        self.assertIn("all passed", self.run_program("test"))  # the pack's tests are of the pack's text
        self.assertIn("without tests: player_games, player_form", self.run_program("test"))
        self.run_program("verify", "--all")

    def test_what_is_of_another_name_is_added(self):
        self.write("models/more.sql", self.of_pack(RECENT).replace("3 days", "2 days").replace("- 3", "- 2"))
        self.write("seeds/arenas.csv", "arena,city\n1,Here\n")
        self.write("checks/points.sql", '/* backcourt\nabout = "Points."\nreads = ["raw_box"]\nfix = "look"\n*/\nSELECT game_date, game_id AS subject, \'wrong\' AS what FROM raw_box\n')
        self.write("functions/mine.sql", "CREATE MACRO twice(x) AS 2 * x;\n")
        self.write("functions/mine.spark.sql", "not of this engine")
        self.edit("models/more.sql", "CAST(sum(p.points) AS INTEGER)", "CAST(twice(sum(p.points)) AS INTEGER)")
        self.run_program("backfill")
        self.assertEqual(self.query("SELECT count(*) AS n FROM more m JOIN player_games p USING (player_id)")[0]["n"] > 0, True)
        self.assertEqual(self.query("SELECT city FROM arenas"), [{"city": "Here"}])
        doctor = self.run_program("doctor")
        for said in ("model more of the project: ", "seed arenas of the project: ", "check points of the project: ", "function twice of the project: "):
            self.assertIn(said, doctor)
        self.assertIn("Of the project, added to its pack.", self.run_program("docs"))
        self.assertIn("points", self.run_program("check", code=2))

    def test_a_function_that_is_none_is_told_by_file_and_line(self):
        self.write("functions/mine.sql", "CREATE MACRO twice(x) AS 2 * x;\n\nSELECT 1;\n")
        self.assertRegex(self.run_program("lint", code=1), r"functions/mine\.sql:3:1: 'SELECT 1\.\.\.' is not a CREATE MACRO")

    def test_a_function_and_a_source_of_its_own(self):
        self.run_program("backfill")
        self.write("functions/duckdb.sql", self.of_pack("functions/duckdb.sql").replace("ratio(", "ratio(", 1))
        self.assertIn("nothing to do", self.run_program("backfill"))
        self.write("sources/box.sql", self.of_pack("sources/box.sql"))
        self.run_program("backfill")
        self.assertIn(f"source box of the project: {self.project}/sources/box.sql replaces {self.pack}/sources/box.sql", self.run_program("doctor"))

    def test_a_table_and_a_feed_of_its_own(self):
        self.write("feeds.toml", '[heights]\nabout = "Of players."\npath = "heights.csv"\n[heights.columns]\nplayer_id = "BIGINT"\nheight = "INTEGER"\n\n'
                   '[box]\nlike = "box"\nabout = "Boxes of another name."\npath = ["box_{season}.csv", "boxes_{season}.csv"]\nkey = ["game_id", "player_id"]\n')
        self.write("tables/raw_heights.toml", 'about = "Heights."\nkey = ["player_id"]\ngrain = "whole"\n[columns]\nplayer_id = { type = "BIGINT", about = "The player." }\nheight = { type = "INTEGER", about = "In cm." }\n')
        self.write("sources/heights.sql", '/* backcourt\nabout = "Heights."\ntable = "raw_heights"\nfeeds = ["heights"]\n*/\nSELECT player_id, height, NULL AS dropped FROM heights\n')
        self.write("models/tall.sql", self.of_pack(RECENT).replace("[reads]", '[reads]\nraw_heights = "whole"').replace("sum(p.points)", "max((SELECT max(height) FROM raw_heights))"))
        (self.pack / "data/heights.csv").write_text("player_id,height\n1,201\n")
        (self.pack / "data/box_2021-22.csv").rename(self.pack / "data/boxes_2021-22.csv")
        self.run_program("backfill")
        self.assertEqual(self.query("SELECT * FROM raw_heights"), [{"player_id": 1, "height": 201}])
        self.assertEqual(self.query("SELECT count(*) AS n FROM raw_box"), [{"n": 12}])
        doctor = self.run_program("doctor")
        for said in ("feed heights of the project: ", f"feed box of the project: {self.project}/feeds.toml replaces {self.pack}/feeds.toml", "table raw_heights of the project: "):
            self.assertIn(said, doctor)

    def test_the_pack_at_another_place_is_the_same(self):
        """As the wheel's pack and that of a checkout: one warehouse for both."""
        self.run_program("backfill")
        before = self.digests()
        other = self.folder / "elsewhere" / "pack"
        shutil.copytree(self.pack, other)
        self.edit("backcourt.toml", f'pack = "{self.pack}"', f'pack = "{other}"')
        self.assertIn("nothing to load", self.run_program("load"))
        self.assertIn("nothing to do: all of it is fresh", self.run_program("plan"))
        self.assertIn("nothing to do", self.run_program("backfill"))
        self.assertEqual(self.digests(), before)
        self.assertEqual(json.loads(self.run_program("plan", "--json"))["declarations"], [])

    def test_a_broken_one_breaks_itself(self):
        self.write("models/more.sql", "SELECT 1")
        self.assertIn("models/more.sql:1:", self.run_program("lint", code=1))
        self.run_program("backfill", "player_form")

    def test_own_rows_of_a_seed_fit_the_packs(self):
        (self.pack / "seeds/stars.csv").write_text("player_id,why\n1,leads\n2,scores\n")
        for text, found in (("player_id,wyh\n3,a\n", ":1:11: 'wyh' is not a column of"), ("player_id,why\nthree,a\n", ":2:1: 'three' under player_id is not a number, as in"),
                            ("why\na\n", ":1:1: the column 'player_id' is missing"), ("player_id,why\n3,a\n3,b\n", ":3:1: '3' under player_id is in line 2 too")):
            self.write("seeds/stars.csv", text)
            self.assertIn(f"{self.project}/seeds/stars.csv{found}", self.run_program("lint", code=1))
        self.write("seeds/stars.csv", "player_id,why\n3,a\n")
        self.run_program("lint")


class Removed(Toy):
    def test_a_removed_model_is_reported_and_dropped(self):
        self.run_program("backfill")
        rows = self.query("SELECT count(*) AS n FROM recent_form")[0]["n"]
        self.assertIn("recent_form is a table of the project", self.run_program("drop", "recent_form", "--yes", code=1))
        for name in (RECENT, RECENT.replace(".sql", ".test.toml")):
            (self.project / name).unlink()
        for verb in ("status", "plan", "doctor"):
            self.assertIn(f"recent_form is in the warehouse ({rows} rows)", self.run_program(verb))
        self.assertEqual(json.loads(self.run_program("plan", "--json"))["removed"], [{"table": "recent_form", "rows": rows, "cells": 6}])
        self.assertIn("player_id", self.run_program("show", "recent_form"))
        self.assertIn(f"recent_form has {rows} rows in 6 cells; nothing was dropped\n  Try: `backcourt drop recent_form --yes`", self.run_program("drop", "recent_form", code=1))
        self.assertIn("one of recent_form", self.run_program("drop", "recent", "--yes", code=1))
        self.assertEqual(self.query("SELECT count(*) AS n FROM recent_form")[0]["n"], rows)
        self.assertIn(f"recent_form is dropped: {rows} rows, 6 cells", self.run_program("drop", "recent_form", "--yes"))
        self.run_program("query", "SELECT * FROM recent_form", code=1)
        held = self.query("SELECT table_name AS t FROM backcourt.cells UNION ALL SELECT model FROM backcourt.models UNION ALL "
                          "SELECT table_name FROM backcourt.declarations UNION ALL SELECT name FROM backcourt.bases")
        self.assertNotIn({"t": "recent_form"}, held)
        self.assertIn({"t": "2021-22"}, held)
        for verb in ("status", "plan", "doctor"):
            self.assertNotIn("recent_form", self.run_program(verb))
        self.assertIn("recent_form", self.run_program("runs", "2"))

    def test_a_table_that_comes_back_is_filled_again(self):
        self.run_program("backfill")
        digests, text = self.digests(), (self.project / RECENT).read_text()
        (self.project / RECENT).rename(self.folder / "away.sql")
        self.run_program("drop", "recent_form", "--yes")
        (self.project / RECENT).write_text(text)
        self.assertIn("6 cells filled", self.run_program("backfill"))
        self.assertEqual(self.digests(), digests)

    def test_a_broken_model_is_not_removed(self):
        self.run_program("backfill")
        self.edit(RECENT, "empty =", "emtpy =")
        self.assertNotIn("removed:", self.run_program("status"))
        self.run_program("drop", "recent_form", "--yes", code=1)


class New(Toy):
    def test_a_new_project_is_tested_and_planned(self):
        project = self.folder / "new"
        self.assertIn("written: ", self.run_program("new", str(project), cwd=self.folder))
        self.assertIn("is a project already", self.run_program("new", "new", code=1, cwd=self.folder))
        self.assertIn("all passed", self.run_program("test", "team_last_30_days", cwd=project))
        self.run_program("lint", cwd=project)
        (project / "data").rmdir()
        (project / "data").symlink_to(ROOT / "data")
        self.edit_config(project)
        self.run_program("load", cwd=project)
        self.assertIn("team_last_30_days", self.run_program("plan", "team_last_30_days", cwd=project))

    def edit_config(self, project):
        config = project / "backcourt.toml"
        config.write_text(config.read_text().replace('# seasons = ["2021-22"]', 'seasons = ["2021-22"]'))

    def test_over_a_pack_of_one_s_own(self):
        done = json.loads(self.run_program("new", "mine", "--pack", "toy", "--json", cwd=self.folder))
        self.assertEqual(done["files"], [f"{self.folder}/mine/backcourt.toml"])
        shutil.copytree(self.project / "data", self.folder / "mine" / "data", dirs_exist_ok=True)
        self.run_program("backfill", cwd=self.folder / "mine")
        self.assertIn("not a pack", self.run_program("new", "other", "--pack", "nothing", code=1, cwd=self.folder))


if __name__ == "__main__":
    unittest.main()

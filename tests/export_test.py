"""An export replaces nothing but what an export wrote."""

import json
import shutil

from tests.kit.toy import Toy


class Export(Toy):
    def setUp(self):
        super().setUp()
        self.run_program("backfill")
        self.out = self.folder / "out"

    def export(self, *words, code=0):
        return self.run_program("export", str(self.out), *words, code=code)

    def files(self, folder=None):
        folder = folder or self.folder
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file() and not path.name.startswith("warehouse.duckdb")}

    def manifest(self):
        return json.loads((self.out / "manifest.json").read_text())

    def test_files_that_no_export_wrote_stay(self):
        (self.out / "player_form").mkdir(parents=True)
        (self.out / "player_form" / "thesis.txt").write_text("mine")
        before = self.files()
        text = self.export(code=1)
        self.assertIn("out/player_form/thesis.txt is not of an export, which would replace it", text)
        self.assertEqual(self.files(), before)
        (self.out / "player_form" / "thesis.txt").unlink()  # an empty folder is nobody's
        self.export()

    def test_a_file_that_came_into_an_exported_folder_stays(self):
        self.export()
        (self.out / "player_form" / "notes.txt").write_text("mine")
        before = self.files()
        self.assertIn("notes.txt is not of an export", self.export(code=1))
        self.assertEqual(self.files(), before)
        self.export("player_games")  # which is another folder

    def test_a_manifest_of_something_else_is_no_manifest(self):
        self.out.mkdir()
        (self.out / "manifest.json").write_text('["box.csv"]')
        self.assertIn("manifest.json is not a manifest of an export", self.export(code=1))

    def test_one_table_after_the_other(self):
        self.export("player_games")
        self.export("player_form", "--csv")
        self.assertEqual(sorted(self.manifest()["tables"]), ["player_form", "player_games"])
        text = self.export()
        self.assertIn("replaced", text)
        self.assertFalse(list(self.out.rglob("*.csv")))
        shutil.rmtree(self.out / "player_games")
        self.export("player_form")
        self.assertNotIn("player_games", self.manifest()["tables"])

    def test_an_export_that_was_killed_is_made_whole_by_the_next(self):
        self.export("player_games")
        (self.out / ".export").mkdir()
        (self.out / "player_form" / "season=2021-22").mkdir(parents=True)
        (self.out / "player_form" / "season=2021-22" / "data.parquet").write_text("half")
        self.assertIn("is not of an export", self.export(code=1))
        begun = {**self.manifest(), "tables": {"player_form": {**self.manifest()["tables"]["player_games"], "files": [{"path": "player_form/season=2021-22/data.parquet", "rows": 1, "bytes": 4}]}}}
        (self.out / ".export" / "begun.json").write_text(json.dumps(begun))
        self.export()
        self.assertEqual(sorted(path.name for path in self.out.iterdir()), ["manifest.json", "player_form", "player_games", "recent_form"])

    def test_projects_and_data_are_no_place(self):
        other = self.folder / "others" / "one"
        other.mkdir(parents=True)
        (other / "backcourt.toml").write_text("")
        (self.project / "data").rename(self.folder / "data")
        self.edit("backcourt.toml", '"data"', '"../data"')
        before = self.files()
        for folder, why in [(self.folder / "data", "is in the data folder"), (self.folder / "data" / "below", "is in the data folder"), (self.project, "is in the project"),
                            (self.project / "models", "is in the project"), (self.folder, "holds the project"), (other, "is in another project"), (other / "x" / "y", "is in another project"),
                            (other.parent, "holds another project"), ("/", "holds the project")]:
            for more in ([], ["--dry-run"]):
                self.assertIn(why, self.run_program("export", str(folder), *more, code=1), folder)
        self.assertEqual(self.files(), before)
        link = self.folder / "link"
        link.symlink_to(self.folder / "data")
        self.assertIn("is in the data folder", self.run_program("export", str(link), code=1))

    def test_a_dry_run_shows_and_writes_nothing(self):
        text = self.export("--dry-run")
        self.assertIn("player_games                               12 rows", text)
        self.assertNotIn("would replace", text)
        self.assertFalse(self.out.exists())
        self.export("player_games")
        before = self.files()
        self.assertEqual([line for line in self.export("--dry-run").splitlines() if "replace" in line], [f"would replace {self.out}/player_games, of an earlier export"])
        self.assertEqual(self.files(), before)

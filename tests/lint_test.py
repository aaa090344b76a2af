"""One broken file breaks one thing: what reads goes on, what is wrong is listed with its place, and only what stands on it is not filled."""

import json
import subprocess
import unittest

from tests.kit.program import BACKCOURT
from tests.kit.toy import Toy

FORM, RECENT, GAMES = "models/precompute/player_form.sql", "models/precompute/recent_form.sql", "models/analytics/player_games.sql"
CHECK = '/* backcourt\nabout = "The home team wins."\nreads = [{reads}]\nfix = "play better"\n*/\n{body}\n'


class Lint(Toy):
    def lint(self, code):
        done = subprocess.run([BACKCOURT, "lint"], cwd=self.project, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return [line.replace(f"{self.project}/", "") for line in done.stdout.splitlines()]

    def place(self, name, text):
        """LINE:COLUMN of the first place of a text in a file."""
        before = (self.project / name).read_text()
        before = before[: before.index(text)]
        return f"{name}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}: "

    def write_check(self, body, reads='"raw_results"'):
        (self.project / "checks").mkdir(exist_ok=True)
        (self.project / "checks/home_wins.sql").write_text(CHECK.format(reads=reads, body=body))

    def test_nothing_is_wrong(self):
        self.assertEqual(self.lint(0), [])
        self.assertEqual(json.loads(self.run_program("lint", "--json")), {"problems": [], "files": 9})
        self.assertFalse((self.project / "warehouse.duckdb").exists())

    def test_every_broken_file_is_listed_with_its_place(self):
        self.edit(FORM, "empty =", "emtpy =")
        self.edit(RECENT, "sum(p.points)", "sum(p.pionts)")
        self.edit("models/precompute/player_form.test.toml", "[[test]]", "[[tset]]")
        self.write_check("SELECT game_date, random() AS subject, NULL AS what\nFROM raw_box")
        first, second, third, fourth, fifth = self.lint(1)
        self.assertRegex(first, r"^checks/home_wins.sql:6:19: random\(\) gives another value")
        self.assertRegex(second, r"^checks/home_wins.sql:7:6: 'raw_box' is not declared under \[reads\] \(try: declare it")
        self.assertRegex(third, r"^models/precompute/player_form.sql:5:1: unknown key 'emtpy'")
        self.assertRegex(fourth, r"^models/precompute/player_form.test.toml:")
        self.assertTrue(fifth.startswith(self.place(RECENT, "p.pionts")), fifth)
        self.assertIn('pionts', fifth)
        self.assertNotIn("LINE", fifth)

    def test_all_problems_of_one_header(self):
        self.edit(FORM, "empty =", "emtpy =")
        self.edit(FORM, '"season before"', '"season befor"')
        self.edit(FORM, 'key   = ["game_date", "player_id"]', 'key   = ["game_date", "nobody"]')
        found = self.lint(1)
        self.assertEqual([line.split(": ", 1)[0] for line in found], [self.place(FORM, '["game_date", "nobody"]')[:-2], f"{FORM}:5:1", self.place(FORM, '"season befor"')[:-2]], found)

    def test_the_select_of_a_source(self):
        self.edit("sources/box.sql", "b.minutes AS", "b.minuets AS")
        (line,) = self.lint(1)
        self.assertTrue(line.startswith(self.place("sources/box.sql", "b.minuets")), line)
        self.assertIn("minuets", line)

    def test_files_of_feeds_and_tables_and_the_configuration(self):
        self.edit("feeds.toml", 'path  = "box_', 'paht  = "box_')
        self.edit("tables/raw_box.toml", 'grain = "date"', 'grain = "day"')
        self.edit("backcourt.toml", "[project]\n", '[project]\ncolour = "red"\n')
        self.edit("sources/results.sql", "about =", "abuot =")
        found = self.lint(1)
        for place, text in (("backcourt.toml:2:", "unknown key 'colour'"), ("feeds.toml:", "'paht'"), ("tables/raw_box.toml:3:", "grain 'day'"), ("sources/results.sql:2:", "'abuot'")):
            self.assertTrue(any(line.startswith(place) and text in line for line in found), (place, text, found))

    def test_what_binds_only_in_part(self):
        self.edit(FORM, "[columns]\n", '[columns]\nheight = "Of the player."\n')
        self.edit(RECENT, "*/", '[checks]\n"few points" = "SELECT * FROM this WHERE pionts > 1000"\n*/')
        (self.project / "models/precompute/nobody.test.toml").write_text((self.project / "models/precompute/recent_form.test.toml").read_text())
        found = self.lint(1)
        self.assertEqual(len(found), 3, found)
        self.assertIn("nobody.test.toml:1:1: no model beside this file of tests", found[0])
        self.assertIn("player_form.sql:11:1: [columns] has 'height', which the SELECT does not give", found[1])
        self.assertRegex(found[2], r"recent_form.sql:17:1: .*pionts")

    def test_seeds(self):
        seed = self.project / "seeds/stars.csv"
        for text, found in (
            ("player_id,why\n1,leads the league\n2,too,much\n3\n", ["seeds/stars.csv:3:7: the row has 3 values, the header 2 columns", "seeds/stars.csv:4:1: the row has 1 value, the header 2 columns"]),
            ("player_id,why,why\n1,a,b\n", ["seeds/stars.csv:1:15: two columns are named 'why'"]),
            ("player_id,\n1,a\n", ["seeds/stars.csv:1:11: column 2 has no name"]),
            ('player_id,why\n1,"no end\n', ["seeds/stars.csv:2:3: the quote of this value has no end"]),
        ):
            seed.write_text(text)
            self.assertEqual([line.split(" (try")[0] for line in self.lint(1) if line.startswith("seeds")], found)
            self.assertIn(found[0].split(": ", 1)[1], self.run_program("load", code=4))
        many = [f"{n},star" for n in range(1, 21)]
        seed.write_text("\n".join(["player_id,why", *many, "7,again", *many[:0]]) + "\n")
        self.assertEqual(self.lint(1), ["seeds/stars.csv:22:1: '7' under player_id is in line 8 too"])
        seed.write_text("\n".join(["player_id,why", *many, "1O,a letter"]) + "\n")
        self.assertIn("seeds/stars.csv:22:1: '1O' under player_id is not a number, as all others are", self.lint(1))
        self.assertIn("stars.csv:22: '1O' under player_id", self.run_program("doctor", code=1))
        seed.write_text('player_id,why\n1,"a, ""b""\nand c"\n2,\n')
        self.assertEqual(self.lint(0), [])

    def test_accepted_gaps(self):
        path = self.project / "backcourt.toml"
        first = path.read_text().count("\n") + 1
        path.write_text(path.read_text() + '[accepted.gmaes]\nG7 = "it is played tomorrow"\n[accepted.games]\nG7 = ""\n"2021-02-30" = "no such day"\n[accepted.cells]\nG7 = "so"\n')
        for line, said in zip(self.lint(1), (f"backcourt.toml:{first + 1}:1: 'gmaes' under [accepted] is not a guard of `check`", f"backcourt.toml:{first + 3}:1: G7 of games is accepted without a reason",
                                             f"backcourt.toml:{first + 4}:1: '2021-02-30' under [accepted.games] is not a date"), strict=True):
            self.assertTrue(line.startswith(said), line)

    def test_every_guard_of_check_may_be_accepted(self):
        self.run_program("backfill")
        guards = {guard["guard"] for guard in json.loads(self.run_program("check", "--json", code=2))["guards"]}
        self.assertGreater(len(guards), 8)
        path = self.project / "backcourt.toml"
        path.write_text(path.read_text() + "".join(f'[accepted."{guard}"]\n"2021-10-20" = "so"\n' for guard in guards))
        self.lint(0)

    def test_accepted_games_and_dates_must_be_known(self):
        self.run_program("backfill")
        path = self.project / "backcourt.toml"
        path.write_text(path.read_text() + '[accepted.games]\nG7 = "it is played tomorrow"\nG99 = "of nobody"\n"2021-10-20" = "a game date"\n"2021-10-21" = "an off-day"\n')
        found = self.lint(1)
        self.assertEqual(len(found), 2, found)
        self.assertIn(": 'G99' under [accepted.games] is not a game of the schedule", found[0])
        self.assertIn(": '2021-10-21' under [accepted.games] is not a game date", found[1])
        self.assertIn("'G99' under [accepted.games]", self.run_program("doctor", code=1))

    def test_a_check_that_does_not_bind(self):
        self.write_check("SELECT r.game_date, r.game_id AS subject,\n  nothing AS what\nFROM raw_results r")
        (line,) = self.lint(1)
        self.assertTrue(line.startswith("checks/home_wins.sql:7:3: "), line)

    def test_a_raw_table_and_a_source_are_listed_together(self):
        self.edit("tables/raw_box.toml", "unit  =", "units =")
        self.edit("sources/box.sql", 'table =', 'tabel =')
        found = self.lint(1)
        self.assertEqual(len(found), 3, found)
        self.assertIn("sources/box.sql:1:1: 'table' is missing", found[0])
        self.assertIn("sources/box.sql:3:1: unknown key 'tabel'", found[1])
        self.assertIn("raw_box.toml:5:1: unknown key 'units'", found[2])
        self.assertIn("raw_box.toml:5:", self.run_program("status"))

    def test_doctor_and_plan_list_them(self):
        self.run_program("backfill")
        self.assertNotIn("error", self.run_program("doctor").replace("errors", ""))
        self.edit(FORM, "empty =", "emtpy =")
        self.edit(RECENT, "sum(p.points)", "sum(p.pionts)")
        for verb in ("doctor", "plan"):
            out = self.run_program(verb, code=1)
            self.assertIn("player_form.sql:5: unknown key 'emtpy'", out)
            self.assertRegex(out, r"recent_form.sql:\d+: .*pionts")
        plan = json.loads(subprocess.run([BACKCOURT, "plan", "--json"], cwd=self.project, capture_output=True, text=True).stdout)
        self.assertEqual([problem["line"] for problem in plan["problems"]], [5, 17])
        self.assertEqual([(out["name"], out["is_check"]) for out in plan["left_out"]], [("player_form", False)])
        self.run_program("plan", "--save", "plan.json", code=1)
        self.assertFalse((self.project / "plan.json").exists())


class BrokenBase(Toy):
    """Files on which loads stand: with any of them broken, what is stored is read as before, and nothing is loaded."""

    BROKEN = {
        "feeds.toml": ('path  = "box_', 'paht  = "box_'),
        "tables/raw_box.toml": ('grain = "date"', 'grain = "day"'),
        "tables/raw_schedule.toml": ("about =", "abuot ="),
        "tables/raw_results.toml": ("key ", "key = ["),
        "sources/box.sql": ("table =", "tabel ="),
        "functions/duckdb.sql": ("CREATE MACRO ratio(", "CREATE MARCO ratio("),
        "backcourt.toml": ('name = "toy"', 'name = "toy'),
    }

    def test_reading_goes_on_and_nothing_is_loaded(self):
        self.run_program("backfill")
        rows = self.query("SELECT * FROM player_form")
        for name, (old, new) in self.BROKEN.items():
            with self.subTest(name):
                self.edit(name, old, new)
                self.assertEqual(self.query("SELECT * FROM player_form"), rows)
                self.assertIn("G1", self.run_program("show", "player_games"))
                self.assertIn("backfill", self.run_program("runs"))
                self.assertIn(f"{name}:", self.run_program("lint", code=1))
                self.assertIn(f"{name}:", self.run_program("doctor", code=1))
                self.assertIn("player_form", self.run_program("status"))
                self.assertIn("2021-10-19", self.run_program("dates"))
                why = self.run_program("why", "player_games", "2021-10-20")
                self.assertIn(f"blocked\n  it reads raw_box: {name}:" if name == "tables/raw_box.toml" else "filled in run", why)
                if name.startswith("tables/"):
                    self.assertIn(f"{name}:", self.run_program("status"))
                    self.assertIn(f"{name}:", self.try_program("check"))
                for words in (["cells"], ["metrics"], ["files"], ["graph"], ["docs"], ["plan", "player_form"], ["verify", "player_form"]):
                    self.assertNotIn("internal", self.try_program(*words))
                for words in (["load"], ["load", "--yes"], ["backfill"], ["backfill", "player_form"], ["forget", "data/box_2021-22.csv"]):
                    self.assertIn(f"{name}:", self.run_program(*words, code=1), words)
                self.edit(name, new, old)
        self.assertIn("nothing to do", self.run_program("backfill"))
        self.assertEqual(self.query("SELECT * FROM player_form"), rows)

    def try_program(self, *words):
        done = subprocess.run([BACKCOURT, *words], cwd=self.project, capture_output=True, text=True, timeout=60)
        self.assertIn(done.returncode, (0, 1, 2, 3), done.stderr)
        return done.stdout + done.stderr

    def test_what_stands_on_sound_files_is_filled_from_what_is_loaded(self):
        self.run_program("backfill")
        self.edit("sources/box.sql", "table =", "tabel =")
        self.edit(FORM, "sum(p.points)", "sum(p.points) + 1")
        self.assertIn("6 cells filled", self.run_program("backfill", "player_form", "--no-load"))

    def test_a_path_that_is_lost_makes_no_warehouse(self):
        self.run_program("backfill")
        (self.project / "warehouse.duckdb").rename(self.project / "other.duckdb")
        self.edit("backcourt.toml", 'path = "warehouse.duckdb"', 'path = "other.duckdb')
        self.assertIn("backcourt.toml:5", self.run_program("query", "SELECT 1", code=1))
        self.assertFalse((self.project / "warehouse.duckdb").exists())


class OneThing(Toy):
    def setUp(self):
        super().setUp()
        self.run_program("backfill")
        self.rows = self.query("SELECT * FROM player_form")
        self.edit(FORM, "empty =", "emtpy =")

    def test_what_reads_goes_on(self):
        self.assertIn("blocked player_form: ", self.run_program("status"))
        self.assertIn("player_form.sql:5: unknown key 'emtpy'", self.run_program("status"))
        self.assertIn("player_games", self.run_program("runs", "2"))
        self.assertIn("2021-10-19", self.run_program("dates"))
        self.assertIn("left out: ", self.run_program("docs"))
        self.assertEqual(self.query("SELECT * FROM player_form"), self.rows)
        self.assertIn("filled in run", self.run_program("why", "player_games", "2021-10-20"))
        self.assertIn("unknown key 'emtpy'", self.run_program("why", "player_form", "2021-10-20"))
        self.assertIn("no problems found", self.run_program("check", "player_games"))
        self.assertIn("left out: table player_form: ", self.run_program("check", code=2))
        self.assertIn("all agree", self.run_program("verify", "--all"))
        self.assertIn("1 FAILED", self.run_program("test", code=2))
        self.assertIn("all passed", self.run_program("test", "recent_form"))
        self.run_program("load")

    def test_stored_rows_are_shown(self):
        shown = [json.loads(line) for line in self.run_program("show", "player_form", "--date", "2021-10-20", "--format", "json").splitlines()]
        self.assertEqual(shown, sorted((row for row in self.rows if row["game_date"] == "2021-10-20"), key=lambda row: row["player_id"]))
        self.run_program("export", str(self.folder / "out"), "player_games")
        text = self.run_program("export", str(self.folder / "out"), code=1)
        self.assertIn("left out: table player_form: ", text)
        self.assertIn("player_form.sql:5: unknown key 'emtpy'", text)
        self.assertEqual(sorted(path.name for path in (self.folder / "out").iterdir()), ["manifest.json", "player_games", "recent_form"])
        self.assertIn("player_form cannot be used", self.run_program("export", str(self.folder / "out"), "player_form", code=1))

    def test_a_body_that_is_wrong_is_exported_as_it_is_stored_or_named(self):
        self.edit(FORM, "emtpy =", "empty =")
        self.edit(FORM, "sum(p.points)", "sum(p.pionts)")
        self.edit(FORM, 'key   = ["game_date", "player_id"]', 'key   = ["game_date", "points_avg"]')
        self.run_program("export", str(self.folder / "out"))
        (self.project / "models/precompute/new_form.sql").write_text((self.project / FORM).read_text())
        text = self.run_program("export", str(self.folder / "out"), code=1)
        self.assertIn("left out: table new_form: it has not been filled yet", text)
        self.assertIn("written to", text)
        self.assertIn("new_form has not been filled yet", self.run_program("export", str(self.folder / "out"), "new_form", code=1))

    def test_a_text_that_fails_on_every_date_is_told_with_its_place_and_not_halved(self):
        self.edit(FORM, "emtpy =", "empty =")
        self.edit(FORM, "sum(p.points)", "sum(CASE WHEN p.points >= 0 THEN CAST('x' || p.points AS INTEGER) END)")
        text = self.run_program("backfill", "player_form", code=2)
        self.assertRegex(text, r"FAILED player_form .*player_form.sql:16: Conversion Error")
        self.assertNotIn("LINE", text)
        self.assertEqual(text.count("FAILED player_form"), 3, text)
        self.assertIn("player_form is not tried any further: 3 identical errors in a row", text)
        self.assertRegex(self.run_program("why", "player_form", "2021-10-20"), r"models/precompute/player_form.sql:16: Conversion Error")

    def test_tests_of_the_other_models_run(self):
        self.edit(FORM, "emtpy =", "empty =")
        self.edit(FORM, "sum(p.points)", "sum(p.pionts)")
        text = self.run_program("test", code=2)
        self.assertRegex(text, r"FAILED player_form .*player_form.sql:16: .*pionts")
        self.assertIn("1 test of 1 model in", text)

    def test_a_fill_of_what_is_sound_runs(self):
        cells = self.digests()
        self.edit(GAMES, "b.points\nFROM", "b.points + 0 AS points\nFROM")
        self.assertIn("player_form.sql:5: unknown key", self.run_program("backfill", code=1))
        self.assertIn("player_form.sql:5: unknown key", self.run_program("backfill", "player_form", code=1))
        self.assertIn("cells filled", self.run_program("backfill", "player_games"))
        self.assertIn("nothing to do", self.run_program("backfill", "player_games"))
        self.edit(FORM, "emtpy =", "empty =")
        self.run_program("backfill")
        self.assertEqual(self.digests(), cells)

    def test_what_reads_a_broken_table_is_blocked(self):
        self.edit(FORM, "emtpy =", "empty =")
        self.edit(GAMES, "empty =", "emtpy =")
        status = json.loads(self.run_program("status", "--json"))
        out = {out["name"]: out["because"] for out in status["left_out"]}
        self.assertEqual(sorted(out), ["player_form", "player_games", "recent_form"])
        self.assertRegex(out["player_form"], r"^it reads player_games: .*player_games.sql:5: unknown key 'emtpy'")
        self.assertEqual(status["next_command"], "backcourt lint")
        self.assertIn("it reads player_games", self.run_program("why", "recent_form", "2021-10-25"))

    def test_a_body_that_is_wrong_in_a_table_that_is_not_chosen(self):
        self.edit(FORM, "emtpy =", "empty =")
        self.edit(RECENT, "FROM dates d", "FROM raw_box d")
        self.edit(FORM, "sum(p.points)", "sum(p.points) + 0")
        self.assertIn("'raw_box' is not declared", self.run_program("backfill", code=1))
        self.assertIn("6 cells filled", self.run_program("backfill", "player_form"))

    def test_a_circle_leaves_out_what_stands_in_it(self):
        self.edit(FORM, "emtpy =", "empty =")
        self.edit(GAMES, "[reads]", '[reads]\nplayer_form = "same date"')
        self.assertIn("models read each other in a circle", self.run_program("lint", code=1))
        self.assertIn("blocked player_games", self.run_program("status"))
        self.assertIn("G1", self.run_program("show", "player_games"))

    def test_two_models_of_one_name(self):
        self.edit(FORM, "emtpy =", "empty =")
        (self.project / "models/other").mkdir()
        (self.project / "models/other/Player_form.sql").write_text((self.project / FORM).read_text())
        out = self.run_program("lint", code=1)
        self.assertEqual(out.count("two tables are named"), 2, out)
        self.assertIn("player_games", self.run_program("status"))

    def test_a_broken_check_stops_no_other(self):
        self.edit(FORM, "emtpy =", "empty =")
        (self.project / "checks").mkdir()
        (self.project / "checks/away.sql").write_text(CHECK.format(reads='"raw_results"', body="SELECT nothing FROM raw_results"))
        (self.project / "checks/home.sql").write_text(CHECK.format(reads='"raw_results"', body="SELECT game_date, game_id AS subject, 'wrong' AS what FROM raw_results"))
        out = self.run_program("check", code=2)
        self.assertIn("home", out)
        self.assertIn("left out: check away: ", out)


if __name__ == "__main__":
    unittest.main()

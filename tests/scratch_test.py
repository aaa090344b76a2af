"""After any edit of files or of the pack, `backfill all` ends in the state of an empty warehouse filled from the same folder, or it is told what does not."""

import unittest

import duckdb

from tests.kit.scratch import BOXES, DOWN, GAMES, UP, Scratch, own_results

NEXT_DAY = UP.replace('game_date = "Its day."', 'game_date = "Its day."\nnext_day = "The day after."').replace("b.game_date, b.points AS x", "b.game_date, b.game_date + 1 AS next_day, b.points AS x")


class Files(Scratch):
    def test_a_misnamed_season_file_gets_its_right_name(self):
        later = {"games": GAMES["2022-23"], "box": BOXES["2022-23"]}
        for name in later:
            self.remove(f"data/{name}_2022-23.csv")
            self.write(f"data/{name}_2021-22.csv", later[name])
        self.fill()
        for name in later:
            (self.project / f"data/{name}_2021-22.csv").rename(self.project / f"data/{name}_2022-23.csv")
        self.assert_same(code=0)

    def test_a_game_in_the_files_of_two_seasons_and_out_of_one_again(self):
        self.fill()
        for there in ("2022-23", "2021-22"):
            wrong = "2022-23" if there == "2021-22" else "2021-22"
            before = {name: (self.project / name).read_text() for name in (f"data/games_{wrong}.csv", f"data/games_{there}.csv")}
            game = next(line for line in before[f"data/games_{there}.csv"].splitlines() if line.startswith(("G1", "H1"))) + "\n"
            self.write(f"data/games_{wrong}.csv", before[f"data/games_{wrong}.csv"] + game)
            self.assert_same()
            self.write(f"data/games_{there}.csv", before[f"data/games_{there}.csv"].replace(game, ""))
            self.assert_same()
            for name, text in before.items():
                self.write(name, text)
            self.assert_same(code=0)

    def test_a_game_that_goes_from_one_file_to_another(self):
        self.fill()
        line = "G1,2021-10-19,AAA,BBB,100,90\n"
        self.write("data/games_2021-22.csv", GAMES["2021-22"].replace(line, ""))
        self.write("data/games_2022-23.csv", GAMES["2022-23"] + line)
        self.assert_same()
        self.write("data/games_2021-22.csv", GAMES["2021-22"])
        self.write("data/games_2022-23.csv", GAMES["2022-23"])
        self.assert_same(code=0)

    def test_files_of_a_source_that_left_are_not_gone_when_their_season_leaves(self):
        self.remove("data/games_2022-23.csv")
        self.fill()
        self.remove("sources/box.sql")
        self.fill()
        toml = (self.project / "backcourt.toml").read_text()
        self.write("backcourt.toml", toml.replace("[project]\n", '[project]\nseasons = ["2021-22"]\n'))
        self.assertNotIn("no longer there", self.run_program("load", "--yes"))

    def test_files_of_a_better_source_go(self):
        own_results(self.project, "a.parquet", "G1", 1)
        self.fill()
        self.assertEqual(self.query("SELECT home_points FROM raw_results WHERE game_id = 'G1'"), [{"home_points": 1}])
        self.remove("data/raw_results/a.parquet")
        self.assert_same(code=0)
        self.assertEqual(self.query("SELECT home_points FROM raw_results WHERE game_id = 'G1'"), [{"home_points": 100}])

    def test_what_no_other_source_serves_stays_until_it_is_forgotten(self):
        own_results(self.project, "a.parquet", "X1", 7)
        own_results(self.project, "b.parquet", "G1", 1)
        self.fill()
        for name in ("a", "b"):
            self.remove(f"data/raw_results/{name}.parquet")
        for _ in range(2):
            said = self.fill()
            self.assertIn("a.parquet", said)
            self.assertEqual(self.query("SELECT game_id, home_points FROM raw_results WHERE game_id IN ('G1', 'X1') ORDER BY 1"),
                             [{"game_id": "G1", "home_points": 100}, {"game_id": "X1", "home_points": 7}])
        for name in ("a", "b"):
            self.try_program("forget", f"data/raw_results/{name}.parquet")
        self.assert_same(code=0)

    def test_all_files_of_a_season_go(self):
        self.fill()
        before = self.digests()
        for name in ("games", "box"):
            self.remove(f"data/{name}_2021-22.csv")
        for _ in range(2):
            said = self.fill()
            self.assertIn("games_2021-22.csv", said)
            self.assertIn("nothing to do", said)
            self.assertEqual(self.digests(), before)
        self.assertIn("all agree", self.run_program("verify", "--raw", "--all"))
        self.write("data/box_2022-23.csv", BOXES["2022-23"].replace("H1,AAA,1,33", "H1,AAA,1,34"))
        self.fill()
        self.assertEqual(self.query("SELECT count(*) AS n FROM raw_box"), [{"n": 16}])
        for name in ("games", "box"):
            self.run_program("forget", str(self.project / f"data/{name}_2021-22.csv"))
        self.assert_same(code=0)

    def test_a_season_that_leaves_the_project_is_asked_for(self):
        self.fill()
        self.edit("backcourt.toml", 'name = "toy"', 'name = "toy"\nseasons = ["2022-23"]')
        self.assertIn("2021-22", self.run_program("plan"))
        code, said = self.try_program("backfill", "all")
        self.assertEqual(code, 1, said)
        self.assertIn("--yes", said)
        self.assertEqual(self.query("SELECT count(*) AS n FROM raw_schedule"), [{"n": 8}])
        self.assert_same("--yes", code=0)
        self.edit("backcourt.toml", 'seasons = ["2022-23"]', 'seasons = ["2022-23", "2021-22"]')
        self.assert_same(code=0)

    def test_a_raw_table_without_a_unit_has_all_seasons(self):
        self.declare_x()
        for season, n in (("2021-22", 1), ("2022-23", 2)):
            (self.project / "data/raw_x" / f"season={season}").mkdir(parents=True)
            self.own_x(season, n)
        self.fill()
        self.assertEqual(self.query("SELECT season, n FROM raw_x ORDER BY 1"), [{"season": "2021-22", "n": 1}, {"season": "2022-23", "n": 2}])
        self.own_x("2022-23", 3)
        self.assert_same(code=0)

    def test_a_raw_table_leaves_the_pack_and_comes_back_without_a_file(self):
        self.declare_x()
        for season, n in (("2021-22", 1), ("2022-23", 2)):
            (self.project / "data/raw_x" / f"season={season}").mkdir(parents=True)
            self.own_x(season, n)
        self.fill()
        self.remove("tables/raw_x.toml")
        self.remove("data/raw_x/season=2021-22/a.parquet")
        self.assert_same(code=0)
        self.declare_x()
        self.assert_same("--yes", code=0)
        self.assertEqual(self.query("SELECT season FROM raw_x"), [{"season": "2022-23"}])

    def declare_x(self):
        self.write("tables/raw_x.toml", 'about = "Something a season."\nkey = ["season"]\ngrain = "season"\n[columns]\n'
                   'season = { type = "VARCHAR", about = "It." }\nn = { type = "INTEGER", about = "A number." }\n')

    def own_x(self, season, n):
        duckdb.sql(f"COPY (SELECT '{season}' AS season, {n}::INTEGER AS n) TO '{self.project}/data/raw_x/season={season}/a.parquet'")


    def test_a_game_without_a_box_moves_past_another(self):
        self.write("data/box_2021-22.csv", "\n".join(line for line in BOXES["2021-22"].split() if not line.startswith(("G2", "G3"))) + "\n")
        self.fill()
        self.write("data/games_2021-22.csv", GAMES["2021-22"].replace("G2,2021-10-20", "G2,2021-10-23"))
        self.assert_same(code=0)


class Seeds(Scratch):
    STARRED = DOWN.replace('up = "season before"', 'up = "season before"\nstars = "whole"').replace("total = ", 'weight = "Of the star."\ntotal = ').replace(
        "coalesce(", "(SELECT max(s.b) FROM stars s WHERE s.a = 1) AS weight, coalesce(")

    def test_a_header_is_a_part_of_a_seed(self):
        self.write("models/down.sql", self.STARRED)
        self.fill()
        self.write("seeds/stars.csv", "b,a\n1,2\n3,4\n")
        self.assert_same(code=0)
        self.write("seeds/stars.csv", "a,b\n1,2\n3,4\n")
        self.assert_same(code=0)

    def test_a_column_gets_another_name(self):
        self.write("models/down.sql", self.STARRED)
        self.fill()
        self.write("seeds/stars.csv", "a,weight\n1,2\n3,4\n")
        self.write("models/down.sql", self.STARRED.replace("s.b", "s.weight"))
        self.assert_same(code=0)

    def test_a_column_gets_another_type(self):
        self.write("seeds/stars.csv", "a,b\n1,1\n3,0\n")
        self.fill()
        self.write("seeds/stars.csv", "a,b\n1,true\n3,false\n")
        self.assert_same(code=0)


class Models(Scratch):
    def test_two_columns_swap_their_names(self):
        self.fill()
        self.edit("models/up.sql", 'x = "Points."\ny = "Ten times the points."', 'y = "Points."\nx = "Ten times the points."')
        self.edit("models/up.sql", "b.points AS x, b.points * 10 AS y", "b.points AS y, b.points * 10 AS x")
        self.assert_same(code=0)
        self.write("models/up.sql", UP)
        self.assert_same(code=0)

    def test_a_column_that_is_read_gets_another_name(self):
        self.fill()
        self.edit("models/up.sql", 'x = "Points."', 'pts = "Points."')
        self.edit("models/up.sql", "b.points AS x", "b.points AS pts")
        self.edit("models/up.sql", "WHERE x > 900", "WHERE pts > 900")
        self.assert_same(code=2)
        self.edit("models/down.sql", "sum(u.x)", "sum(u.pts)")
        self.assert_same(code=0)

    def test_a_column_gets_another_type(self):
        self.edit("models/up.sql", "b.points AS x", "CAST(b.points * 10 AS BIGINT) AS x")
        self.fill()
        self.edit("models/up.sql", "CAST(b.points * 10 AS BIGINT) AS x", "CAST(b.points AS DECIMAL(18,1)) AS x")
        self.assert_same(code=0)

    def test_the_start_of_the_season_without_its_name(self):
        self.write("models/start.sql", '/* backcourt\nabout = "When a season starts."\ndate = "game_date"\nkey = ["game_date"]\n[columns]\ngame_date = "D."\nseason = "It."\nseason_year = "Its year."\n'
                   'season_start = "Its first date."\n*/\nSELECT d.* FROM dates d\n')
        self.fill()
        self.write("data/games_2021-22.csv", GAMES["2021-22"] + "G0,2021-10-17,AAA,CCC,90,91\n")
        self.assert_same(code=0)

    def test_the_date_of_a_model_changes(self):
        self.write("models/up.sql", NEXT_DAY)
        self.fill()
        self.edit("models/up.sql", 'date  = "game_date"', 'date  = "next_day"')
        self.edit("models/up.sql", "d ON d.game_date = b.game_date", "d ON d.game_date = b.game_date + 1")
        self.edit("models/up.sql", 'raw_box = "same date"', 'raw_box = "1 days before"')
        self.edit("models/down.sql", "u.game_date < d.game_date", "u.next_day < d.game_date")
        self.edit("models/up.sql", 'key   = ["game_id", "player_id"]', 'key   = ["game_id", "player_id", "next_day"]')
        self.assert_same(code=0)
        self.write("models/up.sql", NEXT_DAY)
        self.write("models/down.sql", DOWN)
        self.assert_same(code=0)

    def test_a_game_moves_while_a_model_has_never_been_filled(self):
        self.edit("models/down.sql", "*/", '[checks]\n"none" = "SELECT * FROM this"\n*/')
        self.fill(code=2)
        self.write("data/games_2021-22.csv", GAMES["2021-22"].replace("G2,2021-10-20", "G2,2021-10-23"))
        self.assert_same(code=2)
        self.write("models/down.sql", DOWN)
        self.assert_same(code=0)

    def test_the_date_of_a_model_changes_while_a_game_moves(self):
        self.write("models/up.sql", NEXT_DAY)
        self.fill()
        self.edit("models/up.sql", 'date  = "game_date"', 'date  = "day_after"')
        self.edit("models/up.sql", 'next_day = "The day after."', 'day_after = "The day after."')
        self.edit("models/up.sql", "AS next_day", "AS day_after")
        self.edit("models/up.sql", "d ON d.game_date = b.game_date", "d ON d.game_date = b.game_date + 1")
        self.edit("models/up.sql", 'raw_box = "same date"', 'raw_box = "1 days before"')
        self.edit("models/down.sql", "u.game_date < d.game_date", "u.day_after < d.game_date")
        self.edit("models/up.sql", 'key   = ["game_id", "player_id"]', 'key   = ["game_id", "player_id", "day_after"]')
        self.write("data/games_2021-22.csv", GAMES["2021-22"].replace("G2,2021-10-20", "G2,2021-10-23"))
        self.assert_same(code=0)

    def test_a_table_becomes_a_view_and_a_table_again(self):
        self.fill()
        self.edit("models/down.sql", 'key   = ["game_date"]', 'key   = ["game_date"]\nmaterialized = "view"')
        view = self.project / "models/down.sql"
        view.write_text(view.read_text().replace("FROM dates d LEFT JOIN up u ON u.game_date < d.game_date AND u.game_date >= d.season_start", "FROM up d LEFT JOIN up u ON u.game_date < d.game_date"))
        self.assert_same(code=0)
        self.write("data/box_2021-22.csv", BOXES["2021-22"].replace("G1,AAA,1,30", "G1,AAA,1,31"))
        self.assert_same(code=0)
        self.write("models/down.sql", DOWN)
        self.assert_same(code=0)

    def test_a_view_becomes_a_seed(self):
        view = DOWN.replace('key   = ["game_date"]', 'key   = ["game_date"]\nmaterialized = "view"').replace("FROM dates d LEFT JOIN up u ON u.game_date < d.game_date AND u.game_date >= d.season_start", "FROM up d LEFT JOIN up u ON u.game_date < d.game_date")
        self.write("models/last.sql", view)
        self.fill()
        self.remove("models/last.sql")
        self.write("seeds/last.csv", "a,b\n1,2\n")
        self.assert_same(code=0)

    def test_a_model_that_reads_a_view_is_refused(self):
        self.edit("models/up.sql", 'key   = ["game_id", "player_id"]', 'key   = ["game_id", "player_id"]\nmaterialized = "view"')
        code, said = self.try_program("backfill", "all")
        self.assertEqual(code, 1, said)
        self.assertIn("models/down.sql:", said)
        self.assertIn("view", said)

    def test_a_model_becomes_a_raw_table_of_its_name(self):
        copy = UP.replace("raw_box", "raw_results").replace("b.player_id, ", "").replace('player_id = "The player."\n', "").replace(', "player_id"]', "]").replace("b.points", "b.home_points")
        self.write("models/extra.sql", copy)
        self.fill()
        self.remove("models/extra.sql")
        self.write("tables/extra.toml", 'about = "Was a model."\nkey = ["game_id"]\ngrain = "date"\ndate = "game_date"\nunit = "game_id"\n[columns]\ngame_id = { type = "VARCHAR", about = "The game." }\n'
                   'game_date = { type = "DATE", about = "Its day." }\nx = { type = "INTEGER", about = "Points." }\ny = { type = "INTEGER", about = "Ten times." }\n')
        self.write("sources/extra.sql", '/* backcourt\nabout = "Results."\ntable = "extra"\nfeeds = ["games"]\n*/\nSELECT game_id, game_date, home_points AS x, home_points + 1 AS y, NULL AS dropped FROM games WHERE game_id = \'G1\'\n')
        self.assert_same(code=0)
        self.remove("tables/extra.toml")
        self.remove("sources/extra.sql")
        self.write("models/extra.sql", copy)
        self.assert_same(code=0)

    def test_the_policy_of_missing_games(self):
        self.write("data/box_2021-22.csv", BOXES["2021-22"].replace("G2,DDD,4,25,40:00\n", ""))
        self.fill()
        self.edit("backcourt.toml", "[calendar]", '[policy]\non_missing_games = "block"\n\n[calendar]')
        self.assert_same(code=3)
        self.edit("backcourt.toml", '"block"', '"partial"')
        self.assert_same(code=0)

    def test_the_number_of_rows_that_is_expected(self):
        self.fill()
        expected = 'key   = ["game_id", "player_id"]\n[rows]\nexpected = "SELECT game_date, 3 AS expected_rows FROM dates"'
        self.edit("models/up.sql", 'key   = ["game_id", "player_id"]', expected)
        self.assert_same(code=2)
        self.write("models/up.sql", UP)
        self.assert_same(code=0)

    def test_the_note_of_a_model(self):
        self.fill()
        self.edit("models/up.sql", 'key   = ["game_id", "player_id"]', 'key   = ["game_id", "player_id"]\nnote = "SELECT game_date, \'noted\' AS note FROM dates"')
        self.assert_same(code=0)
        self.edit("models/up.sql", "noted", "noted otherwise")
        self.assert_same(code=0)

    def test_a_function_that_a_check_uses(self):
        functions = self.project / "functions/duckdb.sql"
        functions.write_text(functions.read_text() + "\nCREATE MACRO most() AS 900;\n")
        self.edit("models/up.sql", "x > 900", "x > most()")
        self.fill()
        functions.write_text(functions.read_text().replace("900", "30"))
        self.assert_same(code=2)
        functions.write_text(functions.read_text().replace("30", "900"))
        self.assert_same(code=0)

    def test_two_models_whose_names_differ_in_case(self):
        self.write("models/Up.sql", UP)
        code, said = self.try_program("backfill", "all")
        self.assertEqual(code, 1, said)
        self.assertIn("p.sql", said)


class RawTables(Scratch):
    def test_a_column_gets_another_type(self):
        self.write("data/box_2021-22.csv", BOXES["2021-22"].replace("G1,AAA,1,30,", "G1,AAA,1,100,"))
        self.fill()
        self.edit("tables/raw_box.toml", 'points = { type = "INTEGER"', 'points = { type = "DOUBLE"')
        self.edit("feeds.toml", 'points = "INTEGER"\nminutes', 'points = "DOUBLE"\nminutes')
        self.write("data/box_2021-22.csv", BOXES["2021-22"].replace("G1,AAA,1,30,", "G1,AAA,1,100.4,"))
        self.assert_same(code=0)

    def test_a_key_becomes_a_text(self):
        self.fill()
        self.edit("tables/raw_box.toml", 'player_id = { type = "BIGINT"', 'player_id = { type = "VARCHAR"')
        self.edit("feeds.toml", 'player_id = "BIGINT"', 'player_id = "VARCHAR"')
        self.assert_same(code=0)
        self.write("data/box_2021-22.csv", BOXES["2021-22"].replace("G1,AAA,1,30,", "G1,AAA,0065,30,").replace("G1,BBB,2,", "G1,BBB,p66,"))
        self.assert_same(code=0)

    def test_the_unit_changes(self):
        self.fill()
        self.edit("tables/raw_box.toml", 'unit  = "game_id"', 'unit  = "player_id"')
        self.write("data/box_2021-22.csv", BOXES["2021-22"].replace("G1,AAA,1,30,", "G1,AAA,1,35,"))
        self.assert_same(code=0)

    def test_the_date_changes(self):
        self.edit("tables/raw_box.toml", 'game_date = { type = "DATE", about = "Its day." }', 'game_date = { type = "DATE", about = "Its day." }\nd2 = { type = "DATE", about = "The day after." }')
        self.edit("sources/box.sql", "s.game_date, b.team", "s.game_date, s.game_date + 1 AS d2, b.team")
        self.fill()
        self.edit("tables/raw_box.toml", 'date  = "game_date"', 'date  = "d2"')
        self.edit("models/up.sql", "b.game_date, b.points AS x", "b.d2 AS game_date, b.points AS x")
        self.edit("models/up.sql", "d.game_date = b.game_date", "d.game_date = b.d2")
        self.assert_same()
        self.write("data/box_2021-22.csv", BOXES["2021-22"].replace("G1,BBB,2,20,30:00\n", ""))
        self.assert_same()

    def test_the_key_changes(self):
        self.fill()
        self.edit("tables/raw_box.toml", 'key   = ["game_id", "player_id"]', 'key   = ["game_id"]')
        self.assert_same()
        self.edit("tables/raw_box.toml", 'key   = ["game_id"]', 'key   = ["game_id", "player_id"]')
        self.assert_same(code=0)

    def test_rows_that_may_be_read_ahead(self):
        self.edit("tables/raw_schedule.toml", "ahead = \"game_type = 'regular'\"\n", "")
        self.fill()
        self.edit("tables/raw_schedule.toml", 'unit  = "game_id"', 'unit  = "game_id"\nahead = "game_type = \'regular\'"')
        self.write("models/left.sql", '/* backcourt\nabout = "Games ahead."\ndate = "game_date"\nkey = ["game_date"]\n[reads]\nraw_schedule = "season ahead"\n[columns]\ngame_date = "D."\nn = "Games."\n*/\n'
                   "SELECT d.game_date, CAST(count(s.game_id) AS INTEGER) AS n FROM dates d LEFT JOIN raw_schedule s ON s.game_date > d.game_date AND s.season = d.season GROUP BY 1\n")
        self.assert_same(code=0)
        self.write("data/games_2021-22.csv", GAMES["2021-22"].replace("G4,2021-10-25,DDD,AAA,77,78\n", ""))
        self.assert_same()

    def test_a_source_comes_and_goes(self):
        self.fill()
        self.write("sources/better.sql", '/* backcourt\nabout = "Points of the home team are more."\ntable = "raw_results"\nfeeds = ["games"]\nrank = 1\n*/\nSELECT game_id, game_date, home_points + 1 AS home_points, away_points, NULL AS dropped FROM games\n')
        self.assert_same(code=0)
        self.remove("sources/better.sql")
        self.assert_same(code=0)

    def test_the_only_source_of_a_table_goes(self):
        self.fill()
        source = (self.project / "sources/box.sql").read_text()
        self.remove("sources/box.sql")
        self.assert_same()
        self.write("sources/box.sql", source)
        self.assert_same(code=0)

    def test_a_bad_file_in_the_load_that_changes_a_declaration(self):
        self.fill()
        before = self.query("SELECT * FROM raw_box ORDER BY ALL")
        self.edit("tables/raw_box.toml", "points = {", "pts = {")
        self.edit("sources/box.sql", "b.points,", "b.points AS pts,")
        self.edit("models/up.sql", "b.points", "b.pts")
        self.write("data/box_2021-22.csv", BOXES["2021-22"].replace("G1,AAA,1,30,", "G1,AAA,1,many,"))
        code, said = self.try_program("load")
        self.assertEqual(code, 4, said)
        self.assertEqual(self.query("SELECT * FROM raw_box ORDER BY ALL"), before)
        self.write("data/box_2021-22.csv", BOXES["2021-22"])
        self.assert_same(code=0)

    def test_the_calendar_counts_no_game(self):
        self.fill()
        self.edit("backcourt.toml", '["regular"]', '["playoffs"]')
        said = self.assert_same(code=1)
        self.assertNotIn("no schedule", said)
        self.assertIn("playoffs", said)


class Tokens(Scratch):
    def literal(self, before, after):
        self.edit("models/up.sql", 'x = "Points."', 'word = "A word."\nx = "Points."')
        self.edit("models/up.sql", "b.points AS x", f"{before} AS word, b.points AS x")
        self.fill()
        self.edit("models/up.sql", before, after)
        self.assert_same(code=0)

    def test_dollar_quotes(self):
        self.literal("$$Win$$", "$$WIN$$")

    def test_dollar_quotes_with_a_tag(self):
        self.literal("$a$it's -- Win$a$", "$a$it's -- WIN$a$")

    def test_escaped_strings(self):
        self.literal("E'it\\'s ' || 'Win'", "E'it\\'s ' || 'WIN'")

    def test_a_comment_that_is_none(self):
        self.literal("E'it\\'s -- a' || 'Win'", "E'it\\'s -- a' || 'WIN'")

    def test_comments_in_comments(self):
        self.literal("/* a /* b */ -- */ 'Win'", "/* a /* b */ -- */ 'WIN'")

    def function(self, declared, used):
        functions = self.project / "functions/duckdb.sql"
        functions.write_text(functions.read_text() + f"\nCREATE MACRO {declared} AS a + 1;\n")
        self.edit("models/up.sql", "b.points AS x", f"{used} AS x")
        self.fill()
        functions.write_text(functions.read_text().replace("a + 1", "a + 2"))
        self.assert_same(code=0)

    def test_a_function_by_a_quoted_name(self):
        self.function('"bump"(a)', "bump(b.points)")

    def test_a_quoted_name_of_a_function(self):
        self.function("bump(a)", '"bump"(b.points)')

    def test_a_volatile_function_in_a_function(self):
        functions = self.project / "functions/duckdb.sql"
        functions.write_text(functions.read_text() + "\nCREATE MACRO noise() AS random();\nCREATE MACRO louder() AS noise() * 2;\n")
        self.edit("models/up.sql", "b.points AS x", "b.points + louder() AS x")
        code, said = self.try_program("backfill", "all")
        self.assertEqual(code, 1, said)
        self.assertIn("louder", said)

    def test_a_function_that_names_a_raw_table(self):
        functions = self.project / "functions/duckdb.sql"
        functions.write_text(functions.read_text() + "\nCREATE MACRO games() AS (SELECT count(*) FROM raw_results);\n")
        self.assertEqual(self.try_program("status")[0], 0)  # what reads only the ledger needs none
        for command in ("plan", "load"):
            code, said = self.try_program(command)
            self.assertEqual(code, 1, said)
            self.assertIn("functions/duckdb.sql", said)
            self.assertIn("raw_results", said)


class Corrected(Scratch):
    def test_a_value_that_is_corrected_costs_nothing(self):
        self.fill()
        before = self.digests()
        self.write("data/box_2021-22.csv", BOXES["2021-22"].replace("G1,AAA,1,30,", "G1,AAA,1,950,"))
        self.fill(code=2)
        self.write("data/box_2021-22.csv", BOXES["2021-22"])
        said = self.assert_same(code=0)
        self.assertNotIn("cells filled", said.replace("0 cells filled", ""))
        self.assertEqual(self.digests(), before)
        self.assertIn("nothing to do", self.fill())

    def test_a_failed_date_costs_what_truly_changes(self):
        self.fill()
        self.write("data/box_2021-22.csv", BOXES["2021-22"].replace("G1,AAA,1,30,", "G1,AAA,1,950,"))
        self.fill(code=2)
        self.write("data/box_2021-22.csv", BOXES["2021-22"].replace("G1,AAA,1,30,", "G1,AAA,1,31,"))
        self.assertIn("4 cells filled", self.assert_same(code=0))  # up of the date, down of the three behind it


class RawRows(Scratch):
    def change(self, sql):
        with duckdb.connect(str(self.project / "warehouse.duckdb")) as file:
            file.execute(sql)

    def test_raw_tables_are_compared_with_their_files(self):
        self.fill()
        self.assertIn("all agree", self.run_program("verify", "--raw", "--all"))
        self.assertIn("all agree", self.run_program("verify", "--raw"))
        before = self.query("SELECT * FROM backcourt.runs ORDER BY run")
        for wrong, told in (("UPDATE raw_box SET points = 31 WHERE game_id = 'G1' AND player_id = 1", "points is 31, the file says 30"),
                            ("DELETE FROM raw_box WHERE game_id = 'H2' AND player_id = 3", "and the table does not"),
                            ("INSERT INTO raw_results SELECT * FROM raw_results WHERE game_id = 'G2'", "has the row 2 times, the files 1 time"),
                            ("INSERT INTO raw_results VALUES ('X9', DATE '2021-10-20', 1, 2)", "no file gives this row"),
                            ("UPDATE stars SET b = 9", "stars")):
            self.change(wrong)
            said = self.run_program("verify", "--raw", "--all", code=2)
            self.assertIn(told, said)
        self.assertIn("box 2021-22", self.run_program("verify", "--raw", "--season", "2021-22", code=2))
        self.assertEqual(self.query("SELECT * FROM backcourt.runs ORDER BY run"), before)
        self.write("data/box_2021-22.csv", BOXES["2021-22"] + "G4,AAA,9,1,10:00\n")
        self.assertIn("backcourt load", self.run_program("verify", "--raw", code=1))


if __name__ == "__main__":
    unittest.main()

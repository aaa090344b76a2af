"""Queries that want more than to read, clients that misbehave, files and names made to hurt."""

import contextlib
import gzip
import json
import os
import random
import shutil
import socket
import subprocess
import time
import unittest

from tests.kit.program import BACKCOURT
from tests.kit.toy import Toy

ENDLESS = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range * b.range = -1"


class Query(Toy):
    REFUSED = ["SELECT * FROM secret.csv", 'SELECT * FROM "{folder}/secret".csv', 'SELECT * FROM "{folder}".secret.csv', "TABLE secret.csv", "FROM (SUMMARIZE secret.csv)", "FROM (DESCRIBE secret.csv)",
               "FROM (SHOW secret.csv)", "SELECT * FROM main.csv", "SELECT * FROM 'secret.csv'", "SELECT * FROM '{folder}/secret.csv' AT (VERSION => 1)", "SELECT * FROM \"https://127.0.0.1/x.csv\"",
               'WITH "secret.csv" AS (SELECT 1 AS one) SELECT * FROM "secret.csv"', 'SELECT * FROM (WITH "secret.csv" AS (SELECT 1) SELECT 1), "secret.csv"',
               'SELECT (WITH x AS (SELECT * FROM secret.csv) SELECT max(b) FROM x)', "SELECT * FROM read_csv('secret.csv')", "SELECT * FROM system.main.read_csv('secret.csv')",
               "SELECT (SELECT content FROM read_text('secret.csv'))", "SELECT 1 WHERE EXISTS (FROM glob('/*'))", "SELECT x.* FROM range(1), LATERAL read_blob('secret.csv') x", "SELECT * FROM query('FROM secret.csv')",
               "SELECT * FROM query_table(['secret.csv'])", "SELECT * FROM json_execute_serialized_sql('{{}}')", "SELECT * FROM read_duckdb('warehouse.duckdb')", "SELECT * FROM duckdb_secrets()", "SELECT * FROM sniff_csv('secret.csv')",
               "SELECT current_setting('temp_directory')", "SELECT getenv('HOME')", "SELECT getvariable('x')", "SELECT nextval('x')", "SELECT write_log('x')", "FROM pragma_table_info('player_games')", "FROM duckdb_settings()",
               "COPY (SELECT 1) TO '{folder}/made'", "COPY player_games FROM 'secret.csv'", "ATTACH '{folder}/made' AS other", "DETACH wh", "EXPORT DATABASE '{folder}/made'", "IMPORT DATABASE '{folder}'", "INSTALL httpfs", "LOAD '/x'",
               "PRAGMA database_size", "SET memory_limit = '1TB'", "RESET threads", "CALL force_checkpoint()", "CHECKPOINT", "VACUUM", "BEGIN", "DROP TABLE player_games", "DELETE FROM player_games", "UPDATE player_games SET points = 1",
               "CREATE TABLE made AS SELECT 1", "CREATE TEMP MACRO f() AS TABLE FROM 'secret.csv'", "PREPARE p AS SELECT 1", "EXECUTE p", "EXPLAIN ANALYZE DELETE FROM player_games", "WITH x AS (DELETE FROM player_games RETURNING *) FROM x",
               "SELECT 1; DELETE FROM player_games", "SELECT 1) q; DELETE FROM player_games; SELECT * FROM (SELECT 1", "SELECT 1 /* ", "", ";", "FROM nowhere.nothing", "SELECT * FROM player_games ORDER BY (SELECT max(b) FROM secret.csv)"]
    ALLOWED = ["FROM player_games", "SELECT 1 -- said at the end", "SELECT 1;  ", "FROM main.player_games", "FROM wh.main.player_games", "FROM wh.player_games", "FROM backcourt.cells", "FROM (DESCRIBE player_games)", "FROM (SHOW TABLES)",
               "FROM (SUMMARIZE player_games)", "FROM information_schema.tables", "FROM duckdb_tables()", "SELECT * FROM range(3)", "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r WHERE i < 3) FROM r", "SELECT unnest([1, 2])",
               "SELECT player_games.points FROM player_games", "SELECT ratio(1, 2)", "VALUES (1)", "(SELECT 1) UNION ALL (SELECT 2) ORDER BY 1"]

    def setUp(self):
        super().setUp()
        self.run_program("backfill")
        for name in ("secret.csv", "main.csv"):
            for folder in (self.project, self.folder):
                (folder / name).write_text("a,b\n1,hidden\n")

    def test_only_reads_the_warehouse(self):
        before = self.digests()
        names = sorted(self.folder.rglob("*"))
        for sql in self.REFUSED:
            with self.subTest(sql=sql):
                out = self.run_program("query", sql.format(folder=self.folder), code=1)
                self.assertNotIn("hidden", out)
        self.assertEqual(self.digests(), before)
        self.assertEqual(sorted(self.folder.rglob("*")), names)

    def test_reads_all_of_it(self):
        for sql in self.ALLOWED:
            with self.subTest(sql=sql):
                self.run_program("query", sql)

    def test_an_answer_has_its_limits(self):
        self.assertIn("more than 1,000,000 rows", self.run_program("query", "FROM range(1000001)", "--format", "csv", code=1))
        self.assertEqual(len(self.run_program("query", "FROM range(300)", "--format", "csv").splitlines()), 301)
        self.assertIn("the first 200 rows", self.run_program("query", "FROM range(300)"))
        self.assertIn("larger than 1 GB", self.run_program("query", "SELECT repeat('x', 200000000) FROM range(6)", "--format", "csv", code=2))

    def test_an_endless_query_is_ended_after_a_minute(self):
        self.edit("backcourt.toml", 'path = "warehouse.duckdb"', 'path = "warehouse.duckdb"\nthreads = 1')  # the rest of the machine is not needed
        self.assertIn("the query was ended after 60", self.run_program("query", ENDLESS, code=130))

    def test_a_failed_output_leaves_no_file(self):
        out = self.folder / "out.csv"
        self.run_program("query", "SELECT error('no') FROM player_games", "--format", "csv", "--output", str(out), code=1)
        self.assertEqual([path.name for path in self.folder.glob("out*")], [])


class Clients(Toy):
    """Of a holder that is held before its first commit."""

    def setUp(self):
        super().setUp()
        self.run_program("load")
        self.held = self.folder / "held"
        self.holder = subprocess.Popen([BACKCOURT, "backfill"], cwd=self.project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "BACKCOURT_FAULT": f"fill-commit:player_games wait {self.held}"})
        self.addCleanup(self.holder.wait)
        self.addCleanup(self.holder.kill)
        self.until(self.held.exists)

    def until(self, true, seconds=60):
        end = time.monotonic() + seconds
        while not true():
            self.assertLess(time.monotonic(), end, "it never happened")
            time.sleep(0.02)

    def threads(self):
        return len(os.listdir(f"/proc/{self.holder.pid}/task"))

    def connect(self):
        client = socket.socket(socket.AF_UNIX)
        client.connect(str(self.project / "warehouse.duckdb.sock"))
        self.addCleanup(client.close)
        return client

    def release(self):
        self.held.unlink()
        self.assertEqual(self.holder.wait(60), 0)
        self.assertIn("all agree", self.run_program("verify", "--all"))

    def test_a_query_whose_client_is_gone_ends(self):
        self.run_program("query", "SELECT 1")
        before = self.threads()
        client = subprocess.Popen([BACKCOURT, "query", ENDLESS], cwd=self.project)
        self.until(lambda: self.threads() > before)
        client.kill()
        client.wait()
        self.until(lambda: self.threads() <= before)
        self.release()

    def test_an_endless_query_does_not_hold_up_the_end(self):
        client = subprocess.Popen([BACKCOURT, "query", ENDLESS], cwd=self.project, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(client.stderr.close)
        before = self.threads()
        self.until(lambda: self.threads() != before or client.poll() is None)
        self.held.unlink()
        self.assertEqual(self.holder.wait(30), 0)
        client.terminate()  # it goes on in its own process, for a minute
        self.assertEqual(client.wait(10), 130)
        self.assertIn("all agree", self.run_program("verify", "--all"))

    def test_what_is_no_request_disturbs_nobody(self):
        rng = random.Random(4)
        lines = [b"", b"\n", b"\r\n\r\n", b"{}\n", b"[" * 100_000 + b"\n", b"\xff\xfe\n", b"x" * 3_000_000, b'{"arguments": ["status"]}\n', b"GET / HTTP/1.1\r\n\r\n", b"POST /v1/ HTTP/1.1\r\n\r\n",
                 b"POST /v1/status HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", b"POST /v1/status HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", b"POST /v1/status HTTP/1.1\r\nX: " + b"x" * 100_000]
        bodies = [b"", b"null", b"[]", b"{", b'{"table": {}}', b'{"sql": 3}', b'{"sql": "SELECT 1\\u0000"}', b'{"sql": "\xff"}', b'{"project": "/nowhere", "x": [[[]]]}', b"[" * 100_000, b"{" * 2_000_000]
        lines += [b"POST /v1/%s HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (verb, len(body), body) for verb in (b"status", b"query", b"why", b"plan", b"backfill", b"stop2") for body in bodies]
        lines += [bytes(rng.randrange(256) for _ in range(rng.randrange(200))) + b"\n" for _ in range(50)]
        for line in lines:
            client = self.connect()
            try:
                client.sendall(line)
                client.shutdown(socket.SHUT_WR)
                while client.recv(65536):
                    pass
            except (BrokenPipeError, ConnectionResetError):
                pass
            client.close()
        self.assertIn("player_games", self.run_program("status"))
        self.release()

    def test_clients_that_say_nothing_are_put_up_with(self):
        silent = [self.connect() for _ in range(70)]
        begun = time.monotonic()
        self.release()
        self.assertLess(time.monotonic() - begun, 30)
        del silent


class Files(Toy):
    """A pack of models and files as they could come from anywhere."""

    BOX = "game_id,team,player_id,points,minutes\n"

    def write_box(self, text):
        (self.project / "data" / "box_2021-22.csv").unlink(missing_ok=True)
        with gzip.open(self.project / "data" / "box_2021-22.csv.gz", "wb", compresslevel=1) as file:
            for part in text:
                file.write(part)
        self.edit("feeds.toml", 'path  = "box_{season}.csv"', 'path  = "box_{season}.csv.gz"')

    @contextlib.contextmanager
    def refused(self, *said):
        """A load that is told in a few lines, and changes nothing."""
        self.run_program("load")
        before = self.digests()
        yield
        out = self.run_program("load", code=4)
        for part in said:
            self.assertIn(part, out)
        self.assertLess(len(out), 5000)
        self.assertEqual(self.digests(), before)

    def test_names_with_quotes_unicode_and_blanks(self):
        for name in ["it's", 'say "so"', "two words", "Dončić 🏀", "semi;colon -- and more", "back\\slash", "per%cent{}", "line\nbreak"]:
            with self.subTest(name=name):
                project = self.folder / name
                shutil.copytree(self.project, project, ignore=shutil.ignore_patterns("warehouse*"))
                data = project / f"data of {name}"
                (project / "data").rename(data)
                text = (project / "backcourt.toml").read_text()
                quoted = json.dumps(data.name, ensure_ascii=False)
                (project / "backcourt.toml").write_text(text.replace('"data"', quoted).replace('"warehouse.duckdb"', json.dumps(f"{name}.duckdb", ensure_ascii=False)))
                out = self.run_program("backfill", cwd=project)
                self.assertIn("18 cells filled (42 rows)", out)
                self.assertIn("all agree to the bit", self.run_program("verify", "--all", cwd=project))
                self.run_program("export", str(self.folder / f"out of {name}"), cwd=project)
                self.run_program("query", "FROM player_form", "--format", "csv", "--output", str(project / f"{name}.csv"), cwd=project)
                self.assertEqual(len((project / f"{name}.csv").read_text().splitlines()), len(self.run_program("query", "FROM player_form", "--format", "csv", cwd=project).splitlines()))
                self.assertIn("player_games", self.run_program("status", cwd=project))

    def test_identifiers_with_quotes_unicode_and_blanks(self):
        for i, name in enumerate(['a "word"', "it's", "Spieler Größe", "select", "semi;colon", "-- none"]):
            with self.subTest(name=name):
                project = self.folder / f"named{i}"
                shutil.copytree(self.project, project, ignore=shutil.ignore_patterns("warehouse*"))
                box = project / "data" / "box_2021-22.csv"
                field = '"' + name.replace('"', '""') + '"'
                box.write_text(box.read_text().replace("points", field, 1))
                key = json.dumps(name, ensure_ascii=False)
                feeds = (project / "feeds.toml").read_text()
                (project / "feeds.toml").write_text(feeds.replace('\npoints = "INTEGER"', f'\n{key} = "INTEGER"'))
                source = project / "sources" / "box.sql"
                source.write_text(source.read_text().replace("b.points", f"b.{field} AS points"))
                model = project / "models" / "analytics" / "player_games.sql"
                model.write_text(model.read_text().replace('points = "Points."', f'points = "Points."\n{key} = "Points again."').replace("b.points\nFROM", f"b.points, b.points AS {field}\nFROM"))
                self.run_program("backfill", cwd=project)
                self.assertIn("all agree to the bit", self.run_program("verify", "--all", cwd=project))
                rows = self.run_program("query", f"SELECT sum({field}) AS n FROM player_games", "--format", "json", cwd=project)
                self.assertEqual(json.loads(rows), {"n": 231})
                self.assertIn("78 items", self.run_program("check", cwd=project, code=2))  # the toy league has one game to come
                self.run_program("docs", cwd=project)

    def test_a_value_of_ten_megabytes(self):
        with self.refused("box_2021-22.csv"):
            self.edit("data/box_2021-22.csv", "G3,CCC,3,12", "G3," + "C" * 10_000_000 + ",3,12")

    def test_a_header_of_ten_megabytes(self):
        with self.refused("box_2021-22.csv"):
            self.edit("data/box_2021-22.csv", "points,", "x" * 10_000_000 + ",")

    def test_ten_megabytes_of_fields(self):
        with self.refused("box_2021-22.csv"):
            self.edit("data/box_2021-22.csv", "G3,CCC,3,12", "G3,CCC,3,12" + "," * 10_000_000)

    def test_a_line_of_ten_megabytes_in_what_we_read(self):
        long = "x" * 10_000_000
        for name, old, new in [("backcourt.toml", 'name = "toy"', f'name = "toy"\n{long} = 1'), ("models/analytics/player_games.sql", 'about = "One', f'{long} = 1\nabout = "One'),
                               ("feeds.toml", "[box]", f"[box]\n{long} = 3"), ("tables/raw_box.toml", "grain", f"{long} = 1\ngrain")]:
            with self.subTest(name=name):
                self.edit(name, old, new)
                out = self.run_program("backfill", code=1)
                self.assertIn(name, out)
                self.assertLess(len(out), 5000)
                self.edit(name, new, old)

    def test_a_last_line_that_the_engine_would_take_for_none(self):
        box = self.project / "data" / "box_2021-22.csv"
        sound = box.read_text()
        for end in ("", "\n", "\nG3,CCC,9,1,1:00\n"):
            with self.subTest(end=end), self.refused("box_2021-22.csv has a line longer than 2 MB"):
                box.write_text(sound + "x" * 40_000_000 + end)
            box.write_text(sound)

    def test_the_same_compressed_and_no_bomb_by_its_size(self):
        noise = random.Random(3).randbytes(10_000).hex().encode()
        with self.refused("box_2021-22.csv.gz has a line longer than 2 MB"):
            self.write_box([self.BOX.encode(), b"G1,AAA,1,30,36:10\n", *[noise] * 2000])

    def test_a_compressed_file_of_several_parts(self):
        self.write_box([self.BOX.encode(), b"G1,AAA,1,30,36:10\n"])
        with (self.project / "data" / "box_2021-22.csv.gz").open("ab") as file:
            file.write(gzip.compress(b"G3,CCC,3,12,1:00\n"))
        self.run_program("load")
        self.assertEqual(self.query("SELECT count(*) AS n FROM raw_box"), [{"n": 2}])
        with self.refused("box_2021-22.csv.gz", "100 times its size"), (self.project / "data" / "box_2021-22.csv.gz").open("ab") as file:
            for _ in range(2):
                file.write(gzip.compress(b"G1,AAA,1,30,36:10\n" * 4_000_000))

    def test_a_zip_bomb_of_one_line(self):
        with self.refused("box_2021-22.csv.gz", "100 times its size"):
            self.write_box([self.BOX.encode(), *[b"x" * (1 << 20)] * 256])

    def test_a_zip_bomb_of_many_lines(self):
        with self.refused("box_2021-22.csv.gz", "100 times its size"):
            self.write_box([self.BOX.encode(), *[b"G1,AAA,1,30,36:10\n" * 60_000] * 250])

    def test_a_zip_bomb_that_fits_no_memory(self):
        """Rows that all parse, of more bytes than the limit: the disk takes them or an error tells."""
        self.edit("backcourt.toml", 'path = "warehouse.duckdb"', 'path = "warehouse.duckdb"\nmemory_limit = "100MB"')
        self.run_program("load")
        before = self.digests()
        self.write_box([self.BOX.encode(), *[b"G1," + random.Random(5).randbytes(50_000).hex().encode() + b",1,30,36:10\n"] * 5_000])
        peak = self.peak_of("load", code=(2, 4))
        self.assertLess(peak, 1 << 30)
        self.assertEqual(self.digests(), before)

    def peak_of(self, *words, code):
        """The memory that a command took at most, in bytes."""
        log = self.folder / "out"
        with log.open("w") as out:
            process = subprocess.Popen([BACKCOURT, *words], cwd=self.project, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
            _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertIn(process.returncode, code, log.read_text()[:2000])
        self.assertLess(len(log.read_text()), 4000)
        return used.ru_maxrss * 1024

    def test_what_is_no_gzip(self):
        with self.refused("box_2021-22.csv.gz"):
            self.write_box([self.BOX.encode()])
            (self.project / "data" / "box_2021-22.csv.gz").write_bytes(b"\x1f\x8b\x08" + b"\xff" * 1000)


if __name__ == "__main__":
    unittest.main()

"""Queries that want more than to read, clients that misbehave, files and names made to hurt."""

import gzip
import json
import os
import random
import signal
import socket
import subprocess
import time
import unittest
from pathlib import Path

from tests.cli_test import BACKCOURT, Toy

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
        self.release()
        self.assertNotEqual(client.wait(60), 0)

    def test_what_is_no_request_disturbs_nobody(self):
        rng = random.Random(4)
        lines = [b"", b"\n", b"{}\n", b"[]\n", b"null\n", b'{"arguments": 3}\n', b'{"arguments": [1, null, {}]}\n', b'{"arguments": ["query"]}\n', b'{"arguments": ["backfill"]}\n', b'{"arguments": ["query", "SELECT 1\\u0000"]}\n',
                 b"[" * 100_000 + b"\n", b"\xff\xfe\n", b"x" * 3_000_000, b'{"arguments": ["--project", "/nowhere", "status"]}\n']
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


if __name__ == "__main__":
    unittest.main()

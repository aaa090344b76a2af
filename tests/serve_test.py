"""A server, asked by browsers' pages, by shells, by strangers, and by clients that misbehave."""

import json
import re
import signal
import socket
import subprocess
import threading
import time
import unittest
from pathlib import Path

from tests.kit.program import BACKCOURT, ROOT
from tests.kit.serving import Serving


class Together(Serving):
    def test_shells_and_the_page_show_one_truth(self):
        self.serve()
        self.assertIn("18 cells filled", self.run_program("backfill", "all"))
        activities = json.loads(self.ask("GET", "/api/v1/activities")[2])
        self.assertEqual([(one["verb"], one["command"], one["state"]) for one in activities], [("backfill", "backfill all", "done")])
        self.assertEqual(self.run_program("runs").count("backfill all"), 1)
        self.assertIn("Complete through 2021-11-01", self.run_program("status"))
        self.assertEqual(json.loads(self.ask("POST", "/api/v1/status", {})[2])["complete_through"], "2021-11-01")
        self.assertIn("all agree to the bit", self.run_program("verify", "--all"))
        self.assertIn("nothing to load", self.run_program("load"))
        self.assertIn("stopped", self.run_program("stop", "--json"))

    def test_an_error_reaches_the_shell_as_ever(self):
        self.serve()
        self.assertIn("'player_frm' is not a table\n  Try: player_form", self.run_program("backfill", "player_frm", code=1))
        self.edit("models/analytics/player_games.sql", "points < 0", "points > 31")
        self.edit("data/box_2021-22.csv", "G3,AAA,1,31", "G3,AAA,1,35")
        self.assertIn("FAILED", self.run_program("backfill", code=2))

    def test_who_asks_for_the_same_joins(self):
        self.serve()
        self.run_program("load")
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(self.socket_ask("backfill", {}))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        reports = [json.loads(next(line for line in answer.splitlines() if line.startswith('{"report"')))["report"] for answer in answers]
        self.assertEqual(len({report["run"] for report in reports if report["run"]}), 1)
        self.assertEqual(sum(1 for line in self.run_program("runs").splitlines() if "cells filled" in line), 1)

    def test_a_second_server_says_where_the_first_is(self):
        server = self.serve()
        out = self.run_program("serve", "--port", "0", code=5)
        self.assertIn(f"held by process {server.pid}", out)
        self.assertIn(f"http://127.0.0.1:{self.port}/", out)

    def test_a_port_in_use_is_said_and_nothing_is_made(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            out = self.run_program("serve", "--port", str(other.getsockname()[1]), code=1)
        self.assertIn("is in use", out)
        self.assertIn("--port 0", out)
        self.assertFalse((self.project / "warehouse.duckdb").exists())

    def test_a_run_of_the_server_has_a_log(self):
        self.serve()
        self.run_program("load")
        self.edit("models/analytics/player_games.sql", "points < 0", "points > 31")
        self.edit("data/box_2021-22.csv", "G3,AAA,1,31", "G3,AAA,1,35")
        self.run_program("backfill", "all", code=2)
        runs = [one["run"] for one in json.loads(self.run_program("runs", "--json"))]
        self.assertEqual(len(runs), 3)  # the load, and a backfill that loads first
        load = self.run_program("runs", str(runs[2]), "--log")
        self.assertIn("UTC: backcourt load", load)
        for run in runs[:2]:
            [shown] = json.loads(self.ask("POST", "/api/v1/runs", {"run": str(run), "log": True})[2])
            self.assertIn("UTC: backcourt backfill all", shown["log"])
            self.assertIn("FAILED player_games", shown["log"])
            self.assertIn("ended ", shown["log"])
            self.assertNotIn(str(self.folder), shown["log"])

    def test_what_is_not_there_is_404(self):
        self.serve()
        self.run_program("backfill", "all")
        for verb, body in (("runs", {"run": "99"}), ("diff", {"run": "99"}), ("cell", {"table": "nothing", "date": "2021-10-19"}), ("cell", {"table": "player_games", "date": "2021-10-21"}),
                           ("show", {"table": "nothing"}), ("status", {"season": "1900-01"}), ("why", {"table": "player_games", "date": "2021-10-19", "key": "game_id=G1,player_id=99"}),
                           ("plan", {"tables": ["nothing"]})):
            status, _, text = self.ask("POST", f"/api/v1/{verb}", body)
            self.assertEqual((status, set(json.loads(text))), (404, {"error"}), f"{verb} {body} {text}")
        for verb, body in (("runs", {"run": "x"}), ("cell", {"table": "player_games", "date": "x"})):
            self.assertEqual(self.ask("POST", f"/api/v1/{verb}", body)[0], 400)

    def test_a_killed_server_starts_again_where_it_was(self):
        server = self.serve()
        self.run_program("backfill", "all")
        digests = self.digests()
        filling = subprocess.Popen([BACKCOURT, "backfill", "all", "--force"], cwd=self.project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        server.kill()
        server.wait()
        filling.wait(60)
        self.serve()
        self.run_program("backfill", "all")
        self.assertEqual(self.digests(), digests)
        self.assertIn("all agree to the bit", self.run_program("verify", "--all"))

    def test_an_interrupt_ends_it_and_frees_the_warehouse(self):
        server = self.serve()
        server.send_signal(signal.SIGINT)
        self.assertEqual(server.wait(10), 130)
        self.assertIn("18 cells", self.run_program("backfill"))


    def test_no_answer_names_a_folder_of_the_machine(self):
        (self.project / "data").rename(self.folder / "files")
        self.edit("backcourt.toml", 'folder = "data"', f'folder = "{self.folder}/files"')
        self.edit("models/precompute/recent_form.sql", "sum(p.points)", "sum(p.pionts)")
        self.serve()
        self.run_program("backfill", "player_form")
        self.run_program("backfill", "recent_form", code=2)
        (self.folder / "files/box_2021-22.csv").rename(self.folder / "files/box_2020-21.csv")
        (self.folder / "files/games_2021-22.csv").write_text("nothing\n")
        self.run_program("load", code=4)
        requests = {"why": {"table": "player_form", "date": "2021-10-25"}, "cell": {"table": "raw_box", "date": "2021-10-25"}, "runs": {"run": "1"}, "show": {"table": "raw_box"}, "query": {"sql": "SELECT 1"},
                    "dates": {}, "status": {}, "cells": {}, "files": {}, "plan": {}, "graph": {}, "docs": {}, "lint": {}, "doctor": {}, "check": {}, "metrics": {}}
        for verb, request in requests.items():
            with self.subTest(verb):
                status, _, text = self.ask("POST", f"/api/v1/{verb}", request)
                self.assertIn(status, (200, 400, 422), text)
                self.assertNotIn(str(self.folder), text)
        self.assertNotIn(str(self.folder), self.ask("GET", "/api/v1/activities")[2])
        files = json.loads(self.ask("POST", "/api/v1/files", {})[2])
        self.assertEqual([file["path"] for feed in files["feeds"] if feed["feed"] == "box" for file in feed["files"]], ["box_2020-21.csv", "box_2021-22.csv"])
        self.assertIn("games_2021-22.csv", json.loads(self.ask("POST", "/api/v1/runs", {})[2])[0]["summary"])


class Strangers(Serving):
    def test_other_names_and_other_sites_are_refused(self):
        self.serve()
        token = self.page_token()
        for headers, status in (({"Host": "evil.example"}, 421), ({"Host": f"evil.example:{self.port}"}, 421), ({"Sec-Fetch-Site": "cross-site"}, 403), ({"Origin": "http://evil.example"}, 403),
                                ({"Origin": "null"}, 403), ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"}, 403)):
            for target in ("/api/v1/status", "/api/v1/backfill"):
                with self.subTest(headers=headers, target=target):
                    acting = {"X-Backcourt-Token": token[1]} if token else {}
                    self.assertEqual(self.ask("POST", target, {}, {**acting, **headers})[0], status)
        self.assertEqual(json.loads(self.ask("GET", "/api/v1/activities")[2]), [])
        for headers in ({}, {"X-Backcourt-Token": "0" * 48}, {"Authorization": "Bearer "}):
            self.assertEqual(self.ask("POST", "/api/v1/backfill", {}, headers)[0], 403)
        self.assertEqual(self.ask("POST", "/api/v1/status", "{}", {"Content-Type": "text/plain"})[0], 415)
        self.assertEqual(self.ask("OPTIONS", "/api/v1/status", None, {"Origin": "http://evil.example"})[0], 403)

    def test_no_answer_lets_another_site_read_it(self):
        self.serve()
        for method, target in (("GET", "/"), ("GET", "/nothing"), ("POST", "/api/v1/status"), ("GET", "/healthz"), ("GET", "/openapi.json")):
            _, headers, _ = self.ask(method, target, {} if method == "POST" else None)
            self.assertNotIn("Access-Control-Allow-Origin", headers)
            self.assertEqual((headers["X-Content-Type-Options"], headers["X-Frame-Options"]), ("nosniff", "DENY"))
            self.assertNotIn("unsafe", headers["Content-Security-Policy"])

    def test_another_address_takes_a_token(self):
        self.assertIn("--token-file", self.run_program("serve", "--host", "0.0.0.0", "--port", "0", code=1))
        secret = self.folder / "token"
        secret.write_text("short\n")
        self.assertIn("16 or more", self.run_program("serve", "--host", "0.0.0.0", "--port", "0", "--token-file", str(secret), code=1))
        token = "correct-horse-battery"
        secret.write_text(token + "\n")
        self.serve("--host", "0.0.0.0", "--token-file", str(secret))
        self.assertEqual(self.ask("GET", "/healthz")[0], 200)
        for target in ("/api/v1/activities", "/metrics", "/openapi.json", "/assets/x.js"):
            self.assertEqual(self.ask("GET", target)[0], 401)
        status, headers, _ = self.ask("GET", "/", None, {"Accept": "text/html"})
        self.assertEqual((status, headers["Location"]), (303, "/login?to=/"))
        status, headers, _ = self.ask("GET", "/cell/raw_box/2021-10-19?sort=points&desc=1", None, {"Accept": "text/html"})
        self.assertEqual(headers["Location"], "/login?to=/cell/raw_box/2021-10-19%3Fsort%3Dpoints%26desc%3D1")
        self.assertIn('value="/a?b=&quot;c"', self.ask("GET", "/login?to=/a%3Fb%3D%22c")[2])
        self.assertEqual(self.ask("GET", "/login.css")[0], 200)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        self.assertEqual(self.ask("POST", "/login", "token=wrong-horse-battery", form)[0], 403)
        status, headers, _ = self.ask("POST", "/login", f"token={token}", form)
        self.assertEqual(status, 303)
        self.assertRegex(headers["Set-Cookie"], "^backcourt=[0-9a-f]{64}; Path=/; HttpOnly; SameSite=Lax")
        for to, location in (("/runs/3", "/runs/3"), ("//evil.example", "/"), ("https://evil.example", "/"), ("/\\evil.example", "/"), ("/a%0d%0ab", "/"), ("", "/")):
            self.assertEqual(self.ask("POST", "/login", f"token={token}&to={to}", form)[1]["Location"], location)
        cookie = {"Cookie": headers["Set-Cookie"].split(";")[0]}
        self.assertEqual(self.ask("GET", "/api/v1/activities", None, cookie)[0], 200)
        self.assertEqual(self.ask("POST", "/api/v1/load", {}, cookie)[0], 403)  # a cookie comes along by itself
        bearer = {"Authorization": f"Bearer {token}"}
        self.assertEqual(self.ask("POST", "/api/v1/load", {}, bearer)[0], 202)
        self.assertEqual(self.ask("POST", "/api/v1/export", {"folder": "/tmp/out"}, bearer)[0], 403)  # a path of the machine
        for text in ((self.project / "warehouse.duckdb.lock").read_text(), self.run_program("runs")):
            self.assertNotIn(token, text)

    def test_files_hold_all_or_are_refused(self):
        self.serve()
        ask = lambda sql, format: self.ask("POST", "/api/v1/query", {"sql": sql, "format": format})  # noqa: E731
        self.assertEqual(ask("SELECT 1 AS one FROM range(1200000)", "csv")[2].count("\n"), 1_200_001)
        status, _, text = ask("SELECT 1 AS one FROM range(10000001)", "parquet")
        self.assertEqual((status, json.loads(text)["error"]["message"]), (400, "the answer has more than 10,000,000 rows"))
        for sql, said in (("DELETE FROM player_games", "it is not a SELECT, and nothing else is run"), ("", "there is no statement"), ("SELECT 1; SELECT 2", "more than one statement")):
            status, _, text = ask(sql, "table")
            self.assertEqual(status, 400)
            self.assertIn(said, json.loads(text)["error"]["message"])

    def test_a_query_does_not_tell_where_the_engine_has_its_files(self):
        self.serve()
        for view in ("pragma_database_list", "system.main.pragma_database_list", "Duckdb_Databases", "duckdb_logs"):
            status, _, text = self.ask("POST", "/api/v1/query", {"sql": f"SELECT * FROM {view}"})
            self.assertEqual(status, 400, text)
            self.assertIn("is not about rows of the warehouse", text)

    def test_errors_show_no_path_outside_the_project(self):
        self.serve()
        outside = str(self.folder)
        for verb, body in (("query", {"sql": "SELECT * FROM nowhere"}), ("query", {"sql": "SELECT * FROM read_csv('/etc/passwd')"}), ("show", {"table": "nothing"}), ("cell", {"table": "player_games", "date": "x"}),
                           ("status", {"season": "1900-01"}), ("why", {"table": "a", "date": "b"})):
            status, _, text = self.ask("POST", f"/api/v1/{verb}", body)
            self.assertIn(status, (400, 404))
            self.assertEqual(set(json.loads(text)), {"error"}, text)
            self.assertNotIn(outside, text)
            self.assertNotIn(str(ROOT), text)


class Misbehaving(Serving):
    def test_what_is_too_large_is_refused(self):
        self.serve()
        head = b"POST /api/v1/status HTTP/1.1\r\nHost: localhost\r\n"
        self.assertIn(b" 413 ", self.raw(head + b"Content-Length: 99999999\r\n\r\n").split(b"\r\n")[0])
        self.assertIn(b" 431 ", self.raw(head + b"X: " + b"x" * 40000 + b"\r\n\r\n").split(b"\r\n")[0])
        self.assertIn(b" 400 ", self.raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 tls\r\n\r\n").split(b"\r\n")[0])
        self.assertEqual(self.ask("GET", "/healthz")[0], 200)

    def test_slow_and_broken_clients_stop_nobody(self):
        self.serve()
        self.run_program("backfill", "all")
        hanging = []
        for i in range(100):  # half a request, and silence
            stranger = socket.create_connection(("127.0.0.1", self.port))
            stranger.sendall(b"POST /api/v1/status HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{"[: 20 + i])
            hanging.append(stranger)
        deaf = []
        for _ in range(20):  # ask for much, and read nothing
            stranger = socket.create_connection(("127.0.0.1", self.port))
            stranger.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            body = json.dumps({"sql": "SELECT repeat('x', 2000) AS x FROM range(10000)"}).encode()
            stranger.sendall(b"POST /api/v1/query HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            deaf.append(stranger)
        streams = []
        for _ in range(60):  # watch, and read nothing
            stranger = socket.create_connection(("127.0.0.1", self.port))
            stranger.sendall(b"GET /api/v1/changes?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            streams.append(stranger)
        self.assertIn("18 cells filled", self.run_program("backfill", "all", "--force"))
        for _ in range(20):
            self.assertEqual(self.ask("POST", "/api/v1/status", {})[0], 200)
        for stranger in hanging + deaf + streams:
            stranger.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            stranger.close()  # a reset
        self.assertEqual(self.ask("POST", "/api/v1/status", {})[0], 200)

    def test_a_query_ends_when_nobody_waits(self):
        self.serve()
        self.run_program("backfill", "all")
        endless = json.dumps({"sql": "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range * b.range = -1"}).encode()
        for _ in range(6):  # more than may work at the same time
            stranger = socket.create_connection(("127.0.0.1", self.port))
            stranger.sendall(b"POST /api/v1/query HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(endless), endless))
            time.sleep(0.2)
            stranger.close()
        self.assertEqual(json.loads(self.ask("POST", "/api/v1/query", {"sql": "SELECT 1 AS one"})[2])["rows"], [["1"]])

    def test_a_single_huge_value_takes_neither_the_memory_nor_the_minutes_of_the_machine(self):
        server = self.serve()
        self.run_program("backfill", "all")
        peak = lambda: int(re.search(r"VmHWM:\s+(\d+) kB", (Path("/proc") / str(server.pid) / "status").read_text())[1])  # noqa: E731
        before, start = peak(), time.monotonic()
        for sql in ("SELECT repeat('x', 4000000000) AS x", "SELECT length(repeat('x', 2000000000)) AS n", "SELECT list_resize([1], 1000000000) AS x",
                    "SELECT length(printf('%2000000000d', 1)) AS n", "SELECT string_agg(repeat('x', 1000), ',') AS x FROM range(3000000)", "SELECT list(i) AS x FROM range(300000000) t(i)"):
            status, _, text = self.ask("POST", "/api/v1/query", {"sql": sql})
            self.assertEqual((status, json.loads(text)["error"]["message"]), (507, "the answer takes more memory than a query may"), text)
        status, _, text = self.ask("POST", "/api/v1/query", {"sql": "SELECT repeat('x', 70000000) AS x"})
        self.assertEqual(status, 400)
        self.assertIn("larger than the 64 MB", json.loads(text)["error"]["message"])
        self.assertLess(time.monotonic() - start, 60)
        self.assertLess(peak() - before, 1_300_000)
        # It goes on as before.
        self.assertIn("18 cells filled", self.run_program("backfill", "all", "--force"))

    def test_a_stream_goes_on_behind_the_last_event(self):
        self.serve()
        self.run_program("backfill", "all")
        first = self.raw(b"GET /api/v1/activities/a1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").decode()
        numbers = [int(number) for number in re.findall(r"^id: (\d+)", first, re.M)]
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        self.assertIn("event: done", first)
        rest = self.raw(b"GET /api/v1/activities/a1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nLast-Event-ID: 4\r\n\r\n").decode()
        self.assertEqual([int(number) for number in re.findall(r"^id: (\d+)", rest, re.M)], numbers[4:])


if __name__ == "__main__":
    unittest.main()

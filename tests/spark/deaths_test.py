"""The engine Spark: at each step of a publication our process, a worker or the Connect server dies, or the network is cut.

A reader of the lake looks again and again meanwhile: it sees the rows of before or those of after, never some of both."""

import re
import signal
import socket
import threading
import time

from tests.kit.lake import Session, ToyLake

# A batch is staged and checked, its intent is in the ledger, its rows are in the lake.
STEPS = ("lake-staged", "lake-intended", "lake-written")


class Deaths(ToyLake):
    corrected = 0  # how often all lines were
    filled = None  # the project of it

    def test_killed_at_the_other_steps(self):  # the others: short_test.py
        for step, filled in (("lake-raw-file:raw_box", 6), ("lake-raw-written:raw_box", 6)):
            with self.subTest(step):
                self.assert_goes_on(step, filled)

    def test_process_is_killed(self):  # while others read; short_test.py: in a first fill
        for step in (*STEPS, "lake-told"):
            with self.subTest(step), Corrected(self, step) as fill:
                fill.process.kill()
                self.end(fill.process, -signal.SIGKILL)
                filled = "nothing to do" if step in ("lake-written", "lake-told") else "5 cells filled"
                self.assertIn(filled, self.run_in(fill.project, "backfill", "player_games"))

    def test_connect_server_is_killed(self):
        for step in (*STEPS, "lake-told"):
            with self.subTest(step), Corrected(self, step) as fill:
                self.cluster.kill("connect")
                restart = threading.Thread(target=self.cluster.up)
                fill.go_on()
                restart.start()
                fill.end()
                restart.join()

    def test_worker_is_killed(self):  # and its executor with it
        for step in STEPS:
            with self.subTest(step), Corrected(self, step) as fill:
                self.cluster.kill("worker-1")
                fill.go_on()
                fill.end()
                self.cluster.up()

    def test_network_is_cut(self):
        with Proxy(self.cluster.state["port"]) as proxy:
            for step in STEPS:
                with self.subTest(step), Corrected(self, step, uri=f"sc://127.0.0.1:{proxy.port}") as fill:
                    proxy.cut()
                    fill.go_on()
                    for _ in range(3):
                        time.sleep(2)
                        proxy.cut()
                    fill.end()


class Corrected:
    """A filled project of which every line is corrected, by 100 points: the fill of that, one batch, is held at a step while somebody reads."""

    def __init__(self, test, step, uri=None):
        self.test, self.step, self.uri = test, step, uri

    def __enter__(self):
        test = self.test
        if not test.filled:
            test.filled = test.project(uri=self.uri)
            test.run_in(test.filled, "backfill", "player_games")
        self.project = test.filled
        test.corrected += 1
        box = self.project / "data/box_2021-22.csv"
        self.corrected = re.sub(r",(\d+),([\d:]+)\n", lambda line: f",{int(line[1]) + 100},{line[2]}\n", box.read_text())
        box.write_text(self.corrected)
        test.run_in(self.project, "load")
        self.flag = test.folder / f"held{test.corrected}"
        self.process = test.start("backfill", "player_games", "--no-load", fault=f"{self.step}:player_games wait {self.flag}", project=self.project)
        self.reader = Reader(test, re.search(r'database = "(\w+)"', (self.project / "backcourt.toml").read_text())[1], 100 * test.corrected)
        self.reader.start()
        test.wait_for(self.flag)
        return self

    def go_on(self):
        self.flag.unlink()

    def end(self):
        said = self.test.end(self.process)
        self.test.assertIn("5 cells filled", said)

    def __exit__(self, failed, *_):
        self.reader.stop()
        if failed:
            self.process.kill()
            self.process.communicate()
            return
        rows = self.test.rows(self.project, "SELECT game_id, player_id, points FROM player_games ORDER BY 1, 2")
        lines = sorted(line.split(",") for line in self.corrected.splitlines()[1:])
        self.test.assertEqual([(row["game_id"], row["player_id"], row["points"]) for row in rows], [(game, int(player), int(points)) for game, _, player, points, _ in lines])
        self.test.assertEqual(self.test.rows(self.project, "SELECT count(*) AS n FROM backcourt.lake_intents"), [{"n": 0}])
        self.test.assertIn("nothing to do", self.test.run_in(self.project, "backfill", "player_games"))
        self.test.assertEqual(self.reader.seen - {(12, 0), (12, 12)}, set())
        self.test.assertIn((12, 12), self.reader.seen)


class Reader(threading.Thread):
    """Counts the rows of a table, and those that are corrected, in a session of its own: another one where the server has lost it."""

    def __init__(self, test, database, least):
        super().__init__(daemon=True)
        self.uri, self.seen, self.ended = test.cluster.uri, set(), threading.Event()
        self.sql = f"SELECT count(*) AS n, count_if(points >= {least}) AS corrected FROM {database}.player_games"

    def run(self):
        while not self.ended.wait(0.5):
            self.look(lambda: self.ended.wait(0.5))

    def look(self, is_enough):
        try:
            with Session(self.uri) as session:
                while True:
                    self.seen |= set(session.ask(self.sql))
                    if is_enough():
                        return
        except Exception:  # the server is gone, or a worker is
            pass

    def stop(self):
        self.ended.set()
        self.join()
        until = time.monotonic() + 120  # the server has just come back
        while (12, 12) not in self.seen and time.monotonic() < until:
            self.look(lambda: True)
            time.sleep(1)


class Proxy:
    """Passes bytes on to a port, until it is told to cut all connections."""

    def __init__(self, port):
        self.to, self.open = port, []

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()
        self.cut()

    def serve(self):
        while True:
            try:
                here, _ = self.listener.accept()
                there = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                return
            self.open += [here, there]
            for one, other in ((here, there), (there, here)):
                threading.Thread(target=self.pass_on, args=(one, other), daemon=True).start()

    @staticmethod
    def pass_on(one, other):
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            pass
        for end in (one, other):
            end.close()

    def cut(self):
        taken, self.open = self.open, []
        for end in taken:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

"""The engine Spark: a fill whose process, worker or Connect server is killed, or whose network is cut."""

import socket
import threading
import time

from tests.kit.lake import ToyLake


class Deaths(ToyLake):
    def test_killed_at_the_other_steps(self):  # those of the commit: short_test.py
        for step, filled in (("lake-raw-file:raw_box", 6), ("lake-raw-written:raw_box", 6), ("lake-told", 5)):
            with self.subTest(step):
                self.assert_goes_on(step, filled)

    def test_connect_server_is_killed(self):
        for step in ("lake-intended", "lake-written"):
            with self.subTest(step):
                project, process, flag = self.held(step)
                self.cluster.kill("connect")
                restart = threading.Thread(target=self.cluster.up)
                flag.unlink()
                restart.start()
                self.end(process)
                restart.join()
                self.assert_same(project, ["player_games"])

    def test_worker_is_killed(self):  # and its executor with it
        for step in ("lake-intended", "lake-written"):
            with self.subTest(step):
                project, process, flag = self.held(step)
                self.cluster.kill("worker-1")
                flag.unlink()
                self.end(process)
                self.cluster.up()
                self.assert_same(project, ["player_games"])

    def test_network_is_cut(self):
        with Proxy(self.cluster.state["port"]) as proxy:
            project, process, flag = self.held("lake-intended", uri=f"sc://127.0.0.1:{proxy.port}")
            flag.unlink()
            for _ in range(3):
                time.sleep(2)
                proxy.cut()
            self.end(process)
            self.assert_same(project, ["player_games"])


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

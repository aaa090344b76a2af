"""The examples of docs/operating.md are what their readers take."""

import json
import os
import re
import shutil
import subprocess
import time
import unittest

from tests.kit.program import ROOT
from tests.kit.toy import Toy

FOLDER = ROOT / "examples" / "operating"
METRIC = re.compile(r"backcourt_[a-z_]+")
PROMTOOL = ROOT / "build" / "deps" / "promtool"


class Operating(Toy):
    def setUp(self):
        super().setUp()
        self.metrics = set(re.findall(r"^# TYPE (\S+)", self.run_program("metrics"), re.M))

    def known(self, text):
        return {name for name in METRIC.findall(text) if name.removesuffix("_sum").removesuffix("_count") not in self.metrics}

    @unittest.skipUnless(shutil.which("systemd-analyze"), "the machine has no systemd")
    def test_units_are_sound(self):
        for unit in sorted(FOLDER.glob("backcourt*.service")) + sorted(FOLDER.glob("backcourt*.timer")):
            copy = self.folder / unit.name
            copy.write_text(unit.read_text().replace("/usr/local/bin/backcourt", "/bin/true").replace("User=backcourt", "User=root").replace("/srv/backcourt", "/srv"))
        for unit in sorted(self.folder.glob("backcourt*.*")):
            done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True)
            said = [line for line in done.stderr.splitlines() if "backcourt" in line]
            self.assertEqual(said, [], unit.name)

    def test_dashboards_and_alerts_ask_for_metrics_that_there_are(self):
        dashboard = json.loads((FOLDER / "grafana-dashboard.json").read_text())
        asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
        self.assertGreater(len(asked), 8)
        self.assertEqual(set().union(*(self.known(expression) for expression in asked)), set())
        rules = re.findall(r"expr: (.*)", (FOLDER / "alerts.yml").read_text())
        self.assertGreater(len(rules), 3)
        self.assertEqual(set().union(*(self.known(rule) for rule in rules)), set())

    @unittest.skipUnless(PROMTOOL.exists(), "no promtool: scripts/bootstrap.sh --tests takes it from Debian's prometheus")
    def test_alerts_fire_when_they_should_and_metrics_are_well_formed(self):
        shutil.copy(FOLDER / "alerts.yml", self.folder / "alerts.yml")
        shutil.copy(ROOT / "tests/samples/alerts.yml", self.folder / "tests.yml")
        done = subprocess.run([PROMTOOL, "test", "rules", "tests.yml"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.run_program("backfill")
        done = subprocess.run([PROMTOOL, "check", "metrics"], input=self.run_program("metrics"), capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_the_page_has_every_metric(self):
        page = (ROOT / "docs" / "operating.md").read_text()
        self.assertEqual({name for name in self.metrics if name not in page}, set())

    def test_a_schedule_of_which_no_snapshot_is_kept_is_as_old_as_its_file(self):
        os.utime(self.project / "data" / "games_2021-22.csv", (time.time() - 7200,) * 2)
        age = lambda: re.findall(r"^backcourt_schedule_age_seconds (\S+)$", self.run_program("metrics"), re.M)  # noqa: E731
        self.assertEqual(age(), [])  # nothing is loaded
        self.run_program("load")
        [seconds] = age()
        self.assertAlmostEqual(float(seconds), 7200, delta=120)

    def test_a_textfile_is_written_at_once(self):
        self.run_program("backfill")
        path = self.folder / "backcourt.prom"
        self.run_program("metrics", "--textfile", str(path))
        text = path.read_text()
        self.assertEqual(text, text.strip() + "\n")
        for line in text.splitlines():
            self.assertRegex(line, r'^(# (HELP|TYPE) backcourt_\w+ .+|backcourt_\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? -?[0-9.e+]+)$')
        self.assertNotRegex(text, r"\d{4}-\d\d-\d\d")  # no date is a label
        self.assertEqual([p.name for p in self.folder.glob("backcourt.prom*")], ["backcourt.prom"])


if __name__ == "__main__":
    unittest.main()

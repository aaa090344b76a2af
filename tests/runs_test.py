"""What failed is in the history of runs and in the status, until it is mended."""

import json

from tests.kit.toy import Toy


class FailedRuns(Toy):
    def runs(self):
        return [(run["command"], run["outcome"], run["summary"]) for run in json.loads(self.run_program("runs", "--json"))]

    def failed(self):
        status = json.loads(self.run_program("status", "--json"))
        return [(run["command"], run["message"].splitlines()[0]) for run in status["failed_runs"]]

    def test_a_load_that_failed_is_shown_until_one_succeeds(self):
        self.run_program("backfill")
        good = (self.project / "data" / "box_2021-22.csv").read_text()
        self.edit("data/box_2021-22.csv", "G1,AAA,1,30", "G1,AAA,1,thirty")
        for command in (["load"], ["backfill", "all"]):
            text = self.run_program(*command, code=4)
            self.assertIn("'thirty'", text)
            outcome = self.runs()[0]
            self.assertEqual(outcome[:2], ("load", "failed"))
            self.assertIn("'thirty'", outcome[2])
            (failed,) = self.failed()
            self.assertIn("box_2021-22.csv", failed[1])
            self.assertRegex(self.run_program("status"), r"the last load failed \(run \d+, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\): .*box_2021-22.csv")
        (self.project / "data" / "box_2021-22.csv").write_text(good)
        self.run_program("load")  # nothing has changed, and that is told too
        self.assertEqual(self.failed(), [])
        self.assertEqual(self.runs()[0][:2], ("load", "done"))
        before = len(self.runs())
        self.run_program("load")
        self.assertEqual(len(self.runs()), before)

    def test_the_first_load_may_fail(self):
        self.edit("data/box_2021-22.csv", "G1,AAA,1,30", "G1,AAA,1,thirty")
        self.run_program("load", code=4)
        self.assertEqual([run[:2] for run in self.runs()], [("load", "failed")])
        self.assertIn("the last load failed", self.run_program("status"))
        for command, code in (["plan"], 1), (["check"], 1), (["doctor"], 4), (["dates", "--season", "2021-22"], 1), (["verify"], 1):
            out = self.run_program(*command, code=code)
            self.assertNotIn("Catalog Error", out)
        self.edit("data/box_2021-22.csv", "thirty", "30")
        self.run_program("backfill")
        self.assertEqual(self.failed(), [])

    def test_a_data_folder_that_is_gone(self):
        self.run_program("backfill")
        (self.project / "data").rename(self.folder / "away")
        self.run_program("backfill", code=4)
        self.assertIn("is not there", self.failed()[0][1])

    def test_a_fill_that_failed(self):
        self.run_program("load")
        self.edit("models/precompute/recent_form.sql", "CAST(sum(p.points) AS INTEGER)", "CAST(concat('x', sum(p.points)) AS INTEGER)")
        self.run_program("backfill", "all", code=2)
        ((command, message),) = self.failed()
        self.assertEqual(command, "backfill all")
        self.assertRegex(message, r"\d+ FAILED")
        self.edit("models/precompute/recent_form.sql", "concat('x', sum(p.points))", "sum(p.points)")
        self.run_program("backfill", "all")
        self.assertEqual(self.failed(), [])

    def test_what_was_asked_wrongly_is_no_run(self):
        self.run_program("load", "nothing.csv", code=1)
        self.run_program("backfill", "nonsense", code=1)
        self.assertNotIn("failed", [run[1] for run in self.runs()])

    def test_a_load_takes_the_time_that_it_takes(self):
        self.run_program("load")
        (load,) = json.loads(self.run_program("runs", "--json"))
        self.assertGreater(load["seconds"], 0)

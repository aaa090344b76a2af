"""Kill it anywhere, fail the disk anywhere, lose the power anywhere: the next run ends right. More rounds: `make soak`."""

import unittest

from tests.kit.faults import POINTS, Case, some_seconds

KILLS = {"fill": 16, "correction": 16, "load": 8, "export": 6, "plan": 3}  # by operation; and 9 by name, 6 by time
LOSSES = {"fill": 8, "correction": 6, "load": 4, "export": 4, "plan": 5}
FAILURES = {"fill": 12, "correction": 8, "load": 4, "export": 5, "plan": 4}


class AnywhereTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cases = {name: Case(name) for name in Case.COMMANDS}
        for case in cls.cases.values():
            cls.addClassCleanup(case.close)

    def each(self, rounds, check):
        for name, number in rounds.items():
            for n in self.cases[name].span(number):
                with self.subTest(case=name, operation=n):
                    check(self.cases[name], n)

    def test_killed_before_any_operation(self):
        self.each(KILLS, Case.kill_at)

    def test_killed_at_named_points(self):
        for point, name in POINTS.items():
            with self.subTest(point=point):
                self.cases[name].kill_at_point(point)

    def test_killed_at_any_time(self):
        for seed in range(6):
            with self.subTest(seed=seed):
                self.cases["fill"].stop_after(some_seconds(seed))

    def test_power_lost_before_any_operation(self):
        self.each(LOSSES, lambda case, n: case.kill_at(n, power=True))

    def test_any_operation_fails(self):
        self.each(FAILURES, lambda case, n: case.fail_at(n, "EIO"))

    def test_a_run_past_the_last_operation_fails_nothing(self):
        for name, case in self.cases.items():
            self.assertFalse(case.fail_at(case.operations + 50, "EIO"), name)

    def test_the_disk_is_full_from_any_operation_on(self):
        self.each(FAILURES, lambda case, n: case.fail_at(n, "full"))


if __name__ == "__main__":
    unittest.main()

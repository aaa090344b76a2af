"""What must hold whatever the order of work: the same digests from any batches, and from no more than was known."""

import random
import shutil
import unittest

from tests.kit.real import Project, day, filled, known_by, temporary_folder
from tests.kit.windows import REVIEWED

SEASON, UNTIL = "2020-21", day("2021-01-02")  # of the first shipped season: no other comes before


class Properties(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = temporary_folder()
        data = known_by(folder / "data", UNTIL, SEASON)
        cls.loaded = Project(folder / "loaded", data=data)
        cls.loaded.run("load")
        cls.dates = [str(date) for date, in cls.loaded.rows("SELECT DISTINCT game_date FROM raw_schedule WHERE game_date <= ? ORDER BY 1", UNTIL)]
        cls.whole = cls.copy(folder / "whole")
        cls.whole.run("backfill", "--no-load", "--end-date", str(UNTIL))

    @classmethod
    def copy(cls, folder):
        project = Project(folder, data=cls.loaded.folder.parent / "data")
        shutil.copyfile(cls.loaded.warehouse, project.warehouse)
        return project

    def digests_after(self, *orders):
        project = self.copy(temporary_folder())
        for words in orders:
            project.run("backfill", "--no-load", *words)
        return project.digests(UNTIL)

    def test_there_is_something_to_compare(self):
        self.assertEqual(len(self.dates), 11)
        tables = {table for table, _ in self.whole.digests(UNTIL)}
        self.assertTrue({"ml_feature_store_v2", "player_daily_cache", "team_defense_zone_analysis"} <= tables)

    def test_one_date_at_a_time(self):
        self.assertEqual(self.digests_after(*[("--dates", date) for date in self.dates]), self.whole.digests(UNTIL))

    def test_one_worker_or_two(self):
        span = ("--end-date", str(UNTIL))
        self.assertEqual(self.digests_after(("--parallel", "1", *span)), self.whole.digests(UNTIL))
        self.assertEqual(self.digests_after(("--parallel", "2", *span)), self.whole.digests(UNTIL))

    def test_the_later_half_first(self):
        middle = self.dates[len(self.dates) // 2]
        self.assertEqual(self.digests_after(("--start-date", middle, "--end-date", str(UNTIL)), ("--end-date", str(UNTIL))), self.whole.digests(UNTIL))

    def test_batches_of_any_dates(self):
        seed = random.SystemRandom().randrange(10**6)
        draw = random.Random(seed)
        dates = draw.sample(self.dates, len(self.dates))
        orders = []
        while dates:
            taken = draw.randint(1, 6)
            orders.append(("--dates", ",".join(sorted(dates[:taken])), "--force"))
            dates = dates[taken:]
        self.assertEqual(self.digests_after(*orders), self.whole.digests(UNTIL), f"seed {seed}: {orders}")

    def test_what_came_later_is_in_no_row(self):
        """All was known of both seasons there, and no more than the schedule of the regular season after UNTIL here."""
        here, there = ({key: digest for key, digest in project.digests(UNTIL).items() if key[0] in REVIEWED} for project in (self.whole, filled()))
        self.assertEqual({key for key in here.keys() | there.keys() if here.get(key) != there.get(key)}, set())
        self.assertGreater(len(here), 120)
        after = min(date for date, in filled().rows("SELECT game_date FROM raw_schedule WHERE game_date > ?", UNTIL))
        self.whole.run("backfill", "--no-load", "team_defense_zone_analysis", "player_shot_zone_analysis", "--dates", str(after))
        for table in ("team_defense_zone_analysis", "player_shot_zone_analysis"):
            self.assertEqual(self.whole.digests()[table, after], filled().digests()[table, after])


if __name__ == "__main__":
    unittest.main()

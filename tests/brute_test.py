"""The ten tables against tests/brute, which works them out one row at a time from the raw tables: dates drawn at random, another draw every run."""

import os
import random
import sys
import unittest

from tests.kit.real import ROOT, Project, day, filled, known_by, temporary_folder

sys.path.append(str(ROOT / "tests" / "brute"))

import compare  # noqa: E402
from expected import TABLES, Expected  # noqa: E402
from raw import Raw, Store  # noqa: E402

DATES_A_SEASON = 12


def differences(project, data, dates):
    """What differs, by table, over some dates."""
    expected = Expected(Raw(str(data), str(ROOT / "nba" / "seeds")))
    store = Store(str(project.warehouse))
    found = {table: compare.Differences(table) for table in TABLES}
    for date in sorted(dates):
        of_date = expected.day(date)
        for table in TABLES:
            compare.compare_table(of_date, table, store, found[table])
    store.con.close()
    return found


class BruteForce(unittest.TestCase):
    def assert_equal(self, found, seed=None):
        for table, differing in found.items():
            self.assertGreater(differing.values, 0, table)
            self.assertEqual(dict(differing.counts), {}, f"{table}: {differing.examples} (BACKCOURT_SEED={seed})")

    def test_random_dates_and_each_season_s_ends(self):
        seed = int(os.environ.get("BACKCOURT_SEED") or random.SystemRandom().randrange(10**6))
        print(f"BACKCOURT_SEED={seed} ", end="", flush=True)
        draw = random.Random(seed)
        dates = set()
        for season in ("2020-21", "2021-22"):
            of_season = [date for date, in filled().rows("SELECT DISTINCT game_date FROM raw_schedule WHERE season = ? ORDER BY 1", season)]
            dates |= {of_season[0], of_season[1], of_season[-1], *draw.sample(of_season, DATES_A_SEASON)}
        self.assert_equal(differences(filled(), ROOT / "data", dates), seed)

    def test_windows_are_counted_in_final_games_with_a_box_or_without(self):
        folder = temporary_folder()
        data = known_by(folder / "data", "2021-12-05", without_box=("0022100200", "0022100205", "0022100260", "0022100261", "0022100298"))
        project = Project(folder)
        self.assertGreater(project.backfill("all")["partial"], 0)
        found = differences(project, data, [day("2021-11-16"), day("2021-11-28"), day("2021-12-05"), day("2021-12-06")])
        self.assert_equal(found)
        self.assertEqual(project.rows("SELECT max(missing_games), min(games_in_sample) FROM team_defense_zone_analysis WHERE analysis_date = '2021-12-05'"), [(2, 13)])

    def test_a_wrong_value_is_found(self):
        expected = Expected(Raw(str(ROOT / "data"), str(ROOT / "nba" / "seeds"))).day(day("2020-12-23")).rows("team_offense_game_summary")
        wrong = {key: dict(row) for key, row in expected.items()}
        key = min(wrong)
        wrong[key]["pace"] *= 1 + 3e-9
        del wrong[max(wrong)]
        found = compare.Differences("team_offense_game_summary")
        found.compare_cell(expected, wrong)
        self.assertEqual(dict(found.counts), {"(missing row)": 1, "pace": 1})


if __name__ == "__main__":
    unittest.main()

"""Short runs of what `make fuzz-engine` and `make soak` do at length: edits, and two workers at one table."""

import unittest

from tests.kit import races
from tests.kit.edits import Counts, draw, run, shrink
from tests.kit.packs import EDITS, Pack


class Edits(unittest.TestCase):
    def test_some_steps(self):
        counts = Counts()
        self.assertIsNone(run(draw(7, 24), counts))
        self.assertGreater(counts.filled, 100)
        self.assertLessEqual(counts.ratio(), 1.2)

    def test_a_difference_is_found_and_made_small(self):
        steps = [
            [[["edit_value", 3]], "nothing", 0],
            [[["comment", 1], ["edit_value", 4]], "tamper", 0],
            [[["star", 1]], "load", 0],
        ]
        case = {"start": [["wide", 1], ["macro", 2]], "steps": steps}
        step, differs = run(case)
        self.assertEqual(step, 2)
        self.assertIn("G3!", differs)
        self.assertEqual(shrink(case), {"start": [], "steps": [[[], "tamper", 0]]})

    def test_a_raw_table_becomes_a_model_that_cannot_be_filled_and_comes_back(self):
        """Found by the fuzzer: rows went with the model's dates, which are none, and were not loaded again."""
        steps = [["types", 887], ["extra", 572], None, None, None, None, ["extra", 689], ["back", 84]]
        self.assertIsNone(run({"start": [], "steps": [[[edit] if edit else [], "nothing", 0] for edit in steps]}))

    def test_every_edit_changes_some_file(self):
        for name, edit in EDITS.items():
            with self.subTest(name):
                pack = Pack()
                for n in (1, 3, 8):
                    EDITS["model"](pack, n)
                    EDITS["edit_value"](pack, n)
                before, touched = pack.files(), pack.touched
                for n in range(120):
                    edit(pack, n)
                    if (pack.files(), pack.touched) != (before, touched):
                        break
                else:
                    self.fail("the files stay as they are")


class TwoWorkers(unittest.TestCase):
    def test_one_table_made_anew(self):
        races.Races().rounds(range(8))

    def test_a_hole_is_found(self):
        warehouse = races.Races()
        warehouse.setUp()
        self.addCleanup(warehouse.doCleanups)
        warehouse.fill()
        self.assertEqual(warehouse.holes(), [])
        warehouse.change("DELETE FROM up WHERE game_id = 'G3'")
        self.assertEqual([hole[0] for hole in warehouse.holes()], ["up"])


if __name__ == "__main__":
    unittest.main()

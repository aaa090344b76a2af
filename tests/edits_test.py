"""A short run of the edits at random (make fuzz-engine is a long one), and the small cases that it has found."""

import unittest

from tests.kit.edits import draw, run


class Edits(unittest.TestCase):
    def test_some_steps(self):
        self.assertIsNone(run(draw(1, 15)))


if __name__ == "__main__":
    unittest.main()

"""Twenty processes at one warehouse at once, some killed: only documented errors, one holder at a time, the end state right.

Here for 15 s; `make soak` goes on for the whole minute."""

import os
import unittest

from tests.kit.crowd import crowd


class CrowdTest(unittest.TestCase):
    def test_many_at_once(self):
        ended, killed, codes = crowd(15, seed=int(os.environ.get("CROWD_SEED", "1")))
        self.assertGreater(ended, 20)
        self.assertGreater(killed, 0)
        self.assertGreater(codes.get(0, 0), 10)


if __name__ == "__main__":
    unittest.main()

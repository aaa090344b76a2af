"""The API is what /openapi.json says: requests made at random from it (schemathesis), none of which may fail the server."""

import os
import subprocess
import sys
import unittest

from tests.kit.program import ROOT
from tests.kit.serving import Serving

FUZZER = ROOT / "build" / "deps" / "api"
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# As much as CI has time for; by hand: API_EXAMPLES=500.
EXAMPLES = os.environ.get("API_EXAMPLES", "8")


class Api(Serving):
    def test_random_requests(self):
        self.run_program("backfill", "all")
        self.serve()
        done = subprocess.run([sys.executable, "-m", "schemathesis.cli", "run", f"http://127.0.0.1:{self.port}/openapi.json", "--checks", CHECKS, "--max-examples", EXAMPLES, "--seed", "1", "--phases", "examples,fuzzing",
                               "--exclude-path-regex", "events|changes", "--suppress-health-check", "all", "--request-timeout", "60", "--no-color"],
                              cwd=self.folder, env={**os.environ, "PYTHONPATH": str(FUZZER), "no_proxy": "127.0.0.1"}, capture_output=True, text=True, timeout=1200)
        self.assertEqual(done.returncode, 0, done.stdout[-6000:] + done.stderr[-2000:])
        self.assertEqual(self.ask("GET", "/healthz")[0], 200)


if __name__ == "__main__":
    unittest.main()

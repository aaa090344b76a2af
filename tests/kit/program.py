"""Where the program and the tests' files are."""

import os
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
BACKCOURT = os.environ.get("BACKCOURT", str(ROOT / "build" / "backcourt"))
DEPS = ROOT / "build" / "deps" / "python"  # DuckDB's module

if DEPS.is_dir() and str(DEPS) not in sys.path:
    sys.path.append(str(DEPS))

"""The wheel: built, installed into a fresh environment without the network, and used as its users do."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
WHEELHOUSE = ROOT / "build" / "deps" / "wheelhouse"


def run(*words, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=600, **more)
    if done.returncode:
        raise AssertionError(f"{words}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def setUpModule():
    global FOLDER, PYTHON, WHEEL
    FOLDER = Path(tempfile.mkdtemp(prefix="backcourt-"))
    unittest.addModuleCleanup(shutil.rmtree, FOLDER, ignore_errors=True)
    WHEEL = ROOT / run(ROOT / "scripts" / "make_wheel.sh").strip()
    run(sys.executable, "-m", "venv", "--without-pip", FOLDER / "venv")
    PYTHON = FOLDER / "venv" / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet", "--no-index", "--find-links", WHEELHOUSE, f"{WHEEL}[arrow]", "mypy")


class Wheel(unittest.TestCase):
    def test_the_tag_names_the_glibc_that_the_program_needs(self):
        needed = set()
        for file in [FOLDER / "program" / "backcourt", *(FOLDER / "program" / "lib").iterdir()] if (FOLDER / "program").exists() else [ROOT / "build" / "backcourt"]:
            needed |= {line.split("GLIBC_")[1].split(")")[0] for line in run("objdump", "-T", file).splitlines() if "GLIBC_" in line}
        newest = max(tuple(int(part) for part in version.split(".")) for version in needed)
        self.assertRegex(WHEEL.name, r"^backcourt-[\d.]+-py3-none-manylinux_2_\d+_x86_64\.whl$")
        self.assertGreaterEqual((2, int(WHEEL.name.split("manylinux_2_")[1].split("_")[0])), newest)

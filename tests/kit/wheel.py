"""The wheel, installed into a fresh environment without the network, and its module in this process."""

import atexit
import contextlib
import fcntl
import functools
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.kit.program import DEPS, ROOT


def run(*words, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=600, **more)
    if done.returncode:
        raise AssertionError(f"{words}\n{done.stdout}\n{done.stderr}")
    return done.stdout


@contextlib.contextmanager
def wheelhouse():
    """The folder of the wheels that ours is made and tried with, filled by one process of the tests at a time."""
    with (ROOT / "build" / "wheel.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run(ROOT / "scripts" / "wheelhouse.sh")
        yield ROOT / "build" / "deps" / "wheelhouse"


class Installed:
    """`python` is the environment's, `packages` its folder, `module` what is imported from there."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="backcourt-"))
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)
        venv = self.folder / "venv"
        with wheelhouse() as house:
            self.wheel = ROOT / run(ROOT / "scripts" / "make_wheel.sh").strip()
            run(sys.executable, "-m", "venv", "--without-pip", venv)
            self.python, self.command = venv / "bin" / "python", venv / "bin" / "backcourt"
            run(sys.executable, "-m", "pip", "--python", self.python, "install", "--quiet", "--disable-pip-version-check", "--no-compile",
                "--no-index", "--find-links", house, f"{self.wheel}[arrow]", "mypy")
        self.packages, = venv.glob("lib/python*/site-packages")
        sys.path.insert(0, str(self.packages))
        self.module = importlib.import_module("backcourt")

    def mypy(self, *words, code=0):
        """What mypy says, by the rules of the package."""
        environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'build' / 'deps' / 'wheeltools'}:{DEPS}"}
        words = [self.python, "-m", "mypy", "--cache-dir", self.folder / "mypy", "--strict", "--config-file", ROOT / "python" / "pyproject.toml", *words]
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=600, env=environment, cwd=self.folder)
        if done.returncode != code:
            raise AssertionError(f"{words}\n{done.stdout}\n{done.stderr}")
        return done.stdout


@functools.cache
def installed():
    return Installed()

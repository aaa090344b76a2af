"""The `backcourt` program inside this package, and how it is run."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, NoReturn, TypeVar

from ._words import in_python
from .errors import BY_EXIT_CODE, BackcourtError, Interrupted, UsageError

if TYPE_CHECKING:
    from .outputs import Done

Heard = TypeVar("Heard")

PROGRAM = Path(__file__).resolve().parent / "program" / "backcourt"


def environment() -> dict[str, str]:
    """The program's: where it finds no certificates of the system, those of `certifi` serve, if that is installed."""
    try:
        from certifi import where
    except ImportError:
        return dict(os.environ)
    return {"BACKCOURT_CERTIFICATES": where(), **os.environ}


def main() -> NoReturn:
    """The `backcourt` command: becomes the program."""
    os.execve(PROGRAM, ["backcourt", *sys.argv[1:]], environment())


def run(words: list[str], folder: Path, on_line: Callable[[str], None] | None = None, answers: tuple[int, ...] = ()) -> str:
    """Runs a command in `folder` and returns what it printed; `on_line` is given every line as it comes.

    Where the command fails, or ends by a signal, its exception is raised; not so
    where it printed a report and its exit code is one of `answers`.
    """
    printed: list[str] = []

    def read(output: IO[bytes]) -> None:
        text = io.TextIOWrapper(output, encoding="utf-8", errors="replace")
        try:
            for line in text:
                printed.append(line)
                if on_line is not None:
                    on_line(line)
        finally:
            text.detach()  # it would close the pipe, whose rest is read after an exception

    hear(words, folder, read, lambda exit_code: bool(printed) and exit_code in answers)
    return "".join(printed)


def hear(words: list[str], folder: Path, read: Callable[[IO[bytes]], Heard], answered: Callable[[int], bool] = lambda _: False) -> Heard:
    """Runs a command in `folder` and returns what `read` makes of its output, as it comes.

    Where the command fails and did not answer all the same, its exception is raised,
    whatever `read` made of what came before. An exception that comes in between (an
    interrupt, or one of `read`) interrupts the command, waits for its end and goes on.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        try:
            # In a session of its own, a Ctrl-C reaches it once, through us.
            process = subprocess.Popen([PROGRAM, *words], cwd=folder, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, start_new_session=True)
        except OSError as error:
            raise UsageError(f"{error.filename}: {error.strerror}") from None
        with process:
            assert process.stdout is not None
            try:
                heard = read(process.stdout)
                process.wait()
            except BaseException:
                _interrupt(process)
                raise
        said.seek(0)
        message = said.read().strip().removeprefix("backcourt: ")
    if process.returncode and not answered(process.returncode):
        raise error_of(process.returncode, in_python(message) or f"`backcourt {' '.join(words)}` ended with exit code {process.returncode}")
    return heard


def error_of(exit_code: int, message: str, report: Done | None = None) -> BackcourtError:
    """The exception of an exit code; a program that a signal ended was interrupted."""
    return BY_EXIT_CODE.get(exit_code, Interrupted if exit_code < 0 else BackcourtError)(message, report)


def _interrupt(process: subprocess.Popen[bytes]) -> None:
    """Lets running batches end or roll back; a second Ctrl-C ends them at once."""
    process.send_signal(signal.SIGINT)
    try:
        _await(process)
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)
        _await(process)


def _await(process: subprocess.Popen[bytes]) -> None:
    """Until it ends; what it still writes is read past, unless whoever read has closed the pipe."""
    assert process.stdout is not None
    if process.stdout.closed:
        process.wait()
    else:
        process.communicate()

"""What can go wrong: one exception for every exit code of the `backcourt` command."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from .outputs import Done


class BackcourtError(Exception):
    """What the command said: the thing, the cause and what to try, in calls and arguments of Python.

    `exit_code` is that of the command; `report` is the end of a backfill that
    ran, as far as it came, else None.
    """

    exit_code: ClassVar[int] = 0

    def __init__(self, message: str, report: Done | None = None) -> None:
        super().__init__(message)
        self.report = report


class UsageError(BackcourtError):
    """An argument or the configuration is wrong. Exit code 1."""

    exit_code = 1


class CellsFailed(BackcourtError):
    """Cells failed; all that does not depend on them is filled. Exit code 2."""

    exit_code = 2


class CellsBlocked(BackcourtError):
    """Cells wait for inputs that are not filled. Exit code 3."""

    exit_code = 3


class SourceUnreachable(BackcourtError):
    """A source cannot be read, or holds what does not parse; the last good state stays. Exit code 4."""

    exit_code = 4


class WarehouseBusy(BackcourtError):
    """Another process has the warehouse, or it is none. Exit code 5."""

    exit_code = 5


class Interrupted(BackcourtError):
    """The command was interrupted or stopped before its end; what is filled stays. Exit code 130."""

    exit_code = 130


BY_EXIT_CODE: dict[int, type[BackcourtError]] = {
    error.exit_code: error for error in (UsageError, CellsFailed, CellsBlocked, SourceUnreachable, WarehouseBusy, Interrupted)
}

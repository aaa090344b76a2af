"""A project: a folder with backcourt.toml, and the warehouse that it fills."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Union, cast

from ._program import error_of, run
from .errors import BackcourtError
from .outputs import Done, Event, Load, Status

if TYPE_CHECKING:
    import pyarrow

Date = Union[date, str]
"""A date, or its text as 2021-12-01."""


class Project:
    """The warehouse of a project.

    `path` is the folder of backcourt.toml; without it, the nearest one at or
    above the working folder. Every method runs the `backcourt` command. While
    another process fills, the reading ones are answered by it.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self._folder = Path.cwd()
        self._project = [] if path is None else ["--project", str(Path(path).absolute())]

    def dates(self, start: Date | None = None, end: Date | None = None, *, season: str | None = None, types: str | Iterable[str] | None = None, as_of: Date | None = None) -> list[date]:
        """The game dates from `start` to `end`, or of a season, in order.

        `types` are kinds of games: regular, play_in, playoffs, cup_final,
        preseason, all_star; without it, the first four. `as_of` asks for the
        schedule as it was known at the end of that date.
        """
        words = _range(start, end) + _option("--season", season) + _option("--types", types)
        if as_of is not None:
            words += ["--as-of", _text(as_of)]
        found = json.loads(self._run(["dates", *words, "--json"]))
        return [date.fromisoformat(day["game_date"]) for day in found["game_dates"]]

    def table(self, name: str, start: Date | None = None, end: Date | None = None) -> pyarrow.Table:
        """The rows of a table from `start` to `end` as an Arrow table, in order of date and key.

        Without dates, all rows. `.to_pandas()` makes a pandas frame of it,
        `polars.from_arrow` a polars one, and DuckDB queries it as it is.
        """
        return self._arrow(["show", name, *_range(start, end), "--oldest-first"])

    def query(self, sql: str) -> pyarrow.Table:
        """The rows of one SELECT on the warehouse as an Arrow table."""
        return self._arrow(["query", sql])

    def status(self, season: str | None = None) -> Status:
        """How far the tables are, by season and month, what runs now and what is wrong."""
        return cast(Status, json.loads(self._run(["status", *_option("--season", season), "--json"])))

    def load(self, *paths: str | os.PathLike[str]) -> Load:
        """Brings the raw tables up to the files; those of `paths` are read again in any case."""
        files = [str(path) if "://" in str(path) else str(Path(path).absolute()) for path in paths]
        return cast(Load, json.loads(self._run(["load", *files, "--json"])))

    def backfill(
        self,
        *tables: str,
        start: Date | None = None,
        end: Date | None = None,
        dates: Iterable[Date] | None = None,
        season: str | None = None,
        upstream: bool = True,
        force: bool = False,
        load: bool = True,
        allow_missing: Iterable[str] = (),
        parallel: int | None = None,
        progress: Callable[[Event], object] | None = None,
    ) -> Done:
        """Fills what is missing or stale, inputs first, and returns how the run ended.

        Tables: all, unless named. Dates: all, unless a range, single dates or a
        season is given. `load` looks at the files first, `upstream` fills inputs
        too, `force` fills again what is fresh, `allow_missing` (TABLE or
        TABLE:DATE) lets cells run without this input.

        `progress` is called with every event as it comes. If cells fail or are
        blocked, all else is filled before CellsFailed or CellsBlocked is raised;
        its `report` is what would have been returned. An interrupt ends the
        running batches, and the next run goes on.
        """
        words = ["backfill", *tables, *_range(start, end), *_option("--season", season)]
        if dates is not None:
            words += ["--dates", ",".join(_text(day) for day in dates)]
        for waiver in allow_missing:
            words += ["--allow-missing", waiver]
        if parallel is not None:
            words += ["--parallel", str(parallel)]
        flags = {"--no-upstream": not upstream, "--force": force, "--no-load": not load}
        words += [flag for flag, given in flags.items() if given]

        done: list[Done] = []
        wrong: list[str] = []

        def take(line: str) -> None:
            event = cast(Event, json.loads(line))
            if event["event"] == "failed":
                wrong.append(f"{event['table']} {event['date']}: {event['message']}")
            elif event["event"] == "blocked":
                wrong.append(f"{event['table']} from {event['first_date']}: {event['reason']}")
            elif event["event"] == "done":
                done.append(event)
            if progress is not None:
                progress(event)

        try:
            self._run([*words, "--json"], take)
        except BackcourtError as error:
            if not done:
                raise
            raise error_of(done[0]["exit"], _ending(done[0], wrong), done[0]) from None
        return done[0]

    def _run(self, words: list[str], on_line: Callable[[str], None] | None = None) -> str:
        return run([*self._project, *words], self._folder, on_line)

    def _arrow(self, words: list[str]) -> pyarrow.Table:
        try:
            import pyarrow.parquet
        except ImportError:
            raise ImportError("tables come as Arrow: pip install 'backcourt[arrow]'") from None
        with tempfile.TemporaryDirectory(prefix="backcourt-") as folder:
            file = os.path.join(folder, "rows.parquet")
            self._run([*words, "--format", "parquet", "--output", file])
            with pyarrow.parquet.ParquetFile(file) as rows:
                return rows.read()


def get_game_dates_for_range(start: Date, end: Date, types: str | Iterable[str] | None = None, project: str | os.PathLike[str] | None = None) -> list[date]:
    """The game dates from `start` to `end`, in order, off-days left out.

    Without `types`, games that tables hold: regular, play_in, playoffs and
    cup_final. Without `project`, the nearest one at or above the working folder.
    """
    return Project(project).dates(start, end, types=types)


def _text(day: Date) -> str:
    if isinstance(day, datetime):
        day = day.date()
    return day if isinstance(day, str) else day.isoformat()


def _range(start: Date | None, end: Date | None) -> list[str]:
    words = [] if start is None else ["--start-date", _text(start)]
    return words if end is None else [*words, "--end-date", _text(end)]


def _option(name: str, value: str | Iterable[str] | None) -> list[str]:
    if value is None:
        return []
    return [name, value if isinstance(value, str) else ",".join(value)]


def _ending(done: Done, wrong: list[str]) -> str:
    """How a run ended that did not fill all, in words: its counts, then the first five causes."""
    counts = [f"{done['failed']} cells failed", f"{done['blocked']} blocked", f"{done['not_tried']} not tried"]
    lines = [f"run {done['run']} {done['outcome']}: " + ", ".join(counts), *wrong[:5]]
    if len(wrong) > 5:
        lines.append(f"and {len(wrong) - 5} more: Project.status() lists them")
    return "\n  ".join(lines)

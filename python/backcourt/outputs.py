"""The JSON outputs of the command as types; docs/json-output.md tells what each key means."""

from __future__ import annotations

from typing import Literal, TypedDict, Union


class AbsentFeed(TypedDict):
    """A feed without files; the columns made of it are NULL."""

    table: str
    season: str
    feeds: str


class LoadedTable(TypedDict):
    """What a load did to a season of a raw table."""

    table: str
    season: str
    rows: int
    games: int
    new: int
    changed: int
    gone: int


class DroppedRows(TypedDict):
    """Rows that a source left out, and why."""

    table: str
    source: str
    season: str
    reason: str
    rows: int


class ServedUnits(TypedDict):
    """How many units (as games) of a season of a raw table come from a source."""

    table: str
    season: str
    source: str
    unit: str
    units: int


class QuarantinedSnapshot(TypedDict):
    """A snapshot that is not used, and why."""

    feed: str
    season: str
    path: str
    problem: str


class LoadReport(TypedDict):
    """The end of a load; `run` is None when the files were as they were."""

    run: int | None
    files: list[str]
    vanished: list[str]
    tables: list[LoadedTable]
    dropped: list[DroppedRows]
    served: list[ServedUnits]
    absent: list[AbsentFeed]
    quarantined: list[QuarantinedSnapshot]
    changed_cells: int
    seconds: float


class MonthStatus(TypedDict):
    done: int
    total: int


class TableStatus(TypedDict):
    """How many game dates of a season a table has; `months` by month as 2021-11."""

    table: str
    done: int
    total: int
    states: dict[str, int]
    months: dict[str, MonthStatus]


class SeasonStatus(TypedDict):
    season: str
    game_dates: int
    tables: list[TableStatus]


class RawStatus(TypedDict):
    rows: int
    cells: int


class Problem(TypedDict):
    """Failed, blocked, partial or waived dates of a table, and why."""

    state: str
    table: str
    dates: int
    first_date: str
    reason: str


class RunningTable(TypedDict):
    table: str
    done: int
    total: int
    failed: int
    blocked: int
    running: int
    rows: int
    eta_seconds: float
    waits_for: list[str]


class Running(TypedDict):
    """The run that another process does now."""

    run: int
    running_seconds: float
    eta_seconds: float
    tables: list[RunningTable]


class Snapshot(TypedDict):
    """A snapshot that serves a season of a feed, or is quarantined for its problem."""

    feed: str
    season: str
    path: str
    seen_at: str
    age_seconds: float
    problem: str


class Status(TypedDict):
    """How far the warehouse is; `running` is None when nothing runs, `raw` is by raw table."""

    warehouse: str
    seasons: list[SeasonStatus]
    raw: dict[str, RawStatus]
    absent: list[AbsentFeed]
    snapshots: list[Snapshot]
    problems: list[Problem]
    running: Running | None
    next_command: str


class Loaded(TypedDict):
    """The files were looked at before the fill."""

    event: Literal["loaded"]
    report: LoadReport


class Filled(TypedDict):
    """A batch of a table is filled."""

    event: Literal["filled"]
    run: int
    table: str
    seconds: float
    first_date: str
    last_date: str
    cells: int
    rows: int
    batch_seconds: float
    eta_seconds: float


class Unchanged(TypedDict):
    """Cells whose inputs kept their values were left as they are."""

    event: Literal["unchanged"]
    run: int
    table: str
    seconds: float
    cells: int


# `class` is a keyword, so this one is written as a call.
Failed = TypedDict(
    "Failed",
    {"event": Literal["failed"], "run": int, "table": str, "seconds": float, "date": str, "class": str, "message": str, "attempts": int},
)


class Blocked(TypedDict):
    """Cells wait for an input that is not there."""

    event: Literal["blocked"]
    run: int
    table: str
    seconds: float
    cells: int
    first_date: str
    reason: str


class Retrying(TypedDict):
    """A batch is tried again after a pause."""

    event: Literal["retrying"]
    run: int
    table: str
    seconds: float
    attempt: int
    pause_seconds: float
    message: str


class Stopped(TypedDict):
    """A table is not tried any further."""

    event: Literal["stopped"]
    run: int
    table: str
    seconds: float
    why: str
    cells_not_tried: int


class Done(TypedDict):
    """The end of a backfill; `run` is None when nothing had to be filled."""

    event: Literal["done"]
    run: int | None
    outcome: str
    filled: int
    kept: int
    empty: int
    partial: int
    failed: int
    blocked: int
    not_tried: int
    rows: int
    seconds: float
    exit: int


Event = Union[Loaded, Filled, Unchanged, Failed, Blocked, Retrying, Stopped, Done]

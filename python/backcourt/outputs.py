"""The JSON outputs of the command as types. Made by `backcourt docs python` from the registry of operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict, Union

if TYPE_CHECKING:
    from typing_extensions import NotRequired


class NewReport(TypedDict):
    """What was written."""

    folder: str
    files: list[str]
    left_alone: list[str]


class Load(TypedDict):
    """What a load did, and what has no value without a feed."""

    run: int | None
    files: list[str]
    vanished: list[str]
    lost: list[str]
    gone: list[str]
    asks: str
    tables: list[LoadedTable]
    lake: list[LoadedLakeTable]
    dropped: list[DroppedRows]
    served: list[ServedUnits]
    absent: list[AbsentFeed]
    quarantined: list[Snapshot]
    disagreements: list[Disagreement]
    doubled: list[str]
    useless: list[UselessFile]
    unread: list[UnreadFiles]
    unmatched: list[UnmatchedName]
    unparsed: dict[str, int]
    changed_cells: int
    seconds: float
    changes: list[TableChanges]
    failures: list[RunFailure]
    null_columns: list[NullColumns]


class LoadedTable(TypedDict):
    """What a load did to a season of a raw table."""

    table: str
    season: str
    rows: int
    games: int
    new: int
    changed: int
    gone: int


class LoadedLakeTable(TypedDict):
    """A raw table that is a table of the lake, and was not as it was loaded last."""

    table: str
    lake: str
    rows: int
    changed: int


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


class AbsentFeed(TypedDict):
    """A feed without files; the columns made of it are NULL."""

    table: str
    season: str
    feeds: str
    empty: bool


class Snapshot(TypedDict):
    """A snapshot of the schedule."""

    feed: str
    season: str
    path: str
    seen_at: str
    age_seconds: float
    problem: str


class Disagreement(TypedDict):
    """A source whose date or teams of a game are others than those of the source that serves."""

    table: str
    season: str
    unit: str
    what: str
    source: str
    file: str
    other_source: str
    other_file: str


class UselessFile(TypedDict):
    """A file without a row that is used."""

    path: str
    reason: str
    hint: str


class UnreadFiles(TypedDict):
    """Files below the data folder that no feed reads, alike but for the numbers in their names."""

    pattern: str
    example: str
    files: int
    feeds: list[str]
    shape: str


class UnmatchedName(TypedDict):
    """A name in odds, injury reports or transactions that matches no player."""

    name: str
    rows: int


class TableChanges(TypedDict):
    """What a run changed in a table."""

    table: str
    anew: bool
    new_dates: int
    dates: int
    changed: int
    added: int
    gone: int
    columns: dict[str, int]
    values: list[ValueChange]
    values_changed: int


class ValueChange(TypedDict):
    """A value that a run changed."""

    key: str
    column: str
    before: str | None
    after: str | None


RunFailure = TypedDict(
    "RunFailure",
    {
        "table": 'str',
        "date": 'str',
        "class": 'str',
        "message": 'str',
    },
)
"""A cell that failed in a run."""


class NullColumns(TypedDict):
    """Raw data without a value in some seasons, and the columns made of it."""

    needs: str
    seasons: list[str]
    columns: list[str]


class LoadReport(TypedDict):
    """What a load did."""

    run: int | None
    files: list[str]
    vanished: list[str]
    lost: list[str]
    gone: list[str]
    asks: str
    tables: list[LoadedTable]
    lake: list[LoadedLakeTable]
    dropped: list[DroppedRows]
    served: list[ServedUnits]
    absent: list[AbsentFeed]
    quarantined: list[Snapshot]
    disagreements: list[Disagreement]
    doubled: list[str]
    useless: list[UselessFile]
    unread: list[UnreadFiles]
    unmatched: list[UnmatchedName]
    unparsed: dict[str, int]
    changed_cells: int
    seconds: float


class RemovedTable(TypedDict):
    """A table that is stored, and that no file of the project makes any more."""

    table: str
    rows: int
    cells: int


class MigrateReport(TypedDict):
    """What was copied, and where the warehouse is now."""

    to: str
    warehouse: str
    before: str
    tables: list[MigratedTable]
    left: list[str]
    seconds: float


class MigratedTable(TypedDict):
    """A table that was copied."""

    table: str
    cells: int
    rows: int


class Dates(TypedDict):
    """The game dates of a range."""

    start_date: str
    end_date: str
    calendar_days: int
    game_dates: list[GameDate]
    off_days: list[str]
    as_of: NotRequired[str | None]
    changed_at: NotRequired[str | None]


class GameDate(TypedDict):
    """A date on which games are played."""

    game_date: str
    season: str
    games: int


class Plan(TypedDict):
    """What a backfill would do."""

    format: int
    game_dates: int
    cells: int
    counts: dict[str, int]
    state: str
    models: dict[str, str]
    force: bool
    ahead: str
    allow_missing: list[str]
    batches: list[PlannedBatch]
    choice: DateChoice
    retired: dict[str, int]
    not_due: int
    declarations: list[DeclarationChange]
    problems: list[FileProblem]
    left_out: list[LeftOut]
    removed: list[RemovedTable]
    changes: list[TableChanges]
    failures: list[RunFailure]
    files: FileChanges


class PlannedBatch(TypedDict):
    """Neighbouring cells of one table, filled by one statement."""

    table: str
    canary: bool
    cells: list[PlannedCell]
    expected_rows: float
    expected_seconds: float


class PlannedCell(TypedDict):
    """A cell of a plan."""

    date: str
    because: str


class DateChoice(TypedDict):
    """The calendar's answer to a choice of dates."""

    game_dates: int
    calendar_days: int | None
    off_days: list[str]
    season: str


class DeclarationChange(TypedDict):
    """A declaration that is other than what the warehouse's table was made by."""

    table: str
    file: str
    part: str
    before: str
    after: str
    effect: str


class FileProblem(TypedDict):
    """What is wrong in a file of the project."""

    file: str
    line: int
    column: int
    message: str
    hint: str


class LeftOut(TypedDict):
    """A model or a check that cannot be used: its file is broken, or a table that it reads is."""

    name: str
    file: str
    is_check: bool
    because: str


class FileChanges(TypedDict):
    """What has changed of the local files since the last load, by names, sizes and times."""

    fresh: list[str]
    changed: list[str]
    vanished: list[str]
    data_is_gone: bool


class BackfillReport(TypedDict):
    """How a backfill ended."""

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
    unfinished: str
    planned: NotRequired[Plan | None]
    load: NotRequired[LoadReport | None]
    published: NotRequired[PublishReport | None]
    published_to_bigquery: NotRequired[PublishReport | None]


class PublishReport(TypedDict):
    """What was published."""

    folder: str
    version: int
    complete_through: str | None
    written: list[str]
    removed: list[str]
    seconds: float


class Status(TypedDict):
    """How far the warehouse is, what runs now and what is wrong."""

    project: str
    warehouse: str
    complete_through: str | None
    next_games: NextGames | None
    late: list[LateDate]
    seasons: list[SeasonStatus]
    raw: dict[str, RawStatus]
    absent: list[AbsentFeed]
    snapshots: list[Snapshot]
    failed_runs: list[FailedRun]
    problems: list[Problem]
    left_out: list[LeftOut]
    removed: list[RemovedTable]
    files: FileChanges
    running: Running | None
    activities: list[Activity]
    next_command: str


class NextGames(TypedDict):
    """The next date whose games are to be played."""

    date: str
    games: int
    first_tip: str
    last_tip: str


class LateDate(TypedDict):
    """A date that should be over and whose results or boxes are missing."""

    date: str
    games: int
    finals: int
    missing_boxes: int


class SeasonStatus(TypedDict):
    """How far the tables are in a season."""

    season: str
    game_dates: int
    complete_through: str | None
    tables: list[TableStatus]


class TableStatus(TypedDict):
    """How far a table is in a season."""

    table: str
    done: int
    total: int
    states: dict[str, int]
    months: dict[str, MonthStatus]


class MonthStatus(TypedDict):
    """How far a table is in a month."""

    done: int
    total: int


class RawStatus(TypedDict):
    """What a raw table holds."""

    rows: int
    cells: int


class FailedRun(TypedDict):
    """A load or a fill that failed; none of its kind has succeeded since."""

    run: int
    command: str
    started_at_utc: str
    message: str


class Problem(TypedDict):
    """Dates of a table with which something is wrong."""

    state: str
    table: str
    dates: int
    first_date: str
    reason: str


class Running(TypedDict):
    """The active run."""

    run: int
    running_seconds: float
    eta_seconds: float | None
    tables: list[RunningTable]


class RunningTable(TypedDict):
    """A table of the active run, with cells by what became of them."""

    table: str
    done: int
    total: int
    failed: int
    blocked: int
    running: int
    rows: int
    busy_seconds: float
    eta_seconds: float | None
    waits_for: list[str]


class Activity(TypedDict):
    """A long operation that runs."""

    activity: str
    seconds: float
    doing: str
    run: Running | None


class Cells(TypedDict):
    """The state of every cell at one moment."""

    as_of: str
    dates: list[CalendarDate]
    tables: list[TableCells]
    reasons: list[str]
    letters: dict[str, str]


class CalendarDate(TypedDict):
    """A game date."""

    date: str
    season: str
    games: int
    finals: int


class TableCells(TypedDict):
    """The cells of a table, in the order of `dates`."""

    table: str
    kind: str
    group: str
    states: str
    rows: list[int]
    runs: list[int]
    causes: list[int]
    failures: dict[str, str]


Cell = TypedDict(
    "Cell",
    {
        "table": 'str',
        "kind": 'str',
        "about": 'str',
        "date": 'str',
        "season": 'str',
        "state": 'str',
        "because": 'str',
        "rows": 'int',
        "expected": 'int | None',
        "digest": 'str',
        "run": 'int | None',
        "changed": 'int | None',
        "filled_at": 'str',
        "seconds": 'float | None',
        "batch_first_date": 'str | None',
        "batch_last_date": 'str | None',
        "attempts": 'int',
        "message": 'str',
        "class": 'str',
        "note": 'str',
        "waived": 'str',
        "missing_games": 'list[str]',
        "why": 'list[WhyLink]',
        "inputs": 'list[CellLink]',
        "dependants": 'list[CellLink]',
        "fix": 'CellFix | None',
    },
)
"""A cell."""


class WhyLink(TypedDict):
    """A cell of the chain, and why it is as it is."""

    table: str
    date: str
    state: str
    because: str
    depth: int
    column: str
    rows: list[WhyRow]
    values: list[WhyValue]
    values_changed: int


class WhyRow(TypedDict):
    """A row that a value was made of."""

    date: str
    key: str
    value: str | None


class WhyValue(TypedDict):
    """A value that the load of a raw cell changed."""

    key: str
    column: str
    before: str | None
    after: str | None
    file: str
    row: int | None


class CellLink(TypedDict):
    """Cells of a table that a cell reads, or that read it."""

    table: str
    kind: str
    windows: list[str]
    first_date: str | None
    last_date: str | None
    dates: int
    states: dict[str, int]


class CellFix(TypedDict):
    """What would make a cell fresh."""

    command: str
    verb: str
    request: object


class Run(TypedDict):
    """A load or a fill of the history."""

    run: int
    command: str
    process: int
    started_at_utc: str
    seconds: float | None
    outcome: str
    summary: str
    tables: NotRequired[list[RunTable] | None]
    batches: NotRequired[list[RunBatch] | None]
    failures: NotRequired[list[RunFailure] | None]
    log: NotRequired[str | None]


class RunTable(TypedDict):
    """What a run filled of a table."""

    table: str
    cells: int
    rows: int
    seconds: float
    batches: int
    retries: int


class RunBatch(TypedDict):
    """A batch of a run."""

    table: str
    first_date: str
    last_date: str
    cells: int
    rows: int
    started: float
    seconds: float
    attempts: int


class Diff(TypedDict):
    """What a run changed in the rows of tables, or what the text of a model would."""

    run: int | None
    command: str
    started_at: str
    summary: str
    model: str
    tables: list[TableChanges]
    failures: list[RunFailure]


class StopReport(TypedDict):
    """What was asked to end."""

    stopped: list[str]


class DailyReport(TypedDict):
    """How a look ended."""

    outcome: str
    awaited: list[str]
    fill: BackfillReport | None
    findings: list[DailyFinding]
    sent: list[DailyMessage]
    not_sent: str
    next_seconds: int


class DailyFinding(TypedDict):
    """Something that a person should know of."""

    kind: str
    subject: str
    what: str
    who: str
    command: str


class DailyMessage(TypedDict):
    """A message that was sent."""

    event: str
    project: str
    text: str
    findings: list[DailyFinding]


class CheckReport(TypedDict):
    """What is there of what should be."""

    complete: bool
    seasons: list[CheckedDates]
    tables: list[Coverage]
    guards: list[Guard]
    gaps: list[Gap]
    accepted: list[AcceptedGap]
    unused: list[UnusedAcceptance]
    left_out: list[LeftOut]
    absent: list[AbsentFeed]
    files: FileChanges
    null_columns: list[NullColumns]
    seconds: float


class CheckedDates(TypedDict):
    """The dates of a season that were checked."""

    season: str
    game_dates: int


class Coverage(TypedDict):
    """How much of a table is due in a season, and how much of it is there."""

    season: str
    table: str
    unit: str
    expected: int
    present: int
    remark: str


class Guard(TypedDict):
    """What a guard looked at."""

    season: str
    guard: str
    unit: str
    examined: int
    found: int
    nothing: str


class Gap(TypedDict):
    """Something that is not as it should be."""

    guard: str
    season: str
    table: str
    first_date: str | None
    last_date: str | None
    dates: int
    subject: str
    what: str
    fix: str


class AcceptedGap(TypedDict):
    """A gap that a person has judged, by [accepted] of backcourt.toml."""

    gap: Gap
    reason: str


class UnusedAcceptance(TypedDict):
    """A line of [accepted] for which there is no gap any more."""

    guard: str
    subject: str
    reason: str
    place: str


class AcceptReport(TypedDict):
    """What was written into backcourt.toml."""

    file: str
    line: str


class VerifyReport(TypedDict):
    """Whether stored cells are what their inputs make of them."""

    cells: int
    rows: int
    stale_cells: int
    mismatching_cells: int
    different_rows: int
    missing_rows: int
    extra_rows: int
    seconds: float
    mismatches: list[Mismatch]
    raw: RawCheck | None
    raw_season: str
    raw_left_out: str


class Mismatch(TypedDict):
    """A cell that differs from its replay."""

    table: str
    date: str
    different: int
    missing: int
    extra: int
    columns: dict[str, ColumnDifference]
    first: Difference | None
    error: str
    cause: str


class ColumnDifference(TypedDict):
    """How a column differs."""

    rows: int
    largest_difference: float | None


class Difference(TypedDict):
    """The first value that differs."""

    key: str
    column: str
    stored: str
    replayed: str


class RawCheck(TypedDict):
    """Raw tables and seeds, loaded again and compared."""

    tables: int
    units: int
    rows: int
    differing: int
    differences: list[RawDifference]


class RawDifference(TypedDict):
    """A row of a raw table that is other than what its files give."""

    table: str
    key: str
    column: str
    stored: str
    loaded: str
    file: str
    cause: str


class Bundle(TypedDict):
    """A cell with all that made it, in a file."""

    file: str
    table: str
    date: str
    digest: str
    rows: int
    inputs: dict[str, int]
    functions: int
    bytes: int


class BundleReplay(TypedDict):
    """A cell made again from a bundle."""

    table: str
    date: str
    made_by: str
    replayed_by: str
    digest: str
    replayed: str
    rows: int
    replayed_rows: int
    same: bool
    differing: list[str]


class CompareReport(TypedDict):
    """Another system's tables against the warehouse."""

    equal: bool
    tables: list[ComparedTable]
    only_there: list[OtherName]
    only_here: list[str]
    seconds: float


class ComparedTable(TypedDict):
    """A table of both systems."""

    table: str
    theirs: str
    path: str
    problem: str
    key: list[str]
    dates: int
    first_date: str
    last_date: str
    dates_only_here: int
    dates_only_there: int
    rows_in_both: int
    rows_only_here: int
    rows_only_there: int
    doubled: int
    rows_that_differ: int
    row_reasons: list[CompareReason]
    keys_only_here: list[str]
    keys_only_there: list[str]
    equal: list[str]
    columns: list[ComparedColumn]
    columns_only_here: list[str]
    columns_only_there: list[OtherName]


class CompareReason(TypedDict):
    """What explains differences."""

    about: str
    rows: int
    share: float


class ComparedColumn(TypedDict):
    """A column whose values differ."""

    column: str
    theirs: str
    type: str
    their_type: str
    differ: int
    share: float
    typical: float | None
    largest: float | None
    explained: float
    reasons: list[CompareReason]
    examples: list[CompareExample]


class CompareExample(TypedDict):
    """A value that differs."""

    key: str
    ours: str
    theirs: str


class OtherName(TypedDict):
    """A name that only the other system has."""

    name: str
    nearest: str


class Export(TypedDict):
    """What an export wrote. Its manifest.json holds the same of all tables that were exported there."""

    format: int
    digest_algorithm: str
    tables: dict[str, ExportedTable]
    replaced: list[str]
    left_out: list[LeftOut]


class ExportedTable(TypedDict):
    """A table of an export."""

    rows: int
    cells: int
    digest: str
    model: str | None
    files: list[ExportedFile]


class ExportedFile(TypedDict):
    """A file of an export."""

    path: str
    rows: int
    bytes: int


class ModelTests(TypedDict):
    """Whether models give the rows that their tests expect."""

    models: int
    tests: int
    failed: int
    failures: list[ModelTestFailure]
    untested: list[str]
    seconds: float


class ModelTestFailure(TypedDict):
    """A row that is not as a test expects it, or a test that cannot run."""

    model: str
    test: str
    file: str
    line: int
    key: str
    column: str
    expected: str
    actual: str


class LintReport(TypedDict):
    """What is wrong in the files of models, checks and tests."""

    problems: list[FileProblem]
    files: int


class Graph(TypedDict):
    """Which table reads which."""

    tables: list[GraphTable]


class GraphTable(TypedDict):
    """A table, and what it reads."""

    table: str
    kind: str
    group: str
    about: str
    layer: int
    reads: list[DictionaryRead]
    left_out: str


class DictionaryRead(TypedDict):
    """An input of a table."""

    table: str
    windows: list[str]


class Files(TypedDict):
    """The feeds, their files, and files that no feed reads."""

    folder: str
    feeds: list[FeedStatus]
    unread: list[UnreadFiles]


class FeedStatus(TypedDict):
    """A feed, and its files."""

    feed: str
    about: str
    patterns: list[str]
    tables: list[str]
    files: list[FileStatus]


class FileStatus(TypedDict):
    """A file of a feed."""

    path: str
    season: str
    size: int
    changed_at: str
    state: str
    run: int | None
    problem: str
    held: int | None
    served: int | None


Finding = TypedDict(
    "Finding",
    {
        "level": 'str',
        "what": 'str',
        "try": 'str',
        "kind": 'str',
    },
)
"""Something that was looked at."""


class PlannedTable(TypedDict):
    """A table of a run, as it begins."""

    table: str
    cells: int
    batches: int
    may_change: int
    expected_seconds: float
    expected_a_batch: float
    from_history: bool
    inputs: list[str]


class LoadStep(TypedDict):
    """A load reads files."""

    event: Literal["reading"]
    what: str


class ReplayProgress(TypedDict):
    """A verification has replayed cells."""

    event: Literal["replayed"]
    done: int
    total: int
    seconds: float
    eta_seconds: float


class TableExported(TypedDict):
    """An export has written a table."""

    event: Literal["written"]
    table: str
    rows: int


class LoadedEvent(TypedDict):
    """A backfill has looked at the files."""

    event: Literal["loaded"]
    report: LoadReport


class DatesChosen(TypedDict):
    """The game dates that were chosen."""

    event: Literal["chosen"]
    choice: DateChoice


class ChecksFailed(TypedDict):
    """Changed checks of a table fail on stored rows."""

    event: Literal["checks_failed"]
    table: str
    dates: int


class RunStarted(TypedDict):
    """A run begins."""

    event: Literal["started"]
    run: int
    seconds: float
    workers: int
    tables: list[PlannedTable]


class BatchStarted(TypedDict):
    """A batch begins."""

    event: Literal["batch_started"]
    run: int
    table: str
    seconds: float
    first_date: str
    last_date: str
    cells: int


class CellsFilled(TypedDict):
    """A batch is committed."""

    event: Literal["filled"]
    run: int
    table: str
    seconds: float
    first_date: str
    last_date: str
    cells: int
    rows: int
    batch_seconds: float
    eta_seconds: float | None


class CellsUnchanged(TypedDict):
    """Cells were kept: their inputs came out as they were."""

    event: Literal["unchanged"]
    run: int
    table: str
    seconds: float
    cells: int


CellFailed = TypedDict(
    "CellFailed",
    {
        "event": 'Literal["failed"]',
        "run": 'int',
        "table": 'str',
        "seconds": 'float',
        "date": 'str',
        "class": 'str',
        "message": 'str',
        "attempts": 'int',
    },
)
"""A cell failed."""


class CellsBlocked(TypedDict):
    """Cells wait for an input that is not filled."""

    event: Literal["blocked"]
    run: int
    table: str
    seconds: float
    cells: int
    first_date: str
    reason: str


class BatchRetry(TypedDict):
    """A batch is tried again after a pause."""

    event: Literal["retrying"]
    run: int
    table: str
    seconds: float
    attempt: int
    pause_seconds: float
    message: str


class BatchHalved(TypedDict):
    """A batch fails on some of its dates, and is tried again in halves."""

    event: Literal["halved"]
    run: int
    table: str
    seconds: float
    cells: int
    first_date: str
    last_date: str
    message: str


class TableAbandoned(TypedDict):
    """A table is not tried any further."""

    event: Literal["stopped"]
    run: int
    table: str
    seconds: float
    why: str
    cells_not_tried: int


class Done(BackfillReport):
    """The last event of a backfill: how it ended."""

    event: Literal["done"]
    exit: int


Event = Union[LoadStep, ReplayProgress, TableExported, LoadedEvent, DatesChosen, ChecksFailed, RunStarted, BatchStarted, CellsFilled, CellsUnchanged, CellFailed, CellsBlocked, BatchRetry, BatchHalved, TableAbandoned, Done]
"""What a backfill reports as it runs."""

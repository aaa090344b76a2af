"""A project: a folder with backcourt.toml, and the warehouse that it fills."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Union, cast

from . import _sql
from ._dates import Date, span_of, text_of
from ._program import error_of, hear, run
from ._progress import Bar
from ._sql import Params
from ._words import in_python
from .dictionary import Column, Description, Listing, TableInfo, listing, metadata, parse, with_meanings
from .errors import BackcourtError, CellsFailed, UsageError, WarehouseBusy
from .features import FEATURES
from .outputs import Bundle, BundleReplay, CheckReport, CompareReport, Diff, Done, Event, Export, Finding, LintReport, Load, LoadReport, MigrateReport, ModelTests, Plan, PublishReport, RemovedTable, Run, Status, StopReport, VerifyReport, WhyLink
from .published import Published
from .training import FEATURE_TABLE, OUTCOME_TABLE, Choice, TrainingSet, training_set

if TYPE_CHECKING:
    import pyarrow

_WIDEST_VALUE = 120  # of a report's repr

AsOf = Union[int, date, str]
"""A run's number, or a time: a datetime (UTC where it has no zone), or its text as "2021-12-01 12:00"; a date means its end."""


class Project:
    """The warehouse of a project.

    `path` is the folder of backcourt.toml; without it, the nearest one at or
    above the working folder. Every method runs the `backcourt` command. While
    another process fills, the reading ones are answered by it.

        look    tables, describe, table, query, dates, training_set
        fill    load, plan, backfill, stop, forget, drop, migrate
        prove   check, verify, compare, bundle, replay, test, lint, doctor
        ask     status, runs, run, diff, why, docs
        give    export publish

    Reports are dictionaries with the keys of docs/json-output.md. Those that
    prove something return their report whether it is good or bad: look at
    `complete` of check, `mismatching_cells` of verify, `failures` of test,
    `problems` of lint, `level` of doctor's findings.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self._folder = Path.cwd()
        self._project = [] if path is None else ["--project", str(Path(path).absolute())]

    def __repr__(self) -> str:
        folder = self._root()
        return f"Project({str(folder)!r})" if folder else "Project() without a backcourt.toml"

    def tables(self) -> Listing[TableInfo]:
        """The tables, inputs first and raw tables last: name, kind, key, and what a row is.

            >>> Project().tables()
            >>> [t.name for t in Project().tables() if t.kind == "public"]
        """
        return listing(parse(self.docs()).values())

    def describe(self, table: str) -> Description:
        """What a table is: its columns with types and meanings, and what it reads under which windows.

            >>> Project().describe("ml_feature_store_v2")
            >>> Project().describe("ml_feature_store_v2").column("dnp_rate").meaning
            >>> Project().describe("ml_feature_store_v2").reads.to_pandas()

        Types are those of the warehouse: empty of a model that is not filled.
        """
        described, _ = self._describe(table)
        return described

    def dates(self, start: Date | None = None, end: Date | None = None, *, season: str | None = None, types: str | Iterable[str] | None = None, as_of: Date | None = None) -> list[date]:
        """The game dates from `start` to `end`, or of a season, in order.

        `types` are kinds of games: regular, play_in, playoffs, cup_final,
        preseason, all_star; without it, the first four. `as_of` asks for the
        schedule as it was known at the end of that date.
        """
        words = _range(start, end) + _option("--season", season) + _option("--types", types)
        if as_of is not None:
            words += ["--as-of", text_of(as_of)]
        found = json.loads(self._run(["dates", *words, "--json"]))
        return [date.fromisoformat(day["game_date"]) for day in found["game_dates"]]

    def table(
        self,
        name: str,
        start: Date | None = None,
        end: Date | None = None,
        *,
        season: str | None = None,
        columns: Iterable[str] | None = None,
        where: str | None = None,
        params: Params | None = None,
        as_of: AsOf | None = None,
    ) -> pyarrow.Table:
        """Rows of a table as an Arrow table, in order of date and key.

            >>> Project().table("player_game_summary", "2021-12-01", "2021-12-31")
            >>> Project().table("ml_feature_store_v2", season="2021-22", columns=["game_date", "player_id", *backcourt.FEATURES])
            >>> Project().table("player_game_summary", where="player_name = ? AND points >= ?", params=["Jalen Suggs", 20])

        `start` and `end` are calendar dates, both included. `where` is SQL over
        the table's columns; `params` are bound as in `query`. `columns` are
        given in the order in which they are named. `as_of` gives the rows as they
        stood after a run (its number) or at a time (UTC; a date means its end).

        Where another program has the warehouse and does not answer, the rows are those that
        were published last, if `[publish] folder` is set: `backcourt.published` in the
        schema's metadata names their version. `Published` reads them on any machine.

        `.to_pandas()` makes a pandas frame of it, `polars.from_arrow` a polars
        one, and DuckDB queries it as it is. Each field carries its `type` and
        `meaning`: `table.schema.field("points").metadata[b"meaning"]`.
        """
        try:
            described, stored = self._describe(name)
        except WarehouseBusy:
            published = self._published() if as_of is None else None
            if published is None or name not in [table.name for table in published.tables()]:
                raise
            return published.table(name, start, end, season=season, columns=columns, where=where, params=params)
        if not stored:
            self._run(["show", name, "--limit", "1"])  # which says why
            raise UsageError(f"{name} has not been filled yet\n  Try: `Project.backfill()`")
        chosen = described.choose(columns)
        rules = self._dated(described, *span_of(start, end)) + self._seasoned(described, season)
        if where is not None:
            rules.append(f"(\n{_sql.bind(where, params)}\n)")
        elif params is not None:
            raise UsageError("params without where\n  Try: where=\"column = ?\"")
        source = _sql.identifier(name) if as_of is None else f"as_of('{name}', {as_of if isinstance(as_of, int) else repr(_moment(as_of))})"
        sql = f"SELECT {', '.join(map(_sql.identifier, chosen))} FROM {source}"
        if rules:
            sql += f" WHERE {' AND '.join(rules)}"
        order = [column for column in dict.fromkeys([described.date, *described.key]) if column]
        if order:
            sql += f" ORDER BY {', '.join(map(_sql.identifier, order))}"
        rows = self._arrow(sql)
        about = {"backcourt.table": name, "backcourt.about": described.about, "backcourt.program": version("backcourt")}
        return rows.cast(with_meanings(rows.schema, described.columns, about))

    def query(self, sql: str, params: Params | None = None) -> pyarrow.Table:
        """The rows of one SELECT on the warehouse as an Arrow table.

            >>> Project().query("SELECT avg(points) AS mean FROM player_game_summary WHERE season = ?", ["2021-22"])
            >>> Project().query("FROM raw_results WHERE game_date BETWEEN :first AND :last", {"first": first, "last": last})

        `params` takes the place of each `?` (a list), or of each `:name` (a
        dictionary), as a value that no text in it can turn into SQL: None, bool,
        int, float, Decimal, str, date, datetime, or a list of these.
        """
        return self._arrow(_sql.bind(sql, params))

    def training_set(
        self,
        target: str = "points",
        *,
        seasons: str | Iterable[str] | None = None,
        start: Date | None = None,
        end: Date | None = None,
        features: Iterable[str] = FEATURES,
        as_known: bool = True,
        complete: bool = False,
        verify: int = 0,
    ) -> TrainingSet:
        """Rows to learn `target` from: a row a player and game, with what was known before it and what he then did.

            >>> rows = Project().training_set("points", seasons=["2020-21", "2021-22"])
            >>> rows                                       # how many rows, and why others were left out
            >>> X, y = rows.to_numpy()

        `features` are columns of ml_feature_store_v2: `backcourt.FEATURES`, `[*FEATURES, *MORE_FEATURES]`
        or others of it that are numbers. `target` is a number of player_game_summary, of the same game.

        Only rows that could be used are given. Those of games without a result, of
        players who did not play (unless the target is `is_active` or `is_dnp`) and
        those whose target is NULL cannot. `complete` leaves out those, too, in which
        a feature is NULL. How many were left out, and why, is in the certificate.

        What `as_known` means. The windows of the tables let a row's features see games
        of earlier dates only; `verify=50` proves that on 50 cells of the feature store
        in the range, and raises CellsFailed where one differs. With `as_known=True`, the
        rows of cells that are out of date, or were made while something was missing, are
        left out. It does not mean values as they were on that day: a box score corrected
        weeks later stands in its corrected form, because a warehouse holds one version of a row.
        """
        choice = Choice.of(target, features, seasons, *span_of(start, end), as_known, complete)
        store, stored = self._describe(FEATURE_TABLE)
        outcomes, played = self._describe(OUTCOME_TABLE)
        for name, there in ((FEATURE_TABLE, stored), (OUTCOME_TABLE, played)):
            if not there:
                self._run(["show", name, "--limit", "1"])
                raise UsageError(f"{name} has not been filled yet\n  Try: `Project.backfill()`")
        choice.check(store, outcomes)
        days = sorted(day.isoformat() for season in choice.seasons for day in self.dates(season=season))
        proof = None
        if verify:
            # The feature store alone: its cells are made again from all that their windows let them see.
            first, last = max(choice.start, *days[:1]) if days else choice.start, min(choice.end or days[-1], days[-1]) if days else choice.end
            proof = self._verified([FEATURE_TABLE, *_range(first or None, last or None), "--sample", str(verify)])
            if proof["mismatching_cells"]:
                raise CellsFailed(f"{proof['mismatching_cells']} of {proof['cells']} cells of {FEATURE_TABLE} differ from their replay\n  Try: Project.verify({FEATURE_TABLE!r}) shows them")
        outdated: dict[str, list[str]] = {}
        for batch in self.plan(FEATURE_TABLE, OUTCOME_TABLE)["batches"] if as_known else []:
            outdated.setdefault(batch["table"], []).extend(cell["date"] for cell in batch["cells"])
        rows = self._arrow(choice.sql(outdated))
        columns = [*outcomes.columns, *store.columns]
        meanings = {column.name: metadata(column) for column in columns}
        counts = {name: count for name, count in (proof or {}).items() if isinstance(count, int)}
        return training_set(choice, rows, meanings, version("backcourt"), {"sample": verify, **counts} if proof else None)

    def status(self, season: str | None = None) -> Status:
        """How far the tables are, by season and month, what runs now and what is wrong."""
        return cast(Status, self._json(["status", *_option("--season", season)]))

    def load(self, *paths: str | os.PathLike[str], what_if: str | os.PathLike[str] | None = None) -> Load:
        """Brings the raw tables up to the files; those of `paths` are read again in any case.

        With `what_if`, a file that is not there yet, nothing is kept: `changes` of
        what comes back is what it would change in all tables.
        """
        files = [str(path) if "://" in str(path) else str(Path(path).absolute()) for path in paths]
        return cast(Load, self._json(["load", *files, *([] if what_if is None else ["--what-if", str(Path(what_if).absolute())])]))

    def forget(self, path: str | os.PathLike[str]) -> LoadReport:
        """Takes what was loaded from a file that is gone out of the warehouse."""
        return cast(LoadReport, self._json(["forget", str(path)]))

    def drop(self, table: str) -> RemovedTable:
        """Takes a table out of the warehouse whose model is not in the project any more. It does not ask."""
        return cast(RemovedTable, self._json(["drop", table, "--yes"]))

    def migrate(
        self,
        to: str | os.PathLike[str],
        *,
        database: str | None = None,
        staging: str | os.PathLike[str] | None = None,
        ledger: str | os.PathLike[str] | None = None,
    ) -> MigrateReport:
        """Moves the rows of all tables to Spark (`to` as sc://host:15002), or back into a new DuckDB file.

            >>> Project().migrate("sc://127.0.0.1:15002", database="nba")["warehouse"]
        """
        place = str(to) if "://" in str(to) else str(Path(to).absolute())
        files = [option for name, path in (("--staging", staging), ("--ledger", ledger)) for option in _option(name, None if path is None else str(Path(path).absolute()))]
        return cast(MigrateReport, self._json(["migrate", "--to", place, *_option("--database", database), *files]))

    def plan(
        self,
        *tables: str,
        start: Date | None = None,
        end: Date | None = None,
        dates: Iterable[Date] | None = None,
        season: str | None = None,
        upstream: bool = True,
        force: bool = False,
        before_run: int | None = None,
        ahead: str | None = None,
        allow_missing: Iterable[str] = (),
        diff: bool = False,
    ) -> Plan:
        """What `backfill` would do, and why each cell is in it. Changes nothing, and does not look at files.

            >>> plan = Project().plan("ml_feature_store_v2", season="2021-22")
            >>> plan["cells"], plan["counts"]

        `diff` tries it on a copy of the warehouse: `changes` is what it changes in the rows of tables.
        """
        words = _cells(tables, start, end, dates, season, upstream, force, before_run, ahead, allow_missing)
        return cast(Plan, self._json(["plan", *words, *(["--diff"] if diff else [])]))

    def backfill(
        self,
        *tables: str,
        start: Date | None = None,
        end: Date | None = None,
        dates: Iterable[Date] | None = None,
        season: str | None = None,
        upstream: bool = True,
        force: bool = False,
        before_run: int | None = None,
        load: bool = True,
        ahead: str | None = None,
        allow_missing: Iterable[str] = (),
        parallel: int | None = None,
        progress: bool | Callable[[Event], object] = False,
    ) -> Done:
        """Fills what is missing or stale, inputs first, and returns how the run ended.

            >>> Project().backfill(season="2021-22", progress=True)

        Tables: all, unless named. Dates: all, unless a range, single dates or a
        season is given. `load` looks at the files first, `upstream` fills inputs
        too, `force` fills again what is fresh (with `before_run`, only
        what no run since that one has filled), `allow_missing` (TABLE or
        TABLE:DATE) lets cells run without this input, `ahead` ("next" or "all")
        says how many of the dates to come are filled.

        `progress=True` shows a bar (of `tqdm`, if that is installed). A function
        is called with every event as it comes. If cells fail or are
        blocked, all else is filled before CellsFailed or CellsBlocked is raised;
        its `report` is what would have been returned. An interrupt ends the
        running batches, and the next run goes on.
        """
        words = ["backfill", *_cells(tables, start, end, dates, season, upstream, force, before_run, ahead, allow_missing)]
        if not load:
            words.append("--no-load")
        if parallel is not None:
            words += ["--parallel", str(parallel)]
        tell = Bar() if progress is True else progress or None

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
            if tell is not None:
                tell(event)

        try:
            self._run([*words, "--json"], take)
        except BackcourtError as error:
            if not done:
                raise
            raise error_of(done[0]["exit"], _ending(done[0], wrong), done[0]) from None
        finally:
            if isinstance(tell, Bar):
                tell.close()
        return done[0]

    def stop(self) -> StopReport:
        """Ends what another process runs in this warehouse: a backfill after its running batches, all else at once."""
        return cast(StopReport, self._json(["stop"]))

    def why(self, table: str, day: Date, *, key: str | int | None = None, column: str | None = None) -> list[WhyLink]:
        """Why a cell is as it is: the chain from it to the file that changed a raw cell.

            >>> Project().why("ml_feature_store_v2", "2021-12-02")[0]["because"]
            >>> Project().why("player_daily_cache", "2021-11-28", key="curry", column="points_avg_last_10")

        With `key`, where a row comes from, and with `column` a value in it: the rows
        that it was made of, and which of them changed.
        """
        words = _option("--key", None if key is None else str(key)) + _option("--column", column)
        return cast("list[WhyLink]", self._json(["why", table, text_of(day), *words]))

    def bundle(self, table: str, day: Date, file: str | os.PathLike[str]) -> Bundle:
        """Writes a cell with all that made it to a file: inputs, SQL, functions, rows and digest.

            >>> Project().bundle("player_daily_cache", "2022-01-14", "cell.bundle")
        """
        return cast(Bundle, self._json(["bundle", table, text_of(day), "--output", str(Path(file).absolute())]))

    def replay(self, file: str | os.PathLike[str]) -> BundleReplay:
        """Makes a cell again from the file that `bundle` wrote: look at `same`. Needs no warehouse."""
        return cast(BundleReplay, self._json(["replay", str(Path(file).absolute())], answers=(2,)))

    def diff(
        self,
        run: AsOf | None = None,
        *tables: str,
        model: str | None = None,
        start: Date | None = None,
        end: Date | None = None,
        dates: Iterable[Date] | None = None,
        season: str | None = None,
        examples: int = 10,
    ) -> Diff:
        """What a run changed in the rows of tables: the newest, unless one is named by its number or a time.

            >>> [(table["table"], table["changed"]) for table in Project().diff()["tables"]]
            >>> Project().diff(model="player_form", season="2021-22")["tables"]

        With `model` and no run: what the text of this model, as it is now, would change in
        its rows, on all dates or those chosen. Nothing is kept.
        """
        if model is not None:
            if run is not None:
                raise UsageError("run and model are two questions\n  Try: one of them")
            return cast(Diff, self._json(["diff", "--model", model, *_choice(start, end, dates, season), "--examples", str(examples)], answers=(2,)))
        named = [] if run is None else [str(run) if isinstance(run, int) else _moment(run)]
        if tables and not named:
            raise UsageError("tables without a run\n  Try: diff(run, *tables)")
        return cast(Diff, self._json(["diff", *named, *tables, "--examples", str(examples)]))

    def runs(self) -> list[Run]:
        """The history of loads and fills, the newest first."""
        return cast("list[Run]", self._json(["runs"]))

    def run(self, number: int, *, log: bool = False) -> Run:
        """One run of the history, with its tables and failures; `log` adds what it printed, if it was detached."""
        return cast(Run, self._json(["runs", str(number), *(["--log"] if log else [])])[0])

    def check(self, *tables: str, start: Date | None = None, end: Date | None = None, dates: Iterable[Date] | None = None, season: str | None = None) -> CheckReport:
        """What should be there by the schedule against what is: `complete`, and every gap with its reason.

            >>> report = Project().check(season="2021-22")
            >>> report["complete"], report["gaps"]
        """
        return cast(CheckReport, self._json(["check", *tables, *_choice(start, end, dates, season)], answers=(2,)))

    def verify(
        self,
        *tables: str,
        start: Date | None = None,
        end: Date | None = None,
        dates: Iterable[Date] | None = None,
        season: str | None = None,
        sample: int | None = None,
        all_cells: bool = False,
        raw: bool = False,
        parallel: int | None = None,
    ) -> VerifyReport:
        """Recomputes cells, each from the rows of its windows alone, and compares with what is stored, to the bit.

            >>> Project().verify(sample=50)["mismatching_cells"]
            0

        100 cells spread over what is chosen, unless `sample` says how many or
        `all_cells` takes every one. `raw` loads raw tables again from their files.
        """
        words = [*tables, *_choice(start, end, dates, season)]
        words += [flag for flag, given in {"--all": all_cells, "--raw": raw}.items() if given]
        for option, number in {"--sample": sample, "--parallel": parallel}.items():
            words += [] if number is None else [option, str(number)]
        return cast(VerifyReport, self._verified(words))

    def compare(
        self,
        other: str | os.PathLike[str],
        table: str | None = None,
        *,
        names: Mapping[str, str] | None = None,
        key: Iterable[str] | None = None,
        tolerance: float | None = None,
        examples: int | None = None,
    ) -> CompareReport:
        """Another system's tables against the warehouse: what differs, by how much, and which known faults explain it.

            >>> report = Project().compare("old_tables", names={"daily_cache": "player_daily_cache", "daily_cache.pts10": "points_avg_last_10"})
            >>> report["equal"], [column["reasons"] for table in report["tables"] for column in table["columns"]]

        `other` is a folder with a folder or a file a table (Parquet or CSV), one
        file (of `table`), or a DuckDB file. `names` are their names to ours.
        """
        words = [str(Path(other).absolute()), *_option("--table", table)]
        for theirs, ours in (names or {}).items():
            words += ["--map", f"{theirs}={ours}"]
        for column in key or ():
            words += ["--key", column]
        for option, number in {"--tolerance": tolerance, "--examples": examples}.items():
            words += [] if number is None else [option, str(number)]
        return cast(CompareReport, self._json(["compare", *words], answers=(2,)))

    def test(self, *models: str) -> ModelTests:
        """Runs the tests beside the models: given rows to expected rows, in memory."""
        return cast(ModelTests, self._json(["test", *models], answers=(2,)))

    def lint(self) -> LintReport:
        """What is wrong in the files of models, checks and tests: `problems`, with file, line and what to try."""
        return cast(LintReport, self._json(["lint"], answers=(1,)))

    def doctor(self) -> list[Finding]:
        """Configuration, warehouse, engine and feeds: what was looked at, its `level` (ok, absent, error) and what to try."""
        return cast("list[Finding]", self._json(["doctor"], answers=(1,)))

    def docs(self, part: str = "dictionary") -> str:
        """A document in Markdown: dictionary, graph, commands or json."""
        return self._run(["docs", part])

    def export(self, folder: str | os.PathLike[str], *tables: str, raw: bool = False, csv: bool = False, dry_run: bool = False) -> Export:
        """Writes tables as Parquet (or CSV), a file a season, with a manifest; without names, the public ones.

            >>> Project().export("tables", "ml_feature_store_v2")
        """
        flags = {"--raw": raw, "--csv": csv, "--dry-run": dry_run}
        return cast(Export, self._json(["export", str(Path(folder).absolute()), *tables, *(flag for flag, given in flags.items() if given)]))

    def publish(self, folder: str | os.PathLike[str] | None = None, *, to: str | None = None, dry_run: bool = False) -> PublishReport:
        """Writes the public tables as files that readers open without meeting the warehouse, one version at a time.

        Without a folder, the one under [publish] of backcourt.toml; it may lie in an object store, as "s3://lake/tables".
        `to="bigquery"` brings the dataset under [publish.bigquery] up to date instead.

            >>> Project().publish("published")
        """
        where = [] if folder is None else [str(folder) if "://" in str(folder) else str(Path(folder).absolute())]
        return cast(PublishReport, self._json(["publish", *where, *_option("--to", to), *(["--dry-run"] if dry_run else [])]))

    def _published(self) -> Published | None:
        """What is in the folder under [publish] of backcourt.toml; None without one."""
        try:
            import tomllib
        except ImportError:  # Python 3.10
            return None
        root = self._root()
        if root is None:
            return None
        with open(root / "backcourt.toml", "rb") as file:
            folder = tomllib.load(file).get("publish", {}).get("folder")
        try:
            return None if folder is None else Published(folder if "://" in folder else root / folder)
        except UsageError:  # nothing was published yet
            return None

    def _root(self) -> Path | None:
        """The folder of backcourt.toml."""
        if self._project:
            return Path(self._project[1])
        return next((folder for folder in [self._folder, *self._folder.parents] if (folder / "backcourt.toml").exists()), None)

    def _describe(self, table: str) -> tuple[Description, bool]:
        """A table by its page and by the warehouse, and whether this holds it."""
        page = parse(self.docs()).get(table)
        found = self._run(["query", _FACTS.format(_sql.quoted(table)), "--format", "json"])
        facts = {row["part"]: row["facts"] for row in map(json.loads, found.splitlines())}
        types = dict(facts.get("types") or {})
        if page is None and not types:
            self._run(["show", table, "--limit", "1"])  # which says that it is not a table, and what is near
            raise UsageError(f"{table!r} is not a table")
        if page is None:  # a seed, or a table whose model is gone
            page = Description(table, facts["kind"] or "", "", facts["date"] or "", tuple(filter(None, (facts["key"] or "").split(", "))), Listing(), Listing(), ())
        meanings = {column.name: column for column in page.columns}
        columns = [Column(name, kind, meanings[name].meaning if name in meanings else "") for name, kind in types.items()] or page.columns
        day = facts["date"] if page.kind == "raw" and facts["grain"] == "date" else page.date
        made = Description(page.name, page.kind, page.about, day or "", page.key, page.reads, Listing(columns), page.checks)
        return made, bool(types)

    def _dated(self, table: Description, start: str, end: str) -> list[str]:
        if not start and not end:
            return []
        if not table.date:
            raise UsageError(f"{table.name} has no dates\n  Try: without start and end")
        return [f"{_sql.identifier(table.date)} {sign} DATE {_sql.quoted(day)}" for sign, day in ((">=", start), ("<=", end)) if day]

    def _seasoned(self, table: Description, season: str | None) -> list[str]:
        if season is None:
            return []
        days = self.dates(season=season)  # which refuses what is not a season
        if any(column.name == "season" for column in table.columns):
            return [f"season = {_sql.quoted(season)}"]
        if not table.date:
            raise UsageError(f"{table.name} has no seasons\n  Try: without season")
        return self._dated(table, days[0].isoformat(), days[-1].isoformat())

    def _run(self, words: list[str], on_line: Callable[[str], None] | None = None, answers: tuple[int, ...] = ()) -> str:
        return run([*self._project, *words], self._folder, on_line, answers)

    def _json(self, words: list[str], answers: tuple[int, ...] = ()) -> Any:
        return json.loads(self._run([*words, "--json"], answers=answers), object_hook=Report)

    def _verified(self, words: list[str]) -> Any:
        return self._json(["verify", *words], answers=(2,))

    def _arrow(self, sql: str) -> pyarrow.Table:
        try:
            import pyarrow.ipc
        except ImportError:
            raise ImportError("tables come as Arrow: pip install 'backcourt[arrow]'") from None

        broken: list[Exception] = []

        def read(output: IO[bytes]) -> Any:
            try:
                with pyarrow.ipc.open_stream(output) as rows:
                    return rows.read_all()
            except (pyarrow.ArrowInvalid, OSError) as error:  # the program broke it off, and says why
                broken.append(error)

        # A query that begins with a comment is not an option.
        rows = hear([*self._project, "query", f"\n{sql}" if sql.startswith("-") else sql, "--format", "arrow"], self._folder, read)
        if broken:
            raise broken[0]
        return rows


def get_game_dates_for_range(start: Date, end: Date, types: str | Iterable[str] | None = None, project: str | os.PathLike[str] | None = None) -> list[date]:
    """The game dates from `start` to `end`, in order, off-days left out.

    Without `types`, games that tables hold: regular, play_in, playoffs and
    cup_final. Without `project`, the nearest one at or above the working folder.
    """
    return Project(project).dates(start, end, types=types)


class Report(dict[str, Any]):
    """A report of the command: a dictionary that shows itself a line a key, with lists by their length."""

    def __repr__(self) -> str:
        if any(isinstance(value, (list, dict)) for value in self.values()):
            return "\n".join(f"{name}: {_brief(value)}" for name, value in self.items())
        return dict.__repr__(self)


# What the warehouse knows of a table; of one that it has not, NULL.
_FACTS = """WITH declared AS (SELECT kind, part, text FROM backcourt.declarations WHERE table_name = {0}),
stored AS (SELECT list([column_name, data_type] ORDER BY column_index) AS types FROM duckdb_columns() WHERE schema_name = 'main' AND table_name = {0})
SELECT 'types' AS part, to_json(types) AS facts FROM stored
UNION ALL SELECT 'kind', to_json(any_value(kind)) FROM declared
UNION ALL SELECT wanted, to_json((SELECT any_value(text) FROM declared WHERE part = wanted)) FROM (SELECT unnest(['date', 'key', 'grain']) AS wanted)"""


def _brief(value: object) -> str:
    text = str(_plain(value))
    if len(text) <= _WIDEST_VALUE or not isinstance(value, (list, dict)):
        return text
    return f"{len(value)} {'items' if isinstance(value, list) else 'keys'}"


def _plain(value: object) -> object:
    """Of built-in types alone, which show themselves in a line."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _choice(start: Date | None, end: Date | None, dates: Iterable[Date] | None, season: str | None) -> list[str]:
    words = _range(start, end) + _option("--season", season)
    return words if dates is None else [*words, "--dates", ",".join(text_of(day) for day in dates)]


def _cells(
    tables: tuple[str, ...], start: Date | None, end: Date | None, dates: Iterable[Date] | None, season: str | None, upstream: bool, force: bool, before_run: int | None, ahead: str | None, allow_missing: Iterable[str]
) -> list[str]:
    """The words that a plan and a backfill have in common."""
    words = [*tables, *_choice(start, end, dates, season), *_option("--ahead", ahead)]
    for waiver in allow_missing:
        words += ["--allow-missing", waiver]
    if before_run is not None:
        words += ["--before-run", str(before_run)]
    return words + [flag for flag, given in {"--no-upstream": not upstream, "--force": force}.items() if given]


def _moment(at: date | str) -> str:
    if isinstance(at, datetime):
        return f"{at if at.tzinfo is None else at.astimezone(timezone.utc):%Y-%m-%d %H:%M:%S.%f}"
    return at if isinstance(at, str) else at.isoformat()


def _range(start: Date | None, end: Date | None) -> list[str]:
    words = [] if start is None else ["--start-date", text_of(start)]
    return words if end is None else [*words, "--end-date", text_of(end)]


def _option(name: str, value: str | Iterable[str] | None) -> list[str]:
    if value is None:
        return []
    return [name, value if isinstance(value, str) else ",".join(value)]


def _ending(done: Done, wrong: list[str]) -> str:
    """How a run ended that did not fill all, in words: its counts, then the first five causes."""
    counts = [f"{done['failed']} cells failed", f"{done['blocked']} blocked", f"{done['not_tried']} not tried"]
    lines = [f"run {done['run']} {done['outcome']}: " + ", ".join(counts), *map(in_python, wrong[:5])]
    if len(wrong) > 5:
        lines.append(f"and {len(wrong) - 5} more: Project.status() lists them")
    return "\n  ".join(lines)

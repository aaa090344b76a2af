"""The tables as they were published: what readers have who do not meet the warehouse."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeVar

from . import _sql
from ._dates import Date, span_of
from ._sql import Params
from ._words import nearest
from .dictionary import Column, Description, Listing, TableInfo, listing, with_meanings
from .errors import SourceUnreachable, UsageError

if TYPE_CHECKING:
    import pyarrow
    import pyarrow.fs

T = TypeVar("T")

_TRIES = 3  # of readings between which a newer version takes the files of this one away


class Published:
    """A folder that `backcourt publish` wrote: one version of all public tables, read without the warehouse.

        >>> tables = Published("/srv/nba")
        >>> tables.complete_through
        '2022-06-16'
        >>> tables.table("ml_feature_store_v2", season="2021-22")

    `folder` is a path, or a place in an object store as "s3://bucket/tables";
    `filesystem` is pyarrow's where that needs more than the environment says.
    All readings are of the version that was current when this was made, or
    `refresh` was called; one whose files are gone gives way to the newest.
    """

    def __init__(self, folder: str | os.PathLike[str], *, filesystem: pyarrow.fs.FileSystem | None = None) -> None:
        try:
            import pyarrow.fs
        except ImportError:
            raise ImportError("tables come as Arrow: pip install 'backcourt[arrow]'") from None
        self.folder = os.fspath(folder)
        if filesystem is not None:
            self._files, self._root = filesystem, self.folder
        elif "://" in self.folder:
            try:
                self._files, self._root = pyarrow.fs.FileSystem.from_uri(self.folder)
            except (OSError, ValueError) as error:  # a bucket whose region cannot be asked for, a scheme that is none
                raise SourceUnreachable(f"{self.folder}: {error}") from error
        else:
            self._files, self._root = pyarrow.fs.LocalFileSystem(), os.path.abspath(self.folder)
        self._manifest: Mapping[str, Any] = {}
        self.refresh()

    def __repr__(self) -> str:
        return f"Published({self.folder!r}): version {self.version}, complete through {self.complete_through}"

    def refresh(self) -> None:
        """Takes the version that is current now."""
        place = f"{self._root}/manifest.json"
        try:
            with self._files.open_input_stream(place) as file:
                self._manifest = json.loads(file.read())
        except FileNotFoundError:
            raise UsageError(f"{self.folder} has no manifest.json\n  Try: the folder under [publish] of backcourt.toml, or Project.publish()") from None
        except (OSError, ValueError) as error:
            raise SourceUnreachable(f"{place}: {error}") from error

    @property
    def version(self) -> int:
        """The number of the version, which grows with each publication."""
        return int(self._manifest["version"])

    @property
    def run(self) -> int:
        """The run whose rows these are."""
        return int(self._manifest["run"])

    @property
    def complete_through(self) -> str | None:
        """The game date up to which every table is done; None when it is none."""
        through = self._manifest["complete_through"]
        return None if through is None else str(through)

    def tables(self) -> Listing[TableInfo]:
        """The tables: name, kind, key, and what a row is."""
        return listing(map(self.describe, self._manifest["tables"]))

    def describe(self, table: str) -> Description:
        """What a table is: its key, and its columns with types and meanings. Windows are in the dictionary of the project alone."""
        tables = self._manifest["tables"]
        if table not in tables:
            raise UsageError(f"{table} is not published\n  Try: {nearest(table, tables)}")
        found = tables[table]
        columns = Listing(Column(one["name"], one["type"], one["about"]) for one in found["columns"])
        return Description(table, "public", found["about"], found["date"], tuple(found["key"]), Listing(), columns, ())

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
    ) -> pyarrow.Table:
        """Rows of a table, chosen as by `Project.table` and with the same schema; `where` asks for the package duckdb.

            >>> Published("/srv/nba").table("player_game_summary", "2021-12-01", "2021-12-31")
        """
        return self._try(lambda: self._read(name, *span_of(start, end), season, columns, where, params))

    def _read(self, name: str, start: str, end: str, season: str | None, columns: Iterable[str] | None, where: str | None, params: Params | None) -> Any:
        import pyarrow
        import pyarrow.compute
        import pyarrow.dataset

        described = self.describe(name)
        chosen = described.choose(columns)
        rule = None
        for sign, day in ((pyarrow.compute.greater_equal, start), (pyarrow.compute.less_equal, end)):
            if day:
                bound = sign(pyarrow.compute.field(described.date), pyarrow.scalar(day).cast(pyarrow.date32()))
                rule = bound if rule is None else rule & bound
        files = self._manifest["tables"][name]["files"]
        if season is not None:
            seasons = [file["season"] for file in files]
            if season not in seasons:
                raise UsageError(f"{name} has no rows of season {season!r}\n  Try: {', '.join(seasons) or 'another table'}")
            files = [file for file in files if file["season"] == season]
        if not files:
            raise UsageError(f"{name} has no rows yet\n  Try: Project.backfill(), then Project.publish()")
        stored = pyarrow.dataset.dataset([f"{self._root}/{file['path']}" for file in files], format="parquet", filesystem=self._files)
        order = list(dict.fromkeys([described.date, *described.key]))
        known = [column.name for column in described.columns]
        rows = stored.to_table(columns=known if where is not None else list(dict.fromkeys([*chosen, *order])), filter=rule)
        if where is not None:
            rows = _where(rows, _sql.bind(where, params))
        elif params is not None:
            raise UsageError("params without where\n  Try: where=\"column = ?\"")
        rows = rows.sort_by([(column, "ascending") for column in order]).select(chosen)
        about = {
            "backcourt.table": name,
            "backcourt.about": described.about,
            "backcourt.program": version("backcourt"),
            "backcourt.published": f"version {self.version}, run {self.run}, complete through {self.complete_through}",
        }
        return rows.cast(with_meanings(rows.schema, described.columns, about))

    def _try(self, read: Callable[[], T]) -> T:
        """What `read` gives, of a newer version where the files of this one are gone."""
        for _ in range(_TRIES - 1):
            try:
                return read()
            except FileNotFoundError:
                self.refresh()
        try:
            return read()
        except FileNotFoundError as error:
            raise SourceUnreachable(f"{self.folder}: {error}\n  Try: Project.publish() writes the files again") from error


def _where(rows: Any, rule: str) -> Any:
    try:
        import duckdb
    except ImportError:
        raise ImportError("where= of published tables is SQL: pip install duckdb, or choose with start, end, season and columns") from None
    with duckdb.connect(config={"enable_external_access": False}) as engine:
        engine.register("published_rows", rows)
        try:
            return engine.execute(f"FROM published_rows WHERE (\n{rule}\n)").to_arrow_table()
        except duckdb.Error as error:
            raise UsageError(f"where: {error}") from error

"""What the tables are: their columns, types and meanings, and the windows of what they read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from ._words import nearest
from .errors import UsageError

if TYPE_CHECKING:
    import pandas

T = TypeVar("T")

_WIDEST_CELL = 80  # of a repr


class Listing(tuple[T, ...]):
    """A tuple of records that shows itself as a table, and becomes a frame."""

    __slots__ = ()

    def to_dicts(self) -> list[dict[str, Any]]:
        """A dictionary a record: `polars.DataFrame(listing.to_dicts())` makes a frame of it."""
        return [{field.name: getattr(one, field.name) for field in fields(one)} for one in self]  # type: ignore[arg-type]

    def to_pandas(self) -> pandas.DataFrame:
        """A row a record."""
        try:
            import pandas
        except ModuleNotFoundError as missing:
            raise ModuleNotFoundError("to_pandas() needs pandas: pip install pandas, or take to_dicts()", name=missing.name) from None
        return pandas.DataFrame(self.to_dicts())

    def __repr__(self) -> str:
        if not self:
            return "(nothing)"
        rows = self.to_dicts()
        names = list(rows[0])
        cells = [[_cell(row[name]) for name in names] for row in rows]
        widths = [max(map(len, column)) for column in zip(names, *cells)]
        return "\n".join("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip() for row in [names, *cells])


@dataclass(frozen=True)
class Column:
    """A column: `type` is SQL's, and empty of a table that is not filled yet."""

    name: str
    type: str
    meaning: str


@dataclass(frozen=True)
class Read:
    """What a table reads: `window` says which dates of it the rows of a date D are made from."""

    table: str
    window: str


@dataclass(frozen=True)
class TableInfo:
    """A table in the list of `Project.tables`."""

    name: str
    kind: str
    key: str
    about: str


@dataclass(frozen=True, repr=False)
class Description:
    """A table, as `Project.describe` gives it.

    `kind` is public, helper, view, raw or seed; `date` is the column of its
    dates, empty where it has none; `key` the columns that name a row;
    `reads` what it is made from; `columns` what they mean.
    """

    name: str
    kind: str
    about: str
    date: str
    key: tuple[str, ...]
    reads: Listing[Read]
    columns: Listing[Column]
    checks: tuple[str, ...]

    def column(self, name: str) -> Column:
        """One column, by its name; KeyError without one."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def choose(self, columns: Iterable[str] | None) -> list[str]:
        """The names of columns that a caller wants: all of them, or those of the list, in its order."""
        known = [column.name for column in self.columns]
        chosen = known if columns is None else [columns] if isinstance(columns, str) else list(columns)
        for column in chosen:
            if column not in known:
                raise UsageError(f"{self.name} has no column {column!r}\n  Try: {nearest(column, known)}")
        if not chosen:
            raise UsageError("columns is empty\n  Try: without it, for all columns")
        return chosen

    def to_dict(self) -> dict[str, Any]:
        """All of it, of plain Python."""
        return asdict(replace(self, reads=tuple(self.reads), columns=tuple(self.columns)))  # type: ignore[arg-type]

    def to_pandas(self) -> pandas.DataFrame:
        """A row a column: name, type and meaning. The windows are `description.reads.to_pandas()`."""
        return self.columns.to_pandas()

    def __repr__(self) -> str:
        text = f"{self.name}: {self.about}\n{self.kind}; key: {', '.join(self.key) or 'none'}; date: {self.date or 'none'}\n\n{self.columns!r}"
        return f"{text}\n\n{self.reads!r}" if self.reads else text


def parse(page: str) -> dict[str, Description]:
    """The tables of the data dictionary, as `backcourt docs` writes it."""
    found = {}
    for part in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        name, _, text = part.partition("\n")
        about, _, rest = text.strip().partition("\n\n")
        facts = re.match(r"A (?P<kind>raw|view|helper|public)(?: table)?[^.]*\. Key: (?P<key>[^.]*)\.(?: Date: (?P<date>[^.]*)\.)?", rest)
        if facts is None:
            raise ValueError(f"the page of {name} does not begin as pages of tables do")
        tables = {tuple(head): rows for head, rows in _tables(rest)}
        checks = re.search(r"^Checked at every commit: (.*)\.$", rest, re.MULTILINE)
        columns = [Column(one[0], "", one[1]) for one in tables.get(("column", "meaning"), [])]
        columns += [Column(*one) for one in tables.get(("column", "type", "meaning"), [])]
        found[name] = Description(
            name=name,
            kind=facts["kind"],
            about=about,
            date=facts["date"] or "",
            key=tuple(facts["key"].split(", ")),
            reads=Listing(Read(*one) for one in tables.get(("reads", "window"), [])),
            columns=Listing(columns),
            checks=tuple(checks[1].split("; ")) if checks else (),
        )
    return found


def metadata(column: Column) -> dict[str, str]:
    """What an Arrow field says of its column."""
    return {"type": column.type, "meaning": column.meaning}


def with_meanings(schema: Any, columns: Iterable[Column], about: dict[str, str]) -> Any:
    """The schema with what is known of each column in its fields' metadata."""
    known = {column.name: metadata(column) for column in columns}
    for index, field in enumerate(schema):
        schema = schema.set(index, field.with_metadata(known[field.name]))
    return schema.with_metadata(about)


def listing(tables: Iterable[Description]) -> Listing[TableInfo]:
    return Listing(TableInfo(table.name, table.kind, ", ".join(table.key), table.about) for table in tables)


def _tables(text: str) -> list[tuple[list[str], list[list[str]]]]:
    """The tables of a page in Markdown: the names of the columns, and the rows."""
    found = []
    for block in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE):
        head, _, *rows = [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in block.splitlines()]
        found.append((head, rows))
    return found


def _cell(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _WIDEST_CELL else text[: _WIDEST_CELL - 3] + "..."

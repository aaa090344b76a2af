"""Rows to train on: what was known of a player before his game, and what he then did."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import _sql
from ._words import nearest
from .dictionary import Description
from .errors import UsageError
from .features import FEATURES, MORE_FEATURES

if TYPE_CHECKING:
    import numpy
    import pandas
    import pyarrow

FEATURE_TABLE = "ml_feature_store_v2"
OUTCOME_TABLE = "player_game_summary"
KEY = ("game_date", "player_id", "game_id", "season", "team_abbr", "opponent_team_abbr")
METADATA = b"backcourt.certificate"

AS_KNOWN = (
    "features from games of earlier dates only, by the windows of the tables; each cell is up to date and was made with "
    "nothing missing. Values are as loaded now: a box score that was corrected later stands in its corrected form."
)
AS_STORED = "features from games of earlier dates only, by the windows of the tables; also of cells that are out of date or were made with something missing."

_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "BOOLEAN")
_ABSENCE = ("is_active", "is_dnp")  # targets that a game has which he did not play

# Why a row cannot be used, in the order in which it is asked.
REASONS = (
    "features out of date",
    "features made with something missing",
    "no outcome filled",
    "result out of date",
    "not in the box score",
    "did not play",
    "target is NULL",
    "a feature is NULL",
)


@dataclass(frozen=True, repr=False)
class TrainingSet:
    """One row a player and game: `KEY` columns, the features, then the target.

    `table` is an Arrow table, whose schema carries the certificate, also into a
    Parquet file. `polars.from_arrow(rows)`, `duckdb.sql("FROM rows")` on `rows =
    training.table`, `.to_pandas()` and `.to_numpy()` take it from there.
    """

    table: pyarrow.Table
    features: tuple[str, ...]
    target: str

    @property
    def certificate(self) -> dict[str, Any]:
        """What the rows were made from, and what was left out: see `backcourt.certificate`."""
        return certificate(self.table)

    def to_pandas(self) -> pandas.DataFrame:
        frame: pandas.DataFrame = self.table.to_pandas()
        return frame

    def to_numpy(self) -> tuple[numpy.ndarray[Any, Any], numpy.ndarray[Any, Any]]:
        """The features as a matrix of doubles, with NaN where one is not known, and the target."""
        import numpy

        columns = [self.table.column(name).cast("float64").to_numpy() for name in (*self.features, self.target)]
        matrix = numpy.column_stack(columns)
        return matrix[:, :-1], matrix[:, -1]

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        facts = self.certificate
        lines = [
            f"TrainingSet: {_counted(len(self), 'row')} to learn {self.target} from {_counted(len(self.features), 'feature')}, {facts['first_date']} to {facts['last_date']}",
            f"  of {facts['candidates']:,} rows of {FEATURE_TABLE}, {facts['share_left_out']:.1%} cannot be used:",
        ]
        lines += [f"    {count:>7,}  {reason}" for reason, count in facts["left_out"].items()]
        lines.append(f"  played without a row of features: {facts['played_without_features']:,}")
        return "\n".join(lines)


def certificate(table: Any) -> dict[str, Any]:
    """What a training set was made from. `table` is an Arrow table, or its schema, as read from a Parquet file too.

    Keys: target, features, seasons, first_date, last_date, rows; candidates
    (rows of features in the range), left_out (how many of them by reason),
    share_left_out, played_without_features; as_known (what that means, in
    words); cells (by table: how many, and a digest over their digests in the
    warehouse); program, engine, pack (a digest of the texts of all models);
    verify (its counts, or null where it was not asked for).
    """
    schema = getattr(table, "schema", table)
    try:
        facts: dict[str, Any] = json.loads(schema.metadata[METADATA])
    except (KeyError, TypeError):
        raise UsageError("the table carries no certificate\n  Try: one of Project.training_set; some libraries drop the metadata of a schema") from None
    return facts


@dataclass(frozen=True)
class Choice:
    """What a training set is asked for."""

    target: str
    features: tuple[str, ...]
    seasons: tuple[str, ...]
    start: str
    end: str
    as_known: bool
    complete: bool

    @staticmethod
    def of(target: str, features: Iterable[str], seasons: str | Iterable[str] | None, start: str, end: str, as_known: bool, complete: bool) -> Choice:
        features = (features,) if isinstance(features, str) else tuple(features)
        if seasons is not None:
            seasons = (seasons,) if isinstance(seasons, str) else tuple(seasons)
            if not seasons:
                raise UsageError("seasons is empty\n  Try: without it, for all seasons")
        return Choice(target, features, seasons or (), start, end, as_known, complete)

    def check(self, store: Description, outcomes: Description) -> None:
        """UsageError for a name that is none."""
        known = {column.name: column.type for column in store.columns}
        for feature in self.features:
            if feature not in known:
                raise UsageError(f"{feature!r} is not a column of {FEATURE_TABLE}\n  Try: {nearest(feature, [*FEATURES, *MORE_FEATURES])}")
            if feature in KEY:
                raise UsageError(f"{feature!r} stands in each row in any case: it is not a feature")
            if known[feature].split("(")[0] not in _NUMBERS:
                raise UsageError(f"{feature!r} is {known[feature]}: a feature is a number")
        if not self.features or len(set(self.features)) < len(self.features):
            raise UsageError("features are named twice" if self.features else "features is empty\n  Try: backcourt.FEATURES")
        targets = [column.name for column in outcomes.columns if column.type.split("(")[0] in _NUMBERS and column.name not in (*KEY, *self.features)]
        if self.target not in targets:
            raise UsageError(f"{self.target!r} is not a target: a number of {OUTCOME_TABLE} is wanted, beside the features\n  Try: {nearest(self.target, targets)}")

    def where(self) -> str:
        rules = []
        if self.seasons:
            rules.append(f"season IN ({', '.join(map(_sql.quoted, self.seasons))})")
        if self.start:
            rules.append(f"game_date >= DATE {_sql.quoted(self.start)}")
        if self.end:
            rules.append(f"game_date <= DATE {_sql.quoted(self.end)}")
        return " AND ".join(rules) or "true"

    def sql(self, outdated: dict[str, list[str]]) -> str:
        """One statement, so that rows and what the ledger says of them are of one moment; `reason` is NULL of rows to use."""

        def dated(alias: str, table: str) -> str:
            days = ", ".join(f"DATE {_sql.quoted(day)}" for day in outdated.get(table, []))
            return f"coalesce({alias}.game_date IN ({days}), false)" if days and self.as_known else "false"

        target = f"p.{_sql.identifier(self.target)}"
        played = "true" if self.target in _ABSENCE else "p.is_active"
        missing = " OR ".join(f"k.{_sql.identifier(name)} IS NULL" for name in self.features)
        rules = zip(REASONS, (
            f"{dated('k', FEATURE_TABLE)} OR kc.state NOT IN ('fresh', 'partial')" if self.as_known else "false",
            "kc.state = 'partial' OR kc.waived <> ''" if self.as_known else "false",
            "g.game_id IS NULL",
            f"{dated('g', OUTCOME_TABLE)} OR pc.state NOT IN ('fresh', 'partial')" if self.as_known else "false",
            "p.player_id IS NULL",
            f"NOT {played}",
            f"{target} IS NULL",
            missing if self.complete else "false",
        ))
        cases = "\n".join(f"    WHEN {rule} THEN {_sql.quoted(reason)}" for reason, rule in rules)
        return f"""WITH known AS (SELECT * FROM {FEATURE_TABLE} WHERE {self.where()}),
played AS (SELECT * FROM {OUTCOME_TABLE} WHERE {self.where()}),
games AS (SELECT DISTINCT game_date, game_id FROM played)
SELECT {', '.join(f'coalesce(k.{name}, p.{name}) AS {name}' for name in KEY)},
  {', '.join(f'k.{_sql.identifier(name)}' for name in self.features)},
  {target},
  CASE
    WHEN k.player_id IS NULL THEN ''
{cases}
  END AS "reason",
  kc.digest AS "known digest", pc.digest AS "played digest", version() AS "engine",
  (SELECT md5(string_agg(model || ' ' || identity, ',' ORDER BY model)) FROM backcourt.models) AS "pack"
FROM known k
FULL JOIN played p ON p.game_id = k.game_id AND p.player_id = k.player_id
LEFT JOIN games g ON g.game_id = k.game_id
LEFT JOIN backcourt.cells kc ON kc.table_name = '{FEATURE_TABLE}' AND kc.slot = k.game_date - DATE '1970-01-01'
LEFT JOIN backcourt.cells pc ON pc.table_name = '{OUTCOME_TABLE}' AND pc.slot = g.game_date - DATE '1970-01-01'
WHERE k.player_id IS NOT NULL OR p.is_active
ORDER BY 1, 2"""


def training_set(choice: Choice, rows: pyarrow.Table, meanings: dict[str, Any], program: str, verify: dict[str, Any] | None) -> TrainingSet:
    """Of what `Choice.sql` gave: the rows to use, and their certificate."""
    import pyarrow
    import pyarrow.compute

    reasons = {pair["values"]: pair["counts"] for pair in pyarrow.compute.value_counts(rows.column("reason")).to_pylist()}
    without = reasons.pop("", 0)
    used = rows.filter(pyarrow.compute.is_null(rows.column("reason")))
    candidates = rows.num_rows - without
    if not candidates:
        raise UsageError(f"{FEATURE_TABLE} has no row in what was chosen\n  Try: Project.backfill(), or Project.dates() for the game dates there are")
    names = [*KEY, *choice.features, choice.target]
    dates = used.column("game_date").to_pylist()
    left_out = {reason: reasons[reason] for reason in REASONS if reason in reasons}
    facts = {
        "target": choice.target,
        "features": list(choice.features),
        "seasons": sorted(set(used.column("season").to_pylist())),
        "first_date": dates[0].isoformat() if dates else None,
        "last_date": dates[-1].isoformat() if dates else None,
        "rows": used.num_rows,
        "candidates": candidates,
        "left_out": left_out,
        "share_left_out": sum(left_out.values()) / candidates,
        "played_without_features": without,
        "as_known": AS_KNOWN if choice.as_known else AS_STORED,
        "cells": {FEATURE_TABLE: _cells(used, "known digest"), OUTCOME_TABLE: _cells(used, "played digest")},
        "program": program,
        "engine": rows.column("engine")[0].as_py(),
        "pack": rows.column("pack")[0].as_py(),
        "verify": verify,
    }
    schema = pyarrow.schema([used.schema.field(name).with_metadata(meanings.get(name)) for name in names], {METADATA: json.dumps(facts)})
    return TrainingSet(used.select(names).cast(schema), choice.features, choice.target)


def _cells(used: pyarrow.Table, column: str) -> dict[str, Any]:
    """How many cells the rows are of, and one digest over all of theirs."""
    pairs = sorted(set(zip((day.isoformat() for day in used.column("game_date").to_pylist()), used.column(column).to_pylist())))
    return {"cells": len(pairs), "digest": hashlib.sha256("\n".join(f"{day} {digest}" for day, digest in pairs).encode()).hexdigest()}


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"

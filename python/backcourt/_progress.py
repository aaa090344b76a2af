"""A bar of a backfill: tqdm's where that is installed, else a line a table."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from .outputs import Event


class Bar:
    """Is called with every event of a backfill, and closed at its end, however it ends."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._left: dict[str, int] = {}
        self._cells: dict[str, int] = {}
        self._wrong = 0
        self._bar: Any = None

    def __call__(self, event: Event) -> None:
        if event["event"] == "started":
            for table in event["tables"]:
                self._left[table["table"]] = self._cells[table["table"]] = table["cells"]
            make = _tqdm()
            if make is not None and self._bar is None:
                self._bar = make(total=sum(self._cells.values()), unit="cell", desc="backfill", file=self._stream)
        elif event["event"] == "batch_started" and self._bar is not None:
            self._bar.set_description(event["table"])
        elif event["event"] == "filled" or event["event"] == "unchanged":
            self._advance(event["table"], event["cells"])
        elif event["event"] == "failed":
            self._wrong += 1
            self._advance(event["table"], 1)
        elif event["event"] == "blocked":
            self._wrong += event["cells"]
            self._advance(event["table"], event["cells"])
        elif event["event"] == "stopped":
            self._wrong += event["cells_not_tried"]
            self._advance(event["table"], event["cells_not_tried"])

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()

    def _advance(self, table: str, cells: int) -> None:
        self._left[table] = self._left.get(table, cells) - cells
        if self._bar is not None:
            self._bar.update(cells)
            if self._wrong:
                self._bar.set_postfix(wrong=self._wrong)
        elif self._left[table] <= 0:
            wrong = f", {self._wrong} wrong so far" if self._wrong else ""
            tables = sum(left <= 0 for left in self._left.values())
            print(f"{table}: {self._cells.get(table, cells)} cells ({tables} of {len(self._left)} tables{wrong})", file=self._stream, flush=True)


def _tqdm() -> Callable[..., Any] | None:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    made: Callable[..., Any] = tqdm
    return made

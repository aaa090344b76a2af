"""Dates as a caller gives them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Union

from .errors import UsageError

Date = Union[date, str]
"""A date, or its text as 2021-12-01."""


def text_of(day: Date) -> str:
    """The date as text, as the caller wrote it."""
    if isinstance(day, datetime):
        day = day.date()
    return day if isinstance(day, str) else day.isoformat()


def span_of(start: Date | None, end: Date | None) -> tuple[str, str]:
    """Both as text, and empty where not given; UsageError where one is no date, or the first after the last."""
    first, last = _day("start", start), _day("end", end)
    if first and last and first > last:
        raise UsageError(f"start={first!r} is after end={last!r}\n  Try: start={last!r}, end={first!r}")
    return first, last


def _day(name: str, day: Date | None) -> str:
    if day is None:
        return ""
    text = text_of(day)
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageError(f"{name}={text!r} is not a date\n  Try: {name}=\"2021-12-01\", or a datetime.date") from None

"""Values of Python as literals of SQL, put where a query has its parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from numbers import Integral, Real
from typing import Union

from .errors import UsageError

Value = Union[None, bool, int, float, Decimal, str, date, datetime, Sequence["Value"]]
"""What a parameter may be. A list becomes a list of SQL: `season IN ?`, `= ANY(?)`."""

Params = Union[Sequence[Value], Mapping[str, Value]]

# What the engine reads as one piece, so that nothing within it is a parameter, and then the parameters.
# A colon behind a word, a quote or a bracket is a cast, a slice or a field: `a::INT`, `a[1:n]`, `{'k':v}`.
_PIECES = re.compile(
    r"""(?P<apart>
          (?<![\w$])[eE]'(?:[^'\\]|\\.|'')*'      # a string with escapes
        | '(?:[^']|'')*'
        | "(?:[^"]|"")*"
        | (?<![\w$])(?P<tag>\$(?:[^\W\d]\w*)?\$).*?(?P=tag)
        | --[^\r\n]*
      )
      | (?P<comment>/\*)
      | (?P<number>\?)
      | (?<![\w:'"\])}]):(?P<name>[^\W\d]\w*)""",
    re.DOTALL | re.VERBOSE,
)
_WIDEST = 38  # digits of a DECIMAL


def bind(sql: str, params: Params | None) -> str:
    """The query with a literal in place of each `?` (of a sequence) or `:name` (of a mapping).

    What is in quotes or in a comment stays as it is. As many parameters as the
    query has are needed, and every name must be given and used: else UsageError.
    """
    if params is None:
        return sql
    if isinstance(params, (str, bytes)):
        raise UsageError(f"params is a text\n  Try: params=[{params!r}], or a dictionary by name")
    named = isinstance(params, Mapping)
    used: set[str] = set()
    bound: list[str] = []
    count = 0
    for text, mark in _split(sql):
        bound.append(text)
        if not mark:
            continue
        if mark == "?":
            if named:
                raise UsageError("the query has a `?`, and params has names\n  Try: a list, or `:name` in the query")
            count += 1
            if count <= len(params):
                bound.append(literal(params[count - 1]))  # type: ignore[index]
        else:
            if not named:
                raise UsageError(f"the query has a `:{mark}`, and params has no names\n  Try: params={{{mark!r}: ...}}")
            if mark not in params:
                raise UsageError(f"params has no value for `:{mark}`")
            used.add(mark)
            bound.append(literal(params[mark]))  # type: ignore[call-overload]
    if named:
        unused = [name for name in params if name not in used]
        if unused:
            raise UsageError(f"the query has no `:{unused[0]}`\n  Try: without it in params, or `:{unused[0]}` outside of quotes and comments")
    elif count != len(params):
        raise UsageError(f"the query has {count} `?` outside of quotes and comments, and params has {len(params)} values")
    return "".join(bound)


def literal(value: Value) -> str:
    """A value as SQL. In brackets, so that it stays one whatever stands beside it: `x-?` with -1 is not a comment."""
    if value is None:
        return "(NULL)"
    if isinstance(value, bool):
        return "(TRUE)" if value else "(FALSE)"
    if isinstance(value, str):
        return f"({quoted(str.__str__(value))})"
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, Integral):
        number = int(value)
        if not -(1 << 127) < number < (1 << 127):
            raise UsageError(f"{number} is larger than the engine's largest integer\n  Try: float({number})")
        return f"({number})"
    if isinstance(value, Real):
        return f"(CAST('{float(value)!r}' AS DOUBLE))"
    if isinstance(value, datetime):
        return f"(CAST('{value.isoformat(sep=' ')}' AS {'TIMESTAMP' if value.tzinfo is None else 'TIMESTAMPTZ'}))"
    if isinstance(value, date):
        return f"(CAST('{value.isoformat()}' AS DATE))"
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return "[" + ", ".join(literal(one) for one in value) + "]"
    raise UsageError(f"a parameter is a {type(value).__name__}\n  Try: None, bool, int, float, Decimal, str, date, datetime, or a list of these")


def quoted(text: str) -> str:
    """A string of SQL, which has no escapes but the doubled quote."""
    if "\0" in text:
        raise UsageError("a text holds the character NUL, which SQL cannot")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{text!r} is not Unicode text") from None
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name of a table or column."""
    quoted(name)
    return '"' + name.replace('"', '""') + '"'


def _split(sql: str) -> Iterator[tuple[str, str]]:
    """Pieces of text, each with the parameter that follows it: `?`, a name, or at the end none."""
    begun = at = 0
    while found := _PIECES.search(sql, at):
        at = found.end()
        if found["comment"]:
            at = _end_of_comment(sql, at)
        elif mark := found["number"] or found["name"]:
            yield sql[begun : found.start()], mark
            begun = at
    yield sql[begun:], ""


def _end_of_comment(sql: str, at: int) -> int:
    """Comments between /* and */ nest."""
    depth = 1
    for found in re.compile(r"/\*|\*/").finditer(sql, at):
        depth += 1 if found[0] == "/*" else -1
        if depth == 0:
            return found.end()
    return len(sql)


def _decimal(value: Decimal) -> str:
    if not value.is_finite():
        return literal(float(value))
    text = format(value, "f")
    scale = len(text.partition(".")[2])
    width = max(len(text.lstrip("-").replace(".", "").lstrip("0")), scale + 1)
    if width > _WIDEST:
        raise UsageError(f"{value} has more than the {_WIDEST} digits of a DECIMAL\n  Try: float({str(value)!r})")
    return f"(CAST('{text}' AS DECIMAL({width}, {scale})))"

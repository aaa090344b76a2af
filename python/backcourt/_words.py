"""What the command says, in the words of Python: it names commands and options, which here are methods and arguments."""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Iterable

# Options by the argument of the methods here; those without a value are flags, with the argument's value.
VALUES = {
    "--start-date": "start", "--end-date": "end", "--season": "season", "--types": "types", "--as-of": "as_of", "--ahead": "ahead",
    "--parallel": "parallel", "--sample": "sample", "--limit": "limit",
}
LISTS = {"--dates": "dates", "--allow-missing": "allow_missing"}
FLAGS = {"--no-upstream": "upstream=False", "--no-load": "load=False", "--force": "force=True", "--log": "log=True", "--all": "all_cells=True", "--raw": "raw=True", "--yes": "yes=True"}
# Of shells alone: a call here says and does the same without them.
SHELL = ("--watch", "--json", "--markdown", "--save")
METHODS = {"show": "table"}

_OPTION = "|".join(sorted(map(re.escape, [*VALUES, *LISTS, *FLAGS]), key=len, reverse=True))


def in_python(message: str) -> str:
    """The message with calls in place of commands, and arguments in place of options. What another process runs is told as it is."""
    message = re.sub(r"(?<!which runs )`backcourt ([a-z]+)((?: [^`\n]*)?)`", lambda found: _call(found[1], found[2]), message)
    message = re.sub(r"--project (?=DIR\b)", "Project(DIR), not ", message).replace("Project(DIR), not DIR", "Project(\"DIR\")")
    message = message.replace("--project with the folder", "Project(\"DIR\") with the folder")
    return re.sub(rf"(?<![\w-])({_OPTION})(?![\w-])(?:([ =])(\d{{4}}-\d\d(?:-\d\d)?|all|next)(?![\w-]))?", _option, message)


def _option(found: re.Match[str]) -> str:
    name, gap, value = found.groups()
    if name in FLAGS:
        return FLAGS[name] + (f"{gap}{value}" if value else "")
    if name in VALUES:
        return f"{VALUES[name]}={_value(value)}" if value else VALUES[name]
    return f"{LISTS[name]}=[{_value(value)}]" if value else LISTS[name]


def _call(verb: str, rest: str) -> str:
    """A command line as a call; one that is not understood stays as it is, for the shell."""
    try:
        words = shlex.split(rest)
    except ValueError:
        return f"`backcourt {verb}{rest}`"
    arguments: list[str] = []
    named: list[str] = []
    while words:
        word = words.pop(0)
        name, equals, value = word.partition("=")
        if name in FLAGS:
            named.append(FLAGS[name])
        elif name in VALUES or name in LISTS:
            if not equals:
                value = words.pop(0) if words else "..."
            if name in VALUES:
                named.append(f"{VALUES[name]}={_value(value)}")
            else:
                named.append(f"{LISTS[name]}=[{', '.join(_value(one) for one in value.split(','))}]")
        elif word in SHELL:
            continue
        elif word.startswith("--"):
            return f"`backcourt {verb}{rest}`"
        elif word == "...":
            arguments.append(word)
        elif not (verb in ("backfill", "plan") and word == "all"):
            arguments.append(_value(word))
    return f"`Project.{METHODS.get(verb, verb)}({', '.join(arguments + named)})`"


def _value(text: str) -> str:
    return text if re.fullmatch(r"\d{1,9}|\.\.\.", text) else f'"{text}"' if '"' not in text else repr(text)


def nearest(name: str, names: Iterable[str]) -> str:
    """What may have been meant."""
    known = list(names)
    return ", ".join(difflib.get_close_matches(name, known, 3)) or ", ".join(known[:5])

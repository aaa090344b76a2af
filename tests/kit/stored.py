"""What a warehouse holds, read past the program, and in what two warehouses of one project differ."""

import re

from tests.kit.program import ROOT  # noqa: F401  before DuckDB: it says where that is

import duckdb  # noqa: E402

EPOCH = 719163  # the ordinal of 1970-01-01
SETTLED = ("fresh", "empty", "partial")


def relations(project):
    """The names of a project's tables and views, with the date column of those that are models."""
    names = {
        path.stem: None for pattern in ("tables/*.toml", "seeds/*.csv") for path in project.glob(pattern)
    }
    for path in project.glob("models/**/*.sql"):
        names[path.stem] = re.search(r'^date *= *"(\w+)"', path.read_text(), re.MULTILINE)[1]
    return names


def stored(project):
    """Columns with types and rows of every table, by name; and its cells, by name and slot."""
    state, names = {}, relations(project)
    with duckdb.connect(str(project / "warehouse.duckdb"), read_only=True, config={"threads": 1}) as file:
        columns = {}
        for table, column, kind in file.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = 'main' "
            "AND NOT internal AND database_name = current_database() ORDER BY column_index"
        ).fetchall():
            columns.setdefault(table, []).append((column, kind))
        views = {
            name
            for (name,) in file.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
        }
        for name in names:
            if name in views:
                state[name] = "view"
            elif name in columns:
                rows = file.execute(f'SELECT * FROM "{name}"').fetchall()
                state[name] = (columns[name], sorted(rows, key=repr))
        for row in file.execute(
            "SELECT table_name, slot, state, digest, row_count, missing_games, note "
            "FROM backcourt.cells ORDER BY ALL"
        ).fetchall():
            if row[0] in state:  # of tables that the project has
                state[row[0], row[1]] = row[2:]
    return state


def settled(state, name):
    """The slots of a table whose cells are done."""
    return {
        key[1]
        for key, cell in state.items()
        if isinstance(key, tuple) and key[0] == name and cell[0] in SETTLED
    }


def part(state, name, date, only):
    """Rows and cells of a table, those of the slots `only` where it is not None; a raw cell without rows is as good as none."""
    cells = {key[1]: cell for key, cell in state.items() if isinstance(key, tuple) and key[0] == name and (date or cell[2])}
    table = state.get(name)
    if only is not None:
        cells = {slot: cell for slot, cell in cells.items() if slot in only}
        if isinstance(table, tuple):
            at = [column for column, _ in table[0]].index(date)
            rows = [row for row in table[1] if row[at] and row[at].toordinal() - EPOCH in only]
            table = (table[0], rows) if only else None
    if isinstance(table, tuple) and not table[1] and not cells:
        table = None  # made for others to read, or never filled
    return table, cells


def difference(names, mine, theirs, only):
    """The first table that differs, in words, or None. `only` gives the slots to look at, by model."""
    for name, date in names.items():
        here, there = (part(state, name, date, only.get(name)) for state in (mine, theirs))
        if here != there:
            return f"{name}\n{here}\n--- from scratch\n{there}"
    return None

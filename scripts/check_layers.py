#!/usr/bin/env python3
"""Holds the rules of docs/how-it-works.md: which layer may include which, that only src/ledger writes the ledger's
tables, and that SQL which only DuckDB knows stands where it may. Prints what breaks them; exits with 1."""
import pathlib, re, sys

# A layer may include itself and what stands before it; those of one line do not include each other.
LAYERS = ["base", "adbc calendar project", "plan", "ledger", "warehouse", "files run", "load", "proof", "operations",
          "serve", "cli"]
ABOVE_ENGINES = {"plan", "run"}  # know an engine by src/warehouse alone
DUCKDB = ("src/load/", "src/ledger/", "src/warehouse/duckdb/", "src/files/object_store")
DUCKDB_SQL = (r'duckdb_\w+\(\)|json_serialize_sql|\bPRAGMA\b|\bCOPY \(|\bhash\(|\bSET (GLOBAL )?threads|(?<!")\browid\b(?!")'
              r'|TEMP TABLE|\bATTACH\b')  # a quoted rowid alone is a name
LEDGER_WRITES = r"(INSERT INTO|UPDATE|DELETE FROM|(CREATE|ALTER|DROP) TABLE( IF (NOT )?EXISTS)?)\s+(wh\.)?backcourt\."


def problems(root):
    rank = {layer: i for i, line in enumerate(LAYERS) for layer in line.split()}
    for path in sorted((root / "src").rglob("*.[ch]*")):
        name, text = str(path.relative_to(root)), path.read_text()
        sql = re.sub(r'"\s*(//[^\n]*)?\n\s*"', "", text)  # literals that go on in the next line are one
        layer = path.relative_to(root / "src").parts[0]
        if layer not in rank:
            yield f"{name}: src/{layer} is not a layer of LAYERS"
        elif not name.endswith("_test.cc"):
            for other in re.findall(r'#include "(\w+)/', text):
                if other != layer and rank.get(other, 99) >= rank[layer]:
                    yield f"{name}: {layer} may not include {other}"
            for engine in re.findall(r'#include "(warehouse/\w+)/', text) if layer in ABOVE_ENGINES else []:
                yield f"{name}: {layer} may not include {engine}: an engine is behind the seam (src/warehouse/warehouse.h)"
            if layer != "ledger" and (found := re.search(LEDGER_WRITES, sql)):
                yield f"{name}: `{found[0]}`: only src/ledger writes the ledger's tables"
            code = re.sub(r"//[^\n]*", "", sql)
            if not name.startswith(DUCKDB) and (found := re.search(DUCKDB_SQL, code)):
                yield f"{name}: `{found[0]}` is DuckDB's own SQL: put it behind the seam (src/warehouse/warehouse.h)"


if __name__ == "__main__":
    found = list(problems(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
    print("\n".join(found), end="\n" if found else "")
    sys.exit(bool(found))

"""Compares stored tables with a brute-force computation from the raw tables, value by value.

    python3 tests/brute/compare.py --raw DIR_OR_DB --tables DB_OR_DIR [--table T ...]
        [--dates D1,D2 | --sample N --seed S | --season 2021-22 | all] [--seeds nba/seeds]

Doubles agree within 1e-9, absolute or relative; everything else exactly; NULL only with NULL.
Exit status: 0 all equal, 1 any difference or nothing compared, 2 wrong usage.
"""
import argparse
import collections
import datetime
import random
import sys
import time

from expected import TABLES, Expected
from raw import Raw, Store

TOLERANCE = 1e-9


def equal(expected, got):
    if expected is None or got is None:
        return expected is got
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if isinstance(expected, (int, float)) and isinstance(got, (int, float)):
        return abs(expected - got) <= TOLERANCE * max(1.0, abs(expected), abs(got))
    return expected == got


class Differences:
    """Of one table: missing and extra rows, unequal values a column, with the first example of each."""

    def __init__(self, table):
        self.table = table
        self.counts = collections.Counter()
        self.examples = {}
        self.cells = self.rows = self.values = 0

    def add(self, what, key, expected, got):
        self.counts[what] += 1
        self.examples.setdefault(what, (key, expected, got))

    def compare_columns(self, expected, got):
        if list(got) != list(expected):
            absent = [name for name in expected if name not in got]
            unknown = [name for name in got if name not in expected]
            self.add('(columns)', self.table, f'also {absent}' if absent else 'the order of the page',
                     f'also {unknown}' if unknown else 'another set or order')

    def compare_cell(self, expected, got):
        self.cells += 1
        for key in expected.keys() - got.keys():
            self.add('(missing row)', key, 'a row', None)
        for key in got.keys() - expected.keys():
            self.add('(extra row)', key, None, 'a row')
        for key in sorted(expected.keys() & got.keys()):
            self.rows += 1
            for column, value in expected[key].items():
                if column in got[key]:
                    self.values += 1
                    if not equal(value, got[key][column]):
                        self.add(column, key, value, got[key][column])

    def report(self):
        found = sum(self.counts.values())
        print(f'{self.table}: {self.cells} cells, {self.rows} rows, {self.values} values, '
              f'{found or "no"} differences')
        for what, count in self.counts.items():
            key, expected, got = self.examples[what]
            print(f'  {what}: {count}, first at {tuple(map(str, key)) if isinstance(key, tuple) else key}: '
                  f'expected {expected!r}, got {got!r}')


def stored_rows(store, table, day):
    """Column names, key -> row, and how often a key stands more than once."""
    date_column, keys = TABLES[table]
    names, tuples = store.select(table, f'WHERE {date_column} = ?', (day,))
    if names is None:
        return None, {}, 0
    rows = [dict(zip(names, values)) for values in tuples]
    keyed = {tuple(row[name] for name in keys): row for row in rows}
    return names, keyed, len(rows) - len(keyed)


def compare_table(day, table, store, found):
    names, got, repeated = stored_rows(store, table, day.day)
    if names is None:
        found.add('(no such table)', table, 'a table', None)
        return
    expected = day.rows(table)
    if expected and not found.rows:
        found.compare_columns(next(iter(expected.values())), names)
    if repeated:
        found.add('(repeated key)', day.day, 0, repeated)
    found.compare_cell(expected, got)


def chosen_dates(options, calendar):
    dates = list(calendar)
    if options.dates:
        asked = [datetime.date.fromisoformat(text) for text in options.dates.split(',')]
        unknown = [str(date) for date in asked if date not in calendar]
        if unknown:
            raise SystemExit(f'no games on {", ".join(unknown)}')
        return sorted(asked)
    if options.season:
        dates = [date for date in dates if calendar[date] == options.season]
        if not dates:
            raise SystemExit(f'{options.season}: no such season in raw_schedule')
    if options.sample:
        dates = sorted(random.Random(options.seed).sample(dates, min(options.sample, len(dates))))
    return dates


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--raw', required=True, help='folder of Parquet files or DuckDB file with the raw tables')
    parser.add_argument('--tables', required=True, help='DuckDB file or folder of Parquet files with the ten tables')
    parser.add_argument('--table', nargs='+', choices=list(TABLES), default=list(TABLES), metavar='T')
    parser.add_argument('--dates', help='comma-separated')
    parser.add_argument('--season', help='only its dates; all of them without --sample')
    parser.add_argument('--sample', type=int, help='so many dates drawn at random')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--seeds', default='nba/seeds', help='folder of displaced_homes.csv')
    parser.add_argument('all', nargs='?', choices=['all'], help='every date; the default')
    return parser.parse_args()


def main():
    options = arguments()
    started = time.time()
    expected = Expected(Raw(options.raw, options.seeds))
    store = Store(options.tables)
    found = {table: Differences(table) for table in TABLES if table in options.table}
    for date in chosen_dates(options, expected.calendar):
        day = expected.day(date)
        for table, differences in found.items():
            compare_table(day, table, store, differences)
    for differences in found.values():
        differences.report()
    compared = {what: sum(getattr(differences, what) for differences in found.values())
                for what in ('cells', 'rows', 'values')}
    different = sum(sum(differences.counts.values()) for differences in found.values())
    print(f'{len(found)} tables, {compared["cells"]} cells, {compared["rows"]} rows, {compared["values"]} values '
          f'compared in {time.time() - started:.0f} s: {different or "no"} differences')
    if not compared['values']:
        print('nothing was compared')
    return 1 if different or not compared['values'] else 0


if __name__ == '__main__':
    sys.exit(main())

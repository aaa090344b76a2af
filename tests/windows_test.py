"""Every window that a model of the NBA pack declares: a change just inside it makes the cell stale, one just outside does not."""

import collections
import datetime
import tomllib
import unittest

from tests.kit.program import ROOT
from tests.kit.real import EPOCH, to_be_changed
from tests.kit.windows import REVIEWED, VIEWS, Dates


def declared_reads():
    """Model -> input -> windows, as the headers say."""
    reads = {}
    for path in sorted((ROOT / "nba" / "models").rglob("*.sql")):
        header = path.read_text().split("/* backcourt\n", 1)[1].split("*/", 1)[0]
        reads[path.stem] = {table: [windows] if isinstance(windows, str) else windows for table, windows in tomllib.loads(header)["reads"].items()}
    return reads


class Windows(unittest.TestCase):
    def test_every_declared_window_is_reviewed(self):
        self.assertEqual(declared_reads(), REVIEWED)

    def test_just_inside_stales_just_outside_does_not(self):
        project = to_be_changed(self)
        dates = Dates(project)
        edges = collections.defaultdict(list)  # (input, changed slot) -> (model, slot, inside)
        for model, reads in REVIEWED.items():
            for table, windows in reads.items() if model not in VIEWS else ():
                for text in windows:
                    found = list(edges_of(dates, table, windows, text))
                    self.assertIn(True, [inside for _, _, inside in found], (model, table, text))
                    if text != "whole":
                        self.assertIn(False, [inside for _, _, inside in found], (model, table, text))
                    for slot, changed, inside in found:
                        edges[table, changed].append((model, slot, inside))
        self.assertGreater(len(edges), 90)

        # Changes whose stale cells are disjoint are looked at in one plan: each cell still tells of one change alone.
        groups = []
        for change in sorted(edges):
            stale = {(model, slot) for model, reads in REVIEWED.items() if model not in VIEWS and change[0] in reads for slot in dates.all if dates.sees(reads[change[0]], slot, change[1])}
            told = stale | {(model, slot) for model, slot, _ in edges[change]}
            group = next((group for group in groups if not any(told & other or edge_cells & stale for _, other, edge_cells in group)), None)
            if group is None:
                groups.append(group := [])
            group.append((change, stale, told))
        for group in groups:
            stale = stale_after_changes(project, [change for change, _, _ in group])
            for change, _, _ in group:
                for model, slot, inside in edges[change]:
                    self.assertEqual((model, slot) in stale, inside, f"{model} of {EPOCH + datetime.timedelta(slot)} when {change[0]} of {EPOCH + datetime.timedelta(change[1])} changes")
            self.assertEqual(stale, set.union(*[expected for _, expected, _ in group]))


def edges_of(dates, table, windows, text):
    """(slot, changed slot, inside) at the edges of a window of one game date."""
    middle = (datetime.date(2021, 12, 15) - EPOCH).days
    if "season ahead" in windows:  # the season's regular dates are all seen: a date of its playoffs shows where the others end
        middle = dates.all[-20]
    if text == "whole":
        yield middle, 0, True
        return
    slots = dates.all
    if table in ("raw_injuries", "raw_schedule_history"):  # have cells on any date
        slots = list(range(dates.all[0] - 800, dates.all[-1] + 1))
    if text == "same season":
        slots = sorted(set(dates.season_of.values()))
    if text == "season ahead":  # another season follows, and its own has dates that are not ahead
        middle = dates.all[60]
    if text.endswith("days before"):  # both dates at the far edge exist
        n = int(text.split()[0])
        middle = next(slot for slot in dates.all if slot - n in slots and slot - n - 1 in slots)
    first, last = dates.window(text, middle)
    inside = [slot for slot in slots if first <= slot <= last and (text != "season ahead" or slot in dates.regular)]
    for changed in {inside[0], inside[-1]}:
        yield middle, changed, True
    outside = [slot for slot in slots if slot < inside[0]][-1:] + [slot for slot in slots if slot > inside[-1]][:1]
    if text == "season ahead":
        outside.append(next(slot for slot in slots if slot > last))
    for changed in outside:
        if not dates.sees(windows, middle, changed):  # else another of its windows begins there
            yield middle, changed, False


def stale_after_changes(project, changes):
    """(model, slot) of the cells that the program finds stale when the rows of some cells of inputs have changed."""
    before = []
    with project.connect(read_only=False) as connection:
        for table, slot in changes:
            held = connection.execute("SELECT * FROM backcourt.cells WHERE table_name = ? AND slot = ?", [table, slot]).fetchall()
            before += held
            connection.execute("DELETE FROM backcourt.cells WHERE table_name = ? AND slot = ?", [table, slot])
            if not held:  # rows appear where none were
                held = connection.execute("SELECT * REPLACE (? AS table_name, ? AS slot, '' AS ahead) FROM backcourt.cells WHERE table_name = 'raw_results' LIMIT 1", [table, slot]).fetchall()
            connection.execute(f"INSERT INTO backcourt.cells VALUES ({', '.join('?' * len(held[0]))})", held[0])
            connection.execute("UPDATE backcourt.cells SET digest = md5(digest), ahead = CASE WHEN ahead <> '' THEN md5(ahead) ELSE '' END WHERE table_name = ? AND slot = ?", [table, slot])
    states, _ = project.plan()
    with project.connect(read_only=False) as connection:
        for table, slot in changes:
            connection.execute("DELETE FROM backcourt.cells WHERE table_name = ? AND slot = ?", [table, slot])
        for row in before:
            connection.execute(f"INSERT INTO backcourt.cells VALUES ({', '.join('?' * len(row))})", row)
    return {(model, (datetime.date.fromisoformat(date) - EPOCH).days) for (model, date), state in states.items() if state == "stale"}


if __name__ == "__main__":
    unittest.main()

"""The worked examples of docs/add-a-table.md, and texts that are wrong on purpose, in the NBA pack over three weeks of real games."""

import re
import shutil
import unittest

from tests.kit.program import ROOT
from tests.kit.season_slice import SeasonSlice

LAST, DAY = "2021-11-08", "2021-11-05"
EXAMPLES = dict(re.findall(r"### `(\w+)\.sql`.*?```sql\n(.*?)```", (ROOT / "docs/add-a-table.md").read_text(), re.S))
DEFENSE = "models/precompute/team_defense_zone_analysis.sql"

# What each must be on DAY, from the raw rows.
EXPECTED = {
    "player_last_10": """SELECT player_id, CAST(count(*) AS INTEGER) AS games, avg(points) AS points_avg FROM (
        SELECT player_id, points, row_number() OVER (PARTITION BY player_id ORDER BY game_date DESC) AS n FROM raw_player_box
        WHERE status = 'played' AND seconds_played > 0 AND game_date < '{day}') WHERE n <= 10 GROUP BY 1""",
    "team_last_5": """SELECT team_abbr, CAST(count(*) AS INTEGER) AS games, avg(points) AS points_avg FROM (
        SELECT team_abbr, points, row_number() OVER (PARTITION BY team_abbr ORDER BY game_date DESC) AS n FROM raw_team_box WHERE game_date < '{day}')
        WHERE n <= 5 AND team_abbr IN (SELECT unnest([home_team_abbr, away_team_abbr]) FROM raw_schedule WHERE game_date = '{day}') GROUP BY 1""",
    "team_last_30_days": "SELECT team_abbr, avg(points) AS points_avg FROM raw_team_box WHERE game_date < '{day}' AND game_date >= DATE '{day}' - 30 GROUP BY 1",
    "team_season_to_date": """SELECT team_abbr, CAST(count(*) AS INTEGER) AS games, CAST(count_if(won) AS INTEGER) AS wins FROM (
        SELECT unnest([home_team_abbr, away_team_abbr]) AS team_abbr, unnest([home_points > away_points, away_points > home_points]) AS won
        FROM raw_results r JOIN raw_schedule s USING (game_id) WHERE r.game_date < '{day}') GROUP BY 1""",
    "team_next_game": """WITH games AS (SELECT game_date, unnest([home_team_abbr, away_team_abbr]) AS team_abbr FROM raw_schedule)
        SELECT team_abbr, CAST(min(n.game_date) - DATE '{day}' AS INTEGER) AS days_to_next_game FROM games n
        WHERE n.game_date > '{day}' AND team_abbr IN (SELECT team_abbr FROM games WHERE game_date = '{day}') GROUP BY 1""",
}


class Pack(unittest.TestCase):
    """A project over three weeks of games, with a copy of the NBA pack that a test may change."""

    last = LAST

    def setUp(self):
        self.slice = SeasonSlice(self.last, whole_schedule=True)
        self.addCleanup(self.slice.remove)
        self.pack = self.slice.folder / "pack"
        shutil.copytree(ROOT / "nba", self.pack, ignore=shutil.ignore_patterns("warehouse*"))
        config = self.slice.project / "backcourt.toml"
        config.write_text(config.read_text().replace(str(ROOT / "nba"), str(self.pack)))

    def edit(self, name, old, new):
        path = self.pack / name
        self.assertIn(old, path.read_text())
        path.write_text(path.read_text().replace(old, new))


class Examples(Pack):
    def test_each_fills_and_is_right(self):
        self.assertEqual(set(EXAMPLES), set(EXPECTED))
        for name, text in EXAMPLES.items():
            (self.pack / "models/analytics" / f"{name}.sql").write_text(text)
        self.slice.run("backfill", *EXAMPLES, "--end-date", LAST)
        for name, expected in EXPECTED.items():
            with self.subTest(name):
                self.assertIn("all agree to the bit", self.slice.run("verify", name, "--all"))
                rows = self.slice.rows.execute(expected.format(day=DAY))
                columns = [column[0] for column in rows.description]
                want = {row[0]: dict(zip(columns, row)) for row in rows.fetchall()}
                got = {row[columns[0]]: {column: row[column] for column in columns} for row in self.slice.table(name, f"game_date = '{DAY}'")}
                self.assertEqual(got.keys(), want.keys())
                self.assertGreater(len(want), 5)
                for key, row in want.items():
                    for column, value in row.items():
                        self.assertAlmostEqual(got[key][column], value, 9) if isinstance(value, float) else self.assertEqual(got[key][column], value, (key, column))


class WholeSeason(Pack):
    """All of 2021-22: batches of many dates, playoffs, and windows as long as they get."""

    last = "2022-12-31"

    def test_the_examples_hold_to_the_last_date(self):
        for name, text in EXAMPLES.items():
            (self.pack / "models/analytics" / f"{name}.sql").write_text(text)
        self.slice.run("backfill", *EXAMPLES)
        for name in EXAMPLES:
            self.assertIn("all agree to the bit", self.slice.run("verify", name, "--sample", "40"))
        self.slice.run("check", *EXAMPLES)

    def test_leaks_that_hide_behind_other_dates(self):
        """None of these changes a value on the last dates, or on many: each date must be filled alone to show it."""
        head = """/* backcourt
about = "Wrong on purpose."
date = "game_date"
key = ["game_date", "team_abbr"]
[reads]
team_offense_game_summary = "{window}"
[columns]
game_date = "The date."
team_abbr = "The team."
v = "A value."
*/
SELECT d.game_date, t.team_abbr, {value} AS v FROM dates d
JOIN team_offense_game_summary t ON t.season = d.season AND {rule} GROUP BY ALL
"""
        own, later, wide = "it reads its own date", "it reads (its own date|later dates)", "its window is wider than declared"
        texts = {
            "highest": ("season before", "max(t.points_scored)", "t.game_date <= d.game_date", own),
            "highest_ahead": ("season before", "max(t.points_scored)", "t.game_date <= add_days(d.game_date, 3)", later),
            "lowest": ("season before", "min(t.points_scored)", "t.game_date <= d.game_date", own),
            "ever_won": ("season before", "bool_or(t.win_flag)", "t.game_date <= d.game_date", own),
            "regular": ("season before", "avg(t.points_scored)", "t.game_date <= d.game_date AND t.game_type = 'regular'", own),
            "to_march": ("season before", "avg(t.points_scored)", "t.game_date <= d.game_date AND t.game_date < add_days(d.season_start, 150)", own),
            "thirty_days": ("20 days before", "max(t.points_scored)", "t.game_date < d.game_date AND t.game_date >= add_days(d.game_date, -30)", wide),
        }
        for name, (window, value, rule, _) in texts.items():
            (self.pack / "models/analytics" / f"{name}.sql").write_text(head.format(window=window, value=value, rule=rule))
        right = head.format(window="season before", value="max(t.points_scored)", rule="t.game_date < d.game_date")
        (self.pack / "models/analytics/right.sql").write_text(right)
        out = self.slice.run("backfill", *texts, "right", code=2)
        for name, (_, _, _, cause) in texts.items():
            self.assertRegex(out, f"{name}.*why: {cause}")
        # One that is proved on the dates on which it is right is asked again when many more come.
        rule = "t.game_date < add_days(d.game_date, CASE WHEN d.game_date > DATE '2021-11-20' THEN 1 ELSE 0 END)"
        (self.pack / "models/analytics/from_november_on.sql").write_text(head.format(window="season before", value="avg(t.points_scored)", rule=rule))
        self.slice.run("backfill", "from_november_on", "--end-date", "2021-11-15")
        self.assertRegex(self.slice.run("backfill", "from_november_on", code=2), f"from_november_on.*why: {own}")
        # None heals by being tried again, whatever is asked for.
        for name in texts:
            for more in ((), ("--force",)):
                self.slice.run("backfill", name, "--start-date", "2022-01-11", "--end-date", "2022-01-15", *more, code=2)
            self.slice.run("backfill", name, code=2)
        counts = dict(self.slice.rows.execute(f"""ATTACH '{self.slice.project / "warehouse.duckdb"}' AS w (READ_ONLY);
            SELECT table_name, count(*) FILTER (state = 'fresh') FROM w.backcourt.cells GROUP BY 1""").fetchall())
        self.slice.rows.execute("DETACH w")
        self.assertGreater(counts["right"], 200)
        self.assertEqual({name: counts[name] for name in texts}, dict.fromkeys(texts, 0))


class WrongTexts(Pack):
    """A careless change of a text of the pack fails at its fill with the cause, and what reads the table is blocked."""

    def assert_fails(self, table, cause):
        out = self.slice.run("backfill", "--end-date", LAST, code=2)
        self.assertRegex(out, cause)
        with_rows = self.slice.rows.execute(f"""ATTACH '{self.slice.project / "warehouse.duckdb"}' AS w (READ_ONLY); SELECT table_name, state, count(*) FROM w.backcourt.cells
            WHERE state NOT IN ('empty', 'waiting') GROUP BY ALL""").fetchall()
        self.slice.rows.execute("DETACH w")
        states = {}
        for name, state, cells in with_rows:
            states.setdefault(name, {})[state] = cells
        self.assertNotIn("fresh", states[table])
        self.assertGreater(states[table]["failed"], 0)
        return states

    def test_the_game_itself(self):
        self.edit("models/precompute/player_shot_zone_analysis.sql", "s.game_date < d.game_date AND s.next_date >= d.game_date", "s.game_date <= d.game_date AND s.next_date > d.game_date")
        states = self.assert_fails("player_shot_zone_analysis", "it reads its own date")
        self.assertEqual(set(states["ml_feature_store_v2"]), {"blocked"})
        self.assertEqual(set(states["team_defense_zone_analysis"]), {"fresh"})

    def test_three_days_ahead(self):
        self.edit(DEFENSE, "t.game_date < d.game_date AND t.next_date >= d.game_date", "t.game_date < add_days(d.game_date, 3) AND t.next_date >= add_days(d.game_date, 3)")
        self.assert_fails("team_defense_zone_analysis", "it reads later dates: rows of team_game_totals")

    def test_how_many_dates_there_are(self):
        self.edit(DEFENSE, "ratio(points, games) AS", "ratio(points, games) + (SELECT count(*) FROM dates) AS")
        self.assert_fails("team_defense_zone_analysis", "it depends on the other dates of its batch")

    def test_more_days_than_declared(self):
        text = EXAMPLES["team_last_30_days"].replace("30 days before", "9 days before").replace("-30", "-12")
        (self.pack / "models/analytics/team_last_days.sql").write_text(text)
        self.assert_fails("team_last_days", "its window is wider than declared: it reads team_offense_game_summary back to 2021-1")

    def test_a_sum_of_doubles(self):
        text = EXAMPLES["team_season_to_date"].replace("CAST(count_if(t.win_flag) AS INTEGER)", "sum(t.points_scored / 7e0 + t.pace)")
        (self.pack / "models/analytics/team_sum.sql").write_text(text)
        self.assert_fails("team_sum", "column wins depends on the order in which rows come: a sum of doubles")


if __name__ == "__main__":
    unittest.main()

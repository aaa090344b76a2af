"""A load of some files among many gives what a load of all of them from scratch gives."""

import copy
import random
import shutil
import unittest

import duckdb

from tests.kit.shapes import PACK, Shapes, box_v3, csv_of, game, sample, schedule_of

GAMES = [f"00224{number:05}" for number in range(1, 25)]


def box_of(box, game_id, points):
    """The box of another game, with a player's points."""
    box = copy.deepcopy(box)
    box["parameters"]["GameID"] = game_id
    for found in box["resultSets"]:
        for row in found["rowSet"]:
            row[0] = game_id
    found = next(s for s in box["resultSets"] if s["name"] == "PlayerStats")
    found["rowSet"][0][found["headers"].index("PTS")] = points
    return box


def events_of(events, *games, last=40):
    """The first events of games of PHI and NYK, in one response."""
    events = copy.deepcopy(events)
    found = next(s for s in events["resultSets"] if s["name"] == "PlayByPlay")
    found["rowSet"] = [[game_id, *("NYK" if cell == "BOS" else cell for cell in row[1:])] for game_id in games for row in found["rowSet"][:last]]
    return events


def live_of(events, game_id, last=40):
    events = copy.deepcopy(events)
    events["game"]["gameId"] = game_id
    events["game"]["actions"] = events["game"]["actions"][:last]
    return events


def actions_of(game_id, *actions):
    """Events of version 3: what is told of each, and one action a second."""
    common = {"clock": "PT11M00.00S", "period": 1, "teamId": 1, "teamTricode": "PHI", "playerName": "", "playerNameI": "", "xLegacy": 0, "yLegacy": 0,
              "shotDistance": 0, "shotResult": "", "isFieldGoal": 0, "actionType": "", "subType": ""}
    return {"meta": {}, "game": {"gameId": game_id, "actions": [{**common, "actionNumber": n, "actionId": n, **action} for n, action in enumerate(actions, 1)]}}


def basket(person, description):
    return {"personId": person, "description": description, "actionType": "Made Shot", "isFieldGoal": 1, "shotResult": "Made"}


def rebound(person, name):
    return {"personId": person, "description": f"{name} REBOUND (Off:0 Def:1)", "actionType": "Rebound"}


def summary_of(game_id, inactive):
    def set_of(name, *rows):
        return {"name": name, "headers": list(rows[0]), "rowSet": [list(row.values()) for row in rows]}

    line = {"GAME_ID": game_id, "PTS_QTR1": 30, "PTS_QTR2": 20, "PTS_QTR3": 25, "PTS_QTR4": 25}
    return {"resource": "boxscoresummary", "resultSets": [
        set_of("GameSummary", {"GAME_ID": game_id, "GAME_DATE_EST": "2024-11-01T00:00:00", "GAME_STATUS_ID": 3, "HOME_TEAM_ID": 1, "VISITOR_TEAM_ID": 2}),
        set_of("LineScore", {**line, "TEAM_ID": 1, "TEAM_ABBREVIATION": "PHI", "PTS": 100}, {**line, "TEAM_ID": 2, "TEAM_ABBREVIATION": "NYK", "PTS": 99}),
        set_of("InactivePlayers", {"PLAYER_ID": inactive, "FIRST_NAME": "No", "LAST_NAME": f"Body {inactive}", "TEAM_ABBREVIATION": "PHI"})]}


def shots_of(game_id, numbers, place):
    headers = ["GAME_ID", "GAME_EVENT_ID", "LOC_X", "LOC_Y"]
    return {"resource": "shotchartdetail", "resultSets": [{"name": "Shot_Chart_Detail", "headers": headers, "rowSet": [[game_id, number, place, place] for number in numbers]}]}


class PartLoads(Shapes):
    TABLES = ("schedule", "player_box", "team_box", "results", "play_by_play", "rosters", "players", "names")
    SAME = (*(f"FROM raw_{table} ORDER BY ALL" for table in TABLES),
            "SELECT table_name, slot, digest, ahead, row_count FROM backcourt.cells WHERE row_count > 0 ORDER BY ALL",
            "FROM backcourt.units ORDER BY ALL", "FROM backcourt.file_units ORDER BY ALL", "FROM backcourt.dropped ORDER BY ALL", "FROM backcourt.dropped_units ORDER BY ALL",
            "SELECT feed, path, season, size, mtime FROM backcourt.files ORDER BY ALL", "SELECT source, season, identity, inputs FROM backcourt.sources ORDER BY ALL")

    def setUp(self):
        super().setUp()
        self.box = sample("boxscoretraditionalv2_0022400561.json.gz")
        self.events = sample("playbyplayv2_0022200001.json.gz")
        self.live = sample("playbyplay_0022400561.json.gz")
        self.put_schedule()
        for one in GAMES:
            self.put(f"2024-25/boxscoretraditionalv2/{one}.json", box_of(self.box, one, 7))
            self.put(f"2024-25/playbyplayv2/{one}.json", events_of(self.events, one))
            self.put(f"2024-25/shotchartdetail/{one}.json", shots_of(one, range(1, 30), 11))

    def put_schedule(self, moved=None):
        self.put("scheduleleaguev2_2024-25.json", schedule_of([game(one, "2024-12-24" if one == moved else f"2024-11-{1 + i // 3:02}", "PHI", "NYK") for i, one in enumerate(GAMES)]))

    def from_scratch(self):
        for path in self.folder.glob("fresh/*"):
            path.unlink()
        (self.folder / "fresh").mkdir(exist_ok=True)
        (self.folder / "fresh" / "backcourt.toml").write_text((self.folder / "backcourt.toml").read_text().replace('"files"', f'"{self.data}"'))
        return self.folder / "fresh"

    def assert_same(self, done):
        ours = self.contents(self.folder)
        folder, self.folder = self.folder, self.from_scratch()
        try:
            self.load()
            theirs = self.contents(self.folder)
        finally:
            self.folder = folder
        for sql, mine, fresh in zip(self.SAME, ours, theirs):
            self.assertEqual(mine, fresh, f"{sql}\nafter {done}")

    def contents(self, folder):
        """What is to be the same, read past the program: a process a question would take most of the time."""
        with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
            return [connection.execute(sql).fetchall() for sql in self.SAME]

    def report_of(self, report, key, table):
        return [one for one in report[key] if one["table"] == table]

    def test_one_changed_file_of_events_is_all_that_is_read(self):
        whole = self.load()
        path = self.put(f"2024-25/playbyplayv2/{GAMES[4]}.json", events_of(self.events, GAMES[4], last=50))
        report = self.load()
        self.assertEqual(set(report["files"]), {str(path), str(self.data / f"2024-25/shotchartdetail/{GAMES[4]}.json")})
        before, after = self.report_of(whole, "tables", "raw_play_by_play")[0], self.report_of(report, "tables", "raw_play_by_play")[0]
        self.assertGreater(after["new"], 0)
        self.assertEqual((after["games"], after["rows"], after["changed"], after["gone"]), (24, before["rows"] + after["new"], 0, 0))
        self.assertEqual(self.report_of(report, "served", "raw_play_by_play"), self.report_of(whole, "served", "raw_play_by_play"))
        self.assertEqual(report["changed_cells"], 1)
        self.assert_same("one changed file")

    def test_whatever_comes_the_rows_are_those_of_a_load_from_scratch(self):
        chance = random.Random(5)
        self.load()
        read = []

        def change():
            one, other = chance.sample(GAMES, 2)
            kind = chance.randrange(13)
            events = self.data / f"2024-25/playbyplayv2/{one}.json"
            if kind == 0:
                self.put(f"2024-25/boxscoretraditionalv2/{one}.json", box_of(self.box, one, chance.randrange(40)))
            elif kind == 1:
                self.put(str(events.relative_to(self.data)), events_of(self.events, one, last=chance.randrange(20, 60)))
            elif kind == 2:  # a game moves into another's file, or stands in two
                if chance.random() < 0.5:
                    events.unlink(missing_ok=True)
                self.put(f"2024-25/playbyplayv2/{other}.json", events_of(self.events, other, one))
            elif kind == 3:
                events.unlink(missing_ok=True)
            elif kind == 4:  # of another source, which serves where the first does not
                self.put(f"2024-25/liveData/playbyplay/playbyplay_{one}.json", live_of(self.live, one, chance.randrange(20, 40)))
            elif kind == 5:
                self.put(f"2024-25/boxscoretraditionalv3/{one}.json", box_v3(box_of(self.box, one, chance.randrange(40))))
                (self.data / f"2024-25/boxscoretraditionalv2/{one}.json").unlink(missing_ok=True)
            elif kind == 6:
                self.put(f"2024-25/shotchartdetail/{one}.json", shots_of(one, range(1, 30), chance.randrange(90)))
            elif kind == 7:  # of a game that nobody knows
                self.put(f"2024-25/playbyplayv2/{one}.json", events_of(self.events, one, "0022409999", last=30))
            elif kind == 8:
                self.put(f"2024-25/boxscoretraditionalv2/{one}.json", box_of(self.box, other, chance.randrange(40)))
            elif kind == 9:
                self.put(f"2024-25/playbyplayv3/{one}.json", actions_of(one, basket(7, "Seven 3PT (3 PTS) (Embiid 1 AST)"), basket(7, "Seven 3PT (6 PTS) (Eight 1 AST)"), rebound(chance.randrange(8, 10), "Eight")))
                events.unlink(missing_ok=True)
            elif kind == 10:
                self.put(f"2024-25/boxscoresummaryv2/{one}.json", summary_of(one, chance.randrange(50, 60)))
            elif kind == 11:
                self.put_schedule(moved=one)
            else:  # of a season that its name does not tell
                log = [{"GAME_ID": g, "TEAM_ABBREVIATION": "PHI", "PLAYER_ID": n, "PLAYER_NAME": f"Logged {n}", "MIN": 240, "PTS": n, "GAME_DATE": "2024-11-01", "MATCHUP": "PHI vs. NYK", "WL": "W"} for n, g in enumerate((one, other), 70)]
                self.put("leaguegamelog_players.json", {"resource": "leaguegamelog", "resultSets": [{"name": "LeagueGameLog", "headers": list(log[0]), "rowSet": [list(row.values()) for row in log]}]})
            return kind, one, other

        for _ in range(10):
            done = [change() for _ in range(chance.randrange(1, 4))]
            read.append(len(self.load()["files"]))
            self.assert_same(done)
        self.assertLess(min(read), 10, "no load was one of a part")

    def test_a_changed_box_is_all_that_is_read_and_names_its_assisters(self):
        for one in GAMES:
            (self.data / f"2024-25/playbyplayv2/{one}.json").unlink()
            # The assister has no row of his own; in the first game alone one of his name has.
            others = [rebound(99, "Embiid")] if one == GAMES[0] else []
            self.put(f"2024-25/playbyplayv3/{one}.json", actions_of(one, basket(7, "Seven 3PT (3 PTS) (Embiid 1 AST)"), *others))
        self.load()
        assists = "SELECT game_id, assist_player_id FROM raw_play_by_play WHERE assist_player_id IS NOT NULL ORDER BY 1"
        names = next(s for s in self.box["resultSets"] if s["name"] == "PlayerStats")
        column = {name: i for i, name in enumerate(names["headers"])}
        who = next(row for row in names["rowSet"] if row[column["TEAM_ABBREVIATION"]] == "PHI" and row[column["MIN"]])
        self.assertEqual(self.query(assists), [{"game_id": GAMES[0], "assist_player_id": 99}])

        who[column["PLAYER_NAME"]] = "Joel Embiid"
        box = self.put(f"2024-25/boxscoretraditionalv2/{GAMES[5]}.json", box_of(self.box, GAMES[5], 7))
        report = self.load()
        self.assertEqual(set(report["files"]), {str(box), str(self.data / f"2024-25/playbyplayv3/{GAMES[5]}.json"), str(self.data / "scheduleleaguev2_2024-25.json")})
        self.assertEqual(self.query(assists), [{"game_id": GAMES[0], "assist_player_id": 99}, {"game_id": GAMES[5], "assist_player_id": who[column["PLAYER_ID"]]}])
        self.assert_same("a changed box")

    def test_of_the_events_a_moved_game_is_all_that_is_read(self):
        self.load()
        self.put_schedule(moved=GAMES[7])
        report = self.load()
        self.assertEqual({path for path in report["files"] if "playbyplay" in path or "shotchart" in path},
                         {str(self.data / f"2024-25/playbyplayv2/{GAMES[7]}.json"), str(self.data / f"2024-25/shotchartdetail/{GAMES[7]}.json")})
        self.assertEqual([t["games"] for t in self.report_of(report, "tables", "raw_play_by_play")], [24])
        self.assert_same("a moved game")

    def test_what_changed_while_files_were_away(self):
        self.load()
        events = self.data / "2024-25/playbyplayv2"
        events.rename(self.folder / "away")
        self.put_schedule(moved=GAMES[7])
        self.load()
        (self.folder / "away").rename(events)
        self.load()
        self.assertEqual(self.query(f"SELECT DISTINCT CAST(game_date AS VARCHAR) AS day FROM raw_play_by_play WHERE game_id = '{GAMES[7]}'"), [{"day": "2024-12-24"}])

    def test_a_changed_file_of_events_beside_box_pages(self):
        def page(i, one):
            return {"game_id": f"g{i}", "nba_game_id": one, "date": f"2024-11-{1 + i // 3:02}", "tip_text": "", "venue": "", "away": "NYK", "home": "PHI", "away_pts": 90, "home_pts": 100,
                    "away_line": "20-20-20-30-90", "home_line": "20-20-20-40-100", "inactive": "", "remark": ""}

        def line(i, who, name):
            empty = dict.fromkeys("fg fga fg3 fg3a ft fta orb drb ast stl blk tov pf pts plus_minus".split(), 1)
            return {"game_id": f"g{i}", "team": "PHI", "starter": 1, "player_id": who, "player": name, "status": "", "mp": "12:00", **empty}

        for folder in ("boxscoretraditionalv2", "shotchartdetail"):
            for one in GAMES:
                (self.data / f"2024-25/{folder}/{one}.json").unlink()
        self.put("box/games_2024-25.csv.gz", csv_of([page(i, one) for i, one in enumerate(GAMES)]))
        self.put("box/player_box_2024-25.csv.gz", csv_of([line(i, "nobody01", "Nikola Nobody") for i in range(len(GAMES))]))
        self.load()
        who = "SELECT DISTINCT player_id FROM raw_player_box"
        self.assertLess(self.query(who)[0]["player_id"], 0)
        # Only this game's events know his id, which every game's box then has.
        events = events_of(self.events, GAMES[3])
        found = events["resultSets"][0]
        found["rowSet"][5][found["headers"].index("PLAYER1_ID")] = 4242
        found["rowSet"][5][found["headers"].index("PLAYER1_NAME")] = "Nikola Nobody"
        path = self.put(f"2024-25/playbyplayv2/{GAMES[3]}.json", events)
        report = self.load()
        self.assertEqual([f for f in report["files"] if "playbyplayv2" in f], [str(path)])
        self.assertEqual(self.query(who), [{"player_id": 4242}])
        self.assertEqual(self.query("FROM raw_rosters"), [{"season": "2024-25", "player_id": 4242, "player_name": "Nikola Nobody", "team_abbr": "PHI"}])
        self.assert_same("a name in one game")
        # What does not tell another name makes nothing else.
        self.put(f"2024-25/playbyplayv2/{GAMES[8]}.json", events_of(self.events, GAMES[8], last=39))
        self.assertEqual(len(self.load()["files"]), 1)
        self.assert_same("events that tell no other name")

    def test_a_raw_table_of_other_columns_is_made_again(self):
        pack = self.folder / "pack"
        shutil.copytree(PACK, pack)
        (self.folder / "backcourt.toml").write_text('[project]\npack = "pack"\n[data]\nfolder = "files"\n')
        self.load()
        table, source = pack / "tables" / "raw_rosters.toml", pack / "sources" / "rosters.sql"
        table.write_text(table.read_text() + 'games       = { type = "INTEGER", about = "Games for which he was listed." }\n')
        source.write_text(source.read_text().replace("NULL AS dropped", "count(*) AS games, NULL AS dropped"))
        before = self.query("SELECT season, player_id, player_name, team_abbr FROM raw_rosters ORDER BY ALL")
        report = self.load()
        self.assertEqual((report["files"], report["tables"][0]["table"], report["tables"][0]["new"]), ([], "raw_rosters", len(before)))
        self.assertEqual(self.query("SELECT DISTINCT games FROM raw_rosters"), [{"games": 24}])
        self.assertEqual(self.query("SELECT season, player_id, player_name, team_abbr FROM raw_rosters ORDER BY ALL"), before)

    def test_preferences_and_their_end(self):
        self.load()
        for one in GAMES[:12]:
            self.put(f"2024-25/liveData/playbyplay/playbyplay_{one}.json", live_of(self.live, one))
        self.load()
        (self.data / f"2024-25/playbyplayv2/{GAMES[2]}.json").unlink()
        report = self.load()
        self.assertLess(len(report["files"]), 4)
        self.assertEqual([(s["source"], s["units"]) for s in self.report_of(report, "served", "raw_play_by_play")], [("v2_play_by_play", 23), ("live_play_by_play", 1)])
        self.assert_same("the preferred file gone")
        self.put(f"2024-25/playbyplayv2/{GAMES[2]}.json", events_of(self.events, GAMES[2]))
        self.load()
        self.assert_same("the preferred file back")
        self.configure('[sources]\nprefer = ["play_by_play_live"]\n')
        self.load()
        self.assert_same("another preference")


if __name__ == "__main__":
    unittest.main()

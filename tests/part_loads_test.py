"""A load of some files among many gives what a load of all of them from scratch gives."""

import copy
import json
import random
import unittest

from tests.sources_test import Shapes, box_live, box_v3, game, sample, schedule_of

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
    """The first events of games, in one response."""
    events = copy.deepcopy(events)
    found = next(s for s in events["resultSets"] if s["name"] == "PlayByPlay")
    found["rowSet"] = [[game_id, *row[1:]] for game_id in games for row in found["rowSet"][:last]]
    return events


def live_of(events, game_id, last=40):
    events = copy.deepcopy(events)
    events["game"]["gameId"] = game_id
    events["game"]["actions"] = events["game"]["actions"][:last]
    return events


def shots_of(game_id, numbers, place):
    headers = ["GAME_ID", "GAME_EVENT_ID", "LOC_X", "LOC_Y"]
    return {"resource": "shotchartdetail", "resultSets": [{"name": "Shot_Chart_Detail", "headers": headers, "rowSet": [[game_id, number, place, place] for number in numbers]}]}


class PartLoads(Shapes):
    SAME = ("FROM raw_player_box ORDER BY ALL", "FROM raw_team_box ORDER BY ALL", "FROM raw_results ORDER BY ALL", "FROM raw_play_by_play ORDER BY ALL", "FROM raw_rosters ORDER BY ALL",
            "SELECT table_name, slot, digest, ahead, row_count FROM backcourt.cells WHERE row_count > 0 ORDER BY ALL",
            "FROM backcourt.units ORDER BY ALL", "FROM backcourt.file_units ORDER BY ALL", "FROM backcourt.dropped ORDER BY ALL", "FROM backcourt.dropped_units ORDER BY ALL",
            "SELECT feed, path, season, size, mtime FROM backcourt.files ORDER BY ALL", "SELECT source, season, identity, inputs FROM backcourt.sources ORDER BY ALL")

    def setUp(self):
        super().setUp()
        self.box = sample("boxscoretraditionalv2_0022400561.json.gz")
        self.events = sample("playbyplayv2_0022200001.json.gz")
        self.live = sample("playbyplay_0022400561.json.gz")
        self.put("scheduleleaguev2_2024-25.json", schedule_of([game(one, f"2024-11-{1 + i // 3:02}", "PHI", "NYK") for i, one in enumerate(GAMES)]))
        for one in GAMES:
            self.put(f"2024-25/boxscoretraditionalv2/{one}.json", box_of(self.box, one, 7))
            self.put(f"2024-25/playbyplayv2/{one}.json", events_of(self.events, one))
            self.put(f"2024-25/shotchartdetail/{one}.json", shots_of(one, range(1, 30), 11))

    def from_scratch(self):
        for path in self.folder.glob("fresh/*"):
            path.unlink()
        (self.folder / "fresh").mkdir(exist_ok=True)
        (self.folder / "fresh" / "backcourt.toml").write_text((self.folder / "backcourt.toml").read_text().replace('"files"', f'"{self.data}"'))
        return self.folder / "fresh"

    def assert_same(self, done):
        ours = [self.query(sql) for sql in self.SAME]
        folder, self.folder = self.folder, self.from_scratch()
        try:
            self.load()
            theirs = [self.query(sql) for sql in self.SAME]
        finally:
            self.folder = folder
        for sql, mine, fresh in zip(self.SAME, ours, theirs):
            self.assertEqual(mine, fresh, f"{sql}\nafter {done}")

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
            kind = chance.randrange(9)
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
            else:
                self.put(f"2024-25/boxscoretraditionalv2/{one}.json", box_of(self.box, other, chance.randrange(40)))
            return kind, one, other

        for _ in range(10):
            done = [change() for _ in range(chance.randrange(1, 4))]
            read.append(len(self.load()["files"]))
            self.assert_same(done)
        self.assertLess(min(read), 10, "no load was one of a part")

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

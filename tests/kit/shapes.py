"""Documents as services give them, made of small real samples, and a project of the NBA pack to load them in."""

import csv
import gzip
import io
import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.kit.program import BACKCOURT, ROOT, TESTS

SAMPLES = TESTS / "samples"
PACK = os.environ.get("BACKCOURT_PACK", str(ROOT / "nba"))

STATISTICS = {"FGM": "fieldGoalsMade", "FGA": "fieldGoalsAttempted", "FG3M": "threePointersMade", "FG3A": "threePointersAttempted", "FTM": "freeThrowsMade",
              "FTA": "freeThrowsAttempted", "OREB": "reboundsOffensive", "DREB": "reboundsDefensive", "AST": "assists", "STL": "steals", "BLK": "blocks",
              "TO": "turnovers", "PF": "foulsPersonal", "PTS": "points", "PLUS_MINUS": "plusMinusPoints"}


def sample(name):
    data = (SAMPLES / name).read_bytes()
    return json.loads(gzip.decompress(data) if name.endswith(".gz") else data)


def records(response, name):
    """The rows of a result set as dictionaries."""
    found = next(s for s in response["resultSets"] if s["name"] == name)
    return [dict(zip(found["headers"], row)) for row in found["rowSet"]]


def result_set(name, rows):
    return {"name": name, "headers": list(rows[0]), "rowSet": [list(row.values()) for row in rows]}


def statistics(line, minutes):
    played = line["MIN"] is not None
    return {"minutes": minutes(line["MIN"]), **{theirs: line[ours] if played else 0 for ours, theirs in STATISTICS.items()}}


def box_v3(box):
    """The version 3 of a version 2 response."""
    game = {"gameId": box["parameters"]["GameID"]}
    teams = records(box, "TeamStats")
    for side, total in zip(("homeTeam", "awayTeam"), teams):
        players = []
        for line in records(box, "PlayerStats"):
            if line["TEAM_ID"] != total["TEAM_ID"]:
                continue
            first, _, family = line["PLAYER_NAME"].partition(" ")
            players.append({"personId": line["PLAYER_ID"], "firstName": first, "familyName": family, "position": line["START_POSITION"],
                            "comment": line["COMMENT"], "statistics": statistics(line, lambda m: m or "")})
        game[side] = {"teamTricode": total["TEAM_ABBREVIATION"], "players": players, "statistics": statistics(total, lambda m: m)}
    return {"meta": {"version": 1}, "boxScoreTraditional": game}


def box_live(box):
    """The live box score of a version 2 response."""
    def minutes(text):
        return "PT{}M{}.00S".format(*text.split(":")) if text else "PT00M00.00S"

    document = box_v3(box)["boxScoreTraditional"]
    for team in (document["homeTeam"], document["awayTeam"]):
        for player in team["players"]:
            played = player["statistics"]["minutes"] != ""
            player.update(name=f"{player['firstName']} {player['familyName']}", starter="1" if player["position"] else "0", played="1" if played else "0",
                          status="ACTIVE", notPlayingReason="" if played else player["comment"])
            player["statistics"]["minutes"] = minutes(player["statistics"]["minutes"])
        team["statistics"]["minutes"] = minutes(team["statistics"]["minutes"])
    return {"meta": {"code": 200}, "game": {**document, "gameStatus": 3}}


def schedule_of(games, season="2024-25", seen="2025-08-27T13:13:27.1Z", key="gameDates"):
    listed = [{"gameDate": g["gameDateEst"], "games": [g]} for g in games] if key == "gameDates" else games
    return {"meta": {"time": seen}, "leagueSchedule": {"seasonYear": season, "leagueId": "00", key: listed}}


def game(game_id, date, home, away, **more):
    return {"gameId": game_id, "gameDateEst": date + "T00:00:00Z", "gameDateTimeUTC": date + "T23:30:00Z", "gameStatus": 1, "gameStatusText": "7:30 pm ET",
            "homeTeam": {"teamTricode": home, "score": 0}, "awayTeam": {"teamTricode": away, "score": 0}, "postponedStatus": "N", "isNeutral": False, **more}


def csv_of(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


class Shapes(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="backcourt-sources-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.data = self.folder / "files"
        self.data.mkdir()
        self.configure()

    def configure(self, more=""):
        (self.folder / "backcourt.toml").write_text(f'[project]\npack = "{PACK}"\n[data]\nfolder = "files"\n{more}')

    def put(self, name, document):
        path = self.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = document if isinstance(document, bytes) else json.dumps(document).encode()
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    def put_sample(self, *names):
        for name in names:
            shutil.copy(SAMPLES / name, self.data / name)

    def run_any(self, *words):
        """The process, whatever its exit code."""
        return subprocess.run([BACKCOURT, *words], cwd=self.folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=240)

    def run_program(self, *words, code=0):
        done = self.run_any(*words)
        self.assertEqual(done.returncode, code, f"{words}\n{done.stdout}\n{done.stderr}")
        return done.stdout if code == 0 else done.stdout + done.stderr

    def load(self, **more):
        return json.loads(self.run_program("load", "--json", **more))

    def query(self, sql):
        return [json.loads(line) for line in self.run_program("query", sql, "--format", "json").splitlines()]

    def rows_of(self, documents, sql):
        """What `sql` gives where only these files are."""
        shutil.rmtree(self.data)
        self.data.mkdir()
        for path in self.folder.glob("warehouse*"):
            path.unlink()
        for name, document in documents.items():
            self.put(name, document)
        self.load()
        rows = self.query(sql)
        self.assertTrue(rows)
        return rows

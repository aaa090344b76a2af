"""Responses of the schedule service, in its two forms."""

import json

SEASON = "2021-22"


def game(number, date, home, away, *, final=False, prefix="002", **more):
    """A game as the league's schedule tells it; teams may be undecided (None)."""
    month, day, year = date[5:7], date[8:], date[:4]
    return {"gameId": f"{prefix}21{number:05}", "gameStatus": 3 if final else 1, "gameStatusText": "Final" if final else "7:30 pm ET",
            "gameDate": f"{month}/{day}/{year} 00:00:00", "gameDateEst": f"{date}T00:00:00Z", "gameDateTimeUTC": f"{date}T23:30:00Z", "postponedStatus": "N",
            "ifNecessary": False, "arenaName": "A", "arenaCity": "C", "isNeutral": False, "weekNumber": 1, "gameLabel": "", "gameSubLabel": "",
            "homeTeam": {"teamTricode": home, "score": 100 if final else 0}, "awayTeam": {"teamTricode": away, "score": 90 if final else 0}, **more}


def nested(games, wrapped=True):
    """The schedule by dates, as the service gives it."""
    days = {}
    for one in games:
        days.setdefault(one["gameDate"], []).append({key: value for key, value in one.items() if key not in ("gameDate", "gameDateEst")})
    inner = {"seasonYear": SEASON, "gameDates": [{"gameDate": day, "games": of_day} for day, of_day in days.items()]}
    return json.dumps({"leagueSchedule": inner} if wrapped else inner).encode()


def flat(games):
    return json.dumps({"games": list(games)}).encode()


def first_look():
    return {1: game(1, "2021-10-19", "BOS", "NYK"), 2: game(2, "2021-10-21", "LAL", "GSW"), 3: game(3, "2021-10-23", "BOS", "LAL"), 4: game(4, "2021-10-25", "NYK", "GSW"),
            5: game(1201, "2021-12-10", None, None), 6: game(1, "2022-02-20", "DRT", "LBN", prefix="003"), 7: game(1, "2021-10-05", "BOS", "XYZ", prefix="001")}

"""Invented games in the shapes in which sources tell of them: six players a team, 40 minutes each, whose points add up."""

import json

LOG_HEADERS = ["SEASON_ID", "PLAYER_ID", "PLAYER_NAME", "TEAM_ID", "TEAM_ABBREVIATION", "TEAM_NAME", "GAME_ID", "GAME_DATE", "MATCHUP", "WL", "MIN", "FGM", "FGA", "FG_PCT", "FG3M",
               "FG3A", "FG3_PCT", "FTM", "FTA", "FT_PCT", "OREB", "DREB", "REB", "AST", "STL", "BLK", "TOV", "PF", "PTS", "PLUS_MINUS", "VIDEO_AVAILABLE"]
TEAMS = ["ATL", "BOS", "CHI", "GSW", "NOP", "NYK", "PHX", "UTA", "WAS", "DEN", "NYL", "LVA", "CON", "SEA"]


class Game:
    def __init__(self, game_id, date, home, away, home_points=110, away_points=100):
        self.id, self.date, self.home, self.away, self.points = game_id, date, home, away, {home: home_points, away: away_points}

    def lines(self, team):
        """(player_id, name, counts) of six players; the last one has what is left of the points."""
        share, rest = divmod(self.points[team], 6)
        for i in range(6):
            points = share + (rest if i == 5 else 0)
            twos, throws = divmod(points, 2)
            yield 1900000 + 10 * TEAMS.index(team) + i, f"{team.title()} Invented{'abcdef'[i]}", {
                "FGM": twos, "FGA": twos + 7, "FG3M": 0, "FG3A": 1, "FTM": throws, "FTA": throws, "OREB": 1, "DREB": 3, "AST": 2, "STL": 1, "BLK": 0, "TOV": 1, "PF": 2, "PTS": points}

    def totals(self, team):
        lines = [line for _, _, line in self.lines(team)]
        return {name: sum(line[name] for line in lines) for name in lines[0]}


def log_row(game, team, player, minutes, counts, plus_minus):
    other = game.away if team == game.home else game.home
    matchup = f"{team} vs. {other}" if team == game.home else f"{team} @ {other}"
    row = {"SEASON_ID": "2" + "20" + game.id[3:5], "TEAM_ID": 1, "TEAM_ABBREVIATION": team, "TEAM_NAME": team, "GAME_ID": game.id, "GAME_DATE": game.date, "MATCHUP": matchup,
           "WL": "W" if game.points[team] > game.points[other] else "L", "MIN": minutes, "FG_PCT": 0.4, "FG3_PCT": 0.0, "FT_PCT": 1.0, "REB": counts["OREB"] + counts["DREB"],
           "PLUS_MINUS": plus_minus, "VIDEO_AVAILABLE": 1, **counts}
    if player:
        row["PLAYER_ID"], row["PLAYER_NAME"] = player
    return [row[h] for h in LOG_HEADERS if player or not h.startswith("PLAYER")]


def game_log(games, kind="P", season=None, minutes=40):
    """A leaguegamelog of players (P) or teams (T)."""
    rows = []
    for game in games:
        for team in (game.home, game.away):
            if kind == "T":
                rows.append(log_row(game, team, None, 240, game.totals(team), 0))
            else:
                rows += [log_row(game, team, (i, name), minutes, line, 1) for i, name, line in game.lines(team)]
    headers = [h for h in LOG_HEADERS if kind == "P" or not h.startswith("PLAYER")]
    season = season or f"20{games[0].id[3:5]}-{int(games[0].id[3:5]) + 1:02}"
    return {"resource": "leaguegamelog", "parameters": {"LeagueID": "00", "Season": season, "PlayerOrTeam": kind}, "resultSets": [{"name": "LeagueGameLog", "headers": headers, "rowSet": rows}]}


def box_v3(game, minutes="40:00", statistics=True):
    """A boxscoretraditionalv3 of a game."""
    names = {"FGM": "fieldGoalsMade", "FGA": "fieldGoalsAttempted", "FG3M": "threePointersMade", "FG3A": "threePointersAttempted", "FTM": "freeThrowsMade", "FTA": "freeThrowsAttempted",
             "OREB": "reboundsOffensive", "DREB": "reboundsDefensive", "AST": "assists", "STL": "steals", "BLK": "blocks", "TOV": "turnovers", "PF": "foulsPersonal", "PTS": "points"}
    document = {"gameId": game.id}
    for side, team in (("homeTeam", game.home), ("awayTeam", game.away)):
        document[side] = {"teamTricode": team, "players": [
            {"personId": i, "firstName": name.split()[0], "familyName": name.split()[1], "position": "F" if n < 5 else "", "comment": "",
             "statistics": {"minutes": minutes, "plusMinusPoints": 0, **{names[k]: v for k, v in line.items()}}} for n, (i, name, line) in enumerate(game.lines(team))],
            "statistics": {"minutes": "240:00", **{names[k]: v for k, v in game.totals(team).items()}} if statistics else None}
    return {"meta": {"version": 1}, "boxScoreTraditional": document}


def schedule(games, seen, over=(), tipoff="T00:00:00Z", unknown=(), season=None):
    """A scheduleleaguev2 as of a time: games that are `over` have their scores; of `unknown` ones the teams are to be decided."""
    listed = []
    for game in games:
        is_over = game.id in over or over == "all"
        teams = [None, None] if game.id in unknown else [game.home, game.away]
        listed.append({"gameId": game.id, "gameDateEst": game.date + "T00:00:00Z", "gameDateTimeUTC": next_day(game.date) + tipoff, "gameStatus": 3 if is_over else 1,
                       "gameStatusText": "Final" if is_over else "7:00 pm ET", "weekNumber": 3, "arenaName": "Arena", "arenaCity": "City", "postponedStatus": "A", "isNeutral": False, "ifNecessary": False,
                       **{side: {"teamTricode": team, "score": game.points[game.home if side == "homeTeam" else game.away] if is_over else 0} for side, team in zip(("homeTeam", "awayTeam"), teams)}})
    return {"meta": {"version": 1, "time": seen}, "leagueSchedule": {"seasonYear": season or f"20{games[0].id[3:5]}-{int(games[0].id[3:5]) + 1:02}", "games": listed}}


def next_day(date):
    import datetime
    return (datetime.date.fromisoformat(date) + datetime.timedelta(1)).isoformat()


def text(document):
    return json.dumps(document).encode()

"""The status of a player at a day: by the league's report of the day's game, else from the rows of the season's injury feed dated before the day."""
import datetime
import zoneinfo

from raw import by_key
from timeline import days_ago

OUT = ('out', 'doubtful')
EAST = zoneinfo.ZoneInfo('America/New_York')


class Injuries:
    def __init__(self, season):
        self.season = season
        self.first_day = season.dates[0]
        rows = sorted(season.raw.injuries.get(season.name, []), key=lambda row: (row.date, row.seq))
        self.first_row = rows[0].date if rows else None
        self.by_player = by_key([row for row in rows if self.counts(row)], lambda row: row.player_id)
        self.known = {}

    def counts(self, row):
        """Rows before the first game count only if available, or out without going on the injured list, within a year."""
        if row.date >= self.first_day:
            return True
        if row.date < days_ago(self.first_day, 365):
            return False
        return row.status == 'available' or (row.status == 'out' and 'placed on IL' not in (row.reason or ''))

    def report(self, game, team):
        """Rows of the newest report of the game's date before tip-off to which the team had submitted; None if there is none."""
        noon = datetime.datetime.combine(game.game_date, datetime.time(12), EAST)
        tipoff = game.tipoff_utc or noon.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        reports = by_key(self.season.raw.reports.get(game.game_date, []), lambda row: row.report)
        for number in sorted(reports, reverse=True):
            rows = sorted(reports[number], key=lambda row: row.seq)
            late = any(row.reported_at is not None and row.reported_at >= tipoff for row in rows)
            silent = any(row.player_id is None and row.team_abbr == team for row in rows)
            if not late and not silent:
                return rows
        return None

    def present(self, day, game, team):
        """The feed is present if a report tells of the game, or there is any row of the season dated before the day."""
        return self.report(game, team) is not None or self.first_row is not None and self.first_row < day

    def status(self, player, day, game, team):
        key = (player, day, game.game_id, team)
        if key not in self.known:
            rows = self.report(game, team)
            self.known[key] = self.newest_status(player, day) if rows is None else self.reported(player, team, rows)
        return self.known[key]

    def reported(self, player, team, rows):
        mine = [row for row in rows if row.player_id == player]
        own = [row for row in mine if row.team_abbr == team]
        return (own or mine)[-1].status if mine else 'available'

    def newest_status(self, player, day):
        before = [row for row in self.by_player.get(player, []) if row.date < day]
        if not before:
            return None
        newest = before[-1]
        if any(game['game_date'] > newest.date for game in self.season.played_before(player, day)):
            return 'available'
        return newest.status

"""The status of a player at a day, from the rows of the season's injury feed dated before the day."""
from raw import by_key
from timeline import days_ago

OUT = ('out', 'doubtful')


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

    def present(self, day):
        """The feed is present if it has any row of the season dated before the day."""
        return self.first_row is not None and self.first_row < day

    def status(self, player, day):
        if (player, day) not in self.known:
            self.known[player, day] = self.newest_status(player, day)
        return self.known[player, day]

    def newest_status(self, player, day):
        before = [row for row in self.by_player.get(player, []) if row.date < day]
        if not before:
            return None
        newest = before[-1]
        if any(game['game_date'] > newest.date for game in self.season.played_before(player, day)):
            return 'available'
        return newest.status

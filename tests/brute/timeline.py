"""Dated rows, cut strictly before a day."""
import bisect
import datetime


class Timeline:
    """Rows in order of (game_date, game_id), cut by day."""

    def __init__(self, dated_rows):
        ordered = sorted(dated_rows, key=lambda item: item[0])
        self.days = [key[0] for key, row in ordered]
        self.rows = [row for key, row in ordered]

    def before(self, day):
        return self.rows[:bisect.bisect_left(self.days, day)]

    def days_before(self, day):
        return self.days[:bisect.bisect_left(self.days, day)]


EMPTY = Timeline([])


def newest(rows, n):
    """The last n, newest first; fewer if there are fewer."""
    return rows[::-1][:n]


def days_ago(day, n):
    return day - datetime.timedelta(days=n)

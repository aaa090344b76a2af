"""Where games are played, how far apart, and how many hours."""
import datetime
import math
import zoneinfo

EARTH_MILES = 3959


def valid(rows, team, day):
    return next((row for row in rows if row.team == team and row.valid_from <= day <= row.valid_to), None)


def place_of(raw, game):
    """A displaced home on its dates, also on a neutral floor; else no place when neutral; else the home arena."""
    displaced = valid(raw.displaced, game.home, game.game_date) or valid(raw.displaced, '*', game.game_date)
    if displaced or game.neutral_site:
        return displaced
    return valid(raw.arenas, game.home, game.game_date)


def miles(start, end):
    """Haversine; NULL if either place is unknown."""
    if start is None or end is None:
        return None
    lat1, lon1, lat2, lon2 = map(math.radians, (start.latitude, start.longitude, end.latitude, end.longitude))
    chord = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_MILES * math.asin(math.sqrt(min(1.0, chord)))


def utc_offset(place, day):
    noon_utc = datetime.datetime(day.year, day.month, day.day, 17, tzinfo=datetime.timezone.utc)
    return noon_utc.astimezone(zoneinfo.ZoneInfo(place.time_zone)).utcoffset()


def hours_apart(start, end, day):
    if start is None or end is None:
        return None
    return int(abs(utc_offset(start, day) - utc_offset(end, day)) // datetime.timedelta(hours=1))

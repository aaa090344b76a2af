-- The prelude: functions that models and sources may call, with one meaning on every warehouse.

-- a / b as DOUBLE; NULL when b is 0 or NULL. Arguments may be aggregates and windows.
CREATE MACRO ratio(a, b) AS CASE WHEN (b) <> 0 THEN CAST(a AS DOUBLE) / (b) END;

-- Whole days from one date to a later one (negative when it is earlier).
CREATE MACRO days_between(from_date, to_date) AS CAST((to_date) - (from_date) AS INTEGER);

-- The date n days after d (before it when n is negative).
CREATE MACRO add_days(d, n) AS CAST((d) + CAST(n AS INTEGER) AS DATE);

-- x in billionths, as an integer: sums of it do not depend on the order of rows.
CREATE MACRO exact(x) AS CAST(round((x) * 1e9) AS DECIMAL(19, 0));

-- Great-circle distance in miles (R = 3,959) between two places in degrees.
CREATE MACRO haversine_miles(lat1, lon1, lat2, lon2) AS
  3959e0 * 2e0 * asin(sqrt(
    power(sin(radians((lat2) - (lat1)) / 2e0), 2) +
    cos(radians(lat1)) * cos(radians(lat2)) * power(sin(radians((lon2) - (lon1)) / 2e0), 2)));

-- Whole hours by which a place's clock is ahead of UTC at 17:00 UTC of a date; zone is an IANA name.
CREATE MACRO utc_offset_hours(zone, d) AS CAST(date_diff('hour',
  CAST(d AS TIMESTAMP) + INTERVAL 17 HOUR,
  timezone(zone, timezone('UTC', CAST(d AS TIMESTAMP) + INTERVAL 17 HOUR))) AS INTEGER);

-- A player's name for look-ups: no marks, lower case, letters and digits only.
CREATE MACRO player_lookup(name) AS regexp_replace(lower(strip_accents(nfc_normalize(name))), '[^a-z0-9]', '', 'g');

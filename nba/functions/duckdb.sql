-- The prelude: functions that models and sources may call, with one meaning on every warehouse. What differs from league to
-- league is in functions league_KEY(), which are made of [league] in backcourt.toml.

-- a / b as DOUBLE; NULL when b is 0 or NULL. Arguments may be aggregates and windows.
CREATE MACRO ratio(a, b) AS CASE WHEN (b) <> 0 THEN CAST(a AS DOUBLE) / (b) END;

-- Whole days from one date to a later one (negative when it is earlier).
CREATE MACRO days_between(from_date, to_date) AS CAST((to_date) - (from_date) AS INTEGER);

-- The date n days after d (before it when n is negative).
CREATE MACRO add_days(d, n) AS CAST((d) + CAST(n AS INTEGER) AS DATE);

-- x in billionths, as an integer: sums of it do not depend on the order of rows.
CREATE MACRO exact(x) AS CAST(round((x) * 1e9) AS DECIMAL(19, 0));

-- A sum of exact(x), back in the unit of x.
CREATE MACRO from_exact(sum_of_exact) AS CAST(sum_of_exact AS DOUBLE) / 1e9;

-- The types of games that tables hold; preseason and all-star games are not among them.
CREATE MACRO tables_hold(game_type) AS (game_type) IN ('regular', 'play_in', 'playoffs', 'cup_final');

-- Formulas of the game. 0.44 is the share of free throws that end a possession (D. Oliver, Basketball on Paper, 2004);
-- the league's own statistics use it too.

-- Plays that a player or a team used: FGA + 0.44 FTA + turnovers.
CREATE MACRO plays_of(fga, fta, turnovers) AS (fga) + 0.44e0 * (fta) + (turnovers);

-- The same times 100, a whole number, so that sums do not depend on the order of rows.
CREATE MACRO hundredths_of_plays(fga, fta, turnovers) AS 100 * (fga) + 44 * (fta) + 100 * (turnovers);

-- A team's possessions: FGA + 0.44 FTA - offensive rebounds + turnovers.
CREATE MACRO possessions_of(fga, fta, offensive_rebounds, turnovers) AS (fga) + 0.44e0 * (fta) - (offensive_rebounds) + (turnovers);

-- Regulation time and an overtime period, in seconds of all five places.
CREATE MACRO regulation_team_seconds() AS 5 * league_regulation_periods() * league_period_seconds();
CREATE MACRO overtime_team_seconds() AS 5 * league_overtime_seconds();

-- A pace in games of 48 minutes, whatever the league's are: so that one range holds for all.
CREATE MACRO per_48_minutes(pace) AS 48 * 60e0 * (pace) / (league_regulation_periods() * league_period_seconds());

-- Possessions per game of regulation time (48 minutes in the NBA); team_seconds are those of all five places.
CREATE MACRO pace_of(possessions, team_seconds) AS
  ratio(league_regulation_periods() * league_period_seconds() / 60e0 * (possessions), (team_seconds) / 5e0 / 60e0);

-- Percent of the team's plays that a player used while on the floor; court_seconds is the length of the game.
CREATE MACRO usage_rate_of(plays, seconds_played, team_plays, court_seconds) AS
  ratio(100 * (plays) * (court_seconds), (seconds_played) * (team_plays));

-- True shooting: points a shot, a two being 1; free throws count 0.44 of a shot.
CREATE MACRO true_shooting_of(points, fga, fta) AS ratio(points, 2 * ((fga) + 0.44e0 * (fta)));

-- Effective field goal percentage: a three counts one and a half.
CREATE MACRO effective_shooting_of(fg_makes, three_pt_makes, fga) AS ratio((fg_makes) + 0.5e0 * (three_pt_makes), fga);

-- Statistics from sums that are whole numbers (n values x; sum_x, sum_xx and sum_xxx are the sums of x, x^2 and x^3), so
-- that a value has the same bits whatever the order of rows, and equal values have a deviation of exactly 0.

-- n^2 times the variance: n sum(x^2) - sum(x)^2.
CREATE MACRO spread_of_sums(n, sum_x, sum_xx) AS (n) * (sum_xx) - (sum_x) * (sum_x);

-- Sample standard deviation of such a spread: sqrt(spread / (n (n - 1))); NULL for one value.
CREATE MACRO std_of_spread(n, spread) AS sqrt(ratio(CAST(spread AS DOUBLE), (n) * ((n) - 1)));
CREATE MACRO std_of_sums(n, sum_x, sum_xx) AS std_of_spread(n, spread_of_sums(n, sum_x, sum_xx));

-- n^3 times the third central moment: n^2 sum(x^3) - 3 n sum(x) sum(x^2) + 2 sum(x)^3.
CREATE MACRO third_moment_of_sums(n, sum_x, sum_xx, sum_xxx) AS
  (n) * (n) * (sum_xxx) - 3 * (n) * (sum_x) * (sum_xx) + 2 * (sum_x) * (sum_x) * (sum_x);

-- Skewness, adjusted Fisher-Pearson (G1; D. N. Joanes and C. A. Gill, The Statistician 47, 1998), from n >= 3 values:
-- sqrt(n (n - 1)) / (n - 2) m3 / m2^1.5. In n^3 m3 / (n^2 m2)^1.5 the powers of n cancel. NULL without spread.
CREATE MACRO skewness_of_sums(n, spread, third_moment) AS
  sqrt((n) * ((n) - 1)) / ((n) - 2) * ratio(third_moment, (spread) * sqrt(spread));

-- Least-squares slope of x over its number k, of n values numbered to last_k; sum_kx is the sum of k x. The numbers have the
-- mean last_k - (n - 1) / 2, and their squared deviations sum to n (n^2 - 1) / 12.
CREATE MACRO slope_of_sums(n, last_k, sum_x, sum_kx) AS
  ratio(6 * (2 * (sum_kx) - (2 * (last_k) - (n) + 1) * (sum_x)), (n) * ((n) * (n) - 1));

-- The mean of the newest 2 values less that of the 3 before, as a level: 2 from 5 on, 1 from 2 on, -2 and -1 alike below,
-- else 0. Six times the difference is 5 sum_2 - 2 sum_5, whole numbers, so that a difference of exactly 5 or 2 counts.
CREATE MACRO trend_of_sums(sum_2, sum_5) AS CASE
  WHEN 5 * (sum_2) - 2 * (sum_5) >= 30 THEN 2e0
  WHEN 5 * (sum_2) - 2 * (sum_5) >= 12 THEN 1e0
  WHEN 5 * (sum_2) - 2 * (sum_5) <= -30 THEN -2e0
  WHEN 5 * (sum_2) - 2 * (sum_5) <= -12 THEN -1e0
  ELSE 0e0 END;

-- The mean of n values against that of m, as a level: 2 from a fifth above, 1 from a tenth, -2 and -1 alike below, else 0.
-- Both means are multiplied by n m, so that exactly a fifth or a tenth counts.
CREATE MACRO change_of_means(n, sum_n, m, sum_m) AS CASE
  WHEN 10 * (sum_n) * (m) >= 12 * (sum_m) * (n) THEN 2e0
  WHEN 10 * (sum_n) * (m) >= 11 * (sum_m) * (n) THEN 1e0
  WHEN 10 * (sum_n) * (m) <= 8 * (sum_m) * (n) THEN -2e0
  WHEN 10 * (sum_n) * (m) <= 9 * (sum_m) * (n) THEN -1e0
  ELSE 0e0 END;

-- Whether the mean of n values is above that of m by more than 1.5 standard deviations of k values, given as their spread:
-- d / (n m) > 1.5 sqrt(spread / (k (k - 1))) with d = sum_n m - sum_m n, squared on both sides to stay whole.
CREATE MACRO is_std_and_half_above(n, sum_n, m, sum_m, k, spread) AS
  (sum_n) * (m) - (sum_m) * (n) > 0
  AND 4 * ((sum_n) * (m) - (sum_m) * (n)) * ((sum_n) * (m) - (sum_m) * (n)) * (k) * ((k) - 1) > 9 * (spread) * (n) * (n) * (m) * (m);

-- Age in whole years on a date.
CREATE MACRO years_between(birth_date, d) AS CAST(year(d) - year(birth_date)
  - CASE WHEN 100 * month(d) + day(d) < 100 * month(birth_date) + day(birth_date) THEN 1 ELSE 0 END AS INTEGER);

-- Names of the columns of a row (numbers, as one struct) that are NULL, in their order, comma-joined; '' if none is.
CREATE MACRO null_names(numbers) AS array_to_string(list_transform(
  list_filter(map_entries(CAST(numbers AS MAP(VARCHAR, DOUBLE))), lambda e: e.value IS NULL), lambda e: e.key), ',');

-- How many items a comma-joined text has.
CREATE MACRO count_items(joined) AS CAST(CASE WHEN joined = '' THEN 0 ELSE length(joined) - length(replace(joined, ',', '')) + 1 END AS INTEGER);

-- Great-circle distance in miles (R = 3,959) between two places in degrees.
CREATE MACRO haversine_miles(lat1, lon1, lat2, lon2) AS
  3959e0 * 2e0 * asin(sqrt(
    power(sin(radians((lat2) - (lat1)) / 2e0), 2) +
    cos(radians(lat1)) * cos(radians(lat2)) * power(sin(radians((lon2) - (lon1)) / 2e0), 2)));

-- Whole hours by which a place's clock is ahead of UTC at 17:00 UTC of a date; zone is an IANA name.
CREATE MACRO utc_offset_hours(zone, d) AS CAST(date_diff('hour',
  CAST(d AS TIMESTAMP) + INTERVAL 17 HOUR,
  timezone(zone, timezone('UTC', CAST(d AS TIMESTAMP) + INTERVAL 17 HOUR))) AS INTEGER);

-- Noon of a date in the east of the States, in UTC: no game starts earlier.
CREATE MACRO eastern_noon(d) AS timezone('UTC', timezone('America/New_York', CAST(d AS TIMESTAMP) + INTERVAL 12 HOUR));

-- A player's name for look-ups: no marks, lower case, letters and digits only.
CREATE MACRO player_lookup(name) AS regexp_replace(lower(strip_accents(nfc_normalize(name))), '[^a-z0-9]', '', 'g');

-- What follows reads the text of feeds: try_x(text) is the value of type X, NULL when the text is none.

-- The digits of a whole number, also of one written 7.0; NULL for a fraction.
CREATE MACRO whole_digits(t) AS
  CASE WHEN NOT contains(t, '.') THEN t WHEN regexp_full_match(t, '[^.]+\.0*') THEN split_part(t, '.', 1) END;

-- A whole number.
CREATE MACRO try_whole(t) AS TRY_CAST(whole_digits(t) AS INTEGER);

-- A whole number that is not negative.
CREATE MACRO try_count(t) AS CAST(TRY_CAST(whole_digits(t) AS USMALLINT) AS INTEGER);

-- An id; a whole number that is not negative.
CREATE MACRO try_id(t) AS CAST(TRY_CAST(whole_digits(t) AS UBIGINT) AS BIGINT);

-- 0 or 1; its value is a flag.
CREATE MACRO try_flag(t) AS CASE try_whole(t) WHEN 1 THEN true WHEN 0 THEN false END;

-- A game id of the league; its value has ten digits, also where a tool has cut the leading zeros or added .0.
CREATE MACRO try_game_id(t) AS
  CASE WHEN length(t) = 10 AND TRY_CAST(t AS UBIGINT) IS NOT NULL AND NOT contains(t, '.') THEN t
       WHEN regexp_full_match(t, '[0-9]{8,10}(\.0)?') THEN lpad(split_part(t, '.', 1), 10, '0') END;

-- MM:SS; its value is in seconds.
CREATE MACRO try_clock(t) AS
  CASE WHEN regexp_full_match(t, '[0-9]{1,3}:[0-5][0-9]') THEN CAST(split_part(t, ':', 1) AS INTEGER) * 60 + CAST(split_part(t, ':', 2) AS INTEGER) END;

-- A game clock, as PT11M38.00S, 11:38 or, below a minute, 38.4; its value is in full seconds.
CREATE MACRO try_game_clock(t) AS
  CASE WHEN regexp_full_match(t, 'PT[0-9]{2}M[0-5][0-9](\.[0-9]+)?S') THEN CAST(substr(t, 3, 2) AS INTEGER) * 60 + CAST(substr(t, 6, 2) AS INTEGER)
       WHEN regexp_full_match(t, '[0-5]?[0-9]\.[0-9]+') THEN CAST(split_part(t, '.', 1) AS INTEGER) ELSE try_clock(t) END;

-- A time on the floor, as 36:42, 36.000000:42, PT36M42.00S, or minutes alone (36, 36.7); its value is in seconds.
CREATE MACRO try_minutes(t) AS
  CASE WHEN regexp_full_match(t, '[0-9]{1,3}(\.0+)?:[0-5][0-9]')
       THEN CAST(regexp_extract(t, '^[0-9]+') AS INTEGER) * 60 + CAST(split_part(t, ':', 2) AS INTEGER)
       WHEN regexp_full_match(t, 'PT[0-9]{1,3}M([0-5]?[0-9](\.[0-9]+)?S)?')
       THEN CAST(regexp_extract(t, '^PT([0-9]+)M', 1) AS INTEGER) * 60
          + CAST(floor(coalesce(TRY_CAST(regexp_extract(t, 'M([0-9.]+)S', 1) AS DOUBLE), 0) + 0.5) AS INTEGER)
       WHEN regexp_full_match(t, '[0-9]{1,3}(\.[0-9]+)?') THEN CAST(floor(CAST(t AS DOUBLE) * 60 + 0.5) AS INTEGER) END;

-- A day as 10/22/2024, 10/22/2024 00:00:00, 2024-10-22 or 2024-10-22T00:00:00Z; the day that is written, in no other time zone.
CREATE MACRO try_league_date(t) AS
  CASE WHEN regexp_full_match(t, '[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?') THEN TRY_CAST(substr(t, 1, 10) AS DATE)
       WHEN regexp_full_match(t, '[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}( .*)?') THEN CAST(try_strptime(split_part(t, ' ', 1), '%m/%d/%Y') AS DATE)
       WHEN regexp_full_match(t, '[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}') THEN CAST(try_strptime(t, '%m/%d/%y') AS DATE) END;

-- The values of a list, each at its first place alone.
CREATE MACRO distinct_in_order(l) AS list_filter(l, lambda v, i: list_position(l, v) = i);

-- A position in one vocabulary: G, F, C or two of them with a hyphen, the main one first.
CREATE MACRO position_of(t) AS nullif(array_to_string(distinct_in_order(list_filter(list_transform(regexp_split_to_array(upper(trim(t)), '[-/, ]+'),
  lambda w: CASE WHEN w IN ('G', 'GUARD', 'PG', 'SG') THEN 'G' WHEN w IN ('F', 'FORWARD', 'PF', 'SF') THEN 'F' WHEN w IN ('C', 'CENTER', 'CENTRE') THEN 'C' END),
  lambda w: w IS NOT NULL)), '-'), '');

-- A status of the injury report; its value is in small letters, the last where a team has sent nothing, beside no player.
CREATE MACRO try_injury_status(t) AS
  CASE WHEN lower(trim(t)) IN ('out', 'doubtful', 'questionable', 'probable', 'available', 'not yet submitted') THEN lower(trim(t)) END;

-- A whole number that may have a plus before it.
CREATE MACRO try_signed(t) AS try_whole(ltrim(t, '+'));

-- "game" or "player"; what a row of a crosswalk is of.
CREATE MACRO try_crosswalk_kind(t) AS CASE WHEN lower(trim(t)) IN ('game', 'player') THEN lower(trim(t)) END;

-- True where a crosswalk of ESPN's ids has rows; else an error.
CREATE MACRO has_crosswalk(ids) AS CASE WHEN ids = 0
  THEN error('files of hoopR hold the ids of ESPN: put a file espn_crosswalk.csv (kind, espn_id, nba_id) beside them, a row a game and player') ELSE true END;

-- A number; its value is rounded to the nearest whole one, for the places of shots as some files give them.
CREATE MACRO try_rounded(t) AS CAST(floor(TRY_CAST(t AS DOUBLE) + 0.5) AS INTEGER);

-- Points a period and their sum, as 34-25-26-29-114; the text itself.
CREATE MACRO try_line_score(t) AS CASE WHEN regexp_full_match(t, concat('[0-9]+(-[0-9]+){', league_regulation_periods(), ',}')) THEN t END;

-- Points a period, as 34,25,26,29; without the .0 that a tool may have added.
CREATE MACRO try_period_points(t) AS CASE WHEN regexp_full_match(t, '[0-9]{1,4}(\.0+)?(,[0-9]{1,4}(\.0+)?)*') THEN regexp_replace(t, '\.0+', '', 'g') END;

-- Entries TEAM:id:name with semicolons between; the text itself. An id may be missing.
CREATE MACRO try_inactive_list(t) AS
  CASE WHEN regexp_full_match(t, '[A-Z]{2,4}:[a-z0-9]*:[^;]+(;[A-Z]{2,4}:[a-z0-9]*:[^;]+)*') THEN t END;

-- A day written MMDD without its year (1019, 101); the number.
CREATE MACRO try_month_day(t) AS
  CASE WHEN try_whole(t) // 100 BETWEEN 1 AND 12 AND try_whole(t) % 100 BETWEEN 1 AND 31 THEN try_whole(t) END;

-- V (visitor), H (home) or N (neutral floor).
CREATE MACRO try_side(t) AS CASE WHEN upper(t) IN ('V', 'H', 'N') THEN upper(t) END;

-- A spread or a total; pk (pick) is 0, NL (no line) is NaN, which no range holds.
CREATE MACRO try_betting_line(t) AS CASE lower(trim(t)) WHEN 'pk' THEN 0e0 WHEN 'nl' THEN CAST('NaN' AS DOUBLE) ELSE TRY_CAST(t AS DOUBLE) END;

-- The prefixes of the league's game ids have one length.
CREATE MACRO id_prefix_length() AS length(map_keys(league_game_types())[1]);

-- The season of a league game id: the two digits after the prefix are the year in which it starts.
CREATE MACRO season_digits_of(game_id) AS substr(game_id, id_prefix_length() + 1, 2);
CREATE MACRO season_year_of(game_id) AS
  CAST(season_digits_of(game_id) AS INTEGER) + CASE WHEN season_digits_of(game_id) >= '46' THEN 1900 ELSE 2000 END;

-- The label of the season that starts in a year, 2021-22 or 2021, and that of the one that ends in a year.
CREATE MACRO seasons_lie_within_years() AS league_season_label() = '2021';
CREATE MACRO season_label(year) AS CASE WHEN seasons_lie_within_years() THEN CAST(year AS VARCHAR)
  ELSE concat(year, '-', lpad(CAST(((year) + 1) % 100 AS VARCHAR), 2, '0')) END;
CREATE MACRO season_label_of_end(year) AS season_label((year) - CASE WHEN seasons_lie_within_years() THEN 0 ELSE 1 END);

-- The season of a day on which nothing is played; a new one starts in summer.
CREATE MACRO season_of_day(d) AS season_label(year(d) - CASE WHEN seasons_lie_within_years() OR month(d) >= 8 THEN 0 ELSE 1 END);

-- The type of a game, by the prefix of its league id.
CREATE MACRO game_type_of(game_id) AS league_game_types()[substr(game_id, 1, id_prefix_length())];

-- What a league game id looks like.
CREATE MACRO game_id_pattern() AS concat('(?:', array_to_string(map_keys(league_game_types()), '|'), ')\d{', 10 - id_prefix_length(), '}');

-- A text of digits and small letters read as a number in base 36.
CREATE MACRO base36(t) AS list_reduce(
  list_transform(string_split(t, ''), lambda c: CAST(strpos('0123456789abcdefghijklmnopqrstuvwxyz', c) - 1 AS BIGINT)),
  lambda total, digit: total * 36 + digit);

-- A tip-off in US Eastern time, as '7:30 PM, October 19, 2021', in UTC; NULL when the text is none.
CREATE MACRO tipoff_utc_of(t) AS timezone('UTC', timezone('America/New_York', try_strptime(t, '%-I:%M %p, %B %-d, %Y')));

-- A name without the suffix of a generation (Jr, Sr, II, III, IV), for look-ups.
CREATE MACRO lookup_without_suffix(name) AS player_lookup(regexp_replace(trim(name), '[ ,]+(Jr|Sr|II|III|IV)\.?$', '', 'i'));

-- How a name may be meant, best first: as First Last or, with a comma, Last, First; then with its last word first; of each
-- alias between slashes. Suffixes are left aside.
CREATE MACRO given_first(name) AS CASE
  WHEN NOT contains(name, ',') OR regexp_matches(name, ',\s*(?i:(jr|sr|ii|iii|iv)\.?)$') THEN name
  ELSE concat(trim(split_part(name, ',', 2)), ' ', trim(split_part(name, ',', 1))) END;
CREATE MACRO last_word_first(name) AS regexp_replace(regexp_replace(trim(name), '[ ,]+(Jr|Sr|II|III|IV)\.?( |$)', ' ', 'i'), '^(.*\S)\s+(\S+)\s*$', '\2 \1');
CREATE MACRO name_readings(name) AS distinct_in_order(list_filter(list_concat(
  list_transform(string_split(name, '/'), lambda one: lookup_without_suffix(given_first(one))),
  list_transform(string_split(name, '/'), lambda one: lookup_without_suffix(last_word_first(one)))), lambda l: l <> ''));

-- Of the two numbers of a pair, on the home row and the visitor's, exactly one is a total (150 to 300 in the NBA), or there is neither.
CREATE MACRO is_total(number) AS (number) BETWEEN league_totals()[1] AND league_totals()[2];
CREATE MACRO total_of_pair(home, away) AS CASE
  WHEN is_total(home) AND is_total(away) IS NOT true THEN home
  WHEN is_total(away) AND is_total(home) IS NOT true THEN away END;

-- The other one, from 0 to 45, is the spread of the side on whose row it stands; here the home team's.
CREATE MACRO spread_of_pair(home, away) AS CASE
  WHEN is_total(away) AND home BETWEEN 0 AND 45 THEN 0e0 - home
  WHEN is_total(home) AND away BETWEEN 0 AND 45 THEN away END;

-- The label of the season of a game id or of the year in which it starts, both as text; NULL when there is none.
CREATE MACRO season_of_id(id) AS CASE WHEN regexp_full_match(id, game_id_pattern()) THEN season_label(season_year_of(id)) END;
CREATE MACRO season_of_start(year) AS CASE WHEN regexp_matches(year, '^(19|20)\d\d') THEN season_label(CAST(substr(year, 1, 4) AS INTEGER)) END;

-- The season in a file's path: in its name a label or a league game id (also without its zeros); else a folder that is one.
CREATE MACRO season_named(file) AS coalesce(
  list_filter(list_transform(regexp_extract_all(parse_filename(file), '(?:19|20)\d\d[-_]\d\d(?:[-_]\d\d)?'), lambda label: replace(label, '_', '-')),
    lambda label: label = season_of_start(label))[1],
  season_of_id(regexp_extract(parse_filename(file), game_id_pattern())),
  season_of_id('00' || regexp_extract(parse_filename(file), '(?:^|\D)((?:2[1-9]|[3-6]\d)\d0[01]\d{3})(?:\D|$)', 1)),
  list_filter(list_reverse(string_split(file, '/')), lambda part: part = season_of_start(part))[1],
  list_filter(list_transform(list_reverse(string_split(file, '/')), lambda part: season_of_id(part)), lambda season: season IS NOT NULL)[1]);

-- Eastern time as UTC.
CREATE MACRO eastern_to_utc(t) AS timezone('UTC', timezone('America/New_York', t));

-- The day and the time of day in a file's name, as text: 2022-02-08_06_30PM, 20220208T183000Z, 2022-02-08.
CREATE MACRO name_time_parts(file) AS regexp_extract(
  regexp_replace(regexp_replace(parse_filename(file), '((?:19|20)\d\d)-(\d\d)-(\d\d)', '\1\2\3'), '((?:19|20)\d\d)_(\d\d)_(\d\d)', '\1\2\3'),
  '(?:^|\D)((?:19|20)\d\d)(\d\d)(\d\d)(?:(?:[T_ -]|at)*(\d\d)(?:[-_:]?(\d\d))?(?:[-_:]?(\d\d))?(?:\.\d+)?)?[ _]?(AM|PM|am|pm)?(Z)?(?:\D|$)',
  ['y', 'm', 'd', 'hour', 'minute', 'second', 'half', 'zone']);
CREATE MACRO time_of_parts(p, zone_is_eastern) AS CASE
  WHEN p.hour = '' OR (p.minute = '' AND p.half = '') THEN NULL
  WHEN p.half <> '' THEN eastern_to_utc(TRY_CAST(format('{}-{}-{} {:02d}:{}:{}', p.y, p.m, p.d,
    CAST(p.hour AS INTEGER) % 12 + if(lower(p.half) = 'pm', 12, 0), if(p.minute = '', '00', p.minute), if(p.second = '', '00', p.second)) AS TIMESTAMP))
  WHEN zone_is_eastern AND p.zone = '' THEN eastern_to_utc(TRY_CAST(format('{}-{}-{} {}:{}:{}', p.y, p.m, p.d, p.hour, p.minute, if(p.second = '', '00', p.second)) AS TIMESTAMP))
  ELSE TRY_CAST(format('{}-{}-{} {}:{}:{}', p.y, p.m, p.d, p.hour, p.minute, if(p.second = '', '00', p.second)) AS TIMESTAMP) END;

-- The time at which a file was taken, by its name, in UTC (a time with AM or PM is Eastern); NULL when the name has none.
CREATE MACRO time_of_file(file) AS time_of_parts(name_time_parts(file), false);
-- The same where a day alone counts, as its noon.
CREATE MACRO day_or_time_of_file(file) AS coalesce(time_of_file(file), TRY_CAST(format('{}-{}-{} 12:00:00', name_time_parts(file).y, name_time_parts(file).m, name_time_parts(file).d) AS TIMESTAMP));

-- Whether the seconds of a team's players are those of whole periods; minutes may be whole ones. And how many of these are overtimes.
CREATE MACRO overtimes_of(seconds) AS greatest(0, CAST(round(((seconds) - regulation_team_seconds()) / CAST(overtime_team_seconds() AS DOUBLE)) AS INTEGER));
CREATE MACRO whole_periods(seconds) AS abs((seconds) - regulation_team_seconds() - overtime_team_seconds() * overtimes_of(seconds)) <= 300;

-- What a line of a box counts, as one number: sums and differences of such numbers are those of lines.
CREATE MACRO line_code(pts, fga, fta, reb, ast, pf) AS CAST(coalesce(pts, 0) + 1000 * coalesce(fga, 0) + 1000000 * CAST(coalesce(fta, 0) AS BIGINT)
  + 1000000000 * CAST(coalesce(reb, 0) AS BIGINT) + 1000000000000 * CAST(coalesce(ast, 0) AS BIGINT) + 1000000000000000 * CAST(coalesce(pf, 0) AS BIGINT) AS BIGINT);

-- The same, where the year in which it starts stands before the extension (anywhere where that is the label): less than what
-- the file says of itself.
CREATE MACRO season_of_file(file) AS coalesce(season_named(file), season_of_start(regexp_extract(parse_filename(file), '_((?:19|20)\d\d)\.', 1)),
  CASE WHEN seasons_lie_within_years() THEN season_of_start(regexp_extract(parse_filename(file), '(?:^|\D)((?:19|20)\d\d)(?:\D|$)', 1)) END);
CREATE MACRO season_of_label(t) AS CASE WHEN t = season_of_start(t) THEN t END;

-- A result set as its finder has it: headers and rows, or a list of rows that name their columns.
CREATE MACRO named_result_set(found) AS CASE json_type(found)
  WHEN 'OBJECT' THEN list_transform([from_json(found, '{"headers":["VARCHAR"],"rowSet":[["VARCHAR"]],"data":[["VARCHAR"]]}')],
    lambda s: {'headers': list_transform(s.headers, lambda h: upper(h)), 'rowSet': coalesce(s.rowSet, s.data)})[1]
  WHEN 'ARRAY' THEN list_transform([from_json(found, '["MAP(VARCHAR, VARCHAR)"]')],
    lambda rows: {'headers': list_transform(coalesce(map_keys(rows[1]), []), lambda h: upper(h)),
                  'rowSet': list_transform(rows, lambda r: list_transform(map_keys(rows[1]), lambda h: r[h]))})[1] END;

-- The result set of a name in a response of the league's statistics service, its headers in capitals: one of a list, or under
-- its name, as tools keep a response (get_normalized_dict of nba_api).
CREATE MACRO result_set(document, set_name) AS coalesce(
  list_transform(list_filter(from_json(document, '{"resultSets":[{"name":"VARCHAR","headers":["VARCHAR"],"rowSet":[["VARCHAR"]]}]}').resultSets,
    lambda s: s.name = set_name), lambda s: {'headers': list_transform(s.headers, lambda h: upper(h)), 'rowSet': s.rowSet})[1],
  named_result_set(coalesce(json_extract(document, '$.resultSets.' || set_name), json_extract(document, '$.' || set_name),
    CASE WHEN json_extract_string(document, '$.resultSet.name') = set_name THEN json_extract(document, '$.resultSet') END)));

-- Whether such a response has a result set of the name.
CREATE MACRO has_result_set(document, set_name) AS result_set(document, set_name) IS NOT NULL;

-- The rows of a result set, each with as many values as there are headers; one that has another number is an error.
CREATE MACRO whole_rows(s) AS list_transform(s.rowSet, lambda r, i: CASE WHEN len(r) = len(s.headers) THEN r
  ELSE error(concat('row ', i, ': ', len(r), ' values under ', len(s.headers), ' headers')) END);

-- The cell of a row under a header; NULL where there is no such header.
CREATE MACRO under(headers, cells, header) AS cells[list_position(headers, header)];

-- Whether a game of the league's schedule takes place on its date: its state (3 is over), the text beside it, the mark
-- of a postponement, and whether it is played only if a series needs it.
CREATE MACRO schedule_status(game_status, status_text, postponed, if_necessary) AS CASE
  WHEN game_status = 3 THEN 'scheduled'
  WHEN starts_with(lower(status_text), 'cancel') THEN 'cancelled'
  WHEN postponed IN ('Y', 'P') OR starts_with(lower(status_text), 'ppd') OR starts_with(lower(status_text), 'postponed') THEN 'postponed'
  WHEN if_necessary AND game_status = 1 THEN 'if_necessary'
  ELSE 'scheduled' END;

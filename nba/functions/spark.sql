-- The functions of duckdb.sql that models and checks call, as Spark has them: same names, same values (tests/spark/short_test.py
-- compares them). Parameters have types here. What reads files stays in DuckDB, and so do the functions of sources.

CREATE TEMPORARY FUNCTION ratio(a DOUBLE, b DOUBLE) RETURN CASE WHEN b <> 0 THEN a / b END;
CREATE TEMPORARY FUNCTION days_between(from_date DATE, to_date DATE) RETURN datediff(to_date, from_date);
CREATE TEMPORARY FUNCTION add_days(d DATE, n INT) RETURN date_add(d, n);

CREATE TEMPORARY FUNCTION exact(x DOUBLE) RETURN CAST(round(x * 1e9) AS DECIMAL(19, 0));
CREATE TEMPORARY FUNCTION from_exact(sum_of_exact DECIMAL(38, 0)) RETURN CAST(sum_of_exact AS DOUBLE) / 1e9;

CREATE TEMPORARY FUNCTION tables_hold(game_type STRING) RETURN game_type IN ('regular', 'play_in', 'playoffs', 'cup_final');

CREATE TEMPORARY FUNCTION plays_of(fga INT, fta INT, turnovers INT) RETURN fga + 0.44e0 * fta + turnovers;
CREATE TEMPORARY FUNCTION hundredths_of_plays(fga INT, fta INT, turnovers INT) RETURN 100 * fga + 44 * fta + 100 * turnovers;
CREATE TEMPORARY FUNCTION possessions_of(fga INT, fta INT, offensive_rebounds INT, turnovers INT)
  RETURN fga + 0.44e0 * fta - offensive_rebounds + turnovers;

CREATE TEMPORARY FUNCTION regulation_team_seconds() RETURN 5 * league_regulation_periods() * league_period_seconds();
CREATE TEMPORARY FUNCTION overtime_team_seconds() RETURN 5 * league_overtime_seconds();
CREATE TEMPORARY FUNCTION per_48_minutes(pace DOUBLE) RETURN 48 * 60e0 * pace / (league_regulation_periods() * league_period_seconds());
CREATE TEMPORARY FUNCTION pace_of(possessions DOUBLE, team_seconds DOUBLE)
  RETURN ratio(league_regulation_periods() * league_period_seconds() / 60e0 * possessions, team_seconds / 5e0 / 60e0);
CREATE TEMPORARY FUNCTION usage_rate_of(plays DOUBLE, seconds_played DOUBLE, team_plays DOUBLE, court_seconds DOUBLE)
  RETURN ratio(100 * plays * court_seconds, seconds_played * team_plays);
CREATE TEMPORARY FUNCTION true_shooting_of(points INT, fga INT, fta INT) RETURN ratio(points, 2 * (fga + 0.44e0 * fta));
CREATE TEMPORARY FUNCTION effective_shooting_of(fg_makes INT, three_pt_makes INT, fga INT) RETURN ratio(fg_makes + 0.5e0 * three_pt_makes, fga);

-- Sums are whole numbers of up to 38 digits, and stay so until the last step.
CREATE TEMPORARY FUNCTION spread_of_sums(n BIGINT, sum_x DECIMAL(38, 0), sum_xx DECIMAL(38, 0)) RETURN n * sum_xx - sum_x * sum_x;
CREATE TEMPORARY FUNCTION std_of_spread(n BIGINT, spread DECIMAL(38, 0)) RETURN sqrt(ratio(CAST(spread AS DOUBLE), n * (n - 1)));
CREATE TEMPORARY FUNCTION std_of_sums(n BIGINT, sum_x DECIMAL(38, 0), sum_xx DECIMAL(38, 0)) RETURN std_of_spread(n, spread_of_sums(n, sum_x, sum_xx));
CREATE TEMPORARY FUNCTION third_moment_of_sums(n BIGINT, sum_x DECIMAL(38, 0), sum_xx DECIMAL(38, 0), sum_xxx DECIMAL(38, 0))
  RETURN n * n * sum_xxx - 3 * n * sum_x * sum_xx + 2 * sum_x * sum_x * sum_x;
CREATE TEMPORARY FUNCTION skewness_of_sums(n BIGINT, spread DOUBLE, third_moment DOUBLE)
  RETURN sqrt(CAST(n * (n - 1) AS DOUBLE)) / (n - 2) * ratio(third_moment, spread * sqrt(spread));
CREATE TEMPORARY FUNCTION slope_of_sums(n BIGINT, last_k BIGINT, sum_x DECIMAL(38, 0), sum_kx DECIMAL(38, 0))
  RETURN ratio(6 * (2 * sum_kx - (2 * last_k - n + 1) * sum_x), n * (n * n - 1));

CREATE TEMPORARY FUNCTION trend_of_sums(sum_2 BIGINT, sum_5 BIGINT) RETURN CASE
  WHEN 5 * sum_2 - 2 * sum_5 >= 30 THEN 2e0
  WHEN 5 * sum_2 - 2 * sum_5 >= 12 THEN 1e0
  WHEN 5 * sum_2 - 2 * sum_5 <= -30 THEN -2e0
  WHEN 5 * sum_2 - 2 * sum_5 <= -12 THEN -1e0
  ELSE 0e0 END;
CREATE TEMPORARY FUNCTION change_of_means(n BIGINT, sum_n BIGINT, m BIGINT, sum_m BIGINT) RETURN CASE
  WHEN 10 * sum_n * m >= 12 * sum_m * n THEN 2e0
  WHEN 10 * sum_n * m >= 11 * sum_m * n THEN 1e0
  WHEN 10 * sum_n * m <= 8 * sum_m * n THEN -2e0
  WHEN 10 * sum_n * m <= 9 * sum_m * n THEN -1e0
  ELSE 0e0 END;
CREATE TEMPORARY FUNCTION is_std_and_half_above(n BIGINT, sum_n BIGINT, m BIGINT, sum_m BIGINT, k BIGINT, spread DECIMAL(38, 0))
  RETURN sum_n * m - sum_m * n > 0
    AND CAST(4 * (sum_n * m - sum_m * n) AS DECIMAL(38, 0)) * (sum_n * m - sum_m * n) * k * (k - 1) > 9 * spread * n * n * m * m;

CREATE TEMPORARY FUNCTION years_between(birth_date DATE, d DATE) RETURN year(d) - year(birth_date)
  - CASE WHEN 100 * month(d) + day(d) < 100 * month(birth_date) + day(birth_date) THEN 1 ELSE 0 END;

-- The 25 features of ml_feature_store_v2: a parameter's type names its fields.
CREATE TEMPORARY FUNCTION null_names(numbers STRUCT<
  points_avg_last_5: DOUBLE, points_avg_last_10: DOUBLE, points_avg_season: DOUBLE, points_std_last_10: DOUBLE, games_in_last_7_days: DOUBLE,
  fatigue_score: DOUBLE, shot_zone_mismatch_score: DOUBLE, pace_score: DOUBLE, usage_spike_score: DOUBLE, rest_advantage: DOUBLE,
  injury_risk: DOUBLE, recent_trend: DOUBLE, minutes_change: DOUBLE, opponent_def_rating: DOUBLE, opponent_pace: DOUBLE, home_away: DOUBLE,
  back_to_back: DOUBLE, playoff_game: DOUBLE, pct_paint: DOUBLE, pct_mid_range: DOUBLE, pct_three: DOUBLE, pct_free_throw: DOUBLE,
  team_pace: DOUBLE, team_off_rating: DOUBLE, team_win_pct: DOUBLE>)
  RETURN array_join(transform(
    filter(map_entries(from_json(to_json(numbers, map('ignoreNullFields', 'false')), 'MAP<STRING, STRING>')), e -> e.value IS NULL), e -> e.key), ',');
CREATE TEMPORARY FUNCTION count_items(joined STRING)
  RETURN CASE WHEN joined = '' THEN 0 ELSE length(joined) - length(replace(joined, ',', '')) + 1 END;

CREATE TEMPORARY FUNCTION haversine_miles(lat1 DOUBLE, lon1 DOUBLE, lat2 DOUBLE, lon2 DOUBLE) RETURN
  3959e0 * 2e0 * asin(sqrt(
    power(sin(radians(lat2 - lat1) / 2e0), 2) +
    cos(radians(lat1)) * cos(radians(lat2)) * power(sin(radians(lon2 - lon1) / 2e0), 2)));

-- Times have no zone: they are UTC, and so is the session.
CREATE TEMPORARY FUNCTION utc_offset_hours(zone STRING, d DATE) RETURN CAST(floor((
  unix_seconds(CAST(convert_timezone('UTC', zone, CAST(d AS TIMESTAMP_NTZ) + INTERVAL '17' HOUR) AS TIMESTAMP))
  - unix_seconds(CAST(CAST(d AS TIMESTAMP_NTZ) + INTERVAL '17' HOUR AS TIMESTAMP))) / 3600) AS INT);
CREATE TEMPORARY FUNCTION eastern_noon(d DATE) RETURN convert_timezone('America/New_York', 'UTC', CAST(d AS TIMESTAMP_NTZ) + INTERVAL '12' HOUR);

-- All letters that a mark makes of one of a to z; the marks that stand alone go with what is no letter.
CREATE TEMPORARY FUNCTION player_lookup(name STRING) RETURN regexp_replace(lower(translate(name,
  'ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöùúûüýÿĀāĂăĄąĆćĈĉĊċČčĎďĒēĔĕĖėĘęĚěĜĝĞğĠġĢģĤĥĨĩĪīĬĭĮįİĴĵĶķĹĺĻļĽľŃńŅņŇňŌōŎŏŐőŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽžƠơƯưǍǎǏǐǑǒǓǔǕǖǗǘǙǚǛǜǞǟǠǡǦǧǨǩǪǫǬǭǰǴǵǸǹǺǻȀȁȂȃȄȅȆȇȈȉȊȋȌȍȎȏȐȑȒȓȔȕȖȗȘșȚțȞȟȦȧȨȩȪȫȬȭȮȯȰȱȲȳḀḁḂḃḄḅḆḇḈḉḊḋḌḍḎḏḐḑḒḓḔḕḖḗḘḙḚḛḜḝḞḟḠḡḢḣḤḥḦḧḨḩḪḫḬḭḮḯḰḱḲḳḴḵḶḷḸḹḺḻḼḽḾḿṀṁṂṃṄṅṆṇṈṉṊṋṌṍṎṏṐṑṒṓṔṕṖṗṘṙṚṛṜṝṞṟṠṡṢṣṤṥṦṧṨṩṪṫṬṭṮṯṰṱṲṳṴṵṶṷṸṹṺṻṼṽṾṿẀẁẂẃẄẅẆẇẈẉẊẋẌẍẎẏẐẑẒẓẔẕẖẗẘẙẠạẢảẤấẦầẨẩẪẫẬậẮắẰằẲẳẴẵẶặẸẹẺẻẼẽẾếỀềỂểỄễỆệỈỉỊịỌọỎỏỐốỒồỔổỖỗỘộỚớỜờỞởỠỡỢợỤụỦủỨứỪừỬửỮữỰựỲỳỴỵỶỷỸỹKÅ',
  'AAAAAACEEEEIIIINOOOOOUUUUYaaaaaaceeeeiiiinooooouuuuyyAaAaAaCcCcCcCcDdEeEeEeEeEeGgGgGgGgHhIiIiIiIiIJjKkLlLlLlNnNnNnOoOoOoRrRrRrSsSsSsSsTtTtUuUuUuUuUuUuWwYyYZzZzZzOoUuAaIiOoUuUuUuUuUuAaAaGgKkOoOojGgNnAaAaAaEeEeIiIiOoOoRrRrUuUuSsTtHhAaEeOoOoOoOoYyAaBbBbBbCcDdDdDdDdDdEeEeEeEeEeFfGgHhHhHhHhHhIiIiKkKkKkLlLlLlLlMmMmMmNnNnNnNnOoOoOoOoPpPpRrRrRrRrSsSsSsSsSsTtTtTtTtUuUuUuUuUuVvVvWwWwWwWwWwXxXxYyZzZzZzhtwyAaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEeEeEeEeEeIiIiOoOoOoOoOoOoOoOoOoOoOoOoUuUuUuUuUuUuUuYyYyYyYyKA')), '[^a-z0-9]', '');

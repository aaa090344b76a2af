-- MM:SS; its value is in seconds.
CREATE MACRO try_clock(t) AS CASE WHEN regexp_full_match(t, '[0-9]+:[0-5][0-9]')
  THEN CAST(split_part(t, ':', 1) AS INTEGER) * 60 + CAST(split_part(t, ':', 2) AS INTEGER) END;

CREATE MACRO ratio(a, b) AS CASE WHEN (b) <> 0 THEN CAST(a AS DOUBLE) / (b) END;

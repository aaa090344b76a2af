#!/bin/bash
# Loads and backfills the shipped seasons, then says how full the warehouse is and what to ask it.
set -euo pipefail
cd "$(dirname "$0")/.."

build/backcourt --project nba load
build/backcourt --project nba backfill all
build/backcourt --project nba status

cat <<'END'

The warehouse is nba/warehouse.duckdb. Two things to ask it:
  build/backcourt --project nba show player_daily_cache --player 'Stephen Curry' --date 2022-01-14
  build/backcourt --project nba query "SELECT season, count(*) AS games FROM raw_schedule GROUP BY season ORDER BY season"

And its page: build/backcourt --project nba serve, then http://127.0.0.1:8421/ in a browser.
END

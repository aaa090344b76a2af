#!/bin/bash
# Makes data/, the shipped seasons, from files as they come: loads them with the
# program itself and exports the raw tables. FOLDER holds files in the shapes of
# nba/feeds.toml (box/, play_by_play_v2/, shots/, odds/, injuries/, players/, teams/).
# Usage: scripts/make_data.sh FOLDER
set -euo pipefail
[ $# = 1 ] && [ -d "$1" ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 1; }
files=$(realpath "$1")
cd "$(dirname "$0")/.."

project=$(mktemp -d)
trap 'rm -rf "$project"' EXIT
cat >"$project/backcourt.toml" <<END
[project]
pack    = "$PWD/nba"
seasons = ["2020-21", "2021-22"]
[data]
folder = "$files"
END
build/backcourt --project "$project" load
tables=(raw_schedule raw_results raw_player_box raw_team_box raw_play_by_play raw_game_lines raw_injuries raw_players raw_rosters raw_arenas)
build/backcourt --project "$project" export data "${tables[@]}"

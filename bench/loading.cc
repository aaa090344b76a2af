// First loads beside the bare floor: what DuckDB alone needs to read the same
// files and write them sorted. Of a season of the shipped raw tables, and, with
// BUNDLES=FOLDER in the environment, of a season's bundles as they are published.
// Then a season of the league's responses, one file a game, made of the shipped
// raw tables: its first load, a load when nothing changed, and one when one file
// changed, for each kind of file. Usage: loading [DATA_FOLDER] [RUNS]
#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "bench/harness.h"
#include "ledger/loads.h"
#include "load/raw_table_sql.h"
#include "warehouse/duckdb/engine.h"

using namespace backcourt;
using namespace backcourt::bench;

namespace fs = std::filesystem;

namespace {

constexpr const char* kSeason = "2021-22";

// A kind of response, and the SELECT (game_id, document) that makes it; $MORE is
// added to one number of the document.
struct Kind {
  std::string folder, select;
};

// Events with the names and words that the league's have.
constexpr const char* kEvents = R"(
WITH names AS (SELECT player_id, any_value(player_name) AS name, regexp_extract(any_value(player_name), '[^ ]+$') AS last FROM raw_players GROUP BY player_id),
events AS (
  SELECT e.*, s.home_team_abbr, p.name, p.last, a.name AS assist_name, a.last AS assist_last,
    concat(seconds_left // 60, ':', lpad(CAST(seconds_left % 60 AS VARCHAR), 2, '0')) AS clock,
    concat(if(made = false, 'MISS ', ''), p.last, ' ', CASE event_type
      WHEN 'field_goal' THEN concat(distance_ft + $MORE, ''' ', if(value = 3, '3PT ', ''), 'Jump Shot', if(made, concat(' (', value, ' PTS)', if(a.last IS NULL, '', concat(' (', a.last, ' 1 AST)'))), ''))
      WHEN 'free_throw' THEN concat('Free Throw ', ft_n, ' of ', ft_of) WHEN 'rebound' THEN 'REBOUND (Off:1 Def:2)' ELSE event_type END) AS words
  FROM raw_play_by_play e JOIN raw_schedule s ON s.game_id = e.game_id
  LEFT JOIN names p ON p.player_id = e.player_id LEFT JOIN names a ON a.player_id = e.assist_player_id
)
)";

const std::vector<Kind> kVersion2 = {{"boxscoretraditionalv2", R"(
WITH lines AS (
  SELECT game_id, team_abbr, json_array(game_id, 1610612737, team_abbr, 'City', player_id, player_name, '', if(is_starter, 'F', ''), coalesce(dnp_reason, ''), concat(seconds_played // 60, ':', lpad(CAST(seconds_played % 60 AS VARCHAR), 2, '0')),
    fg_makes, fg_attempts, 0.5, three_pt_makes, three_pt_attempts, 0.5, ft_makes, ft_attempts, 0.5, offensive_rebounds, defensive_rebounds, 5, assists + $MORE, steals, blocks, turnovers, personal_fouls, points, plus_minus) AS line
  FROM raw_player_box WHERE status = 'played'
),
totals AS (
  SELECT game_id, json_array(game_id, 1610612737, 'Name', team_abbr, 'City', '240:00', fg_makes, fg_attempts, 0.5, three_pt_makes, three_pt_attempts, 0.5, ft_makes, ft_attempts, 0.5,
    offensive_rebounds, defensive_rebounds, 5, assists, steals, blocks, turnovers, personal_fouls, points, 0) AS line
  FROM raw_team_box
)
SELECT game_id, concat('{"resource":"boxscore","resultSets":[{"name":"PlayerStats","headers":["GAME_ID","TEAM_ID","TEAM_ABBREVIATION","TEAM_CITY","PLAYER_ID","PLAYER_NAME","NICKNAME","START_POSITION","COMMENT","MIN","FGM","FGA","FG_PCT","FG3M","FG3A","FG3_PCT","FTM","FTA","FT_PCT","OREB","DREB","REB","AST","STL","BLK","TO","PF","PTS","PLUS_MINUS"],"rowSet":[',
  (SELECT string_agg(line, ',') FROM lines l WHERE l.game_id = g.game_id), ']},{"name":"TeamStats","headers":["GAME_ID","TEAM_ID","TEAM_NAME","TEAM_ABBREVIATION","TEAM_CITY","MIN","FGM","FGA","FG_PCT","FG3M","FG3A","FG3_PCT","FTM","FTA","FT_PCT","OREB","DREB","REB","AST","STL","BLK","TO","PF","PTS","PLUS_MINUS"],"rowSet":[',
  (SELECT string_agg(line, ',') FROM totals t WHERE t.game_id = g.game_id), ']}]}')
FROM raw_results g)"},
                                     {"playbyplayv2", std::string(kEvents) + R"(,
rows AS (
  SELECT game_id, event_index, json_array(game_id, event_num, CASE event_type WHEN 'field_goal' THEN if(made, 1, 2) WHEN 'free_throw' THEN 3 WHEN 'rebound' THEN 4 WHEN 'turnover' THEN 5 WHEN 'foul' THEN 6 WHEN 'substitution' THEN 8 ELSE 18 END,
    0, period, '7:30 PM', clock, if(team_abbr = home_team_abbr, words, NULL), NULL, if(team_abbr <> home_team_abbr, words, NULL), NULL, NULL, 4, player_id, name, 1610612737, 'City', 'Nickname', team_abbr,
    if(assist_player_id IS NULL, 0, 4), coalesce(assist_player_id, 0), assist_name, NULL, NULL, NULL, NULL, 0, coalesce(block_player_id, 0), NULL, NULL, NULL, NULL, NULL, 1) AS row
  FROM events
)
SELECT game_id, concat('{"resource":"playbyplay","resultSets":[{"name":"PlayByPlay","headers":["GAME_ID","EVENTNUM","EVENTMSGTYPE","EVENTMSGACTIONTYPE","PERIOD","WCTIMESTRING","PCTIMESTRING","HOMEDESCRIPTION","NEUTRALDESCRIPTION","VISITORDESCRIPTION","SCORE","SCOREMARGIN","PERSON1TYPE","PLAYER1_ID","PLAYER1_NAME","PLAYER1_TEAM_ID","PLAYER1_TEAM_CITY","PLAYER1_TEAM_NICKNAME","PLAYER1_TEAM_ABBREVIATION","PERSON2TYPE","PLAYER2_ID","PLAYER2_NAME","PLAYER2_TEAM_ID","PLAYER2_TEAM_CITY","PLAYER2_TEAM_NICKNAME","PLAYER2_TEAM_ABBREVIATION","PERSON3TYPE","PLAYER3_ID","PLAYER3_NAME","PLAYER3_TEAM_ID","PLAYER3_TEAM_CITY","PLAYER3_TEAM_NICKNAME","PLAYER3_TEAM_ABBREVIATION","VIDEO_AVAILABLE_FLAG"],"rowSet":[',
  string_agg(row, ',' ORDER BY event_index), ']}]}')
FROM rows GROUP BY game_id)"},
                                     {"shotchartdetail", R"(
SELECT game_id, concat('{"resource":"shotchartdetail","resultSets":[{"name":"Shot_Chart_Detail","headers":["GRID_TYPE","GAME_ID","GAME_EVENT_ID","PLAYER_ID","PLAYER_NAME","TEAM_ID","TEAM_NAME","PERIOD","MINUTES_REMAINING","SECONDS_REMAINING","EVENT_TYPE","ACTION_TYPE","SHOT_TYPE","SHOT_ZONE_BASIC","SHOT_ZONE_AREA","SHOT_ZONE_RANGE","SHOT_DISTANCE","LOC_X","LOC_Y","SHOT_ATTEMPTED_FLAG","SHOT_MADE_FLAG","GAME_DATE","HTM","VTM"],"rowSet":[',
  string_agg(json_array('Shot Chart Detail', game_id, event_num, player_id, 'Some Player', 1610612737, 'Some Team', period, seconds_left // 60, seconds_left % 60, if(made, 'Made Shot', 'Missed Shot'), 'Jump Shot', '2PT Field Goal', 'Mid-Range', 'Center(C)', '8-16 ft.', distance_ft,
    coalesce(x, 10) + $MORE, coalesce(y, 20), 1, CAST(made AS INTEGER), '20211019', 'AAA', 'BBB'), ','), ']}]}')
FROM raw_play_by_play WHERE event_type = 'field_goal' GROUP BY game_id)"}};

const std::vector<Kind> kVersion3 = {{"boxscoretraditionalv3", R"(
WITH lines AS (
  SELECT game_id, team_abbr, json_object('personId', player_id, 'firstName', split_part(player_name, ' ', 1), 'familyName', regexp_extract(player_name, ' (.*)', 1), 'nameI', player_name, 'position', if(is_starter, 'F', ''), 'comment', coalesce(dnp_reason, ''),
    'statistics', json_object('minutes', concat(seconds_played // 60, ':', lpad(CAST(seconds_played % 60 AS VARCHAR), 2, '0')), 'fieldGoalsMade', fg_makes, 'fieldGoalsAttempted', fg_attempts, 'fieldGoalsPercentage', 0.5, 'threePointersMade', three_pt_makes,
      'threePointersAttempted', three_pt_attempts, 'freeThrowsMade', ft_makes, 'freeThrowsAttempted', ft_attempts, 'reboundsOffensive', offensive_rebounds, 'reboundsDefensive', defensive_rebounds, 'assists', assists + $MORE, 'steals', steals,
      'blocks', blocks, 'turnovers', turnovers, 'foulsPersonal', personal_fouls, 'points', points, 'plusMinusPoints', plus_minus)) AS line
  FROM raw_player_box WHERE status = 'played'
),
teams AS (
  SELECT t.game_id, t.team_abbr, json_object('teamTricode', t.team_abbr, 'players', (SELECT to_json(list(line)) FROM lines l WHERE l.game_id = t.game_id AND l.team_abbr = t.team_abbr),
    'statistics', json_object('minutes', '240:00', 'fieldGoalsMade', fg_makes, 'fieldGoalsAttempted', fg_attempts, 'threePointersMade', three_pt_makes, 'threePointersAttempted', three_pt_attempts, 'freeThrowsMade', ft_makes, 'freeThrowsAttempted', ft_attempts,
      'reboundsOffensive', offensive_rebounds, 'reboundsDefensive', defensive_rebounds, 'assists', assists, 'steals', steals, 'blocks', blocks, 'turnovers', turnovers, 'foulsPersonal', personal_fouls, 'points', points)) AS team
  FROM raw_team_box t
)
SELECT s.game_id, json_object('meta', json_object('version', 1), 'boxScoreTraditional', json_object('gameId', s.game_id, 'homeTeam', h.team, 'awayTeam', a.team))
FROM raw_schedule s JOIN teams h ON h.game_id = s.game_id AND h.team_abbr = s.home_team_abbr JOIN teams a ON a.game_id = s.game_id AND a.team_abbr = s.away_team_abbr)"},
                                     {"playbyplayv3", std::string(kEvents) + R"(
SELECT game_id, concat('{"meta":{"version":1},"game":{"gameId":"', game_id, '","videoAvailable":1,"actions":[', string_agg(json_object(
  'actionNumber', event_num, 'clock', concat('PT', lpad(CAST(seconds_left // 60 AS VARCHAR), 2, '0'), 'M', lpad(CAST(seconds_left % 60 AS VARCHAR), 2, '0'), '.00S'), 'period', period, 'teamId', 1610612737, 'teamTricode', coalesce(team_abbr, ''),
  'personId', coalesce(player_id, 0), 'playerName', coalesce(last, ''), 'playerNameI', coalesce(last, ''), 'xLegacy', coalesce(x, 0), 'yLegacy', coalesce(y, 0), 'shotDistance', coalesce(distance_ft, 0), 'shotResult', if(made, 'Made', if(made = false, 'Missed', '')),
  'isFieldGoal', if(event_type = 'field_goal', 1, 0), 'scoreHome', '', 'scoreAway', '', 'pointsTotal', 0, 'location', 'h', 'description', coalesce(words, ''), 'actionType', CASE event_type WHEN 'free_throw' THEN 'Free Throw' WHEN 'field_goal' THEN 'Made Shot' ELSE event_type END,
  'subType', 'Jump Shot', 'videoAvailable', 1, 'shotValue', coalesce(value, 0), 'actionId', event_index), ',' ORDER BY event_index), ']}}')
FROM events GROUP BY game_id)"}};

constexpr const char* kSchedule =
    R"(SELECT '', json_object('leagueSchedule', json_object('games', to_json(list(json_object('gameId', game_id, 'gameDateEst', game_date, 'gameStatus', 3, 'gameStatusText', 'Final',
  'homeTeam', json_object('teamTricode', home_team_abbr, 'score', home_points), 'awayTeam', json_object('teamTricode', away_team_abbr, 'score', away_points))))))
FROM raw_schedule JOIN raw_results USING (game_id, game_date))";

// The files that a load read, by feed.
std::map<std::string, std::vector<std::string>> FilesRead(const Project& project) {
  auto warehouse = Open(project);
  auto connection = warehouse->Connect();
  if (!connection) Fail(connection.error().Text());
  auto files = ledger::ReadFiles(**connection);
  if (!files) Fail(files.error().Text());
  std::map<std::string, std::vector<std::string>> by_feed;
  for (const ledger::LoadedFile& file : *files)
    if (!file.feed.starts_with("seed ")) by_feed[file.feed].push_back(Quote(file.path));
  return by_feed;
}

// Tables of the rows of files, a feed each, in a database of its own: raw tables in the order in which a
// warehouse has them, others as text, in the order of their key or first column.
void WriteSorted(const Project& project, const std::map<std::string, std::vector<std::string>>& files,
                 const std::string& path) {
  auto database = OpenEngine();
  if (!database) Fail(database.error().Text());
  auto connection = (*database)->Connect();
  if (!connection) Fail(connection.error().Text());
  std::string sql = fmt::format("SET threads = {}; ATTACH {} AS floor;", project.threads, Quote(path));
  for (const auto& [name, paths] : files) {
    const RawTable* raw = project.FindRaw(name.substr(name.find(' ') + 1));
    const Feed* feed = project.FindFeed(name);
    std::string order = raw                 ? PartitionSql(*raw) + ", " + KeyList(*raw)
                        : feed->key.empty() ? Ident(feed->columns.front().name)
                                            : Join(feed->key, ", ");
    bool parquet = paths.front().ends_with(".parquet'");
    sql += fmt::format("CREATE TABLE floor.{} AS FROM {}([{}]{}) ORDER BY {};", Ident(name),
                       parquet ? "read_parquet" : "read_csv", Join(paths, ", "),
                       parquet ? "" : ", all_varchar = true", order);
  }
  if (auto done = (*connection)->Execute(sql); !done) Fail(done.error().Text());
}

// `limit` is how many times the floor a first load may take.
void MeasureFirst(const std::string& what, const std::string& data, double limit, int runs) {
  Workshop workshop(data, {kSeason});
  Project project = workshop.Load();
  std::string bare = workshop.folder() + "/floor.duckdb";
  std::vector<double> loads, load_cpu, floors, floor_cpu;
  double peak = 0;
  for (int i = 0; i < runs; ++i) {
    fs::remove(workshop.warehouse());
    Measured load = workshop.Run({"load"});
    loads.push_back(load.seconds);
    load_cpu.push_back(load.cpu);
    peak = std::max(peak, load.peak_mb);
    auto files = FilesRead(project);
    fs::remove(bare);
    Measured floor = InProcess([&] { WriteSorted(project, files, bare); });
    floors.push_back(floor.seconds);
    floor_cpu.push_back(floor.cpu);
  }
  fmt::print(
      "{}: first load {:.2f} s, floor {:.2f} s: {:.2f} x (limit {}); of processors {:.2f} s, {:.2f} s: "
      "{:.2f} "
      "x; at most {:.0f} MB (limit 500)\n",
      what, Median(loads), Median(floors), Median(loads) / Median(floors), limit, Median(load_cpu),
      Median(floor_cpu), Median(load_cpu) / Median(floor_cpu), peak);
  Figure("first load, " + what, Median(loads) / Median(floors), "x floor", limit);
  Figure("memory of a first load, " + what, peak, "MB", 500);
}

// Writes what a SELECT gives; `name` with the game's id.
int Write(Connection& connection, const std::string& select, const std::string& name) {
  auto rows = connection.Query(select);
  if (!rows) Fail(rows.error().Text());
  for (size_t i = 0; i < rows->size(); ++i) {
    std::string path = fmt::format(fmt::runtime(name), rows->Text(i, 0));
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path) << rows->Text(i, 1);
  }
  return int(rows->size());
}

void Measure(Connection& tables, const std::string& shape, const std::vector<Kind>& kinds, int runs) {
  Workshop workshop("data", {kSeason});
  std::string data = workshop.folder() + "/data";
  int files = Write(tables, kSchedule, data + "/scheduleleaguev2_" + kSeason + ".json{}");
  auto select = [](const Kind& kind, int more) {
    return ReplaceAll(kind.select, "$MORE", std::to_string(more));
  };
  auto name = [&](const Kind& kind) { return data + "/" + kind.folder + "/" + kind.folder + "_{}.json"; };
  for (const Kind& kind : kinds)
    files += Write(tables, select(kind, 0), name(kind));

  std::vector<double> first, first_cpu, nothing;
  for (int i = 0; i < runs; ++i) {
    fs::remove(workshop.warehouse());
    Measured load = workshop.Run({"load"});
    first.push_back(load.seconds);
    first_cpu.push_back(load.cpu);
    nothing.push_back(workshop.Run({"load"}).seconds);
  }
  fmt::print(
      "{}, {} files:  first load {:.2f} s (limit 6), {:.2f} s of processors; nothing changed {:.2f} s (limit "
      "0.3)\n",
      shape, files, Median(first), Median(first_cpu), Median(nothing));
  for (const Kind& kind : kinds) {
    std::vector<double> one, one_cpu;
    for (int i = 1; i <= runs; ++i) {
      Write(
          tables,
          fmt::format("FROM ({}) AS made (game_id, document) WHERE game_id = '0022100300'", select(kind, i)),
          name(kind));
      Measured load = workshop.Run({"load"});
      one.push_back(load.seconds);
      one_cpu.push_back(load.cpu);
    }
    fmt::print("  one file of {} changed {:.2f} s (limit 1), {:.2f} s of processors\n", kind.folder,
               Median(one), Median(one_cpu));
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::string data = argc > 1 ? fs::absolute(argv[1]).string() : Root() + "/data";
  int runs = argc > 2 ? std::stoi(argv[2]) : 3;
  MeasureFirst("shipped tables", data, 2, runs);
  if (const char* bundles = getenv("BUNDLES"))
    MeasureFirst("bundles", fs::absolute(bundles).string(), 1.1, runs);
  Workshop shipped(data, {kSeason});
  shipped.Run({"load"});
  Project project = shipped.Load();
  auto warehouse = Open(project);
  auto connection = warehouse->Connect();
  if (!connection) Fail(connection.error().Text());
  Measure(**connection, "version 2", kVersion2, runs);
  Measure(**connection, "version 3", kVersion3, runs);
}

// What one backcourt.toml says, before it is brought together with its pack's.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/store_options.h"
#include "project/accepted.h"
#include "project/bigquery_target.h"
#include "project/key_lines.h"
#include "project/lookup.h"
#include "project/notify.h"
#include "project/problem.h"
#include "project/spark_place.h"

namespace backcourt {

struct Config {
  std::string pack, name;  // [project]
  std::vector<std::string> seasons;
  std::string schedule, history, results;  // [calendar]
  std::vector<std::string> boxes, types;
  std::optional<bool> block_on_missing_games, ahead_all;  // [policy]
  std::string warehouse, memory_limit;                    // [warehouse]
  std::optional<int> threads;
  std::optional<SparkPlace> spark;
  std::string data;                                            // [data]
  std::vector<std::string> prefer;                             // [sources]
  std::map<std::string, std::string> lake_tables;              // [sources.RAW] table, by raw table
  std::string publish_folder;                                  // [publish]
  std::optional<int64_t> keep_history;                         // [history], in seconds; none: for ever
  BigQueryTarget bigquery;                                     // [publish.bigquery]
  StoreOptions stores;                                         // [stores]
  std::map<std::string, std::vector<std::string>> feed_paths;  // [feeds]
  std::map<std::string, std::string> league;                   // [league]: values as SQL, by key
  std::vector<Accepted> accepted;                              // [accepted.GUARD]
  std::optional<int> daily_every, daily_late_after;            // [daily], in seconds
  Notify notify;                                               // [notify]
  std::vector<Lookup> lookups;                                 // [lookups.NAME], in the order of the file
  KeyLines lines;
};

// Paths are as they are written. Errors name `file` and the line: all that is wrong.
Result<Config> ParseConfig(const std::string& file, const std::string& text);
// The same of what can be read in spite of them: lines that are no TOML and sections with errors are left
// out. An error only where nothing can.
Result<Config> ParseWhatIsSound(const std::string& file, const std::string& text,
                                std::vector<FileProblem>& problems);

}  // namespace backcourt

// Where the rows of a project's tables are when its engine is Spark: [warehouse] of backcourt.toml.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace backcourt {

struct SparkPlace {
  std::string uri;       // sc://host:port, with parameters as Spark Connect has them
  std::string database;  // of the cluster's catalog, as `nba` or `catalog.nba`
  // A folder that this program and the cluster both reach: rows go through it.
  std::string staging;
  int timeout = 1800;                                         // seconds that one statement may take
  std::vector<std::pair<std::string, std::string>> settings;  // of each session, by key
};

}  // namespace backcourt

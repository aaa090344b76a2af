// Where `publish --to bigquery` writes, and with `after_backfill` every backfill: [publish.bigquery] of
// backcourt.toml.
#pragma once

#include <string>

namespace backcourt {

struct BigQueryTarget {
  std::string project, dataset;
  std::string prefix;    // of the names of tables
  std::string location;  // of the dataset; empty: the service's own choice
  std::string endpoint = "https://bigquery.googleapis.com";
  bool after_backfill = false;
};

}  // namespace backcourt

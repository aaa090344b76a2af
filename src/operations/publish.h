// `publish`: the tables as files that readers open without meeting the warehouse. One version of all tables
// stands at a time; files that do not change are not written again.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/date.h"
#include "operations/events.h"
#include "operations/workspace.h"

namespace backcourt {

struct PublishRequest {
  std::string folder;         // empty: [publish] folder
  std::string to = "folder";  // or bigquery: the dataset of [publish.bigquery]
  bool dry_run = false;       // says what it would write
};
void Describe(Visitor& v, PublishRequest& r);

struct PublishedColumn {
  std::string name, type, about;
};
struct PublishedFile {
  std::string path, season;  // the path below the folder
  int64_t rows = 0, bytes = 0;
};
struct PublishedTable {
  std::string about, date;
  std::vector<std::string> key;
  int64_t rows = 0;
  std::string digest;
  std::optional<Date> complete_through;
  std::vector<PublishedColumn> columns;
  std::vector<PublishedFile> files;
};
// What manifest.json says of a version.
struct PublishedVersion {
  int64_t format = 1, version = 0;
  std::string published_at_utc, program, digest_algorithm;
  std::optional<int64_t> run;            // the newest of the warehouse
  std::optional<Date> complete_through;  // all tables are done up to it
  std::map<std::string, PublishedTable> tables;
};
void Describe(Visitor& v, PublishedVersion& p);

struct PublishReport {
  std::string folder;
  int64_t version = 0;  // of a folder
  std::optional<Date> complete_through;
  std::vector<std::string> written;  // paths below the folder, or tables with the number of dates
  std::vector<std::string> removed;  // of versions that no reader holds any more
  double seconds = 0;
};
void Describe(Visitor& v, PublishReport& r);

// A reader that takes manifest.json, or the views of backcourt.sql, has all tables of one version: files
// never change, and those of the two versions before stay, as do those of the last ten minutes. Killed at any
// moment, the version before stands, or the new one. kUsage where the folder holds other files, and as
// CheckOutputFolder says.
Result<PublishReport> Publish(Workspace& workspace, const PublishRequest& request, const Cancel& cancel,
                              const Events& events);

// The same as part of another activity, such as the backfill that changed the tables.
Result<PublishReport> PublishTables(Workspace& workspace, const PublishRequest& request, Activity& activity);

}  // namespace backcourt

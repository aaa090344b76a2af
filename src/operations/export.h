// `export`: tables as Parquet or CSV, a file a season, with a manifest.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "operations/events.h"
#include "operations/workspace.h"

namespace backcourt {

struct ExportRequest {
  std::string folder;
  std::vector<std::string> tables;  // empty: the public ones
  bool raw = false, csv = false;
};
void Describe(Visitor& v, ExportRequest& r);

struct ExportedFile {
  std::string path;  // below the folder
  int64_t rows = 0, bytes = 0;
};
struct ExportedTable {
  int64_t rows = 0, cells = 0;
  std::string digest;
  std::optional<std::string> model;
  std::vector<ExportedFile> files;
};
// What manifest.json holds.
struct ExportReport {
  int64_t format = 1;
  std::string digest_algorithm;
  std::map<std::string, ExportedTable> tables;
};
void Describe(Visitor& v, ExportReport& r);

// The folder of each table is replaced at once; on an error what was there stays.
Result<ExportReport> Export(Workspace& workspace, const ExportRequest& request, const Cancel& cancel,
                            const Events& events);

}  // namespace backcourt

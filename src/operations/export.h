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
  bool dry_run = false;  // shows what it would write and replace
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
struct ExportReport {
  int64_t format = 1;
  std::string digest_algorithm;
  std::map<std::string, ExportedTable> tables;
  std::vector<std::string> replaced;  // tables whose files of an earlier export go
  // When none were named: tables that are not written, and why; what an earlier export wrote of them stays
  std::vector<LeftOut> left_out;
};
void Describe(Visitor& v, ExportReport& r);

// The folder of each table is replaced at once; on an error what was there stays. manifest.json names all
// files that exports wrote there, and nothing else is ever replaced: kUsage where a table's folder holds
// other files, and where the folder lies in, above or below the data folder or a project.
Result<ExportReport> Export(Workspace& workspace, const ExportRequest& request, const Cancel& cancel,
                            const Events& events);

}  // namespace backcourt

// `bundle` and `replay`: a cell with all that made it in one file, and made again from that file alone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "operations/workspace.h"

namespace backcourt {

struct BundleRequest {
  std::string table, date, output;
};
void Describe(Visitor& v, BundleRequest& r);

struct BundleReport {
  std::string file, table, date, digest;
  int64_t rows = 0;                       // of the cell
  std::map<std::string, int64_t> inputs;  // rows, by table
  int64_t functions = 0, bytes = 0;
};
void Describe(Visitor& v, BundleReport& r);

// Writes it, in place of a file of that name. A cell that is not filled, or whose text is another now, is
// kUsage.
Result<BundleReport> Bundle(Workspace& workspace, const BundleRequest& request, const Cancel& cancel);

struct ReplayRequest {
  std::string file;
};
void Describe(Visitor& v, ReplayRequest& r);

struct BundleReplay {
  std::string table, date;
  std::string made_by, replayed_by;  // versions of the program and of its engine
  std::string digest, replayed;      // of the rows in the file, and of those made again
  int64_t rows = 0, replayed_rows = 0;
  bool same = false;
  std::vector<std::string> differing;  // columns
};
void Describe(Visitor& v, BundleReplay& r);

// Needs no project. A file that is not a bundle is kUsage.
Result<BundleReplay> ReplayBundle(Workspace& workspace, const ReplayRequest& request, const Cancel& cancel);

}  // namespace backcourt

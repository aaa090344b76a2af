// `docs`: what the tables and columns of a project mean, and who reads whom.
#pragma once

#include <string>
#include <vector>

#include "operations/lint.h"
#include "operations/workspace.h"

namespace backcourt {

struct DictionaryRequest {};
void Describe(Visitor& v, DictionaryRequest& r);

struct DictionaryColumn {
  std::string name, type, about;   // type: of raw tables
  std::vector<std::string> needs;  // raw tables, or columns of them, without which it is NULL
};
struct DictionaryRead {
  std::string table;
  std::vector<std::string> windows;
};
struct DictionaryTable {
  std::string table, kind, group, about, date;  // kind: public, helper, view or raw
  std::string overlay;                          // of one of the project's own: what it is to the pack
  std::vector<std::string> key;
  std::vector<DictionaryRead> reads;
  std::vector<DictionaryColumn> columns;
  std::vector<std::string> checks;
  std::string file, sql;  // of its model
};
struct DictionaryReport {
  std::vector<DictionaryTable> tables;  // inputs first, raw tables last
  std::vector<LeftOut> left_out;
};
void Describe(Visitor& v, DictionaryReport& r);

// public, helper or view.
const char* KindName(const Model& model);

Result<DictionaryReport> Dictionary(Workspace& workspace, const DictionaryRequest& request,
                                    const Cancel& cancel);

}  // namespace backcourt

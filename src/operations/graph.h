// `graph`: which table reads which.
#pragma once

#include <string>
#include <vector>

#include "operations/dictionary.h"

namespace backcourt {

struct GraphRequest {};
void Describe(Visitor& v, GraphRequest& r);

struct GraphTable {
  std::string table, kind, group, about;
  int64_t layer = 0;  // one more than the highest of its inputs; 0 without inputs
  std::vector<DictionaryRead> reads;
  std::string left_out;  // why it cannot be used; else empty
};
struct GraphReport {
  std::vector<GraphTable> tables;  // inputs first
};
void Describe(Visitor& v, GraphReport& r);

Result<GraphReport> Graph(Workspace& workspace, const GraphRequest& request, const Cancel& cancel);

}  // namespace backcourt

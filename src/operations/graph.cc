#include "operations/graph.h"

#include <algorithm>
#include <map>
#include <set>

namespace backcourt {

void Describe(Visitor& v, GraphRequest&) { v.Struct("GraphRequest", "All tables."); }

void Describe(Visitor& v, GraphTable& t) {
  v.Struct("GraphTable", "A table, and what it reads.");
  v.Field("table", t.table, "its name");
  v.Field("kind", t.kind, "raw, seed, public, helper or view");
  v.Field("group", t.group, "the folder of its model; else empty");
  v.Field("about", t.about, "what a row is");
  v.Field("layer", t.layer, "0 without inputs, else one more than the highest of its inputs");
  v.Field("reads", t.reads, "its inputs, with the windows");
  v.Field("left_out", t.left_out, "why it cannot be used; else empty");
}

void Describe(Visitor& v, GraphReport& r) {
  v.Struct("Graph", "Which table reads which.");
  v.Field("tables", r.tables, "inputs first");
}

Result<GraphReport> Graph(Workspace& workspace, const GraphRequest&, const Cancel& cancel) {
  const Project& project = workspace.project();
  DictionaryReport dictionary = TRY(Dictionary(workspace, {}, cancel));
  GraphReport report;
  std::map<std::string, int64_t> layers;
  for (const RawTable& raw : project.raw_tables) {
    report.tables.push_back({raw.name, "raw", "", raw.about, 0, {}, ""});
    layers[raw.name] = 0;
  }
  for (const Seed& seed : project.seeds) {
    report.tables.push_back({seed.name, "seed", "", "Rows of " + seed.file + ".", 0, {}, ""});
    layers[seed.name] = 0;
  }
  for (DictionaryTable& table : dictionary.tables) {
    if (table.kind == "raw") continue;
    GraphTable mine{table.table, table.kind, table.group, table.about, 0, std::move(table.reads), ""};
    for (const DictionaryRead& read : mine.reads)
      mine.layer = std::max(mine.layer, layers[read.table] + 1);
    layers[mine.table] = mine.layer;
    report.tables.push_back(std::move(mine));
  }
  for (const LeftOut& out : dictionary.left_out)
    report.tables.push_back({out.name, "public", "", "", 0, {}, out.because});
  return report;
}

}  // namespace backcourt

#include "project/declaration.h"

#include "base/text.h"
#include "project/sql_text.h"

namespace backcourt {

namespace {

// A text of which only it matters whether it is the same.
std::string Mark(const std::string& sql) {
  return sql.empty() ? "" : Hasher().Add(CanonicalSql(sql)).Finish().Hex().substr(0, 12);
}

}  // namespace

Declaration DeclarationOf(const RawTable& table) {
  constexpr const char* kGrains[] = {"date", "season", "whole"};
  std::vector<std::string> columns;
  for (const Column& column : table.columns)
    columns.push_back(column.name + " " + column.type);
  Declaration declaration = {{"columns", Join(columns, ", ")},
                             {"key", Join(table.key, ", ")},
                             {"grain", kGrains[int(table.grain)]},
                             {"date", table.date},
                             {"unit", table.unit},
                             {"unhashed", Join(table.unhashed, ", ")},
                             {"totals", Join(table.totals, ", ")},
                             {"statements", table.statements ? "true" : ""},
                             {"merge", Mark(table.merge)},
                             {"agree", Join(table.agree, ", ")},
                             {"ahead", table.ahead.empty() ? "" : CanonicalSql(table.ahead)}};
  if (!table.lake.empty()) declaration["lake"] = table.lake;
  return declaration;
}

Declaration DeclarationOf(const Model& model) {
  std::vector<std::string> columns, reads;
  for (const auto& [name, about] : model.columns)
    columns.push_back(name);
  for (const Read& read : model.reads) {
    std::vector<std::string> windows;
    for (const Window& window : read.windows)
      windows.push_back(window.Str());
    reads.push_back(read.table + " = " + Join(windows, " and "));
  }
  return {{"SELECT", Mark(model.body)},        {"date", model.date},         {"key", Join(model.key, ", ")},
          {"columns", Join(columns, ", ")},    {"reads", Join(reads, ", ")}, {"functions", model.functions},
          {"rows", Mark(model.expected_rows)}, {"note", Mark(model.note)},   {"empty", model.empty}};
}

const char* KindOf(const Model& model) { return model.view ? "view" : "model"; }

}  // namespace backcourt

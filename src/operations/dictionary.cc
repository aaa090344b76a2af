#include "operations/dictionary.h"

#include <algorithm>

namespace backcourt {

void Describe(Visitor& v, DictionaryRequest&) { v.Struct("DictionaryRequest", "All tables."); }

void Describe(Visitor& v, DictionaryColumn& c) {
  v.Struct("DictionaryColumn", "A column.");
  v.Field("name", c.name, "its name");
  v.Field("type", c.type, "its type; empty of models");
  v.Field("about", c.about, "what it means");
  v.Field("needs", c.needs, "raw tables, or columns of them, without which it is NULL");
}

void Describe(Visitor& v, DictionaryRead& r) {
  v.Struct("DictionaryRead", "An input of a table.");
  v.Field("table", r.table, "the input");
  v.Field("windows", r.windows, "the dates of it that a cell sees");
}

void Describe(Visitor& v, DictionaryTable& t) {
  v.Struct("DictionaryTable", "A table.");
  v.Field("table", t.table, "its name");
  v.Field("kind", t.kind, "public, helper, view or raw");
  v.Field("group", t.group, "the folder of its model; empty of raw tables");
  v.Field("about", t.about, "what a row is");
  v.Field("overlay", t.overlay,
          "of a table of the project's own: `added`, or `replaced` where the pack has one of its name; else "
          "empty");
  v.Field("date", t.date, "its date column; empty where it has none");
  v.Field("key", t.key, "the columns that are unique together");
  v.Field("reads", t.reads, "its inputs");
  v.Field("columns", t.columns, "its columns");
  v.Field("checks", t.checks, "what is checked in every batch");
  v.Field("file", t.file, "the file that makes it");
  v.Field("sql", t.sql, "the SELECT of its model; empty of raw tables");
}

void Describe(Visitor& v, DictionaryReport& r) {
  v.Struct("Dictionary", "The tables and columns of a project.");
  v.Field("tables", r.tables, "inputs first, raw tables last");
  v.Field("left_out", r.left_out,
          "models that are not among them: their files are broken, or what they read is");
}

const char* KindName(const Model& model) { return model.view ? "view" : model.helper ? "helper" : "public"; }

namespace {

DictionaryTable OfModel(const Model& model) {
  DictionaryTable table;
  table.table = model.name;
  table.kind = KindName(model);
  table.group = model.group;
  table.about = model.about;
  table.date = model.date;
  table.key = model.key;
  for (const Read& read : model.reads) {
    DictionaryRead& mine = table.reads.emplace_back();
    mine.table = read.table;
    for (const Window& window : read.windows)
      mine.windows.push_back(window.Str());
  }
  for (const auto& [name, about] : model.columns) {
    DictionaryColumn& column = table.columns.emplace_back();
    column.name = name;
    column.about = about;
    for (const auto& [needs, columns] : model.needs)
      if (std::find(columns.begin(), columns.end(), name) != columns.end()) column.needs.push_back(needs);
  }
  for (const auto& [name, query] : model.checks)
    table.checks.push_back(name);
  table.file = model.file;
  table.sql = model.body;
  return table;
}

DictionaryTable OfRaw(const Project& project, const RawTable& raw) {
  DictionaryTable table;
  table.table = raw.name;
  table.kind = "raw";
  table.about = raw.about;
  table.date = project.DateColumn(raw.name);
  table.key = raw.key;
  table.file = raw.file;
  for (const Column& column : raw.columns)
    table.columns.push_back({column.name, column.type, column.about, {}});
  return table;
}

}  // namespace

Result<DictionaryReport> Dictionary(Workspace& workspace, const DictionaryRequest&, const Cancel&) {
  const Project& project = workspace.project();
  DictionaryReport report;
  for (const Model& model : project.models)
    report.tables.push_back(OfModel(model));
  for (const Overlay& overlay : project.overlays)
    for (DictionaryTable& table : report.tables)
      if (overlay.kind == "model" && table.table == overlay.name)
        table.overlay = overlay.replaces.empty() ? "added" : "replaced";
  for (const RawTable& raw : project.raw_tables)
    report.tables.push_back(OfRaw(project, raw));
  for (const LeftOut& out : project.left_out)
    if (!out.is_check) report.left_out.push_back(out);
  return report;
}

}  // namespace backcourt

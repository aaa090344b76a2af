#include "load/declaration_changes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "ledger/declarations.h"
#include "load/raw_table_sql.h"

namespace backcourt {

namespace {

constexpr const char* kRawEffect =
    "made again from its files at the next load; what reads it is filled again only where its rows or "
    "columns change";
constexpr const char* kModelEffect =
    "all of its cells are filled again; what reads it only where its rows or columns change";

// Parts that are kept as a digest have nothing to show.
bool Shown(const std::string& part) {
  return part != "SELECT" && part != "rows" && part != "note" && part != "merge";
}

void Compare(const std::string& table, const std::string& file, Declaration before, const Declaration& after,
             const char* effect, std::vector<DeclarationChange>& changes) {
  for (const auto& [part, now] : after) {
    if (before[part] == now) continue;
    DeclarationChange change{table, file, part, Shown(part) ? before[part] : "", Shown(part) ? now : "",
                             effect};
    if (part == "functions") {
      std::set<std::string> names = OtherFunctions(before[part], now);
      change.part = "function " + Join({names.begin(), names.end()}, ", ");
      change.before = change.after = "";
    }
    changes.push_back(std::move(change));
  }
}

std::string SourcesNow(const Project& project, const RawTable& table) {
  std::set<std::string> names = {table.lake.empty() ? "canonical " + table.name : LakeSourceOf(table)};
  for (const Source& source : project.sources)
    if (source.table == table.name) names.insert(source.name);
  return Join({names.begin(), names.end()}, ", ");
}

}  // namespace

std::set<std::string> OtherFunctions(const std::string& before, const std::string& after) {
  std::set<std::string> names;
  std::vector<std::string> was = Split(before, ','), is = Split(after, ',');
  auto collect = [&](const std::vector<std::string>& from, const std::vector<std::string>& other) {
    for (const std::string& one : from)
      if (std::none_of(other.begin(), other.end(),
                       [&](const std::string& o) { return Trim(o) == Trim(one); }))
        names.insert(Split(Trim(one), ' ').front());
  };
  collect(was, is);
  collect(is, was);
  names.erase("");
  return names;
}

Result<std::vector<DeclarationChange>> ReadDeclarationChanges(Connection& connection,
                                                              const Project& project) {
  std::vector<DeclarationChange> changes;
  auto declared = TRY(ledger::ReadDeclarations(connection));
  if (declared.empty()) return changes;
  auto other_kind = [&](const std::string& table, const std::string& file, const std::string& kind) {
    auto known = declared.find(table);
    if (known == declared.end() || known->second.kind == kind) return false;
    changes.push_back(
        {table, file, "kind", known->second.kind, kind, "what is stored under the name is removed"});
    return true;
  };
  for (const RawTable& table : project.raw_tables) {
    auto known = declared.find(table.name);
    if (other_kind(table.name, table.file, kRawKind) || known == declared.end()) continue;
    Compare(table.name, table.file, known->second.parts, DeclarationOf(table), kRawEffect, changes);
    Declaration sources{{"sources", SourcesNow(project, table)}};
    Compare(table.name, table.file, known->second.parts, sources,
            "at the next load rows of a source that is gone go to the next one, or leave", changes);
  }
  for (const Model& model : project.models) {
    auto known = declared.find(model.name);
    if (other_kind(model.name, model.file, KindOf(model)) || known == declared.end()) continue;
    Compare(model.name, model.file, known->second.parts, DeclarationOf(model),
            model.view ? "the view is made again" : kModelEffect, changes);
  }
  if (project.seasons.empty()) return changes;
  Rows left = TRY(connection.Query(
      fmt::format(R"sql(
      SELECT season, count(DISTINCT unit) FROM backcourt.units
      WHERE table_name = {schedule} AND season NOT IN ('', {seasons}) GROUP BY 1 ORDER BY 1)sql",
                  fmt::arg("schedule", Quote(project.schedule)),
                  fmt::arg("seasons", QuotedList({project.seasons.begin(), project.seasons.end()})))));
  for (size_t i = 0; i < left.size(); ++i)
    changes.push_back({"", project.lines.Of("project.seasons"), "seasons", left.Text(i, 0), "",
                       fmt::format("{} of it will leave the warehouse at the next load, which asks: --yes",
                                   Counted(left.Int(i, 1), "game"))});
  return changes;
}

}  // namespace backcourt

#include "project/comparison.h"

#include <filesystem>
#include <set>

#include "base/file.h"
#include "project/toml_reader.h"

namespace backcourt {

Result<Comparison> ParseComparison(const std::string& file, const std::string& text) {
  toml::table root = TRY(TomlTable::Parse(file, 1, text));
  TomlTable reader(file, 1, root, "a compare.toml");
  Comparison comparison;
  for (const toml::table* table : reader.Tables("fault")) {
    TomlTable fault(file, 1, *table, "a fault");
    comparison.faults.push_back(
        {fault.Text("about", true), fault.Text("table", true), fault.Text("rows", true)});
    TRY(fault.Finish());
  }
  for (const toml::table* table : reader.Tables("names")) {
    TomlTable names(file, 1, *table, "[[names]]");
    comparison.names.push_back(
        {names.Text("about", true), names.Texts("columns", true), names.Text("names", true)});
    TRY(names.Finish());
  }
  TRY(reader.Finish());
  return comparison;
}

Result<Comparison> ReadComparison(const std::string& pack, const std::string& root) {
  Comparison all;
  for (const std::string& folder : std::set<std::string>{pack, root}) {
    std::string file = (std::filesystem::path(folder) / "compare.toml").string();
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) continue;
    Comparison one = TRY(ParseComparison(file, TRY(ReadFile(file))));
    all.faults.insert(all.faults.end(), one.faults.begin(), one.faults.end());
    all.names.insert(all.names.end(), one.names.begin(), one.names.end());
  }
  return all;
}

}  // namespace backcourt

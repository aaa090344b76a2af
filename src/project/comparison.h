// What a pack knows of other systems' tables: faults that are known, each as the rows that it would give, and
// other names for the same thing. `backcourt compare` explains differences by them.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace backcourt {

struct KnownFault {
  std::string about;  // ends a sentence: "games that he did not play are counted"
  std::string table;
  std::string rows;  // a SELECT of the table's key, and of the columns with the values that the fault gives
};

struct OtherNames {
  std::string about;  // as of a fault
  std::vector<std::string> columns;
  std::string names;  // a SELECT of `theirs` and `ours`
};

struct Comparison {
  std::vector<KnownFault> faults;
  std::vector<OtherNames> names;
};

Result<Comparison> ParseComparison(const std::string& file, const std::string& text);
// compare.toml of the pack, and of the project where that has its own; nothing where there is none.
Result<Comparison> ReadComparison(const std::string& pack, const std::string& root);

}  // namespace backcourt

// A way to pick rows by what a person knows: `show --player "LeBron"`. The pack
// says which columns hold it and how they compare, so the engine knows neither
// players nor teams.
#pragma once

#include <string>
#include <vector>

namespace backcourt {

struct Lookup {
  std::string name;   // of the option: player
  std::string about;  // its line of help
  std::vector<std::string> columns;
  std::string match;  // predicate over {column} and {value}

  // The predicate for a table with these columns: true where one of the lookup's columns matches.
  // "" when the table has none of them.
  std::string Predicate(const std::vector<std::string>& table_columns, const std::string& value) const;
};

}  // namespace backcourt

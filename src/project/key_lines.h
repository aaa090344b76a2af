// Where the keys of a TOML text stand in their file, for what is found wrong
// once it is read.
#pragma once

#include <map>
#include <string>

namespace backcourt {

struct KeyLines {
  std::string file;
  int first = 1;                     // where the text begins
  std::map<std::string, int> lines;  // of a key, and of `table.key`

  // `file:line` of a key; of the beginning for one that is not there.
  std::string Of(const std::string& key) const {
    auto found = lines.find(key);
    return file + ":" + std::to_string(found == lines.end() ? first : found->second);
  }
};

}  // namespace backcourt

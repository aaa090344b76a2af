// Files below the data folder that no feed takes: told by load and doctor, so that none is passed over in
// silence.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "files/finder.h"
#include "load/feed_reader.h"

namespace backcourt {

// Files of one kind: of one folder, alike but for the numbers in their names.
struct UnreadFiles {
  std::string pattern;  // below the data folder, as mine/games/*.json.gz
  std::string example;  // path of one
  int64_t files = 0;
  std::vector<std::string> feeds;  // whose shape the example has
  std::string shape;               // the same in words; of none: that it has the shape of none
};

// All kinds but those of `claimed` paths. Nothing of remote folders.
Result<std::vector<UnreadFiles>> FindUnreadFiles(const Project& project, Finder& finder, FeedReader& reader,
                                                 const std::set<std::string>& claimed);

}  // namespace backcourt

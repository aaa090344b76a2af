// The seasons of files whose paths have no label: from their names, else from what they hold.
#pragma once

#include <vector>

#include "files/finder.h"
#include "load/feed_reader.h"
#include "project/model.h"

namespace backcourt {

// Sets the season of each file that has none, where the feed can tell it. What a
// file holds is read once: that of a file loaded before is known.
Result<> TellSeasons(const Feed& feed, std::vector<FoundFile>& files, Connection& connection,
                     FeedReader& reader, Finder& finder);

}  // namespace backcourt

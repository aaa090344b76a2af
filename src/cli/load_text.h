// A load's report, for `load` and for what runs before a backfill.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/session.h"
#include "run/loader.h"

namespace backcourt {

std::string LoadText(const LoadReport& report);
std::string AbsentText(const std::vector<AbsentFeed>& absent);
nlohmann::json LoadJson(const LoadReport& report);

// Looks for files as they are now; ends when this process is interrupted.
Finder OnlineFinder(const Project& project);
// Feeds without files. Asks no server: what was loaded from one is taken to be there.
Result<std::vector<AbsentFeed>> AbsentFeeds(const Session& session, const View& view);

// Runs the loader on this session's warehouse.
Result<LoadReport> LoadInto(Session& session, const Output& output, bool quiet, const std::vector<std::string>& only);

}  // namespace backcourt

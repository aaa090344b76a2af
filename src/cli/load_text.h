// A load's report, for `load` and for what runs before a backfill.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/session.h"
#include "load/loader.h"

namespace backcourt {

std::string LoadText(const LoadReport& report);
// Feeds without files. No server is asked: of what is remote, files are there that were loaded.
Result<std::vector<AbsentFeed>> AbsentFeeds(const Project& project, const View& view);
std::string AbsentText(const std::vector<AbsentFeed>& absent);
nlohmann::json LoadJson(const LoadReport& report);

// Looks for files as they are now; ends when this process is interrupted.
Finder OnlineFinder(const Project& project);

// Runs the loader on this session's warehouse.
Result<LoadReport> LoadInto(Session& session, const Output& output, bool quiet,
                            const std::vector<std::string>& only);

}  // namespace backcourt

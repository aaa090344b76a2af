// What leaves the machine names no folder of it: files are named as the project names them, others by their
// last part.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "project/file_names.h"

namespace backcourt {

std::string WithoutPaths(const FileNames& names, const std::string& text);
// The same for all texts of a report, an event or a record.
void HidePaths(const FileNames& names, nlohmann::json& json);

}  // namespace backcourt

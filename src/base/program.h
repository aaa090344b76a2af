// Where this program lies; what it brings along lies beside it.
#pragma once

#include <filesystem>

namespace backcourt {

// The folder of the running program's file, links resolved.
std::filesystem::path ProgramFolder();

}  // namespace backcourt

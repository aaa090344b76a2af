// Exit codes, in one place.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "run/runner.h"

namespace backcourt {

int ExitCode(const Error& error);
int ExitCode(const RunReport& report);

// Every code with its meaning, for the help.
std::vector<std::pair<int, std::string>> ExitCodes();

}  // namespace backcourt

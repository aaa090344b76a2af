// A command that goes on in a process of its own when its shell ends.
#pragma once

#include <optional>

#include "base/cancel.h"
#include "base/result.h"
#include "cli/output.h"
#include "project/project.h"

namespace backcourt {

// In the child: nothing, and `output` is a log beside the warehouse from then on. In the parent: the exit
// code, once the child has begun a run, which is told with its number, or has ended; until then what the
// child prints is shown, and a cancel ends the child. The newest logs stay, older ones go.
Result<std::optional<int>> Detach(const Project& project, const Cancel& cancel, Output& output);

}  // namespace backcourt

// The version of the program: what the file VERSION says, and the Python module too.
#pragma once

namespace backcourt {

const char* Version();  // such as "0.2.0"

}  // namespace backcourt

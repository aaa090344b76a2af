// DuckDB as a library beside the program: where it is, and an engine in memory.
#pragma once

#include <memory>
#include <string>

#include "adbc/adbc.h"

namespace backcourt {

// The folder of the engine's library and extensions, beside the program.
std::string LibraryFolder();

// Loads the library, so that a later OpenEngine finds it there. Of any thread.
void PreloadEngine();

// An engine that holds nothing yet; a file is attached to it.
Result<std::unique_ptr<Database>> OpenEngine();

}  // namespace backcourt

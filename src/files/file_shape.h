// What is looked at before the engine reads a file, because it would take it for
// less than it is, or unpack it to the end.
#pragma once

#include <cstddef>

#include "base/result.h"
#include "files/files.h"

namespace backcourt {

// No file of a feed has a longer line, or unpacks to more bytes and more times its size.
inline constexpr size_t kLongestLine = 2'097'152, kUnpacked = 64 << 20, kTimes = 100;

// Refuses a CSV with a line longer than 2 MB: such a line the engine may take for none. A compressed file
// that unpacks to more than 64 MB and 100 times its size, or not to its end. A Parquet file without its
// marks.
Result<> CheckShape(const FoundFile& file);

}  // namespace backcourt

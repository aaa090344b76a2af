// Tables as they are published packed: one CSV in a zip, in a tar.xz or under xz. They are unpacked as a
// stream, a block at a time, and never to more than a file of a feed may have.
#pragma once

#include <string>

#include "base/result.h"

namespace backcourt {

// Whether a path names such a file.
bool IsArchive(const std::string& path);

// Writes the one CSV of an archive to `target`, whole or not at all. An archive that cannot be read, holds no
// CSV or several, a line longer than 2 MB or more than 100 times its size is kSource; the message calls it
// `name`.
Result<> UnpackTable(const std::string& archive, const std::string& name, const std::string& target);

}  // namespace backcourt

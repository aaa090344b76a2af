// Files as they are published packed: a zip, a tar under xz or gzip, one file under xz. An archive stands for
// a table or a document of its name, and all tables and documents in it are read. It is unpacked as a stream,
// a block at a time, and never to more than a file of a feed may have.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace backcourt {

// Whether a path names an archive.
bool IsArchive(const std::string& path);

// The names under which patterns find an archive: bundle_2021.tar.xz stands for bundle_2021.csv and
// bundle_2021.json, bundle_2021.csv.zip for bundle_2021.csv.
std::vector<std::string> NamesOfContents(const std::string& name);

// Writes the tables and documents of an archive below the folder `target`, all or none, under their names in
// the archive. kSource, with the member where it is one's fault: an archive that cannot be read, is cut off
// or encrypted, holds no table or another archive, a member outside of the folder or twice, a line of a table
// longer than 2 MB, or more than 100 times its size. `path` is how messages call the archive.
Result<> Unpack(const std::string& archive, const std::string& path, const std::string& target);

}  // namespace backcourt

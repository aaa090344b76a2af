// Files that are known, though their path or their time is another: those of a project whose folder was
// moved, copied or checked out again. They are not read again.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "files/files.h"
#include "ledger/loads.h"

namespace backcourt {

// Of the files that were loaded, those which are now found elsewhere under the same name, or with another
// time: of one size, and of one time or one content.
Result<std::vector<ledger::MovedFile>> FindMovedFiles(
    const std::map<std::string, std::vector<FoundFile>>& found, const std::vector<ledger::LoadedFile>& loaded,
    const std::vector<ledger::FileContent>& contents);

// The contents of the local files that are found; those that are known already are not read.
Result<std::vector<ledger::FileContent>> LookAtContents(
    const std::map<std::string, std::vector<FoundFile>>& found,
    const std::vector<ledger::FileContent>& known);

}  // namespace backcourt

// A file with the ledger and the raw tables of a warehouse, without the rows of its models.
#pragma once

#include <set>
#include <string>

#include "adbc/adbc.h"

namespace backcourt {

// Makes it, in place of a file of that name; `models` and `whole` as in ledger::CopyLedger.
Result<> WriteLedgerFile(Connection& connection, const std::string& path, const std::set<std::string>& models,
                         const std::set<std::string>& whole);

}  // namespace backcourt

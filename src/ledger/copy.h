// A ledger in another file, for a warehouse whose rows are to be elsewhere.
#pragma once

#include <set>
#include <string>

#include "adbc/adbc.h"

namespace backcourt::ledger {

// Fills an attached file `into` with the ledger of `wh`, but for what it holds of `models`, of history and of
// a lake: that belongs to rows, which stay behind. The tables `whole` go with their rows.
Result<> CopyLedger(Connection& connection, const std::string& into, const std::set<std::string>& models,
                    const std::set<std::string>& whole);

}  // namespace backcourt::ledger

// What a query of another shell may say: one SELECT over the warehouse's own
// tables. It cannot write, nor reach a file, a server or a setting.
#pragma once

#include <string>

#include "adbc/adbc.h"

namespace backcourt {

// REQUIRES: `sql` is what will be run, without a trailing semicolon. Refuses
// (kUsage) everything that is not on its lists: statements but SELECT, table
// functions but those that only count or unnest, tables that are not there
// (the engine takes `x.csv`, also as schema x and table csv, for a file),
// functions that read or change the state of the engine.
Result<> CheckReadOnly(Connection& connection, const std::string& sql);

}  // namespace backcourt

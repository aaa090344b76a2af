// How operations ended that have no run of their own.
#pragma once

#include <string>

#include "ledger/runs.h"
#include "operations/workspace.h"

namespace backcourt {

// Keeps that an operation failed or was interrupted before it had a run, so that `runs` and `status` tell it.
// Not what was asked wrongly, or refused because another process works: that changes nothing and was told.
void KeepFailure(Workspace& workspace, const std::string& command, ledger::RunTime started,
                 const Error& error);
// Keeps that an operation had nothing to do, where the newest of its kind failed: so it is not told any more.
Result<> KeepSuccess(Workspace& workspace, const std::string& command, ledger::RunTime started,
                     const std::string& summary);

// Whether a failure is one that the history keeps.
bool KeepsFailure(const Error& error);
// The outcome of a run that ends by it.
const char* OutcomeOf(const Error& error);

}  // namespace backcourt

#include "operations/history.h"

#include <algorithm>

namespace backcourt {

bool KeepsFailure(const Error& error) {
  return error.kind != ErrorKind::kUsage && error.kind != ErrorKind::kBusy;
}

const char* OutcomeOf(const Error& error) {
  return error.kind == ErrorKind::kInterrupted ? "interrupted" : "failed";
}

void KeepFailure(Workspace& workspace, const std::string& command, ledger::RunTime started,
                 const Error& error) {
  if (!KeepsFailure(error)) return;
  auto keep = [&]() -> Result<> {
    auto connection = TRY(TRY(workspace.Open())->ConnectToLedger());
    return ledger::RecordRun(*connection, command, started, OutcomeOf(error), error.message);
  };
  // What keeps the history from being written is what the operation met too, or comes after it.
  (void)keep();
}

Result<> KeepSuccess(Workspace& workspace, const std::string& command, ledger::RunTime started,
                     const std::string& summary) {
  auto connection = TRY(TRY(workspace.Open())->ConnectToLedger());
  std::vector<ledger::Run> failed = TRY(ledger::ReadFailedRuns(*connection));
  bool told = std::any_of(failed.begin(), failed.end(), [&](const ledger::Run& run) {
    return (run.command == "load") == (command == "load");
  });
  return told ? ledger::RecordRun(*connection, command, started, "done", summary) : Result<>();
}

}  // namespace backcourt

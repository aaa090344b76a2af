#include "operations/aside.h"

#include <fmt/format.h>

#include <filesystem>

#include "operations/as_of.h"

namespace backcourt {

namespace {

// The files that a warehouse may consist of.
constexpr const char* kParts[] = {"", ".wal"};

}  // namespace

Result<std::unique_ptr<Aside>> Aside::Make(Workspace& workspace,
                                           const std::function<void(Project&)>& change) {
  Project project = workspace.project();
  TRY(CheckHasHistory(project));
  std::string from = project.warehouse;
  // What is in the log goes into the file.
  TRY(TRY(TRY(workspace.Open())->ConnectToLedger())->ExecuteAlone("CHECKPOINT wh"));
  std::unique_ptr<Aside> aside(new Aside());
  aside->path_ = project.warehouse = from + ".aside";
  std::error_code failed;
  for (const char* part : kParts)
    std::filesystem::remove(aside->path_ + part, failed);  // of one that died
  if (!std::filesystem::copy_file(from, aside->path_, failed))
    return Error{ErrorKind::kBusy, fmt::format("{} cannot be copied: {}", from, failed.message()),
                 "as much free space beside it as it takes"};
  project.publish_folder.clear();
  project.bigquery.after_backfill = false;
  project.keep_history.reset();
  if (change) change(project);
  aside->workspace_ = std::make_unique<Workspace>(std::move(project), "");
  return aside;
}

Aside::~Aside() {
  workspace_.reset();
  std::error_code ignored;
  for (const char* part : kParts)
    std::filesystem::remove(path_ + part, ignored);
  std::filesystem::remove_all(path_ + ".tmp", ignored);
}

Result<> Aside::Add(int64_t run, Trial& trial) {
  auto connection = TRY(TRY(workspace_->Open())->ConnectToLedger());
  for (TableChanges& changes :
       TRY(ReadTableChanges(workspace_->project(), *connection, run, {}, trial.examples)))
    trial.changes.push_back(std::move(changes));
  for (ledger::RunFailure& failure : TRY(ledger::ReadRunFailures(*connection, run)))
    trial.failures.push_back(std::move(failure));
  return {};
}

Result<> Aside::Fill(const WorkSelection& selection, const Cancel& cancel, Trial& trial) {
  BackfillRequest request;
  request.selection = selection;
  request.no_load = true;
  BackfillReport report = TRY(Backfill(*workspace_, request, cancel, [](const Event&) {}));
  return report.run ? Add(*report.run, trial) : Result<>();
}

}  // namespace backcourt

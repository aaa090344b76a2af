#include "operations/forget.h"

namespace backcourt {

void Describe(Visitor& v, ForgetRequest& r) {
  v.Struct("ForgetRequest", "Which file to forget.");
  v.Field("path", r.path, "A file that was loaded, and is gone.",
          {.metavar = "FILE", .positional = true, .required = true, .path = true});
}

Result<LoadReport> Forget(Workspace& workspace, const ForgetRequest& request, const Cancel& cancel,
                          const Events& events) {
  if (!workspace.project().base_problems.empty()) return ErrorOf(workspace.project().base_problems);
  auto activity = TRY(workspace.activities().Begin("forget", ToJson(request), true, cancel, events));
  auto connection = TRY(TRY(workspace.Open())->Connect());
  Finder finder(workspace.project(), [&cancel] { return cancel.Requested(); });
  Loader loader(workspace.project(), *connection, std::move(finder),
                [&](const std::string& line) { activity->Tell(LoadStep{line}); });
  auto bench = TRY(workspace.Open())->OpenOn(*connection);
  loader.ReadLakeBy(*bench);
  Watch watch = CancelWhen(*connection, *bench, cancel);
  return loader.Forget(request.path);
}

}  // namespace backcourt

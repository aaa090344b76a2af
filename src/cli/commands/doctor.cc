#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/exit_code.h"

namespace backcourt {

namespace {

struct DoctorView {
  bool json = false, all = false;
};
void Describe(Visitor& v, DoctorView& view) {
  v.Struct("DoctorView", "");
  v.Field("all", view.all, "Also where files of each feed are looked for.");
  v.Field("json", view.json, "The findings as JSON.");
}

bool IsFeed(const Finding& finding) { return finding.what.starts_with("feed "); }

Result<int> RunDoctor(Caller& caller, const DoctorRequest& request, const DoctorView& view,
                      const Output& output) {
  DoctorReport findings = TRY(caller.Ask("doctor", Doctor, request));
  std::string text;
  int64_t absent = 0;
  for (const Finding& finding : findings) {
    if (!view.all && finding.level == "absent" && IsFeed(finding)) {
      ++absent;
      continue;
    }
    text += fmt::format("{:<7} {}\n", finding.level, finding.what);
    if (!finding.hint.empty()) text += fmt::format("        Try: {}\n", finding.hint);
  }
  if (absent)
    text += fmt::format("absent  {} without files: --all shows where they are looked for\n",
                        Counted(absent, "feed"));
  if (view.json)
    output.Out(ToJson(findings).dump(2) + "\n");
  else
    output.Say(text);
  return ExitCode(findings);
}

}  // namespace

Command DoctorCommand() { return MakeCommand("doctor", RunDoctor); }

}  // namespace backcourt

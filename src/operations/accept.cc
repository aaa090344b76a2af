#include "operations/accept.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "operations/check.h"
#include "project/config.h"

namespace backcourt {

void Describe(Visitor& v, AcceptRequest& r) {
  v.Struct("AcceptRequest", "Which gap to accept, and why.");
  v.Field("guard", r.guard, "The guard of `check` that finds it.",
          {.metavar = "GUARD", .positional = true, .required = true});
  v.Field("subject", r.subject, "The game, or the date.",
          {.metavar = "SUBJECT", .positional = true, .required = true});
  v.Field("reason", r.reason, "Why it stays as it is.", {.metavar = "TEXT", .required = true});
}

void Describe(Visitor& v, AcceptReport& r) {
  v.Struct("AcceptReport", "What was written into backcourt.toml.");
  v.Field("file", r.file, "the file");
  v.Field("line", r.line, "the line");
}

namespace {

std::string TomlKey(const std::string& key) {
  bool bare = !key.empty() && key.find_first_not_of(
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789_-") == std::string::npos;
  return bare ? key : TomlText(key);
}

}  // namespace

std::string WithAccepted(const std::string& text, const std::string& guard, const std::string& line) {
  std::string header = fmt::format("[accepted.{}]", TomlKey(guard));
  for (size_t at = text.find(header); at != std::string::npos; at = text.find(header, at + 1)) {
    if (at > 0 && text[at - 1] != '\n') continue;
    size_t end = text.find('\n', at);
    if (end == std::string::npos) return text + "\n" + line + "\n";
    return text.substr(0, end + 1) + line + "\n" + text.substr(end + 1);
  }
  bool ended = text.empty() || text.back() == '\n';
  return fmt::format("{}{}\n{}\n{}\n", text, ended ? "" : "\n", header, line);
}

Result<AcceptReport> Accept(Workspace& workspace, const AcceptRequest& request, const Cancel& cancel) {
  if (Trim(request.reason).empty())
    return Error{ErrorKind::kUsage, "a gap is accepted with a reason", "--reason \"...\""};
  const Project& project = workspace.project();
  for (const Accepted& one : project.accepted)
    if (one.guard == request.guard && one.subject == request.subject)
      return Error{ErrorKind::kUsage,
                   fmt::format("{} of {} is accepted already, at {}: {}", request.subject, request.guard,
                               one.place, one.reason),
                   "edit that line"};
  CheckAnswer answer = TRY(Check(workspace, {}, cancel));
  Accepted accepted{request.guard, request.subject, request.reason, ""};
  if (std::none_of(answer.check.gaps.begin(), answer.check.gaps.end(),
                   [&](const Gap& gap) { return Accepts(accepted, gap); }))
    return Error{ErrorKind::kUsage, fmt::format("`check` finds no {} of {}", request.subject, request.guard),
                 "`backcourt check` lists the gaps: guard, and game or date"};
  AcceptReport report;
  report.file = (std::filesystem::path(project.root) / "backcourt.toml").string();
  report.line = fmt::format("{} = {}", TomlKey(request.subject), TomlText(Trim(request.reason)));
  std::string text = WithAccepted(TRY(ReadFile(report.file)), request.guard, report.line);
  TRY(ParseConfig(report.file, text));  // what is written must be readable
  TRY(WriteFile(report.file, text));
  return report;
}

}  // namespace backcourt

#include "cli/exit_code.h"

#include <algorithm>

namespace backcourt {

int ExitCode(const Error& error) {
  switch (error.kind) {
    case ErrorKind::kUsage:
      return 1;
    case ErrorKind::kData:
    case ErrorKind::kModel:
    case ErrorKind::kProof:
    case ErrorKind::kCapacity:
    case ErrorKind::kTransient:
      return 2;
    case ErrorKind::kSource:
      return 4;
    case ErrorKind::kBusy:
      return 5;
    case ErrorKind::kInterrupted:
      return 130;
  }
  return 1;
}

int ExitCode(const BackfillReport& report) {
  if (report.outcome == OutcomeName(Outcome::kInterrupted) ||
      report.outcome == OutcomeName(Outcome::kStopped))
    return 130;
  if (report.failed) return 2;
  return report.blocked || report.not_tried ? 3 : 0;
}

int ExitCode(const CheckAnswer& report) {
  if (!report.check.gaps.empty()) return 2;
  return report.check.left_out.empty() ? 0 : 1;
}

int ExitCode(const VerifyReport& report) {
  return report.replay.mismatches.empty() && !(report.raw && report.raw->differing) ? 0 : 2;
}

int ExitCode(const ExportReport& report) { return report.left_out.empty() ? 0 : 1; }

int ExitCode(const CompareReport& report) { return report.equal ? 0 : 2; }

int ExitCode(const ModelTestReport& report) { return report.failed ? 2 : 0; }

int ExitCode(const BundleReplay& report) { return report.same ? 0 : 2; }

int ExitCode(const LintReport& report) { return report.problems.empty() ? 0 : 1; }

int ExitCode(const PlanReport& report) {
  return !report.problems.empty() ? 1 : report.trial.failures.empty() ? 0 : 2;
}

int ExitCode(const DiffReport& report) { return report.failures.empty() ? 0 : 2; }

int ExitCode(const DoctorReport& report) {
  int code = 0;
  for (const Finding& finding : report) {
    if (finding.level != "error") continue;
    bool source = finding.kind == ErrorKindName(ErrorKind::kSource);
    bool busy = finding.kind == ErrorKindName(ErrorKind::kBusy);
    code = std::max(code, source ? 4 : busy ? 5 : 1);
  }
  return code;
}

std::vector<std::pair<int, std::string>> ExitCodes() {
  return {
      {0, "all that was asked for is fresh, empty or partial (partial is said)"},
      {1, "the command line or the configuration is wrong"},
      {2,
       "cells or tests failed, cells differ from their replay, tables from those compared, or something that "
       "should be there is not"},
      {3, "cells are blocked by inputs that are not filled"},
      {4, "a source cannot be read, or holds what does not parse"},
      {5, "the warehouse is busy, not reachable, or not one"},
      {130, "interrupted or stopped before the end"}};
}

int ExitCode(const DailyReport& report) {
  return report.outcome == "red" ? 2 : report.fill && report.fill->outcome == "interrupted" ? 130 : 0;
}

namespace {

template <typename Report>
int CodeAs(const nlohmann::json& report) {
  auto read = FromJson<Report>(report);
  return read ? ExitCode(*read) : 0;
}

}  // namespace

int ExitCodeOf(const std::string& verb, const Result<nlohmann::json>& end) {
  if (!end) return ExitCode(end.error());
  if (verb == "backfill") return CodeAs<BackfillReport>(*end);
  if (verb == "daily") return CodeAs<DailyReport>(*end);
  if (verb == "verify") return CodeAs<VerifyReport>(*end);
  if (verb == "load" && !end->value("useless", nlohmann::json::array()).empty())
    return ExitCode(Error{ErrorKind::kSource, "", ""});
  return 0;
}

}  // namespace backcourt

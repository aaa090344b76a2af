// Exit codes, in one place.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "operations/registry.h"

namespace backcourt {

int ExitCode(const Error& error);
// Of a command whose verb ended so.
int ExitCodeOf(const std::string& verb, const Result<nlohmann::json>& end);
int ExitCode(const BackfillReport& report);
int ExitCode(const CheckAnswer& report);
int ExitCode(const VerifyReport& report);
int ExitCode(const ExportReport& report);
int ExitCode(const CompareReport& report);
int ExitCode(const LintReport& report);
int ExitCode(const PlanReport& report);
int ExitCode(const DiffReport& report);
int ExitCode(const DoctorReport& report);
int ExitCode(const DailyReport& report);
int ExitCode(const ModelTestReport& report);
int ExitCode(const BundleReplay& report);

// Each code with its meaning, for the help.
std::vector<std::pair<int, std::string>> ExitCodes();

}  // namespace backcourt

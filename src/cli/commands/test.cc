#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/exit_code.h"

namespace backcourt {

namespace {

Result<int> RunTest(Caller& caller, const TestRequest& request, const JsonView& view, const Output& output) {
  ModelTestReport report = TRY(caller.Ask("test", TestModels, request));
  if (view.json) {
    output.Out(ToJson(report).dump(2) + "\n");
    return ExitCode(report);
  }
  std::string text;
  for (const ModelTestFailure& failure : report.failures)
    text += fmt::format("FAILED {}{}{}\n", failure.model.empty() ? "" : failure.model + " ",
                        failure.test.empty() ? "" : fmt::format("\"{}\": ", failure.test),
                        failure.expected.empty()
                            ? fmt::format("{}:{}: {}", failure.file, failure.line, failure.Text())
                            : failure.Text());
  if (!report.untested.empty()) text += "without tests: " + Join(report.untested, ", ") + "\n";
  text += fmt::format("{} of {} in {}: {}\n", Counted(report.tests, "test"), Counted(report.models, "model"),
                      Seconds(report.seconds),
                      report.failed ? fmt::format("{} FAILED", report.failed) : "all passed");
  output.Out(text);
  return ExitCode(report);
}

}  // namespace

Command TestCommand() { return MakeCommand("test", RunTest); }

}  // namespace backcourt

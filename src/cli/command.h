// A command: a verb of the registry, how its report is shown, and the text of it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/text.h"
#include "cli/caller.h"
#include "cli/output.h"
#include "operations/json.h"

namespace backcourt {

struct Command {
  const Verb* verb = nullptr;
  Schema view;  // options that only concern how the report is shown
  // Asks, prints, and returns the exit code.
  std::function<Result<int>(Caller&, const nlohmann::json& request, const nlohmann::json& view,
                            const Output&)>
      run;
};

template <typename Request, typename View>
Command MakeCommand(const char* verb,
                    Result<int> (*run)(Caller&, const Request&, const View&, const Output&)) {
  return {FindVerb(verb), SchemaOf<View>(),
          [run](Caller& caller, const nlohmann::json& request, const nlohmann::json& view,
                const Output& output) -> Result<int> {
            return run(caller, TRY(FromJson<Request>(request)), TRY(FromJson<View>(view)), output);
          }};
}

// One a verb, in the order of the registry.
const std::vector<Command>& Commands();

// The view of a command that has nothing but --json.
struct JsonView {
  bool json = false;
};
void Describe(Visitor& v, JsonView& view);

// Of one that shows values, which may have many digits.
struct ValuesView {
  bool json = false, full = false;
  // As a person reads it, unless it is to be exact.
  std::string Text(const std::string& text) const { return full ? text : ReadableNumbers(text); }
};
void Describe(Visitor& v, ValuesView& view);

Command NewCommand();
Command LoadCommand();
Command ForgetCommand();
Command DropCommand();
Command MigrateCommand();
Command DatesCommand();
Command PlanCommand();
Command BackfillCommand();
Command StatusCommand();
Command CellsCommand();
Command CellCommand();
Command WhyCommand();
Command RunsCommand();
Command DiffCommand();
Command ShowCommand();
Command QueryCommand();
Command StopCommand();
Command ServeCommand();
Command DailyCommand();
Command MetricsCommand();
Command CheckCommand();
Command AcceptCommand();
Command VerifyCommand();
Command BundleCommand();
Command ReplayCommand();
Command CompareCommand();
Command ExportCommand();
Command PublishCommand();
Command TestCommand();
Command LintCommand();
Command DocsCommand();
Command GraphCommand();
Command FilesCommand();
Command DoctorCommand();

}  // namespace backcourt

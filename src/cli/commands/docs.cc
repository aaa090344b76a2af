#include <fmt/format.h>

#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/documents.h"
#include "cli/options.h"

namespace backcourt {

namespace {

struct DocsView {
  std::string part = "dictionary", output;
};
void Describe(Visitor& v, DocsView& view) {
  v.Struct("DocsView", "");
  v.Field("part", view.part,
          "dictionary, graph, commands, json, api, python or completion (default: dictionary).",
          {.metavar = "PART",
           .positional = true,
           .choices = {"dictionary", "graph", "commands", "json", "api", "python", "completion"}});
  v.Field("output", view.output,
          "Write data-dictionary.md, graph.md, commands.md, json-output.md and api.md into this folder.",
          {.metavar = "DIR", .path = true});
}

Result<int> RunDocs(Caller& caller, const DictionaryRequest& request, const DocsView& view,
                    const Output& output) {
  DictionaryReport dictionary = TRY(caller.Ask("docs", Dictionary, request));
  if (view.output.empty()) {
    if (view.part == "graph")
      output.Out(GraphPage(dictionary));
    else if (view.part == "commands")
      output.Out(CommandReference());
    else if (view.part == "json")
      output.Out(JsonOutputPage());
    else if (view.part == "api")
      output.Out(ApiPage());
    else if (view.part == "python")
      output.Out(PythonTypes());
    else
      output.Out(DictionaryPage(dictionary));
    return 0;
  }
  std::filesystem::path folder = view.output;
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  TRY(WriteFile((folder / "data-dictionary.md").string(), DictionaryPage(dictionary)));
  TRY(WriteFile((folder / "graph.md").string(), GraphPage(dictionary)));
  TRY(WriteFile((folder / "commands.md").string(), CommandReference()));
  TRY(WriteFile((folder / "json-output.md").string(), JsonOutputPage()));
  TRY(WriteFile((folder / "api.md").string(), ApiPage()));
  output.Out(fmt::format("written to {}\n", folder.string()));
  return 0;
}

}  // namespace

Command DocsCommand() { return MakeCommand("docs", RunDocs); }

}  // namespace backcourt

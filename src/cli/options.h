// The command line: words to requests, and the texts about it. All of it is made
// from the registry of verbs and the views of the commands.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"

namespace backcourt {

struct Invocation {
  const Command* command = nullptr;
  std::string project;           // --project; empty: found from the working folder
  nlohmann::json request, view;  // what the command was given; keys that were not given are not there
  std::string text;              // set: this is to be printed, and nothing to be done
};

// An unknown command or option is an error that names the nearest one. Paths
// count from the working folder.
Result<Invocation> ParseWords(const std::vector<std::string>& words);

// The command reference, in Markdown.
std::string CommandReference();
// A completion script for bash.
std::string Completion();

}  // namespace backcourt

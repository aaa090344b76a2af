// The command line: every command with its options, help and example.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace backcourt {

struct Arguments {
  std::string command;
  std::string project;             // --project; empty: found from the working folder
  std::vector<std::string> words;  // positional
  std::string start_date, end_date, as_of, dates, season, types, table, date, player, team;
  std::string plan_file, save, format, output, folder;  // `save`, `output` and `folder` are absolute paths
  std::vector<std::string> allow_missing;
  int parallel = 0, sample = 0, limit = 0;
  double interval = 2;
  bool json = false, markdown = false, watch = false, no_upstream = false, force = false, dry_run = false,
       no_load = false;
  bool detach = false, all = false, log = false, raw = false, csv = false, oldest_first = false;
  bool help = false;  // the text is in `help_text`
  std::string help_text;
};

// An unknown command or option is an error that names the nearest one. Paths
// count from the working folder, or from that of `--from` before the command.
Result<Arguments> ParseArguments(const std::vector<std::string>& words);

// The command reference, in Markdown.
std::string CommandReference();
// A completion script for bash.
std::string Completion();

}  // namespace backcourt

#include "cli/arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>

#include "base/text.h"
#include "cli/exit_code.h"

namespace backcourt {

namespace {

struct Command {
  const char* name;
  const char* about;
  const char* details;
  const char* example;
};

constexpr const char* kSelectionHelp =
    "Tables are models; without one, all. Dates are game dates; without a choice (or with the word `all`), all there are.";

constexpr Command kCommands[] = {
    {"load", "Bring raw tables up to the files: new, changed and gone rows, a season at a time.",
     "Sources run over files that are new or changed since the last load. Nothing is loaded unless all of it can be. With PATH, the sources of these files run again in any case.",
     "backcourt load"},
    {"dates", "The game dates of a range: games a date, off-days skipped.",
     "Kinds of games: regular, play_in, playoffs, cup_final unless --types says otherwise. With --as-of, as the schedule stood then.",
     "backcourt dates --start-date 2021-11-15 --end-date 2021-11-30"},
    {"plan", "What a backfill would do, and why each cell is in it.", kSelectionHelp,
     "backcourt plan --season 2021-22"},
    {"backfill", "Fill what is missing or stale, inputs first; loads first what changed.", kSelectionHelp,
     "backcourt backfill player_game_summary --start-date 2021-11-15 --end-date 2021-11-30"},
    {"status", "Tables by months: how many game dates are done, what runs now, what to do next.",
     "Raw tables, absent feeds and failures stand below the tables.", "backcourt status --season 2021-22"},
    {"why", "Why a cell is as it is: the chain from it to the file and load that changed a raw cell.", "",
     "backcourt why ml_feature_store_v2 2021-12-02"},
    {"runs", "The history of runs; with an id, its batches, failures and log.", "", "backcourt runs 3"},
    {"show", "Rows of a table, readable.", "", "backcourt show player_game_summary --date 2021-12-01 --player curry"},
    {"query", "Run one read-only SQL query on the warehouse.", "",
     "backcourt query \"SELECT team_abbr, avg(pace) FROM team_offense_game_summary GROUP BY 1 ORDER BY 2 DESC LIMIT 5\""},
    {"stop", "End a run of another shell after its running batches.", "", "backcourt stop"},
    {"verify", "Recompute cells alone, from only what their windows hold, and compare with what is stored.",
     "Each cell is replayed in fresh tables that hold only the rows of its declared windows. Without --all, a sample spread over tables and dates.",
     "backcourt verify --sample 50"},
    {"export", "Write tables as Parquet (or CSV), partitioned by season, with a manifest.",
     "Without a table, the public tables. Each table's folder is replaced at once.", "backcourt export out --raw"},
    {"docs", "The data dictionary, the graph and the command reference, from the headers.", "",
     "backcourt docs --output docs"},
    {"doctor", "Configuration, warehouse, engine and feeds: what is wrong, and what to do.", "", "backcourt doctor"},
};

const std::map<std::string, std::string> kEarlierFlags = {
    {"--no-resume", "here it is `--force`: also what is fresh"},
    {"--skip-preflight", "it is not needed: dependencies are a cell's own; see `--allow-missing`"},
    {"--backfill-mode", "it is not needed: there is one way to fill"},
    {"--workers", "here it is `--parallel`"},
};

// Adds all commands to `app`, bound to `a`.
void Build(CLI::App& app, Arguments& a) {
  app.require_subcommand(0, 1);
  app.set_help_flag();
  for (const Command& command : kCommands) {
    CLI::App* sub = app.add_subcommand(command.name, command.about);
    sub->set_help_flag("-h,--help", "This text.");
    std::string name = command.name;
    auto is = [&](std::initializer_list<const char*> names) { return std::find(names.begin(), names.end(), name) != names.end(); };
    sub->footer(fmt::format("{}{}Example:\n  {}", command.details, *command.details ? "\n\n" : "", command.example));
    sub->add_option("--project", a.project, "Folder of backcourt.toml (default: the nearest one at or above the working folder).")->type_name("DIR");
    auto json = [&](const char* what) { sub->add_flag("--json", a.json, what); };
    if (is({"plan", "backfill", "dates"})) {
      sub->add_option("--start-date", a.start_date, "First calendar date of a range.")->type_name("DATE");
      sub->add_option("--end-date", a.end_date, "Last calendar date of a range.")->type_name("DATE");
      sub->add_option("--season", a.season, "All game dates of a season, as 2021-22.")->type_name("SEASON");
    }
    if (is({"plan", "backfill"})) {
      sub->add_option("TABLE", a.words, "Tables, or the word `all`.");
      sub->add_option("--dates", a.dates, "Single dates: A,B,...")->type_name("DATES");
      sub->add_flag("--no-upstream", a.no_upstream, "Leave inputs as they are; cells whose inputs are not filled are blocked.");
      sub->add_flag("--force", a.force, "Also the selected cells that are fresh.");
      sub->add_option("--allow-missing", a.allow_missing, "Let cells run over this input although it is failed, blocked or missing: TABLE or TABLE:DATE. Recorded on the cells.")->type_name("INPUT");
      sub->add_flag("--no-load", a.no_load, "Do not look at the files first.");
    }
    if (is({"plan"})) {
      sub->add_option("--save", a.save, "Write the plan to a file, for `backfill --plan`.")->type_name("FILE");
      json("The plan as JSON.");
    }
    if (is({"backfill"})) {
      sub->add_option("--parallel", a.parallel, "Batches side by side (default: the number of cores).")->type_name("N")->check(CLI::Range(1, 64));
      sub->add_option("--plan", a.plan_file, "Run exactly this saved plan, or refuse if the warehouse has moved on.")->type_name("FILE");
      sub->add_flag("--dry-run", a.dry_run, "Print the plan and stop.");
      sub->add_flag("--detach", a.detach, "Outlive this shell; the log is shown by `runs ID --log`.");
      json("Progress as events, one JSON object a line.");
    }
    if (is({"load"})) {
      sub->add_option("PATH", a.words, "Files whose sources run again.");
      json("The report as JSON.");
    }
    if (is({"dates"})) {
      sub->add_option("--types", a.types, "Kinds of games, comma-separated: regular, play_in, playoffs, cup_final, preseason, all_star.")->type_name("TYPES");
      sub->add_option("--as-of", a.as_of, "What the schedule's snapshots told up to the end of this date (US Eastern).")->type_name("DATE");
      json("The dates as JSON.");
    }
    if (is({"status"})) {
      sub->add_option("--season", a.season, "Only this season, as 2021-22.")->type_name("SEASON");
      sub->add_flag("--watch", a.watch, "Print again every few seconds until nothing runs.");
      sub->add_option("--interval", a.interval, "Seconds between two prints of --watch.")->type_name("SECONDS")->check(CLI::Range(0.1, 3600.0));
      sub->add_flag("--markdown", a.markdown, "A handoff page to paste.");
      json("The state as JSON.");
    }
    if (is({"why"})) {
      sub->add_option("WORDS", a.words, "TABLE DATE")->expected(2)->required();
      json("The chain as JSON.");
    }
    if (is({"runs"})) {
      sub->add_option("ID", a.words, "A run's number.");
      sub->add_flag("--log", a.log, "What a detached run printed.");
      json("The history as JSON.");
    }
    if (is({"show"})) {
      sub->add_option("TABLE", a.words, "A table.")->expected(1)->required();
      sub->add_option("--date", a.date, "Rows of this date.")->type_name("DATE");
      sub->add_option("--player", a.player, "Rows of players whose name holds this, or of this id.")->type_name("NAME");
      sub->add_option("--team", a.team, "Rows of this team.")->type_name("ABBR");
    }
    if (is({"query"})) sub->add_option("SQL", a.words, "One SELECT.")->expected(1)->required();
    if (is({"show", "query"})) {
      sub->add_option("--format", a.format, "table, csv, json (one object a line) or parquet (needs --output).")->type_name("FORMAT");
      sub->add_option("--output", a.output, "Write to this file instead.")->type_name("FILE");
      sub->add_option("--limit", a.limit, "At most so many rows (default of the table format: 200).")->type_name("N")->check(CLI::Range(1, 1000000000));
    }
    if (is({"verify"})) {
      sub->add_option("TABLE", a.words, "Tables to verify (default: all).");
      sub->add_option("--sample", a.sample, "So many cells (default: 100).")->type_name("N")->check(CLI::Range(1, 1000000));
      sub->add_flag("--all", a.all, "Every cell.");
      sub->add_option("--season", a.season, "Only cells of this season.")->type_name("SEASON");
      sub->add_option("--parallel", a.parallel, "Replays side by side (default: the number of cores).")->type_name("N")->check(CLI::Range(1, 64));
      json("The report as JSON.");
    }
    if (is({"export"})) {
      sub->add_option("DIR", a.words, "DIR [TABLE...]")->required();
      sub->add_flag("--raw", a.raw, "The raw tables too.");
      sub->add_flag("--csv", a.csv, "CSV instead of Parquet.");
      json("The manifest as JSON.");
    }
    if (is({"docs"})) {
      sub->add_option("PART", a.words, "dictionary, graph, commands or completion (default: the dictionary).");
      sub->add_option("--output", a.output, "Write data-dictionary.md, graph.md and commands.md into this folder.")->type_name("DIR");
    }
    if (is({"doctor"})) json("The findings as JSON.");
  }
}

std::vector<std::string> OptionNames(const CLI::App* sub) {
  std::vector<std::string> names;
  for (const CLI::Option* option : sub->get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

std::string Overview() {
  std::string text = "backcourt keeps a warehouse of NBA tables complete, correct and safe in time.\n\nUsage: backcourt COMMAND [OPTIONS]\n\nCommands:\n";
  for (const Command& command : kCommands) text += fmt::format("  {:<10} {}\n", command.name, command.about);
  text += "\nExample:\n  backcourt backfill all && backcourt status\n\nEvery command explains itself: backcourt COMMAND --help\n\nExit codes:\n";
  for (const auto& [code, meaning] : ExitCodes()) text += fmt::format("  {:>3}  {}\n", code, meaning);
  return text;
}

}  // namespace

Result<Arguments> ParseArguments(const std::vector<std::string>& words) {
  Arguments a;
  std::vector<std::string> commands;
  for (const Command& command : kCommands) commands.push_back(command.name);
  std::vector<std::string> rest = words;
  std::string project;  // --project may stand before the command
  while (rest.size() >= 2 && rest[0] == "--project") {
    project = rest[1];
    rest.erase(rest.begin(), rest.begin() + 2);
  }
  if (rest.empty() || rest[0] == "--help" || rest[0] == "-h" || rest[0] == "help") {
    a.help = true;
    a.help_text = Overview();
    return a;
  }
  if (std::find(commands.begin(), commands.end(), rest[0]) == commands.end())
    return Error{ErrorKind::kUsage, fmt::format("'{}' is no command", rest[0]), fmt::format("`backcourt {}`; `backcourt --help` lists all", Nearest(rest[0], commands))};
  CLI::App app("", "backcourt");
  Build(app, a);
  a.command = rest[0];
  CLI::App* sub = app.get_subcommand(a.command);
  try {
    app.parse(std::vector<std::string>(rest.rbegin(), rest.rend()));
  } catch (const CLI::CallForHelp&) {
    a.help = true;
    a.help_text = sub->help();
    return a;
  } catch (const CLI::ExtrasError&) {
    std::string extra;
    for (const std::string& word : app.remaining(true))
      if (extra.empty()) extra = word;
    std::string name = extra.substr(0, extra.find('='));
    if (auto earlier = kEarlierFlags.find(name); earlier != kEarlierFlags.end())
      return Error{ErrorKind::kUsage, fmt::format("{} was an option of the earlier system; {}", name, earlier->second), fmt::format("`backcourt {} --help`", a.command)};
    if (extra.starts_with("-"))
      return Error{ErrorKind::kUsage, fmt::format("`backcourt {}` has no option {}", a.command, name), Nearest(name, OptionNames(sub))};
    return Error{ErrorKind::kUsage, fmt::format("`backcourt {}` takes no '{}'", a.command, extra), fmt::format("`backcourt {} --help`", a.command)};
  } catch (const CLI::ParseError& error) {
    return Error{ErrorKind::kUsage, error.what(), fmt::format("`backcourt {} --help`", a.command)};
  }
  if (a.project.empty()) a.project = project;
  return a;
}

std::string CommandReference() {
  std::string text = "# Commands\n\nMade by `backcourt docs` from the program's own help.\n\n```\n" + Overview() + "```\n";
  Arguments ignored;
  CLI::App app("", "backcourt");
  Build(app, ignored);
  for (const Command& command : kCommands) text += fmt::format("\n## {}\n\n```\n{}```\n", command.name, app.get_subcommand(command.name)->help("backcourt"));
  return text;
}

std::string Completion() {
  Arguments ignored;
  CLI::App app("", "backcourt");
  Build(app, ignored);
  std::vector<std::string> commands;
  std::string cases;
  for (const Command& command : kCommands) {
    commands.push_back(command.name);
    cases += fmt::format("    {}) words=\"{}\" ;;\n", command.name, Join(OptionNames(app.get_subcommand(command.name)), " "));
  }
  return fmt::format(
      "_backcourt() {{\n  local words=\"{}\"\n  case \"${{COMP_WORDS[1]}}\" in\n{}  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"${{COMP_WORDS[COMP_CWORD]}}\"))\n}}\ncomplete -F _backcourt backcourt\n",
      Join(commands, " "), cases);
}

}  // namespace backcourt

#include "cli/arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
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

constexpr Command kCommands[] = {
    {"load", "Bring the raw tables up to the files: what is new, changed and gone.",
     "Files are found by the patterns of the feeds below the [data] folder of backcourt.toml; `backcourt "
     "doctor`\n"
     "lists them with what matches. Only those that are new or changed since the last load are read; with "
     "PATH,\n"
     "these are read in any case. A load is done whole or not at all: a wrong value is told with file, row "
     "and\n"
     "column, and everything stays as it was. `backfill` loads first by itself.",
     "backcourt load"},
    {"dates", "The game dates of a range: games a date, off-days skipped.",
     "Without a range or a season, all dates of the schedule. Kinds of games are regular, play_in, playoffs "
     "and\n"
     "cup_final, unless --types says otherwise. With --as-of, the schedule as it stood then.",
     "backcourt dates --start-date 2021-11-15 --end-date 2021-11-30"},
    {"plan", "What a backfill would do, and why each cell is in it. Changes nothing.",
     "Without TABLE, all tables but the raw ones; without a choice of dates, all game dates. Inputs are in "
     "the plan\n"
     "too, where they must be filled first. A cell is `missing` (never filled), `stale` (an input or the "
     "table's own\n"
     "text has changed) or `may change` (it stands behind a stale one, and is filled only if that comes out\n"
     "otherwise). The files are not looked at: `backcourt load` first shows what new ones bring.",
     "backcourt plan --season 2021-22"},
    {"backfill", "Fill what is missing or stale, inputs first; loads first what has changed.",
     "Without TABLE, all tables but the raw ones; without a choice of dates, all game dates. What is fresh "
     "is left\n"
     "alone, so running it again costs nothing, and after an interrupt (Ctrl-C) or a crash it goes on where "
     "it\n"
     "stood. If a cell fails, what depends on it is blocked and all else is filled. While it runs, other "
     "shells\n"
     "are answered: `status --watch` follows it, `stop` ends it, `show` and `query` read what is committed.",
     "backcourt backfill player_game_summary --start-date 2021-11-15 --end-date 2021-11-30"},
    {"status", "How far every table is, by month; what runs now, what is wrong, what to do next.",
     "A cell is done when it is fresh, `empty` (no row is due) or `partial` (boxes of final games are "
     "missing).\n"
     "Others are missing, stale, may change, blocked (an input is not filled) or failed; `backcourt why "
     "TABLE DATE`\n"
     "tells the cause. Raw tables, feeds without files and problems stand below.",
     "backcourt status --season 2021-22"},
    {"why", "Why a cell is as it is: the chain from it to the file that changed a raw cell.",
     "The cell that was asked for stands first, then the input that decides over it, and so on down.",
     "backcourt why ml_feature_store_v2 2021-12-02"},
    {"runs", "The history of loads and fills; with a number, that run's tables and failures.", "",
     "backcourt runs 3"},
    {"show", "Rows of a table, the newest date first.",
     "Raw tables too. `backcourt docs` tells what the tables and columns mean.",
     "backcourt show player_game_summary --date 2021-12-01 --player curry"},
    {"query", "Run one read-only SQL query on the warehouse.",
     "One SELECT in DuckDB's SQL, over the tables by their names; `backcourt docs` tells what they hold. It "
     "cannot\n"
     "change anything, nor reach out of the warehouse, and is ended after a minute.",
     "backcourt query \"SELECT team_abbr, avg(pace) FROM team_offense_game_summary GROUP BY 1 ORDER BY 2 "
     "DESC LIMIT 5\""},
    {"stop", "End a backfill of another shell after its running batches.",
     "What is filled stays, and the next backfill goes on with the rest.", "backcourt stop"},
    {"check",
     "What should be there by the schedule against what is: every gap with its reason and what mends it.",
     "Looks at games against the schedule, cells, rows against the number that was filled, the invariants of "
     "the\n"
     "project's checks/, columns that are constant or mostly NULL over a month, and feeds without files. "
     "Exit code 2\n"
     "when something that should be there is not.",
     "backcourt check --season 2021-22"},
    {"verify", "Recompute cells alone, and compare with what is stored, to the bit.",
     "Each cell is replayed in fresh tables that hold only the rows of its declared windows, so that "
     "agreement\n"
     "proves that it knows nothing of its own date's games or later ones. Without --sample or --all, 100 "
     "cells spread over\n"
     "the tables and dates that were chosen. Exit code 2 when one differs.",
     "backcourt verify --sample 50"},
    {"export", "Write tables as Parquet (or CSV), a file a season, with a manifest.",
     "Without TABLE, the public tables. The folder of each table is replaced at once. What --raw writes is "
     "loaded\n"
     "by another project whose [data] folder it is.",
     "backcourt export out --raw"},
    {"docs", "The data dictionary, who reads whom, and all commands, as Markdown.",
     "To complete commands and options with the Tab key, in bash: source <(backcourt docs completion)",
     "backcourt docs --output docs"},
    {"doctor", "Configuration, warehouse, engine and feeds: what is wrong, and what to do.",
     "Each line is `ok`, `absent` (a feed without files: the columns made of it are NULL) or `error`. Exit "
     "code 1\n"
     "when there is an error.",
     "backcourt doctor"},
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
    auto is = [&](std::initializer_list<const char*> names) {
      return std::find(names.begin(), names.end(), name) != names.end();
    };
    sub->footer(
        fmt::format("{}{}Example:\n  {}", command.details, *command.details ? "\n\n" : "", command.example));
    sub->add_option("--project", a.project,
                    "Folder of backcourt.toml (default: the nearest one at or above the working folder).")
        ->type_name("DIR");
    auto json = [&](const char* what) { sub->add_flag("--json", a.json, what); };
    if (is({"plan", "backfill", "dates", "show", "check", "verify"})) {
      sub->add_option("--start-date", a.start_date, "First calendar date of a range.")->type_name("DATE");
      sub->add_option("--end-date", a.end_date, "Last calendar date of a range.")->type_name("DATE");
    }
    if (is({"plan", "backfill", "dates", "check", "verify"})) {
      sub->add_option("--season", a.season, "All game dates of a season, as 2021-22.")->type_name("SEASON");
    }
    if (is({"plan", "backfill"})) {
      sub->add_option("TABLE", a.words,
                      "Tables (default: all). The word `all` stands for all tables on all dates.");
      sub->add_option("--dates", a.dates, "Single dates, as 2021-12-01,2021-12-03.")->type_name("DATES");
      sub->add_flag("--no-upstream", a.no_upstream,
                    "Leave inputs as they are: cells whose inputs are not filled are blocked.");
      sub->add_flag("--force", a.force, "Fill the chosen cells again, though they are fresh.");
      sub->add_option("--allow-missing", a.allow_missing,
                      "TABLE or TABLE:DATE: let cells run although this input is failed, blocked or missing; "
                      "it is noted on them.")
          ->type_name("INPUT");
    }
    if (is({"plan"})) {
      sub->add_option("--save", a.save, "Write the plan to a file, for `backfill --plan`.")
          ->type_name("FILE");
      json("The plan as JSON.");
    }
    if (is({"backfill"})) {
      sub->add_flag("--no-load", a.no_load, "Do not look at the files first.");
      sub->add_option("--parallel", a.parallel, "Batches side by side (default: the number of cores).")
          ->type_name("N")
          ->check(CLI::Range(1, 64));
      sub->add_option("--plan", a.plan_file,
                      "Run exactly this saved plan, or refuse if the warehouse has moved on.")
          ->type_name("FILE");
      sub->add_flag("--dry-run", a.dry_run, "Print the plan and stop.");
      sub->add_flag("--detach", a.detach, "Go on when this shell ends; `runs ID --log` shows the log.");
      json("Progress as events, one JSON object a line.");
    }
    if (is({"load"})) {
      sub->add_option("PATH", a.words, "Files to read in any case.");
      json("The report as JSON.");
    }
    if (is({"dates"})) {
      sub->add_option(
             "--types", a.types,
             "Kinds of games, comma-separated: regular, play_in, playoffs, cup_final, preseason, all_star.")
          ->type_name("TYPES");
      sub->add_option("--as-of", a.as_of,
                      "What the schedule's snapshots told up to the end of this date (US Eastern).")
          ->type_name("DATE");
      json("The dates as JSON.");
    }
    if (is({"status"})) {
      sub->add_option("--season", a.season, "Only this season, as 2021-22.")->type_name("SEASON");
      sub->add_flag("--watch", a.watch, "Print again every --interval seconds until nothing runs.");
      sub->add_option("--interval", a.interval, "Seconds between two prints of --watch (default: 2).")
          ->type_name("SECONDS")
          ->check(CLI::Range(0.1, 3600.0));
      sub->add_flag("--markdown", a.markdown, "As a page in Markdown, to hand over.");
      json("The state as JSON.");
    }
    if (is({"check"})) {
      sub->add_option("TABLE", a.words, "Models and raw tables (default: all).");
      sub->add_option("--dates", a.dates, "Single dates, as 2021-12-01,2021-12-03.")->type_name("DATES");
      sub->add_flag("--markdown", a.markdown, "As a page in Markdown, to hand over.");
      json("The report as JSON.");
    }
    if (is({"why"})) {
      sub->add_option("TABLE", a.table, "A table, or a raw table.")->required();
      sub->add_option("DATE", a.date, "A game date, as 2021-12-02.")->required();
      json("The chain as JSON.");
    }
    if (is({"runs"})) {
      sub->add_option("ID", a.words, "A run's number.")->expected(1);
      sub->add_flag("--log", a.log, "What the run ID printed, if it was detached.");
      json("The history as JSON.");
    }
    if (is({"show"})) {
      sub->add_option("TABLE", a.words, "A table, or a raw table.")->expected(1)->required();
      sub->add_option("--date", a.date, "Rows of this date, as 2021-12-01.")->type_name("DATE");
      sub->add_option("--player", a.player,
                      "Rows of players whose name contains this, or of the player of this id.")
          ->type_name("NAME");
      sub->add_option("--team", a.team, "Rows of this team, as GSW.")->type_name("ABBR");
      sub->add_flag("--oldest-first", a.oldest_first, "The oldest date first.");
    }
    if (is({"query"})) sub->add_option("SQL", a.words, "One SELECT.")->expected(1)->required();
    if (is({"show", "query"})) {
      sub->add_option("--format", a.format,
                      "table (default), csv, json (one object a line) or parquet (needs --output).")
          ->type_name("FORMAT");
      sub->add_option("--output", a.output, "Write all rows to this file.")->type_name("FILE");
      sub->add_option("--limit", a.limit, "At most so many rows (default: all; of the table format, 200).")
          ->type_name("N")
          ->check(CLI::Range(1, 1000000000));
    }
    if (is({"verify"})) {
      sub->add_option("TABLE", a.words, "Tables (default: all).");
      sub->add_option("--sample", a.sample, "So many cells (default: 100).")
          ->type_name("N")
          ->check(CLI::Range(1, 1000000));
      sub->add_flag("--all", a.all, "Every cell.");
      sub->add_option("--dates", a.dates, "Single dates, as 2021-12-01,2021-12-03.")->type_name("DATES");
      sub->add_option("--parallel", a.parallel, "Replays side by side (default: the number of cores).")
          ->type_name("N")
          ->check(CLI::Range(1, 64));
      json("The report as JSON.");
    }
    if (is({"export"})) {
      sub->add_option("DIR", a.folder, "The folder to write into.")->required();
      sub->add_option("TABLE", a.words, "Tables (default: the public ones).");
      sub->add_flag("--raw", a.raw, "The raw tables too.");
      sub->add_flag("--csv", a.csv, "CSV instead of Parquet.");
      json("The manifest as JSON.");
    }
    if (is({"docs"})) {
      sub->add_option("PART", a.words, "dictionary, graph, commands or completion (default: dictionary).")
          ->expected(1);
      sub->add_option("--output", a.output,
                      "Write data-dictionary.md, graph.md and commands.md into this folder.")
          ->type_name("DIR");
    }
    if (is({"doctor"})) json("The findings as JSON.");
  }
}

std::vector<std::string> OptionNames(const CLI::App* sub) {
  std::vector<std::string> names;
  for (const CLI::Option* option : sub->get_options())
    for (const std::string& name : option->get_lnames())
      names.push_back("--" + name);
  return names;
}

std::string Overview() {
  std::string text =
      "backcourt keeps a warehouse of NBA tables complete, correct and safe in time.\n\n"
      "A project is a folder with backcourt.toml, which says where the files lie and what pack of tables is "
      "used.\n"
      "Raw tables hold what the files say. All other tables are made of them, one game date at a time: a "
      "cell is\n"
      "one table on one date, and the warehouse knows of every cell whether it is filled and up to date.\n\n"
      "Usage: backcourt COMMAND [OPTIONS]\n\nCommands:\n";
  for (const Command& command : kCommands)
    text += fmt::format("  {:<10} {}\n", command.name, command.about);
  text +=
      "\nExample: fill everything, then see how far it is.\n  backcourt backfill all\n  backcourt "
      "status\n\nEvery command explains itself: backcourt COMMAND --help\n\nExit codes:\n";
  for (const auto& [code, meaning] : ExitCodes())
    text += fmt::format("  {:>3}  {}\n", code, meaning);
  return text;
}

}  // namespace

Result<Arguments> ParseArguments(const std::vector<std::string>& words) {
  Arguments a;
  std::vector<std::string> commands;
  for (const Command& command : kCommands)
    commands.push_back(command.name);
  std::vector<std::string> rest = words;
  std::string project,
      from;  // --project may stand before the command; --from: of a shell that asks the holder
  while (rest.size() >= 2 && (rest[0] == "--project" || rest[0] == "--from")) {
    (rest[0] == "--project" ? project : from) = rest[1];
    rest.erase(rest.begin(), rest.begin() + 2);
  }
  if (rest.empty() || rest[0] == "--help" || rest[0] == "-h" || rest[0] == "help") {
    a.help = true;
    a.help_text = Overview();
    return a;
  }
  if (std::find(commands.begin(), commands.end(), rest[0]) == commands.end())
    return Error{ErrorKind::kUsage, fmt::format("'{}' is no command", rest[0]),
                 fmt::format("`backcourt {}`; `backcourt --help` lists all", Nearest(rest[0], commands))};
  CLI::App app("", "backcourt");
  Build(app, a);
  a.command = rest[0];
  CLI::App* sub = app.get_subcommand(a.command);
  try {
    app.parse(std::vector<std::string>(rest.rbegin(), rest.rend()));
  } catch (const CLI::CallForHelp&) {
    a.help = true;
    a.help_text = sub->help("backcourt");
    return a;
  } catch (const CLI::ExtrasError&) {
    std::string extra;
    for (const std::string& word : app.remaining(true))
      if (extra.empty()) extra = word;
    std::string name = extra.substr(0, extra.find('='));
    if (auto earlier = kEarlierFlags.find(name); earlier != kEarlierFlags.end())
      return Error{ErrorKind::kUsage,
                   fmt::format("{} was an option of the earlier system; {}", name, earlier->second),
                   fmt::format("`backcourt {} --help`", a.command)};
    if (extra.starts_with("-"))
      return Error{ErrorKind::kUsage, fmt::format("`backcourt {}` has no option {}", a.command, name),
                   Nearest(name, OptionNames(sub))};
    return Error{ErrorKind::kUsage, fmt::format("`backcourt {}` takes no '{}'", a.command, extra),
                 fmt::format("`backcourt {} --help`", a.command)};
  } catch (const CLI::ParseError& error) {
    return Error{ErrorKind::kUsage, error.what(), fmt::format("`backcourt {} --help`", a.command)};
  }
  if (a.project.empty()) a.project = project;
  for (std::string* path : {&a.output, &a.save, &a.folder})
    if (!path->empty()) *path = std::filesystem::absolute(std::filesystem::path(from) / *path).string();
  return a;
}

std::string CommandReference() {
  std::string text =
      "# Commands\n\nMade by `backcourt docs` from the program's own help.\n\n```\n" + Overview() + "```\n";
  Arguments ignored;
  CLI::App app("", "backcourt");
  Build(app, ignored);
  for (const Command& command : kCommands)
    text += fmt::format("\n## {}\n\n```\n{}```\n", command.name,
                        app.get_subcommand(command.name)->help("backcourt"));
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
    cases += fmt::format("    {}) words=\"{}\" ;;\n", command.name,
                         Join(OptionNames(app.get_subcommand(command.name)), " "));
  }
  return fmt::format(
      "_backcourt() {{\n  local words=\"{}\"\n  case \"${{COMP_WORDS[1]}}\" in\n{}  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"${{COMP_WORDS[COMP_CWORD]}}\"))\n}}\ncomplete -o default -F "
      "_backcourt backcourt\n",
      Join(commands, " "), cases);
}

}  // namespace backcourt

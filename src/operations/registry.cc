#include "operations/registry.h"

#include <type_traits>

#include "base/text.h"

namespace backcourt {

namespace {

template <typename Request>
Result<nlohmann::json> ReadAs(const nlohmann::json& request) {
  return ToJson(TRY(FromJson<Request>(request)));
}

template <typename Request, typename Report>
Verb Make(Verb verb, Result<Report> (*run)(Workspace&, const Request&, const Cancel&)) {
  verb.request = SchemaOf<Request>();
  verb.report = SchemaOf<Report>();
  verb.read = ReadAs<Request>;
  verb.run = [run](Workspace& workspace, const nlohmann::json& request, const Cancel& cancel, const Events&,
                   const Bytes&) -> Result<nlohmann::json> {
    return ToJson(TRY(run(workspace, TRY(FromJson<Request>(request)), cancel)));
  };
  return verb;
}

template <typename Request, typename Report>
Verb Make(Verb verb, Result<Report> (*run)(Workspace&, const Request&, const Cancel&, const Events&),
          std::vector<std::string> events) {
  verb.request = SchemaOf<Request>();
  verb.report = SchemaOf<Report>();
  verb.read = ReadAs<Request>;
  verb.events = std::move(events);
  verb.run = [run](Workspace& workspace, const nlohmann::json& request, const Cancel& cancel,
                   const Events& events, const Bytes&) -> Result<nlohmann::json> {
    return ToJson(TRY(run(workspace, TRY(FromJson<Request>(request)), cancel, events)));
  };
  return verb;
}

template <typename Request, typename Report>
Verb Make(Verb verb, Result<Report> (*run)(Workspace&, const Request&, const Cancel&, const Bytes&)) {
  verb.request = SchemaOf<Request>();
  verb.report = SchemaOf<Report>();
  verb.read = ReadAs<Request>;
  verb.run = [run](Workspace& workspace, const nlohmann::json& request, const Cancel& cancel, const Events&,
                   const Bytes& bytes) -> Result<nlohmann::json> {
    return ToJson(TRY(run(workspace, TRY(FromJson<Request>(request)), cancel, bytes)));
  };
  return verb;
}

template <typename Request>
Verb MakeServer(Verb verb) {
  verb.request = SchemaOf<Request>();
  verb.read = ReadAs<Request>;
  return verb;
}

// A list.
// NOLINTNEXTLINE(readability-function-size)
std::vector<Verb> MakeVerbs() {
  using Needs = Verb::Needs;
  std::vector<Verb> verbs;
  auto add = [&](Verb verb) { verbs.push_back(std::move(verb)); };
  add(Make({.name = "new",
            .about = "Make a project: a folder with backcourt.toml, an example table and its test.",
            .details = "backcourt.toml explains its settings. Models, checks, sources, tables, seeds and "
                       "functions in folders of\n"
                       "these names beside it replace those of the pack with the same name, or are added.\n"
                       "Files that exist already are not changed.",
            .example = "backcourt new my_project",
            .needs = Needs::kNothing},
           NewProject));
  add(Make(
      {.name = "load",
       .about =
           "Load files that are new or changed into the raw tables, and remove rows of files that are gone.",
       .details =
           "Files are found by the patterns of the feeds below the [data] folder of backcourt.toml; "
           "`backcourt doctor`\n"
           "lists them with what matches. Only those that are new or changed since the last load are "
           "read; with PATH,\n"
           "these are read in any case. A load is done as a whole or not at all: a wrong value is "
           "reported with file, row\n"
           "and column, and everything stays as it was. `backfill` loads first by itself. --what-if shows "
           "what a file\n"
           "would change in all tables before it is there.",
       .example = "backcourt load",
       .needs = Needs::kAlone},
      Load, {"reading"}));
  add(Make(
      {.name = "forget",
       .about = "Remove the rows of a file that is gone from the warehouse.",
       .details = "`load`, `status`, `check` and `doctor` report a file that has vanished. If that is a "
                  "mistake, put it back.\n"
                  "If it is meant, this removes its rows; `backfill` then fills again what was made of them.",
       .example = "backcourt forget files/boxscoretraditionalv3_0022400561.json",
       .needs = Needs::kAlone},
      Forget, {"reading"}));
  add(Make({.name = "drop",
            .about = "Remove a table whose model is no longer in the project from the warehouse.",
            .details = "A table stays when its file is removed: `status`, `plan` and `doctor` report it. "
                       "This removes its rows, its\n"
                       "cells and what the ledger holds of it; the history of runs stays. A table that a "
                       "file of the project makes is\n"
                       "refused.",
            .example = "backcourt drop my_old_table --yes",
            .needs = Needs::kAlone},
           Drop));
  add(Make({.name = "migrate",
            .about = "Move the rows of all tables to Spark, or back into a DuckDB file, with their ledger.",
            .details = "Makes a new warehouse, copies what the one of now holds, and names the new one in "
                       "backcourt.toml: nothing is stale\n"
                       "after it. The warehouse of now stays as it is. Tables whose text has changed since "
                       "they were filled are not\n"
                       "copied: the next backfill makes them. What tables held before (`diff`, --as-of) is "
                       "not taken along. A server that\n"
                       "runs keeps the earlier warehouse until it is started again.",
            .example = "backcourt migrate --to sc://127.0.0.1:15002 --database nba",
            .needs = Needs::kAlone},
           Migrate, {"reading"}));
  add(Make(
      {.name = "dates",
       .about = "The game dates of a range: games on each date, off-days skipped.",
       .details = "Without a range or a season, all dates of the schedule. Kinds of games are regular, "
                  "play_in, playoffs and\n"
                  "cup_final, unless --types says otherwise. With --as-of, the schedule as it stood then.",
       .example = "backcourt dates --start-date 2021-11-15 --end-date 2021-11-30"},
      Dates));
  add(Make({.name = "plan",
            .about = "Show what a backfill would do, and why each cell is in it. Changes nothing.",
            .details = "All model tables and all game dates, unless you name some. Inputs are in the plan "
                       "too if they must be filled\n"
                       "first. A cell is `missing` (never filled), `stale` (an input or the table's own text "
                       "has changed) or `may\n"
                       "change` (an input is stale; it is filled only if that input comes out different). "
                       "Files are not read:\n"
                       "`backcourt load` first shows what new ones bring. Broken files of the project are "
                       "listed first, as `lint`\n"
                       "does; the exit code is then 1.",
            .example = "backcourt plan --season 2021-22"},
           MakePlanReport));
  add(Make({.name = "backfill",
            .about = "Fill what is missing or stale, inputs first. Loads changed files before that.",
            .details = "Fills all model tables and all game dates, unless you name some. Cells that are "
                       "fresh are skipped, so running\n"
                       "it again costs nothing, and after an interrupt (Ctrl-C) or a crash it continues. If "
                       "a cell fails, what depends\n"
                       "on it is blocked and everything else is filled. While it runs, other shells are "
                       "answered: `status --watch`\n"
                       "follows it, `stop` ends it, `show` and `query` read what is committed.",
            .example = "backcourt backfill player_game_summary --start-date 2021-11-15 --end-date 2021-11-30",
            .needs = Needs::kAlone},
           Backfill,
           {"reading", "loaded", "chosen", "checks_failed", "started", "batch_started", "filled", "unchanged",
            "failed", "blocked", "retrying", "stopped"}));
  add(Make(
      {.name = "status",
       .about = "How complete every table is, by month; what runs now, what is wrong, what to do next.",
       .details =
           "A cell is done when it is fresh, `empty` (no row is due) or `partial` (boxes of "
           "final games are missing).\n"
           "`unproved` (its text has not passed its proof yet) becomes fresh with the next fill. Others "
           "are missing, stale,\n"
           "may change, blocked (an input is not filled) or failed; `backcourt why TABLE DATE` shows the "
           "cause. Below are\n"
           "the raw tables, feeds without files and problems.",
       .example = "backcourt status --season 2021-22"},
      Status));
  add(Make({.name = "cells",
            .about = "The state of every cell: a letter a table and game date, with rows, runs and causes.",
            .details = "Raw tables with dates first, then the others, inputs before what reads them. "
                       "`status` sums this up.",
            .example = "backcourt cells --season 2021-22 --json"},
           ListCells));
  add(Make(
      {.name = "cell",
       .about = "All of one cell: state, rows, inputs, what reads it, and the command that would fix it.",
       .details = "",
       .example = "backcourt cell player_form 2021-12-02"},
      ShowCell));
  add(Make({.name = "why",
            .about = "Why a cell is as it is: from the cell down to the file and the values that changed.",
            .details = "The first line is the cell you asked for, the next the input that decides it, and so "
                       "on. Of a raw cell it\n"
                       "shows the values that its load changed: key, column, before, after, file and row.",
            .example = "backcourt why ml_feature_store_v2 2021-12-02"},
           Why));
  add(Make({.name = "runs",
            .about = "The history of loads and fills; with a number, that run's tables and failures.",
            .details = "",
            .example = "backcourt runs 3"},
           Runs));
  add(Make(
      {.name = "diff",
       .about = "What a load or a fill changed: tables, dates, rows and values, old and new.",
       .details = "The warehouse keeps what it replaces, for as long as [history] of backcourt.toml says "
                  "(default: all of it).\n"
                  "`show --as-of RUN` and as_of('TABLE', RUN) in `query` give the rows as they stood "
                  "after a run;\n"
                  "`plan --diff` shows what a backfill would change, --model what an edited model alone "
                  "would in its own "
                  "rows.",
       .example = "backcourt diff 12 player_form"},
      Diff));
  add(Make({.name = "show",
            .about = "Rows of a table, the newest date first.",
            .details = "Raw tables too. The pack adds options that select rows: --player NAME and --team "
                       "ABBR in the NBA's.\n"
                       "`backcourt docs` explains the tables and columns.",
            .example = "backcourt show player_game_summary --date 2021-12-01 --player curry"},
           Show));
  add(Make({.name = "query",
            .about = "Run one read-only SQL query on the warehouse.",
            .details = "One SELECT in DuckDB's SQL, over the tables by their names; `backcourt docs` "
                       "explains them. It cannot\n"
                       "change anything or read anything outside the warehouse, and is ended after a minute.",
            .example = "backcourt query \"SELECT team_abbr, avg(pace) FROM team_offense_game_summary GROUP "
                       "BY 1 ORDER BY 2 DESC LIMIT 5\""},
           Query));
  add(Make(
      {.name = "stop",
       .about =
           "End what runs in another shell: a backfill after its running batches, everything else at once.",
       .details = "What is filled stays, and the next backfill continues with the rest.",
       .example = "backcourt stop",
       .writes = true},
      Stop));
  add(MakeServer<ServeRequest>(
      {.name = "serve",
       .about = "Hold the warehouse, and serve its page and the API; other shells ask it.",
       .details = "While it runs, every command from another shell is done by it: what is filled there is "
                  "seen on the "
                  "page, and the\n"
                  "other way round. Without --host only this machine reaches it. With a token, in "
                  "--token-file or the "
                  "variable\n"
                  "BACKCOURT_TOKEN, everybody must show it. docs/api.md has the API, docs/operating.md how "
                  "it is run "
                  "as a service.",
       .example = "backcourt serve --port 8421",
       .needs = Needs::kServes}));
  add(Make(
      {.name = "daily",
       .about =
           "One step of an unattended night: load and fill what has come, report what failed or is late.",
       .details =
           "For a timer that runs it every few minutes; `serve --daily` does the same by itself. Files that "
           "are new or\n"
           "changed are loaded and filled. A date is over 3 hours after its last tip-off, and late after "
           "`late_after` of\n"
           "[daily] more. What is red, late or well again is reported once, to whomever [notify] names. Exit "
           "code "
           "2 when something\n"
           "is red.",
       .example = "backcourt daily",
       .needs = Needs::kAlone},
      Daily,
      {"reading", "loaded", "chosen", "checks_failed", "started", "batch_started", "filled", "unchanged",
       "failed", "blocked", "retrying", "stopped"}));
  add(Make({.name = "metrics",
            .about = "The state of the warehouse as Prometheus reads it.",
            .details = "",
            .example = "backcourt metrics --textfile /var/lib/node_exporter/backcourt.prom"},
           Metrics));
  add(Make({.name = "check",
            .about = "Compare what the schedule says should exist with what does: every gap with its reason "
                     "and what fixes it.",
            .details = "Checks games against the schedule, cells, numbers of rows, the rules of the "
                       "project's checks/, columns that\n"
                       "are constant or mostly NULL over a month, and feeds without files. The exit code is "
                       "2 if something is missing\n"
                       "or wrong.",
            .example = "backcourt check --season 2021-22"},
           Check));
  add(Make(
      {.name = "accept",
       .about = "Accept a gap that `check` finds: it is written into backcourt.toml, with the reason.",
       .details = "An accepted gap is shown by `check` and does not count. To take it back, remove the line.",
       .example = "backcourt accept shots_agree 0022001079 --reason \"the play-by-play misses a block\"",
       .needs = Needs::kReads,
       .writes = true},
      Accept));
  add(Make({.name = "verify",
            .about = "Recompute cells one by one, and compare them with what is stored, to the bit.",
            .details = "Each cell is replayed in fresh tables that hold only the rows of its declared "
                       "windows: agreement proves that\n"
                       "it knows nothing of its own date's games or later ones. Without --sample or --all, "
                       "100 cells spread over the\n"
                       "tables and dates you chose. The exit code is 2 if one differs.",
            .example = "backcourt verify --sample 50",
            .needs = Needs::kAlone},
           Verify, {"replayed"}));
  add(Make(
      {.name = "bundle",
       .about = "Write a cell with all that made it to one file: inputs, SQL, functions, rows, digest.",
       .details = "The inputs are cut to the windows of its date. `backcourt replay FILE` makes it again "
                  "from the file alone,\n"
                  "on any machine: attach it to a report of an error. The file is a DuckDB file.",
       .example = "backcourt bundle player_daily_cache 2022-01-14",
       .writes = true},
      Bundle));
  add(Make({.name = "replay",
            .about = "Make a cell again from the file that `bundle` wrote, and compare it to the bit.",
            .details = "Needs no project and no warehouse. Exit code 2 when the rows differ.",
            .example = "backcourt replay player_daily_cache-2022-01-14.bundle",
            .needs = Needs::kNothing},
           ReplayBundle));
  add(Make(
      {.name = "compare",
       .about = "Compare the tables of another system with the warehouse: what differs, and why.",
       .details = "OTHER is a folder with a folder or a file a table (Parquet or CSV), one such file, or a "
                  "DuckDB file; it is only read.\n"
                  "Tables and columns are paired by their names, or by --map. Rows are compared on the dates "
                  "that both have. Each\n"
                  "column that differs is shown with the share of rows, the size and the reasons that "
                  "explain them. The exit code is\n"
                  "2 when something differs.",
       .example = "backcourt compare ~/old_tables --map old_cache=player_daily_cache"},
      Compare));
  add(Make({.name = "export",
            .about = "Write tables as Parquet (or CSV), a file a season, with a manifest.",
            .details = "The public tables, unless you name some. The folder of each table is replaced at "
                       "once, and only files that\n"
                       "the manifest of an earlier export names are replaced. Another project can load what "
                       "--raw writes: name its\n"
                       "folder under [data] there. An export is never written into a project or its data.",
            .example = "backcourt export ~/tables --raw",
            .writes = true},
           Export, {"written"}));
  add(Make(
      {.name = "publish",
       .about = "Write the public tables as files that readers open without meeting the warehouse.",
       .details =
           "One version of all tables is current at a time: manifest.json and backcourt.sql (views for "
           "DuckDB) name its files, one\n"
           "Parquet a table and season. Only what changed is written, files never change, and "
           "those of the two versions before\n"
           "stay for who still reads them. With a folder under [publish] of backcourt.toml, every "
           "backfill ends with it.\n"
           "With --to bigquery the tables of the dataset under [publish.bigquery] are brought up to date: "
           "only dates that\n"
           "changed move, each table in one transaction.",
       .example = "backcourt publish ~/published",
       .writes = true},
      Publish, {"written"}));
  add(Make({.name = "test",
            .about = "Run the tests beside the models: given rows, expected rows, in memory.",
            .details = "The tests of a model are in a file beside it, MODEL.test.toml; docs/add-a-table.md "
                       "shows how to write them.\n"
                       "No warehouse is opened. The exit code is 2 if one fails.",
            .example = "backcourt test player_game_summary",
            .needs = Needs::kProject},
           TestModels));
  add(Make({.name = "lint",
            .about = "List what is wrong in the project's files, a line each, as editors read it.",
            .details =
                "Each line is FILE:LINE:COLUMN: MESSAGE. The texts of models, checks and sources are "
                "bound against the tables\n"
                "of the project, in memory: unknown columns, inputs that are not declared and "
                "functions that give another value\n"
                "at each call are found before anything runs. Seeds are read as CSV: the header, the number "
                "of values, "
                "rows that are\n"
                "there twice, and values of another type. The warehouse is opened only if backcourt.toml "
                "accepts gaps: their games\n"
                "and dates must be known. `plan` and `doctor` show the same. The exit code is 1 if something "
                "is found.",
            .example = "backcourt lint",
            .needs = Needs::kProject},
           Lint));
  add(Make(
      {.name = "docs",
       .about = "The data dictionary, who reads whom, and all commands, as Markdown.",
       .details =
           "To complete commands and options with the Tab key, in bash: source <(backcourt docs completion)",
       .example = "backcourt docs --output docs",
       .needs = Needs::kProject},
      Dictionary));
  add(Make({.name = "graph",
            .about = "Which table reads which, with the windows.",
            .details = "",
            .example = "backcourt graph --json",
            .needs = Needs::kProject},
           Graph));
  add(Make({.name = "files",
            .about = "The feeds, the files of each, what came of them, and files that no feed reads.",
            .details =
                "A file is loaded, new, changed, gone, unused (no row of it is used) or quarantined. Remote "
                "stores are not\nasked.",
            .example = "backcourt files"},
           ListFiles));
  add(Make({.name = "doctor",
            .about = "Configuration, warehouse, engine and feeds: what is wrong, and what to do.",
            .details = "Errors come first, then warnings, notes and what is as it should be. Feeds without "
                       "files are counted; --all\n"
                       "shows where they are looked for. The exit code is 1 if there is an error.",
            .example = "backcourt doctor"},
           Doctor));
  return verbs;
}

}  // namespace

const std::vector<Verb>& Verbs() {
  static const std::vector<Verb> verbs = MakeVerbs();
  return verbs;
}

std::string CommandLine(const Verb& verb, const nlohmann::json& request) {
  auto quoted = [](const nlohmann::json& value) {
    return ShellWord(value.is_string() ? value.get<std::string>() : value.dump());
  };
  std::string line = verb.name, options;
  for (const Schema::Field& field : verb.request.fields) {
    auto found = request.find(field.name);
    if (found == request.end() || found->is_null() || *found == field.otherwise ||
        *found == nlohmann::json("") || field.facets.hidden)
      continue;
    std::string option = " --" + ReplaceAll(field.name, "_", "-");
    if (found->is_boolean()) {
      if (found->get<bool>()) options += option;
    } else if (found->is_array()) {
      for (const nlohmann::json& item : *found)
        (field.facets.positional ? line : options) +=
            (field.facets.positional ? "" : option) + " " + quoted(item);
    } else if (field.facets.positional) {
      line += " " + quoted(*found);
    } else {
      options += option + " " + quoted(*found);
    }
  }
  return line + options;
}

const Verb* FindVerb(const std::string& name) {
  for (const Verb& verb : Verbs())
    if (verb.name == name) return &verb;
  return nullptr;
}

}  // namespace backcourt

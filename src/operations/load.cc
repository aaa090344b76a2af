#include "operations/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "files/files.h"
#include "files/object_store.h"
#include "operations/aside.h"
#include "operations/history.h"
#include "project/file_names.h"

namespace backcourt {

void Describe(Visitor& v, LoadRequest& r) {
  v.Struct("LoadRequest", "Which files to load.");
  v.Field("paths", r.paths, "Files to read in any case.",
          {.metavar = "PATH", .positional = true, .path = true});
  v.Field("dry_run", r.dry_run, "Show what would change; nothing is kept.");
  v.Field(
      "what_if", r.what_if,
      "A new version of a file of the data folder, or a new file for it: show what it would change in all "
      "tables; nothing is kept.",
      {.metavar = "FILE", .path = true});
  v.Field("yes", r.yes,
          "Rows that no file brings back may leave the warehouse, such as those of seasons that left.");
}

void Describe(Visitor& v, LoadedTable& t) {
  v.Struct("LoadedTable", "What a load did to a season of a raw table.");
  v.Field("table", t.table, "the raw table");
  v.Field("season", t.season, "the season; empty where the table is not by season");
  v.Field("rows", t.rows, "its rows now");
  v.Field("games", t.games, "the games that they are of");
  v.Field("new", t.added, "rows that are new");
  v.Field("changed", t.changed, "rows that changed");
  v.Field("gone", t.gone, "rows that are gone");
}

void Describe(Visitor& v, DroppedRows& d) {
  v.Struct("DroppedRows", "Rows that a source left out, and why.");
  v.Field("table", d.table, "the raw table");
  v.Field("source", d.source, "the source");
  v.Field("season", d.season, "the season");
  v.Field("reason", d.reason, "why they were left out");
  v.Field("rows", d.rows, "how many");
}

void Describe(Visitor& v, ServedUnits& s) {
  v.Struct("ServedUnits", "How many units (as games) of a season of a raw table come from a source.");
  v.Field("table", s.table, "the raw table");
  v.Field("season", s.season, "the season");
  v.Field("source", s.source, "the source");
  v.Field("unit", s.unit, "the column that one source serves whole, as game_id");
  v.Field("units", s.units, "how many of its values");
}

void Describe(Visitor& v, AbsentFeed& f) {
  v.Struct("AbsentFeed", "A feed without files; the columns made of it are NULL.");
  v.Field("table", f.table, "the raw table that is made of it");
  v.Field("season", f.season, "the season; empty when all");
  v.Field("feeds", f.feeds, "the feeds, any of which would serve it");
  v.Field("empty", f.empty, "whether the table has no rows of the season then; else columns are NULL");
}

void Describe(Visitor& v, NullColumns& c) {
  v.Struct("NullColumns", "Raw data without a value in some seasons, and the columns made of it.");
  v.Field("needs", c.needs, "a raw table, or `table.column`");
  v.Field("seasons", c.seasons, "the seasons");
  v.Field("columns", c.columns, "the columns, as `table.column`");
}

void Describe(Visitor& v, Snapshot& s) {
  v.Struct("Snapshot", "A snapshot of the schedule.");
  v.Field("feed", s.feed, "its feed");
  v.Field("season", s.season, "its season");
  v.Field("path", s.path, "its file");
  v.Field("seen_at", s.seen_at, "when it was seen, UTC");
  v.Field("age_seconds", s.age, "seconds since then");
  v.Field("problem", s.problem, "why it is not used; empty when it is");
}

void Describe(Visitor& v, Disagreement& d) {
  v.Struct("Disagreement",
           "A source whose date or teams of a game are others than those of the source that serves.");
  v.Field("table", d.table, "the raw table");
  v.Field("season", d.season, "the season");
  v.Field("unit", d.unit, "the game");
  v.Field("what", d.what, "both values");
  v.Field("source", d.source, "the source that serves");
  v.Field("file", d.file, "its file; empty where it is not known");
  v.Field("other_source", d.other_source, "the source that says otherwise");
  v.Field("other_file", d.other_file, "its file; empty where it is not known");
}

void Describe(Visitor& v, FileChanges& c) {
  v.Struct("FileChanges",
           "What has changed of the local files since the last load, by names, sizes and times.");
  v.Field("fresh", c.fresh, "files that are new");
  v.Field("changed", c.changed, "files that have changed");
  v.Field("vanished", c.vanished, "files that were loaded and are gone");
  v.Field("data_is_gone", c.data_is_gone, "whether the data folder itself is gone");
}

void Describe(Visitor& v, UnreadFiles& u) {
  v.Struct("UnreadFiles",
           "Files below the data folder that no feed reads, alike but for the numbers in their names.");
  v.Field("pattern", u.pattern, "below the data folder");
  v.Field("example", u.example, "the path of one");
  v.Field("files", u.files, "how many");
  v.Field("feeds", u.feeds, "feeds whose shape the example has");
  v.Field("shape", u.shape, "the same in words");
}

void Describe(Visitor& v, LoadedLakeTable& t) {
  v.Struct("LoadedLakeTable", "A raw table that is a table of the lake, and was not as it was loaded last.");
  v.Field("table", t.table, "the raw table");
  v.Field("lake", t.lake, "the table in the engine's catalog");
  v.Field("rows", t.rows, "its rows");
  v.Field("changed", t.changed, "its dates whose rows are others");
}

namespace ledger {

void Describe(Visitor& v, UselessFile& f) {
  v.Struct("UselessFile", "A file without a row that is used.");
  v.Field("path", f.path, "the file");
  v.Field("reason", f.reason, "why its rows are left out");
  v.Field("hint", f.hint, "what may help");
}

void Describe(Visitor& v, UnmatchedName& n) {
  v.Struct("UnmatchedName", "A name in odds, injury reports or transactions that matches no player.");
  v.Field("name", n.name, "the name");
  v.Field("rows", n.rows, "rows of it that are left out");
}

}  // namespace ledger

namespace {

std::optional<int64_t> NullIfZero(int64_t value) {
  return value ? std::optional<int64_t>(value) : std::nullopt;
}

}  // namespace

void Describe(Visitor& v, LoadReport& r) {
  v.Struct("LoadReport", "What a load did.");
  std::optional<int64_t> run = NullIfZero(r.run);
  v.Field("run", run, "its run; null when the files were as they were");
  if (v.Fills()) r.run = run.value_or(0);
  v.Field("files", r.files, "the files that were read");
  v.Field("vanished", r.vanished, "files that were loaded before and are not there now; their rows stay");
  v.Field("lost", r.lost,
          "files that were loaded before and are not there now, of which rows are gone, as no other file "
          "gives them");
  v.Field("gone", r.gone, "files that were loaded before and are gone; none of their rows is left");
  v.Field("asks", r.asks, "of a dry run: what the load would ask for first; else empty");
  v.Field("tables", r.tables, "raw tables that were read again, by season");
  v.Field("lake", r.lake, "raw tables that are tables of the lake and were not as they were loaded last");
  v.Field("dropped", r.dropped, "rows that a source left out");
  v.Field("served", r.served, "which source serves how much");
  v.Field("absent", r.absent, "feeds without files");
  v.Field("quarantined", r.quarantined, "snapshots of the schedule that no table sees");
  v.Field("disagreements", r.disagreements, "sources that have another date or other teams of a game");
  v.Field("doubled", r.doubled, "rows of files that have one key, which are left out");
  v.Field("useless", r.useless, "files without a row that is used");
  v.Field("unread", r.unread, "files below the data folder that no feed reads");
  v.Field("unmatched", r.unmatched, "names that match no player, the most frequent first");
  v.Field("unparsed", r.unparsed, "values that are NULL because they do not parse, by feed.column");
  v.Field("changed_cells", r.changed_cells, "cells of raw tables whose values changed");
  v.Field("seconds", r.seconds, "seconds that it took");
}

void Describe(Visitor& v, DeclarationChange& c) {
  v.Struct("DeclarationChange", "A declaration that is other than what the warehouse's table was made by.");
  v.Field("table", c.table, "the table; empty where it is of the whole project");
  v.Field("file", c.file, "the file that declares it");
  v.Field("part", c.part, "which part of the declaration, as `key` or `columns`");
  v.Field("before", c.before, "what it was; empty where it cannot be shown");
  v.Field("after", c.after, "what it is; empty where it cannot be shown");
  v.Field("effect", c.effect, "what comes of it");
}

void Describe(Visitor& v, LoadAnswer& a) {
  Describe(v, a.load);
  v.Struct("Load", "What a load did, and what has no value without a feed.");
  v.Field("changes", a.trial.changes, "of `what_if`: what its load and the backfill after it would change");
  v.Field("failures", a.trial.failures, "of `what_if`: cells that would fail");
  v.Field("null_columns", a.null_columns, "raw data without a value; empty when nothing was read");
}

Result<std::vector<AbsentFeed>> AbsentFeeds(const Project& project, const Moment& moment) {
  if (!project.base_problems.empty()) return std::vector<AbsentFeed>();  // which feeds there are is not known
  std::vector<ledger::LoadedFile> loaded;
  if (!moment.cells.empty()) loaded = TRY(ledger::ReadFiles(*moment.connection));
  std::vector<FoundFile> known;
  for (const ledger::LoadedFile& file : loaded)
    known.push_back({file.path, file.season, file.size, file.mtime, ""});
  return Loader(project, *moment.connection, Finder(project, std::move(known)), [](const std::string&) {})
      .Absent(loaded);
}

namespace {

Error WithNames(const Project& project, const Error& error) {
  FileNames names(project);
  return {error.kind, names.In(error.message), names.In(error.hint)};
}

// What a load would take for gone may be what is broken.
Result<> RefuseBroken(Workspace& workspace) {
  const std::vector<FileProblem>& problems = workspace.project().base_problems;
  if (!problems.empty()) return ErrorOf(problems);
  return {};
}

Loader MakeLoader(Workspace& workspace, Connection& connection, Activity& activity,
                  std::function<Result<>()> wait_for_functions = nullptr) {
  const Cancel& cancel = activity.cancel();
  return Loader(
      workspace.project(), connection, Finder(workspace.project(), [&cancel] { return cancel.Requested(); }),
      [&activity](const std::string& line) { activity.Tell(LoadStep{line}); }, std::move(wait_for_functions));
}

}  // namespace

Result<LoadReport> LoadFiles(Workspace& workspace, const std::vector<std::string>& paths, bool yes,
                             Activity& activity) {
  TRY(RefuseBroken(workspace));
  auto started = std::chrono::system_clock::now();
  Warehouse& warehouse = *TRY(workspace.Open());
  auto connection = TRY(warehouse.ConnectToLedger());
  auto bench = warehouse.OpenOn(*connection);
  auto load = [&](bool all_memory) {
    Watch watch = CancelWhen(*connection, *bench, activity.cancel());
    Loader loader =
        MakeLoader(workspace, *connection, activity, [&] { return warehouse.WaitForFunctions(); });
    loader.ReadLakeBy(*bench);
    if (yes) loader.MayLose();
    if (all_memory) loader.UseAllMemory();
    return loader.Load(paths);
  };
  Result<LoadReport> report = load(false);
  bool by_itself = workspace.project().memory_limit.empty();  // a load then takes less than all
  if (!report && by_itself && report.error().OfMemory()) {
    activity.Tell(LoadStep{"once more, with all the memory of the project"});
    report = load(true);
  }
  if (!report && report.error().kind == ErrorKind::kInterrupted)
    report = Error{ErrorKind::kInterrupted, "interrupted; nothing was loaded", ""};
  if (report)
    if (auto brought = warehouse.BringRawRows(
            activity.cancel(), [&](const std::string& line) { activity.Tell(LoadStep{line}); });
        !brought)
      report = brought.error();
  if (!report) {
    report = WithNames(workspace.project(), report.error());
    KeepFailure(workspace, "load", started, report.error());
  } else if (report->run == 0) {
    TRY(KeepSuccess(workspace, "load", started, "nothing to load: the files are as they were"));
  }
  return report;
}

Result<LoadPreview> PreviewLoad(Workspace& workspace, const std::vector<std::string>& paths, bool yes,
                                Activity& activity, bool ahead_all) {
  TRY(RefuseBroken(workspace));
  TRY(TRY(workspace.Open())->WaitForFunctions());
  auto connection = TRY(TRY(workspace.Open())->Connect());
  auto bench = TRY(workspace.Open())->OpenOn(*connection);
  Watch watch = CancelWhen(*connection, *bench, activity.cancel());
  std::optional<Transaction> open;
  Loader loader = MakeLoader(workspace, *connection, activity);
  loader.ReadLakeBy(*bench);
  if (yes) loader.MayLose();
  auto load = loader.Preview(paths, open);
  if (!load) return WithNames(workspace.project(), load.error());
  return LoadPreview{std::move(*load),
                     TRY(workspace.LookOn(std::move(connection), std::move(*open), ahead_all))};
}

namespace {

// The path below the data folder for which a file stands: that of a file of its name, in folders like its
// own; else its own name there, or, in a raw table's own shape, its own folders.
Result<std::string> StandsFor(const Project& project, const std::string& file) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored))
    return Error{ErrorKind::kUsage, file + " is not a file", "the path of a file"};
  std::vector<std::string> patterns;
  std::string in_folders;  // of a table's own shape
  const fs::path whole = fs::absolute(file).lexically_normal();
  auto add = [&](const std::vector<std::string>& more, bool own) {
    for (const std::string& pattern : more) {
      if (IsRemote(pattern)) continue;
      patterns.push_back(pattern);
      fs::path end;
      for (auto part = whole.end(); own && part != whole.begin();) {
        end = end.empty() ? *--part : *--part / end;
        std::string path = (fs::path(project.data) / end.relative_path()).string();
        if (PathMatches(path, pattern)) in_folders = path;
      }
    }
  };
  for (const Feed& feed : project.feeds)
    add(project.Patterns(feed), false);
  for (const RawTable& table : project.raw_tables)
    add(project.Patterns(table), true);
  Folders folders;
  std::string name = fs::path(file).filename();
  std::vector<std::string> same;
  for (const FoundFile& found : FindFiles(patterns, folders)) {
    if (fs::equivalent(found.path, file, ignored)) return found.path;
    if (fs::path(found.path).filename() == name) same.push_back(found.path);
  }
  if (!in_folders.empty()) return in_folders;
  // Of several of one name that whose folders are most like its own.
  auto alike = [&](const std::string& path) {
    return std::mismatch(path.rbegin(), path.rend(), file.rbegin(), file.rend()).first - path.rbegin();
  };
  std::sort(same.begin(), same.end(),
            [&](const std::string& a, const std::string& b) { return alike(a) > alike(b); });
  if (same.size() > 1 && alike(same[0]) == alike(same[1]))
    return Error{ErrorKind::kUsage, fmt::format("{} may stand for {} or {}", file, same[0], same[1]),
                 "a copy of it in folders of the same names"};
  if (!same.empty()) return same[0];
  std::string own = project.data + "/" + name;
  for (const std::string& pattern : patterns)
    if (PathMatches(own, pattern)) return own;
  return Error{
      ErrorKind::kUsage, fmt::format("no feed takes a file named {} in {}", name, project.data),
      "a copy of it with a name that a feed takes (`backcourt doctor` lists them), or, in a raw table's own "
      "shape, in folders like raw_results/season=2021-22"};
}

Result<LoadAnswer> WhatIf(Workspace& workspace, const LoadRequest& request, Activity& activity) {
  if (!request.paths.empty())
    return Error{ErrorKind::kUsage, "--what-if looks at one file alone: it takes no PATH", "one of the two"};
  std::string path = TRY(StandsFor(workspace.project(), request.what_if));
  auto aside =
      TRY(Aside::Make(workspace, [&](Project& project) { project.stand_ins[path] = request.what_if; }));
  LoadAnswer answer{TRY(LoadFiles(aside->workspace(), {}, true, activity)), {}, {}};
  if (!answer.load.run) return answer;
  TRY(aside->Add(answer.load.run, answer.trial));
  TRY(aside->Fill({}, activity.cancel(), answer.trial));
  return answer;
}

}  // namespace

Result<LoadAnswer> Load(Workspace& workspace, const LoadRequest& request, const Cancel& cancel,
                        const Events& events) {
  auto activity = TRY(workspace.activities().Begin("load", ToJson(request), true, cancel, events));
  if (!request.what_if.empty()) return WhatIf(workspace, request, *activity);
  if (request.dry_run) {
    workspace.KeepNothing();
    return LoadAnswer{TRY(PreviewLoad(workspace, request.paths, request.yes, *activity)).load, {}, {}};
  }
  LoadAnswer answer{TRY(LoadFiles(workspace, request.paths, request.yes, *activity)), {}, {}};
  if (answer.load.run) {  // which columns have no value without a feed
    Moment moment = TRY(workspace.Look());
    answer.null_columns = FindNullColumns(
        workspace.project(), moment.calendar,
        TRY(FindNeedsMet(*moment.connection, *moment.bench, workspace.project(), moment.calendar)));
  }
  return answer;
}

}  // namespace backcourt

#include "project/project.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iterator>
#include <optional>
#include <set>

#include "base/file.h"
#include "base/program.h"
#include "base/text.h"
#include "project/config.h"
#include "project/sql_text.h"

namespace backcourt {

namespace fs = std::filesystem;

namespace {

std::vector<fs::path> FilesIn(const fs::path& folder, const std::string& extension) {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (auto& entry : fs::recursive_directory_iterator(folder, ignored))
    if (entry.is_regular_file() && entry.path().extension() == extension) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

// A path of the configuration: absolute, or relative to the folder of the file.
std::string Resolve(const fs::path& folder, const std::string& path) {
  if (path.empty() || path.find("://") != std::string::npos) return path;
  return (fs::path(path).is_absolute() ? fs::path(path) : folder / path).lexically_normal().string();
}

// The folder of a pack: a path as above, or the name of one that came with the program.
fs::path PackFolder(const fs::path& folder, const std::string& pack) {
  fs::path program = ProgramFolder(), path = Resolve(folder, pack);
  if (pack.find('/') != std::string::npos || fs::exists(path)) return path;
  for (const fs::path& base : {program, program.parent_path()})
    if (fs::exists(base / pack / "backcourt.toml")) return base / pack;
  return path;
}

template <typename T>
const T* FindNamed(const std::vector<T>& list, const std::string& name) {
  for (const T& item : list)
    if (item.name == name) return &item;
  return nullptr;
}

// A pack says what [league] has; its projects set the same keys.
Result<> TakeLeague(Project& project, const Config& config, bool is_pack) {
  for (const auto& [key, value] : config.league) {
    std::vector<std::string> keys;
    for (const auto& [known, of] : project.league)
      keys.push_back(known);
    if (!is_pack && !project.league.contains(key))
      return Error{
          ErrorKind::kUsage,
          fmt::format("{}: the pack has no '{}' under [league]", config.lines.Of("league." + key), key),
          keys.empty() ? "take it away" : "'" + Nearest(key, keys) + "'"};
    project.league[key] = value;
  }
  return {};
}

// Takes over what the file in `folder` says, after that of the pack that it names.
Result<> ReadConfig(Project& project, const fs::path& folder, bool inherited) {
  std::string file = (folder / "backcourt.toml").string();
  Config config = TRY(ParseConfig(file, TRY(ReadFile(file))));
  if (!config.pack.empty() && !inherited) {
    fs::path other = PackFolder(folder, config.pack);
    if (!fs::exists(other / "backcourt.toml"))
      return Error{
          ErrorKind::kUsage, fmt::format("{}: pack '{}' has no backcourt.toml", file, other.string()),
          "pack = \"nba\", the pack that comes with the program, or the folder of a project with models/"};
    TRY(ReadConfig(project, other, true));
  } else {
    project.pack = folder.string();
  }
  auto keep = [](std::string& value, const std::string& read) {
    if (!read.empty()) value = read;
  };
  keep(project.name, config.name);
  keep(project.schedule, config.schedule);
  keep(project.history, config.history);
  keep(project.results, config.results);
  if (!config.boxes.empty()) project.boxes = config.boxes;
  for (const char* key : {"schedule", "history", "results", "boxes"})
    if (config.lines.lines.contains(std::string("calendar.") + key))
      project.calendar_lines[key] = config.lines.Of(std::string("calendar.") + key);
  if (!config.types.empty()) project.types = config.types;
  if (!config.lookups.empty()) project.lookups = config.lookups, project.lookup_lines = config.lines;
  TRY(TakeLeague(project, config, project.pack == folder.string()));
  project.ahead_all = config.ahead_all.value_or(project.ahead_all);
  project.block_on_missing_games = config.block_on_missing_games.value_or(project.block_on_missing_games);
  if (inherited) return {};

  // Where things lie is each project's own.
  project.lines = config.lines;
  project.warehouse = Resolve(folder, config.warehouse.empty() ? "warehouse.duckdb" : config.warehouse);
  keep(project.memory_limit, config.memory_limit);
  project.threads = config.threads.value_or(project.threads);
  project.data = Resolve(folder, config.data);
  project.seasons = config.seasons;
  project.prefer = config.prefer;
  project.accepted = config.accepted;
  project.stores = config.stores;
  project.daily_every = config.daily_every.value_or(project.daily_every);
  project.daily_late_after = config.daily_late_after.value_or(project.daily_late_after);
  project.notify = config.notify;
  project.stores.cache =
      Resolve(folder, config.stores.cache.empty() ? project.warehouse + ".objects" : config.stores.cache);
  if (!config.stores.ca_file.empty()) project.stores.ca_file = Resolve(folder, config.stores.ca_file);
  for (const auto& [feed, patterns] : config.feed_paths)
    for (const std::string& pattern : patterns)
      project.feed_paths[feed].push_back(Resolve(folder, pattern));
  return {};
}

// A key says of which date its row is, by the date itself or by the game: rows of two dates are never equal
// in it.
Result<> CheckKey(const Project& project, const Model& model) {
  auto holds = [&](const std::string& column) {
    return std::find(model.key.begin(), model.key.end(), column) != model.key.end();
  };
  const RawTable* schedule = project.FindRaw(project.schedule);
  if (model.view || holds(model.date) ||
      (schedule && std::all_of(schedule->key.begin(), schedule->key.end(), holds)))
    return {};
  return Error{
      ErrorKind::kUsage,
      fmt::format("{}: key [{}] is missing the date column '{}': rows of two dates may be equal in it",
                  model.lines.Of("key"), Join(model.key, ", "), model.date),
      fmt::format("key = [\"{}\", \"{}\"]", model.date, Join(model.key, "\", \""))};
}

// All names that can be read, also those of models that are left out.
std::vector<std::string> ReadableNames(const Project& project) {
  std::vector<std::string> names = project.AllTables();
  for (const LeftOut& out : project.left_out)
    if (!out.is_check) names.push_back(out.name);
  return names;
}

Result<> CheckNeeds(const Project& project, const Model& model) {
  auto known = [&](const std::string& need) {
    size_t dot = need.find('.');
    const RawTable* raw = project.FindRaw(need.substr(0, dot));
    return raw && (dot == std::string::npos ||
                   std::any_of(raw->columns.begin(), raw->columns.end(),
                               [&](const Column& c) { return c.name == need.substr(dot + 1); }));
  };
  for (const auto& [needs, columns] : model.needs) {
    size_t either = needs.find(" or ");
    if (!known(needs.substr(0, either)) || (either != std::string::npos && !known(needs.substr(either + 4))))
      return Error{ErrorKind::kUsage,
                   fmt::format("{}: '{}' under [needs] is neither a raw table nor a column of one",
                               model.lines.Of("needs." + needs), needs),
                   "'raw_table', 'raw_table.column' or 'raw_table or raw_other_table'"};
  }
  return {};
}

// Of a table that is left out only the name is known.
Result<> CheckReads(const Project& project, const Model& model, const std::vector<std::string>& tables) {
  TRY(CheckKey(project, model));
  TRY(CheckNeeds(project, model));
  for (const Read& read : model.reads) {
    if (std::find(tables.begin(), tables.end(), read.table) == tables.end())
      return Error{ErrorKind::kUsage,
                   fmt::format("{}: reads '{}', which is no table of this project",
                               model.lines.Of("reads." + read.table), read.table),
                   "'" + Nearest(read.table, tables) + "'"};
    if (project.FindLeftOut(read.table)) continue;
    if (const Model* input = project.FindModel(read.table); input && input->view)
      return Error{ErrorKind::kUsage,
                   fmt::format("{}: reads '{}', which is a view: views are for people, and have no cells",
                               model.lines.Of("reads." + read.table), read.table),
                   "read what the view reads, or take `materialized = \"view\"` out of " + input->file};
    Grain grain = project.GrainOf(read.table);
    for (const Window& window : read.windows) {
      bool whole = window.kind == Window::Kind::kWhole, season = window.kind == Window::Kind::kSameSeason;
      if (whole != (grain == Grain::kWhole) || season != (grain == Grain::kSeason))
        return Error{ErrorKind::kUsage,
                     fmt::format("{}: window '{}' does not fit '{}'", model.lines.Of("reads." + read.table),
                                 window.Str(), read.table),
                     grain == Grain::kWhole    ? "'whole': it has no dates"
                     : grain == Grain::kSeason ? "'same season': it has one cell a season"
                                               : "a window of dates"};
      const RawTable* raw = project.FindRaw(read.table);
      if (window.kind == Window::Kind::kSeasonAhead && (!raw || raw->ahead.empty()))
        return Error{ErrorKind::kUsage,
                     fmt::format("{}: '{}' publishes nothing ahead of a date",
                                 model.lines.Of("reads." + read.table), read.table),
                     "read it ahead only where its declaration has 'ahead'"};
    }
  }
  return {};
}

Result<> CheckReads(const Check& check, const std::vector<std::string>& tables) {
  for (const std::string& read : check.reads)
    if (std::find(tables.begin(), tables.end(), read) == tables.end())
      return Error{
          ErrorKind::kUsage,
          fmt::format("{}: reads '{}', which is no table of this project", check.lines.Of("reads"), read),
          "'" + Nearest(read, tables) + "'"};
  return {};
}

Result<> CheckSource(const Project& project, const Source& source) {
  if (!project.FindRaw(source.table))
    return Error{ErrorKind::kUsage,
                 fmt::format("{}: '{}' is no raw table", source.lines.Of("table"), source.table), ""};
  for (const auto& [key, feeds] :
       {std::pair("optional_feeds", &source.optional_feeds), std::pair("any_of", &source.any_of),
        std::pair(source.lines.lines.contains("feeds") ? "feeds" : "each", &source.feeds)})
    for (const std::string& feed : *feeds)
      if (!project.FindFeed(feed))
        return Error{ErrorKind::kUsage,
                     fmt::format("{}: '{}' is no feed of feeds.toml", source.lines.Of(key), feed), ""};
  for (const std::string& read : source.reads)
    if (!project.FindRaw(read) && !project.FindSeed(read))
      return Error{ErrorKind::kUsage,
                   fmt::format("{}: '{}' is neither a raw table nor a seed", source.lines.Of("reads"), read),
                   ""};
  for (const std::string& name : source.by_unit) {
    const RawTable* read = std::find(source.reads.begin(), source.reads.end(), name) != source.reads.end()
                               ? project.FindRaw(name)
                               : nullptr;
    if (!project.FindFeed(name) && !(read && read->unit == project.FindRaw(source.table)->unit))
      return Error{ErrorKind::kUsage,
                   fmt::format("{}: by_unit has '{}', which is neither a feed nor a raw table that is read "
                               "and has the unit of {}",
                               source.lines.Of("by_unit"), name, source.table),
                   ""};
  }
  return {};
}

// `rows of TABLE [where PREDICATE]` under [rows], as the query that it stands for.
Result<> WriteOutExpectedRows(const Project& project, Model& model) {
  constexpr std::string_view kRowsOf = "rows of ", kWhere = " where ";
  std::string text = Trim(model.expected_rows);
  if (!text.starts_with(kRowsOf)) return {};
  size_t where = text.find(kWhere);
  std::string table = Trim(text.substr(kRowsOf.size(), where - kRowsOf.size())), predicate;
  if (project.FindLeftOut(table)) return {};  // so is this model
  if (where != std::string::npos) predicate = Trim(text.substr(where + kWhere.size()));
  auto read =
      std::find_if(model.reads.begin(), model.reads.end(), [&](const Read& r) { return r.table == table; });
  bool same_date =
      read != model.reads.end() && std::any_of(read->windows.begin(), read->windows.end(),
                                               [](Window w) { return w.kind == Window::Kind::kSameDate; });
  if (!same_date || project.GrainOf(table) != Grain::kDate) {
    std::vector<std::string> names;
    for (const Read& r : model.reads)
      names.push_back(r.table);
    return Error{
        ErrorKind::kUsage,
        fmt::format("{}: expected counts the rows of '{}', which is not read with the window 'same date'",
                    model.lines.Of("rows.expected"), table),
        "'rows of " + Nearest(table, names) + "', or a query of game_date and expected_rows"};
  }
  model.expected_rows = fmt::format(
      R"(SELECT d.game_date, count(t.{date}) AS expected_rows
FROM dates d LEFT JOIN (SELECT * FROM {table} WHERE {predicate}) t ON t.{date} = d.game_date
GROUP BY d.game_date)",
      fmt::arg("date", Ident(project.DateColumn(table))), fmt::arg("table", Ident(table)),
      fmt::arg("predicate", predicate.empty() ? "true" : predicate));
  return {};
}

// A lookup looks in columns that tables have; those of what is left out are not known.
Result<> CheckLookups(const Project& project) {
  if (!project.left_out.empty()) return {};
  std::vector<std::string> names;
  for (const RawTable& raw : project.raw_tables)
    for (const Column& column : raw.columns)
      names.push_back(column.name);
  for (const Model& model : project.models)
    for (const auto& [name, about] : model.columns)
      names.push_back(name);
  for (const Lookup& lookup : project.lookups)
    for (const std::string& column : lookup.columns)
      if (std::find(names.begin(), names.end(), column) == names.end())
        return Error{ErrorKind::kUsage,
                     fmt::format("{}: '{}' under [lookups.{}] is a column of no table",
                                 project.lookup_lines.Of("lookups." + lookup.name), column, lookup.name),
                     "'" + Nearest(column, names) + "'"};
  return {};
}

// Ranks the sources that the project prefers before all others.
Result<> Prefer(Project& project) {
  for (size_t i = 0; i < project.prefer.size(); ++i) {
    const std::string& wanted = project.prefer[i];
    std::vector<std::string> names;
    bool known = false;
    for (Source& source : project.sources) {
      names.push_back(source.name);
      names.insert(names.end(), source.feeds.begin(), source.feeds.end());
      bool meant = source.name == wanted ||
                   std::find(source.feeds.begin(), source.feeds.end(), wanted) != source.feeds.end();
      known = known || meant;
      if (meant) source.rank = std::min(source.rank, int(i) - int(project.prefer.size()));
    }
    if (!known)
      return Error{ErrorKind::kUsage,
                   fmt::format("{}: '{}' under [sources] prefer is neither a source nor a feed of one",
                               project.lines.Of("sources.prefer"), wanted),
                   "'" + Nearest(wanted, names) + "'"};
  }
  return {};
}

// Leaves out what is broken, and what reads it.
class Sifter {
 public:
  explicit Sifter(Project& project) : project_(project) {}

  // The problem of a file, and what it makes unusable.
  void LeaveOut(const std::string& name, const std::string& file, bool is_check, const Error& error) {
    FileProblem problem = ProblemOf(error, file);
    project_.left_out.push_back({name, file, is_check, problem.Text()});
    project_.problems.push_back(std::move(problem));
  }

  // No two tables have one name: to the engine, Up is up. A model of a name that is taken is left out.
  Result<> CheckNames() {
    std::map<std::string, std::string> files;  // by name in lower case
    auto taken = [&](const std::string& name, const std::string& file) {
      return Error{
          ErrorKind::kUsage,
          fmt::format("{}:1: two tables are named '{}'; the other is {}", file, name, files[Lower(name)]),
          "rename one of the files"};
    };
    for (const RawTable& raw : project_.raw_tables)
      if (!files.emplace(Lower(raw.name), raw.file).second) return taken(raw.name, raw.file);
    for (const Seed& seed : project_.seeds)
      if (!files.emplace(Lower(seed.name), seed.file).second) return taken(seed.name, seed.file);
    std::map<std::string, int> models;
    for (const Model& model : project_.models)
      ++models[Lower(model.name)], files.emplace(Lower(model.name), model.file);
    Keep(project_.models, false, [&](const Model& model) -> Result<> {
      if (files[Lower(model.name)] != model.file) return taken(model.name, model.file);
      if (models[Lower(model.name)] == 1) return {};
      auto other = std::find_if(project_.models.begin(), project_.models.end(), [&](const Model& one) {
        return one.file != model.file && Lower(one.name) == Lower(model.name);
      });
      files[Lower(model.name)] = other->file;
      Error error = taken(model.name, model.file);
      files[Lower(model.name)] = model.file;
      return error;
    });
    return {};
  }

  // Models and checks whose reads are none, then those that stand in a circle, then all that reads them.
  // What is left is in order: inputs stand before what reads them.
  void Sift() {
    std::vector<std::string> tables = ReadableNames(project_);
    Keep(project_.models, false, [&](Model& model) -> Result<> {
      TRY(CheckReads(project_, model, tables));
      return WriteOutExpectedRows(project_, model);
    });
    Keep(project_.checks, true, [&](Check& check) { return CheckReads(check, tables); });
    do
      LeaveOutReaders();
    while (!Sort());
  }

 private:
  template <typename T, typename IsSound>
  void Keep(std::vector<T>& all, bool is_check, IsSound is_sound) {
    std::vector<std::pair<T*, Error>> broken;
    for (T& one : all)
      if (Result<> sound = is_sound(one); !sound) broken.emplace_back(&one, sound.error());
    for (auto& [one, error] : broken)
      LeaveOut(one->name, one->file, is_check, error);
    std::erase_if(all, [&](const T& one) {
      return std::any_of(broken.begin(), broken.end(),
                         [&](const auto& b) { return b.first->file == one.file; });
    });
  }

  void LeaveOutReaders() {
    for (bool more = true; more;) {
      more = false;
      std::erase_if(project_.models, [&](const Model& model) {
        for (const Read& read : model.reads)
          if (const LeftOut* out = project_.FindLeftOut(read.table)) {
            project_.left_out.push_back(
                {model.name, model.file, false, fmt::format("it reads {}: {}", read.table, out->because)});
            return more = true;
          }
        return false;
      });
    }
  }

  // False once a model is left out because its read closes a circle.
  bool Sort() {
    std::vector<Model> sorted;
    std::set<std::string> done, open;
    std::optional<std::pair<std::string, std::string>> closing;  // a model and what it reads
    std::function<bool(const Model&)> visit = [&](const Model& model) {
      if (done.contains(model.name)) return true;
      open.insert(model.name);
      for (const Read& read : model.reads) {
        const Model* input = project_.FindModel(read.table);
        if (input && open.contains(input->name) && !done.contains(input->name)) {
          closing = {model.name, read.table};
          return false;
        }
        if (input && !visit(*input)) return false;
      }
      done.insert(model.name);
      sorted.push_back(model);
      return true;
    };
    bool circle = !std::all_of(project_.models.begin(), project_.models.end(), visit);
    if (circle) {
      const Model model = *project_.FindModel(closing->first);
      LeaveOut(model.name, model.file, false,
               {ErrorKind::kUsage,
                fmt::format("{}: models read each other in a circle, through '{}'",
                            model.lines.Of("reads." + closing->second), closing->second),
                "take one of the reads away"});
      std::erase_if(project_.models, [&](const Model& one) { return one.name == model.name; });
    } else {
      project_.models = std::move(sorted);
    }
    return !circle;
  }

  Project& project_;
};

// The functions that texts call, themselves and through others: by name, their statements.
class FunctionUse {
 public:
  explicit FunctionUse(const std::vector<Function>& functions) {
    for (const Function& function : functions)
      statements_[function.name] = {CanonicalSql(function.statement), SqlTokens(function.statement)};
  }

  std::map<std::string, std::string> In(const std::vector<std::string>& tokens) const {
    std::map<std::string, std::string> used;
    Collect(tokens, used);
    return used;
  }

 private:
  void Collect(const std::vector<std::string>& tokens, std::map<std::string, std::string>& used) const {
    for (const std::string& token : tokens)
      if (auto found = statements_.find(SqlName(token));
          found != statements_.end() && used.emplace(found->first, found->second.first).second)
        Collect(found->second.second, used);
  }

  std::map<std::string, std::pair<std::string, std::vector<std::string>>> statements_;  // text and tokens
};

// A model is what makes its rows: its tokens, reads, date, key and functions; and its columns where these are
// not those of its SELECT as they stand (a warehouse of a version that knew no others stays fresh). What
// makes its cells beside their rows has an identity of its own.
void Identify(Project& project) {
  FunctionUse functions(project.functions);
  for (Model& model : project.models) {
    std::map<std::string, std::string> used = functions.In(model.tokens);
    Hasher hasher;
    hasher.Add(CanonicalSql(model.body)).Add(model.date).Add(Join(model.key, ","));
    for (const Read& read : model.reads) {
      hasher.Add(read.table);
      for (const Window& window : read.windows) {
        hasher.Add(window.Str());
        if (window.kind == Window::Kind::kSeasonAhead)
          hasher.Add(CanonicalSql(project.FindRaw(read.table)->ahead));
      }
    }
    for (const auto& [name, statement] : used)
      hasher.Add(statement);
    std::vector<std::string> columns;
    for (const auto& [name, about] : model.columns)
      columns.push_back(name);
    if (OutputNames(model.tokens) != columns) hasher.Add(Join(columns, ","));
    model.identity = hasher.Finish();
    for (const auto& [name, statement] : used)
      model.functions += fmt::format("{}{} {}", model.functions.empty() ? "" : ", ", name,
                                     Hasher().Add(statement).Finish().Hex().substr(0, 12));
    auto identify = [&](Hasher& identity, const std::vector<std::string>& queries) {
      for (const std::string& query : queries)
        identity.Add(CanonicalSql(query));
      for (const std::string& query : queries)
        for (const auto& [name, statement] : functions.In(SqlTokens(query)))
          identity.Add(statement);
    };
    std::vector<std::string> queries;
    for (auto& [name, query] : model.checks)
      queries.push_back(query);
    Hasher checks, beside;
    identify(checks, queries);
    identify(beside, {model.expected_rows, model.note});
    model.checks_identity = checks.Finish();
    model.beside = beside.Add(model.empty).Finish();
  }
}

// The files of a folder of the pack. One below the project's own folder of the same name stands in place of
// the pack's file of its name, or is added. In the order of their paths below these folders.
std::vector<fs::path> OverlaidFiles(Project& project, const char* folder, const char* kind,
                                    const std::string& extension) {
  const fs::path pack = fs::path(project.pack) / folder, own = fs::path(project.root) / folder;
  std::vector<std::pair<fs::path, fs::path>> files;  // below the folder, and whole
  for (const fs::path& file : FilesIn(pack, extension))
    files.emplace_back(file.lexically_relative(pack), file);
  if (project.pack != project.root)
    for (const fs::path& file : FilesIn(own, extension)) {
      Overlay overlay{kind, file.stem().string(), file.string(), ""};
      std::erase_if(files, [&](const auto& other) {
        bool same = other.second.stem() == file.stem() && other.second.string().starts_with(pack.string());
        if (same) overlay.replaces = other.second.string();
        return same;
      });
      files.emplace_back(file.lexically_relative(own), file);
      project.overlays.push_back(std::move(overlay));
    }
  std::sort(files.begin(), files.end());
  std::vector<fs::path> paths;
  for (auto& [below, path] : files)
    paths.push_back(std::move(path));
  return paths;
}

// The functions of one file; those of the project's own stand in place of the pack's of their names.
Result<> ReadFunctions(Project& project, const std::string& file, bool own) {
  for (const std::string& statement : SqlStatements(TRY(ReadFile(file)))) {
    std::vector<std::string> tokens = SqlTokens(statement);
    if (tokens.size() < 4 || tokens[0] != "create" || tokens[1] != "macro" || tokens[3] != "(")
      return Error{ErrorKind::kUsage,
                   fmt::format("{}: '{}...' is no CREATE MACRO name(...)", file, statement.substr(0, 40)),
                   ""};
    Function function{SqlName(tokens[2]), statement, file};
    auto of_pack = std::find_if(
        project.functions.begin(), project.functions.end(),
        [&](const Function& other) { return other.name == function.name && other.file != file; });
    bool replaces = own && of_pack != project.functions.end();
    if (own) project.overlays.push_back({"function", function.name, file, replaces ? of_pack->file : ""});
    if (replaces)
      *of_pack = std::move(function);
    else
      project.functions.push_back(std::move(function));
  }
  return {};
}

Result<> ReadAllFunctions(Project& project) {
  for (const auto& [key, value] : project.league)
    project.functions.push_back({"league_" + key, fmt::format("CREATE MACRO league_{}() AS {}", key, value)});
  for (bool own : {false, true}) {
    if (own && project.pack == project.root) continue;
    fs::path file = fs::path(own ? project.root : project.pack) / "functions" / "duckdb.sql";
    if (fs::exists(file)) TRY(ReadFunctions(project, file.string(), own));
  }
  return {};
}

// A pack's seeds, with the rows that the project's own of the same names add.
void ReadSeeds(Project& project) {
  for (const fs::path& file : FilesIn(fs::path(project.pack) / "seeds", ".csv"))
    project.seeds.push_back({file.stem().string(), file.string(), ""});
  if (project.pack == project.root) return;
  for (const fs::path& file : FilesIn(fs::path(project.root) / "seeds", ".csv")) {
    auto of_pack = std::find_if(project.seeds.begin(), project.seeds.end(),
                                [&](const Seed& seed) { return seed.name == file.stem().string(); });
    project.overlays.push_back(
        {"seed", file.stem().string(), file.string(), of_pack == project.seeds.end() ? "" : of_pack->file});
    if (of_pack == project.seeds.end())
      project.seeds.push_back({file.stem().string(), file.string(), ""});
    else
      of_pack->own = file.string();
  }
}

// Feeds, raw tables and sources. What is wrong with any of them is told with all the others.
Result<> ReadRaw(Project& project, std::vector<FileProblem>& broken) {
  const fs::path pack = project.pack;
  std::string feeds = (pack / "feeds.toml").string();
  if (fs::exists(feeds)) {
    auto parsed = ParseFeeds(feeds, TRY(ReadFile(feeds)));
    if (parsed)
      project.feeds = std::move(*parsed);
    else
      broken.push_back(ProblemOf(parsed.error(), feeds));
  }
  for (const fs::path& file : FilesIn(pack / "tables", ".toml")) {
    auto parsed = ParseRawTable(file.string(), TRY(ReadFile(file.string())));
    if (parsed)
      project.raw_tables.push_back(std::move(*parsed));
    else
      broken.push_back(ProblemOf(parsed.error(), file.string()));
  }
  for (const fs::path& file : OverlaidFiles(project, "sources", "source", ".sql")) {
    auto parsed = ParseSource(file.string(), TRY(ReadFile(file.string())));
    if (parsed)
      project.sources.insert(project.sources.end(), std::make_move_iterator(parsed->begin()),
                             std::make_move_iterator(parsed->end()));
    else
      broken.push_back(ProblemOf(parsed.error(), file.string()));
  }
  return {};
}

Result<> ReadModelsAndChecks(Project& project, Sifter& sifter) {
  for (const fs::path& file : OverlaidFiles(project, "models", "model", ".sql")) {
    auto parsed =
        ParseModel(file.string(), file.parent_path().filename().string(), TRY(ReadFile(file.string())));
    if (parsed)
      project.models.push_back(std::move(*parsed));
    else
      sifter.LeaveOut(file.stem().string(), file.string(), false, parsed.error());
  }
  for (const fs::path& file : OverlaidFiles(project, "checks", "check", ".sql")) {
    auto parsed = ParseCheck(file.string(), TRY(ReadFile(file.string())));
    if (parsed)
      project.checks.push_back(std::move(*parsed));
    else
      sifter.LeaveOut(file.stem().string(), file.string(), true, parsed.error());
  }
  return {};
}

// What [feeds] of backcourt.toml names.
Result<> CheckFeedPaths(const Project& project) {
  for (auto& [feed, path] : project.feed_paths) {
    if (project.FindFeed(feed)) continue;
    std::vector<std::string> names;
    for (const Feed& known : project.feeds)
      names.push_back(known.name);
    return Error{ErrorKind::kUsage,
                 fmt::format("{}: '{}' under [feeds] is no feed", project.lines.Of("feeds." + feed), feed),
                 "'" + Nearest(feed, names) + "'"};
  }
  return {};
}

// What [calendar] names.
Result<> CheckCalendar(const Project& project) {
  std::vector<std::pair<const char*, std::string>> of_calendar = {{"schedule", project.schedule},
                                                                  {"results", project.results}};
  if (!project.history.empty()) of_calendar.emplace_back("history", project.history);
  if (project.boxes.empty()) of_calendar.emplace_back("boxes", "");
  for (const std::string& table : project.boxes)
    of_calendar.emplace_back("boxes", table);
  for (const auto& [key, table] : of_calendar) {
    if (project.FindRaw(table)) continue;
    auto place = project.calendar_lines.find(key);
    return Error{ErrorKind::kUsage,
                 fmt::format("{}: {} under [calendar] is '{}', which is no raw table",
                             place == project.calendar_lines.end() ? project.pack + "/backcourt.toml:1"
                                                                   : place->second,
                             key, table),
                 "schedule, results and boxes under [calendar] each name a file of tables/"};
  }
  for (const std::string& table : project.boxes)
    for (const char* column : {"game_id", "team_abbr"})
      if (const RawTable& raw = *project.FindRaw(table); std::none_of(
              raw.columns.begin(), raw.columns.end(), [&](const Column& c) { return c.name == column; }))
        return Error{ErrorKind::kUsage,
                     fmt::format("{}: a table of boxes lacks the column '{}'", raw.file, column),
                     "boxes under [calendar] names tables of a row a game and team, or finer"};
  return {};
}

}  // namespace

const Feed* Project::FindFeed(const std::string& n) const { return FindNamed(feeds, n); }
const RawTable* Project::FindRaw(const std::string& n) const { return FindNamed(raw_tables, n); }
const Seed* Project::FindSeed(const std::string& n) const { return FindNamed(seeds, n); }
const Model* Project::FindModel(const std::string& n) const { return FindNamed(models, n); }

const LeftOut* Project::FindLeftOut(const std::string& table) const {
  if (FindModel(table) || FindRaw(table) || FindSeed(table)) return nullptr;
  for (const LeftOut& out : left_out)
    if (!out.is_check && out.name == table) return &out;
  return nullptr;
}

Error Project::NoTable(const std::string& word, const std::vector<std::string>& names) const {
  if (const LeftOut* out = FindLeftOut(word))
    return Error{ErrorKind::kUsage, fmt::format("{} cannot be used: {}", word, out->because),
                 "`backcourt lint` lists what is wrong in the project's files"};
  return Error{ErrorKind::kUsage, fmt::format("'{}' is no table", word), Nearest(word, names)};
}

std::vector<std::string> Project::Patterns(const Feed& feed) const {
  std::vector<std::string> patterns;
  if (auto own = feed_paths.find(feed.name); own != feed_paths.end())
    patterns = own->second;
  else
    for (const std::string& path : feed.paths)
      if (!data.empty()) patterns.push_back((fs::path(data) / path).string());
  for (std::string& pattern : patterns)
    pattern = ReplaceAll(pattern, "{season}", SeasonMark());
  return patterns;
}

const char* Project::SeasonMark() const {
  auto label = league.find("season_label");
  return label != league.end() && label->second == "'2021'" ? "{year}" : "{season}";
}

std::vector<std::string> Project::PublicTables() const {
  std::vector<std::string> names;
  for (const Model& model : models)
    if (!model.helper && !model.view) names.push_back(model.name);
  return names;
}

std::vector<std::string> Project::AllTables() const {
  std::vector<std::string> names;
  for (const Model& model : models)
    names.push_back(model.name);
  for (const RawTable& raw : raw_tables)
    names.push_back(raw.name);
  for (const Seed& seed : seeds)
    names.push_back(seed.name);
  return names;
}

std::string Project::DateColumn(const std::string& table) const {
  if (const Model* model = FindModel(table)) return model->date;
  if (const RawTable* raw = FindRaw(table)) return raw->date;
  return "";
}

Grain Project::GrainOf(const std::string& table) const {
  if (FindModel(table)) return Grain::kDate;
  if (const RawTable* raw = FindRaw(table)) return raw->grain;
  return Grain::kWhole;
}

bool Project::IsBoxes(const std::string& table) const {
  return std::find(boxes.begin(), boxes.end(), table) != boxes.end();
}

Result<std::string> Project::Find(const std::string& start) {
  std::error_code ignored;
  for (fs::path folder = fs::absolute(start, ignored);; folder = folder.parent_path()) {
    if (fs::exists(folder / "backcourt.toml", ignored)) return folder.string();
    if (folder == folder.parent_path()) break;
  }
  return Error{
      ErrorKind::kUsage,
      fmt::format("no backcourt.toml in {} or a folder above it", fs::absolute(start, ignored).string()),
      "run inside a project, or name one: --project DIR"};
}

Result<Project> Project::Load(const std::string& folder) {
  Project project;
  std::error_code ignored;
  project.root = fs::weakly_canonical(fs::absolute(folder, ignored), ignored).string();
  if (!fs::exists(fs::path(project.root) / "backcourt.toml", ignored))
    return Error{ErrorKind::kUsage, fmt::format("{} is no project: it has no backcourt.toml", project.root),
                 "--project with the folder that has one"};
  TRY(ReadConfig(project, project.root, false));
  std::vector<FileProblem> broken;  // of files on which all stands
  Sifter sifter(project);
  TRY(ReadRaw(project, broken));
  TRY(ReadModelsAndChecks(project, sifter));
  if (!broken.empty()) {
    broken.insert(broken.end(), project.problems.begin(), project.problems.end());
    return ErrorOf(broken);
  }
  TRY(CheckFeedPaths(project));
  TRY(Prefer(project));
  std::stable_sort(project.sources.begin(), project.sources.end(),
                   [](const Source& a, const Source& b) { return a.rank < b.rank; });
  ReadSeeds(project);
  TRY(ReadAllFunctions(project));
  TRY(sifter.CheckNames());
  TRY(CheckCalendar(project));
  for (const Source& source : project.sources)
    TRY(CheckSource(project, source));
  sifter.Sift();
  TRY(CheckLookups(project));
  Identify(project);
  return project;
}

}  // namespace backcourt

#include "project/project.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>

#include "base/file.h"
#include "base/program.h"
#include "base/text.h"
#include "project/config.h"
#include "project/identity.h"
#include "project/rules.h"
#include "project/sifter.h"
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
          keys.empty() ? "take it away" : Suggestion(key, keys)};
    project.league[key] = value;
  }
  return {};
}

// Takes over what the file in `folder` says, after that of the pack that it names.
Result<> ReadConfig(Project& project, const fs::path& folder, bool inherited) {
  std::string file = (folder / "backcourt.toml").string();
  Config config = TRY(ParseWhatIsSound(file, TRY(ReadFile(file)), project.config_problems));
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
  if (auto taken = TakeLeague(project, config, project.pack == folder.string()); !taken)
    project.config_problems.push_back(ProblemOf(taken.error(), file));
  project.ahead_all = config.ahead_all.value_or(project.ahead_all);
  project.block_on_missing_games = config.block_on_missing_games.value_or(project.block_on_missing_games);
  if (inherited) return {};

  // Where things lie is each project's own.
  project.lines = config.lines;
  project.warehouse = Resolve(folder, config.warehouse.empty() ? "warehouse.duckdb" : config.warehouse);
  keep(project.memory_limit, config.memory_limit);
  project.threads = config.threads.value_or(project.threads);
  project.spark = config.spark;
  if (project.spark)
    project.spark->staging = Resolve(
        folder, config.spark->staging.empty() ? project.warehouse + ".staging" : config.spark->staging);
  project.data = Resolve(folder, config.data);
  project.seasons = config.seasons;
  project.prefer = config.prefer;
  project.lake_tables = config.lake_tables;
  project.keep_history = config.keep_history;
  project.publish_folder = Resolve(folder, config.publish_folder);
  project.bigquery = config.bigquery;
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
                   Suggestion(wanted, names)};
  }
  return {};
}

// Raw tables that are tables of a lake have no sources of files.
Result<> TakeLakeTables(Project& project) {
  for (const auto& [name, table] : project.lake_tables) {
    std::string place = project.lines.Of("sources." + name);
    auto raw = std::find_if(project.raw_tables.begin(), project.raw_tables.end(),
                            [&, &name = name](const RawTable& one) { return one.name == name; });
    if (raw == project.raw_tables.end()) {
      if (project.FindLeftOut(name)) continue;
      std::vector<std::string> names;
      for (const RawTable& one : project.raw_tables)
        names.push_back(one.name);
      return Error{ErrorKind::kUsage, fmt::format("{}: '{}' under [sources] is not a raw table", place, name),
                   Suggestion(name, names)};
    }
    if (!project.spark)
      return Error{ErrorKind::kUsage,
                   fmt::format("{}: {} is the table {} of a lake, which the engine DuckDB cannot read", place,
                               name, table),
                   "engine = \"spark\" under [warehouse]: docs/spark.md"};
    if (("." + table).ends_with("." + project.spark->database + "." + name))
      return Error{ErrorKind::kUsage,
                   fmt::format("{}: {} is where this program keeps {} itself", place, table, name),
                   "a table of another database, or another `database` under [warehouse]"};
    raw->lake = table;
    std::erase_if(project.sources, [&, &name = name](const Source& source) { return source.table == name; });
  }
  return {};
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

// How an engine's functions are written.
struct Prelude {
  bool spark = false;              // in functions/spark.sql and files like mine.spark.sql; else in all others
  std::vector<std::string> begin;  // the words before a name
  std::vector<Function>& functions;
};

// What the comment in the line before a function, which `begin` and "(" make, says of it.
std::string CommentOn(const std::string& begin, const std::string& text) {
  size_t end = text.find("\n" + begin + "(");
  if (end == std::string::npos) return "";
  size_t line = text.rfind('\n', end - 1) + 1;  // 0 where it is the first
  if (text.compare(line, 3, "-- ") != 0) return "";
  std::string comment = text.substr(line + 3, end - line - 3);
  return comment.substr(0, std::min(comment.find(';'), comment.find_last_not_of(". ") + 1));
}

int64_t LineOf(const std::string& text, const std::string& part) {
  size_t at = std::min(text.find(part), text.size());
  return at == text.size() ? 1 : 1 + std::count(text.begin(), text.begin() + int64_t(at), '\n');
}

// The functions of one file; those of the project's own stand in place of the pack's of their names.
Result<> ReadFunctions(Project& project, const Prelude& prelude, const std::string& file, bool own) {
  const std::string text = TRY(ReadFile(file));
  const std::vector<std::string>& begin = prelude.begin;
  std::string words = Join(begin, " ");
  std::transform(words.begin(), words.end(), words.begin(), [](unsigned char c) { return std::toupper(c); });
  for (const std::string& statement : SqlStatements(text)) {
    std::vector<std::string> tokens = SqlTokens(statement);
    if (tokens.size() < begin.size() + 2 || !std::equal(begin.begin(), begin.end(), tokens.begin()) ||
        tokens[begin.size() + 1] != "(")
      return Error{ErrorKind::kUsage,
                   fmt::format("{}:{}: '{}...' is not a {} name(...)", file, LineOf(text, statement),
                               statement.substr(0, 40), words),
                   ""};
    const std::string name = SqlName(tokens[begin.size()]);
    Function function{name, statement, file, int(LineOf(text, statement)),
                      CommentOn(words + " " + name, text)};
    auto of_pack = std::find_if(
        prelude.functions.begin(), prelude.functions.end(),
        [&](const Function& other) { return other.name == function.name && other.file != file; });
    bool replaces = own && of_pack != prelude.functions.end();
    if (own) project.overlays.push_back({"function", function.name, file, replaces ? of_pack->file : ""});
    if (replaces)
      *of_pack = std::move(function);
    else
      prelude.functions.push_back(std::move(function));
  }
  return {};
}

Result<> ReadFunctions(Project& project, const Prelude& prelude) {
  for (bool own : {false, true}) {
    if (own && project.pack == project.root) continue;
    for (const fs::path& file : FilesIn(fs::path(own ? project.root : project.pack) / "functions", ".sql")) {
      bool spark = file.stem() == "spark" || file.stem().extension() == ".spark";
      if (spark == prelude.spark) TRY(ReadFunctions(project, prelude, file.string(), own));
    }
  }
  return {};
}

Result<> ReadSparkFunctions(Project& project) {
  if (!project.spark) return {};
  for (const auto& [key, value] : project.league)  // lists and maps are for sources, which DuckDB runs
    if (value.front() != '[' && !value.starts_with("MAP"))
      project.spark_functions.push_back(
          {"league_" + key, fmt::format("CREATE TEMPORARY FUNCTION league_{}() RETURN {}", key, value)});
  return ReadFunctions(project, {true, {"create", "temporary", "function"}, project.spark_functions});
}

Result<> ReadAllFunctions(Project& project) {
  for (const auto& [key, value] : project.league)
    project.functions.push_back({"league_" + key, fmt::format("CREATE MACRO league_{}() AS {}", key, value)});
  TRY(ReadFunctions(project, {false, {"create", "macro"}, project.functions}));
  return ReadSparkFunctions(project);
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

// The feeds of the pack; those of the project's own stand in place of the pack's of their names, or are
// added.
void ReadFeeds(Project& project, Sifter& sifter) {
  for (bool own : {false, true}) {
    if (own && project.pack == project.root) continue;
    std::string file = (fs::path(own ? project.root : project.pack) / "feeds.toml").string();
    if (!fs::exists(file)) continue;
    auto text = ReadFile(file);
    auto parsed = text ? ParseFeeds(file, *text, project.feeds) : Result<std::vector<Feed>>(text.error());
    if (!parsed) {
      sifter.LeaveOutBase(file, parsed.error());
      continue;
    }
    for (Feed& feed : *parsed) {
      auto of_pack = std::find_if(project.feeds.begin(), project.feeds.end(),
                                  [&](const Feed& other) { return other.name == feed.name; });
      bool replaces = of_pack != project.feeds.end();
      if (own)
        project.overlays.push_back(
            {"feed", feed.name, file, replaces ? (fs::path(project.pack) / "feeds.toml").string() : ""});
      if (replaces)
        *of_pack = std::move(feed);
      else
        project.feeds.push_back(std::move(feed));
    }
  }
}

// Feeds, raw tables and sources.
Result<> ReadRaw(Project& project, Sifter& sifter) {
  ReadFeeds(project, sifter);
  for (const fs::path& file : OverlaidFiles(project, "tables", "table", ".toml")) {
    auto parsed = ParseRawTable(file.string(), TRY(ReadFile(file.string())));
    if (parsed) {
      project.raw_tables.push_back(std::move(*parsed));
      continue;
    }
    sifter.LeaveOutBase(file.string(), parsed.error());
    project.left_out.push_back(
        {file.stem().string(), file.string(), false, ProblemOf(parsed.error(), file.string()).Text()});
  }
  for (const fs::path& file : OverlaidFiles(project, "sources", "source", ".sql")) {
    auto parsed = ParseSource(file.string(), TRY(ReadFile(file.string())));
    if (parsed)
      project.sources.insert(project.sources.end(), std::make_move_iterator(parsed->begin()),
                             std::make_move_iterator(parsed->end()));
    else
      sifter.LeaveOutBase(file.string(), parsed.error());
  }
  return {};
}

// Sources that do not fit the feeds and the tables are left out. Where these are broken nothing is known of
// that, and nothing is loaded.
void SiftSources(Project& project, Sifter& sifter) {
  if (!project.base_problems.empty()) return;
  std::set<std::string> broken;
  for (const Source& source : project.sources)
    if (auto sound = CheckSource(project, source); !sound && broken.insert(source.file).second)
      sifter.LeaveOutBase(source.file, sound.error());
  std::erase_if(project.sources, [&](const Source& source) { return broken.contains(source.file); });
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
  auto is = [&](const std::string& what, const std::string& hint) {
    return Error{ErrorKind::kUsage, fmt::format("'{}' is {}", word, what), hint, true};
  };
  const std::string rows = CommandToTry({"show", word}) + " shows its rows";
  if (const Model* model = FindModel(word); model && model->view)
    return is("a view: its rows are not stored, but made when they are asked for", rows);
  if (FindModel(word)) return is("an intermediate table, which only other tables read", rows);
  if (FindRaw(word)) return is("a raw table, which `backcourt load` fills from files", rows);
  if (FindSeed(word)) return is("a seed, a small file of the project that `backcourt load` reads", rows);
  if (FindNamed(checks, word)) return is("a check, not a table", "`backcourt check` runs it with the others");
  if (FindFeed(word)) return is("a feed, a kind of file", "`backcourt files` lists the files of feeds");
  if (FindNamed(sources, word))
    return is("a source, which makes rows of a raw table", "`backcourt show` with the raw table");
  return is("not a table", Suggestion(word, names, ""));
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

std::vector<std::string> Project::Patterns(const RawTable& table) const {
  if (data.empty()) return {};
  std::string folder = (fs::path(data) / table.name).string();
  return {folder + "/season=" + SeasonMark() + "/*.parquet", folder + "/*.parquet"};
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

bool Project::IsReadInPlace(const RawTable& table) const {
  if (table.lake.empty() || IsBoxes(table.name)) return false;
  for (const std::string* of_calendar : {&schedule, &results, &history})
    if (*of_calendar == table.name) return false;
  return std::none_of(sources.begin(), sources.end(), [&](const Source& source) {
    return std::find(source.reads.begin(), source.reads.end(), table.name) != source.reads.end();
  });
}

Result<std::string> Project::Find(const std::string& start) {
  std::error_code ignored;
  for (fs::path folder = fs::absolute(start, ignored);; folder = folder.parent_path()) {
    if (fs::exists(folder / "backcourt.toml", ignored)) return folder.string();
    if (folder == folder.parent_path()) break;
  }
  return Error{ErrorKind::kUsage,
               fmt::format("no backcourt.toml in {} or a folder above it",
                           fs::weakly_canonical(fs::absolute(start, ignored), ignored).string()),
               "run inside a project, or name one: --project DIR"};
}

Result<Project> Project::At(Project project, std::string warehouse, std::optional<SparkPlace> spark) {
  project.warehouse = std::move(warehouse);
  project.spark = std::move(spark);
  project.spark_functions.clear();
  TRY(ReadSparkFunctions(project));
  Identify(project);
  return project;
}

Result<Project> Project::Load(const std::string& folder) {
  Project project;
  std::error_code ignored;
  project.root = fs::weakly_canonical(fs::absolute(folder, ignored), ignored).string();
  if (!fs::exists(fs::path(project.root) / "backcourt.toml", ignored))
    return Error{ErrorKind::kUsage,
                 fmt::format("{} is not a project: it has no backcourt.toml", project.root),
                 "--project with the folder that has one"};
  TRY(ReadConfig(project, project.root, false));
  project.problems = project.base_problems = project.config_problems;
  Sifter sifter(project);
  TRY(ReadRaw(project, sifter));
  TRY(ReadModelsAndChecks(project, sifter));
  if (!project.config_problems.empty() && project.raw_tables.empty())
    return ErrorOf(project.problems);  // the line that names the pack may be among them
  const std::string config = (fs::path(project.root) / "backcourt.toml").string();
  bool feeds_known = project.base_problems.empty();
  auto must = [&](const std::string& file, const Result<>& sound) {
    if (!sound) sifter.LeaveOutBase(file, sound.error());
  };
  auto must_config = [&](const Result<>& sound) {
    must(config, sound);
    if (!sound) project.config_problems.push_back(ProblemOf(sound.error(), config));
  };
  must_config(CheckSeasons(project));
  if (feeds_known) must_config(CheckFeedPaths(project));
  if (feeds_known) must_config(Prefer(project));
  must_config(TakeLakeTables(project));
  std::stable_sort(project.sources.begin(), project.sources.end(),
                   [](const Source& a, const Source& b) { return a.rank < b.rank; });
  ReadSeeds(project);
  must((fs::path(project.pack) / "functions" / "duckdb.sql").string(), ReadAllFunctions(project));
  sifter.CheckNames();
  SiftSources(project, sifter);
  if (auto calendar = CheckCalendar(project); !calendar) {
    project.calendar_problem = calendar.error();
    if (feeds_known) must(config, calendar);
  }
  sifter.Sift();
  if (project.base_problems.empty()) must_config(CheckLookups(project));
  Identify(project);
  return project;
}

}  // namespace backcourt

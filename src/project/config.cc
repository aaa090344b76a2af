#include "project/config.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "project/toml_reader.h"

namespace backcourt {

namespace {

Result<std::vector<Lookup>> ParseLookups(const std::string& file, const toml::table& table) {
  std::vector<Lookup> lookups;
  for (auto& [name, node] : InFileOrder(table)) {
    if (!node->is_table())
      return Error{ErrorKind::kUsage,
                   fmt::format("{}:{}: '{}' under [lookups] must be a table", file,
                               int(node->source().begin.line), name),
                   fmt::format("[lookups.{}] with about, columns and match", name)};
    TomlTable reader(file, 1, *node->as_table(), fmt::format("[lookups.{}]", name));
    Lookup lookup{name, reader.Text("about", true), reader.Texts("columns", true),
                  reader.Text("match", true)};
    if (name.empty() || name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") != std::string::npos)
      reader.Problem(nullptr, fmt::format("'{}' under [lookups] is the name of an option: a-z and -", name));
    for (const char* placeholder : {"{column}", "{value}"})
      if (lookup.match.find(placeholder) == std::string::npos)
        reader.Problem(node->as_table()->get("match"),
                       fmt::format("match of [lookups.{}] has no {}", name, placeholder));
    TRY(reader.Finish());
    lookups.push_back(std::move(lookup));
  }
  return lookups;
}

// A value of [league] as SQL: a whole number, a text, a list or a map of texts. Nothing of another kind.
std::optional<std::string> LeagueSql(const toml::node& node) {
  if (auto number = node.value_exact<int64_t>()) return fmt::format("{}", *number);
  if (auto text = node.value_exact<std::string>()) return Quote(*text);
  std::vector<std::string> values;
  if (const toml::array* list = node.as_array()) {
    for (const toml::node& item : *list) {
      auto value = LeagueSql(item);
      if (!value) return {};
      values.push_back(*value);
    }
    return "[" + Join(values, ", ") + "]";
  }
  if (!node.is_table()) return {};
  for (auto& [key, item] : InFileOrder(*node.as_table())) {
    auto text = item->value_exact<std::string>();
    if (!text) return {};
    values.push_back(Quote(key) + ": " + Quote(*text));
  }
  return values.empty() ? std::optional<std::string>() : "MAP {" + Join(values, ", ") + "}";
}

Result<std::map<std::string, std::string>> ParseLeague(const std::string& file, const toml::table& table) {
  std::map<std::string, std::string> league;
  for (auto& [key, node] : InFileOrder(table)) {
    auto value = LeagueSql(*node);
    int line = int(node->source().begin.line);
    if (!value || key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") != std::string::npos)
      return Error{
          ErrorKind::kUsage,
          fmt::format("{}:{}: '{}' under [league] is not a whole number, text, list or table of texts", file,
                      line, key),
          "the keys of [league] are in docs/another-league.md"};
    if (key == "season_label" && *value != "'2021-22'" && *value != "'2021'")
      return Error{
          ErrorKind::kUsage,
          fmt::format("{}:{}: season_label {} does not say how to write the season that starts in 2021", file,
                      line, *value),
          "\"2021-22\", or \"2021\" where a season lies within one year"};
    league[key] = *value;
  }
  return league;
}

// The file without the lines that are no TOML, each of which is a problem.
Result<toml::table> ParseSoundLines(const std::string& file, const std::string& text,
                                    std::vector<FileProblem>& problems) {
  constexpr int kMostLines = 20;  // that are left out
  std::vector<std::string> lines = Split(text, '\n');
  for (int attempt = 0;; ++attempt) {
    auto root = TomlTable::Parse(file, 1, Join(lines, "\n"));
    if (root) return root;
    FileProblem problem = ProblemOf(root.error(), file);
    size_t line = size_t(std::clamp(problem.line, 1, int(lines.size()))) - 1;
    if (attempt == kMostLines || Trim(lines[line]).empty()) return root;
    lines[line].clear();
    problems.push_back(std::move(problem));
  }
}
// 90s, 5m or 6h in seconds.
std::optional<int> ParseDuration(const std::string& text) {
  constexpr size_t kMostDigits = 6;
  if (text.size() < 2 || text.size() > kMostDigits + 1) return {};
  int unit = text.back() == 's' ? 1 : text.back() == 'm' ? 60 : text.back() == 'h' ? 3600 : 0;
  std::string number = text.substr(0, text.size() - 1);
  if (!unit || number.find_first_not_of("0123456789") != std::string::npos) return {};
  return std::stoi(number) * unit;
}

// As "90 days" or "0 days", in seconds.
std::optional<int64_t> ParseDays(const std::string& text) {
  size_t end = text.find_first_not_of("0123456789");
  if (end == 0 || end == std::string::npos || end > 5) return {};
  std::string unit = Trim(text.substr(end));
  if (unit != "days" && unit != "day") return {};
  return std::stoll(text.substr(0, end)) * 86400;
}

// What [warehouse] says of Spark; nothing where the engine is DuckDB.
std::optional<SparkPlace> ReadSpark(TomlTable& warehouse) {
  std::string engine = warehouse.Text("engine");
  SparkPlace place;
  place.uri = warehouse.Text("uri");
  place.database = warehouse.Text("database");
  place.staging = warehouse.Text("staging");
  place.settings = warehouse.Pairs("settings");
  int64_t timeout = warehouse.Number("timeout", place.timeout);
  bool named =
      !place.uri.empty() || !place.database.empty() || !place.staging.empty() || !place.settings.empty();
  if (engine == "spark") {
    if (!place.uri.starts_with("sc://"))
      warehouse.Problem(nullptr, "engine = \"spark\" wants uri = \"sc://host:port\"");
    const char* kNames = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";
    if (place.staging.find("://") != std::string::npos)
      warehouse.Problem(nullptr, "staging is a folder that this program and the cluster both reach");
    if (place.database.empty() || place.database.find_first_not_of(kNames) != std::string::npos)
      warehouse.Problem(
          nullptr, "engine = \"spark\" wants database = \"name\", of letters, digits, _ and one dot at most");
    if (timeout < 1 || timeout > 86'400) warehouse.Problem(nullptr, "timeout (1 to 86400 s) is out of range");
    place.timeout = int(timeout);
    return place;
  }
  if (!engine.empty() && engine != "duckdb")
    warehouse.Problem(nullptr, fmt::format("engine '{}' is neither \"duckdb\" nor \"spark\"", engine));
  else if (named)
    warehouse.Problem(nullptr, "uri, database, staging and settings are for engine = \"spark\"");
  return {};
}

// [sources.RAW]: which table of the engine's catalog each of these raw tables is.
Result<std::map<std::string, std::string>> ParseLakeTables(const std::string& file,
                                                           const toml::table& sources) {
  const char* kNames = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";
  std::map<std::string, std::string> tables;
  for (auto& [raw, node] : InFileOrder(sources)) {
    if (!node->is_table()) continue;
    TomlTable reader(file, 1, *node->as_table(), fmt::format("[sources.{}]", raw));
    std::string table = reader.Text("table", true);
    if (table.find_first_not_of(kNames) != std::string::npos ||
        std::count(table.begin(), table.end(), '.') > 2)
      reader.Problem(node->as_table()->get("table"),
                     fmt::format("table '{}' under [sources.{}] is not the name of a table, as "
                                 "\"catalog.database.table\"",
                                 table, raw));
    TRY(reader.Finish());
    tables[raw] = table;
  }
  return tables;
}

// A section of the file after the other.
// NOLINTNEXTLINE(readability-function-size)
Config ReadSections(const std::string& file, const toml::table& root, std::vector<FileProblem>& problems) {
  Config config;
  auto note = [&](const Result<>& read) {
    if (read) return;
    for (FileProblem& problem : ProblemsOf(read.error(), file))
      problems.push_back(std::move(problem));
  };
  auto taken = [&](auto&& read, auto& value) {
    if (read)
      value = std::move(*read);
    else
      note(read.error());
  };
  TomlTable reader(file, 1, root, "backcourt.toml");
  static const toml::table kNone;
  auto section = [&](const char* key) {
    const toml::table* table = reader.Table(key);
    return TomlTable(file, 1, table ? *table : kNone, fmt::format("[{}]", key));
  };

  config.lines = reader.Lines();
  TomlTable about = section("project");
  config.pack = about.Text("pack");
  config.name = about.Text("name");
  config.seasons = about.Texts("seasons");
  note(about.Finish());

  TomlTable calendar = section("calendar");
  config.schedule = calendar.Text("schedule");
  config.history = calendar.Text("history");
  config.results = calendar.Text("results");
  config.boxes = calendar.Texts("boxes");
  config.types = calendar.Texts("types");
  note(calendar.Finish());

  TomlTable policy = section("policy");
  std::string missing = policy.Text("on_missing_games");
  if (!missing.empty() && missing != "partial" && missing != "block")
    policy.Problem(nullptr,
                   fmt::format("on_missing_games '{}' is neither \"partial\" nor \"block\"", missing));
  std::string ahead = policy.Text("ahead");
  if (!ahead.empty() && ahead != "next" && ahead != "all")
    policy.Problem(nullptr, fmt::format("ahead '{}' is neither \"next\" nor \"all\"", ahead));
  note(policy.Finish());
  if (!ahead.empty()) config.ahead_all = ahead == "all";
  if (!missing.empty()) config.block_on_missing_games = missing == "block";

  TomlTable warehouse = section("warehouse");
  config.warehouse = warehouse.Text("path");
  config.memory_limit = warehouse.Text("memory_limit");
  if (int64_t threads = warehouse.Number("threads", 0)) {
    if (threads < 1 || threads > 1024) warehouse.Problem(nullptr, "threads (1 to 1024) is out of range");
    config.threads = int(threads);
  }
  config.spark = ReadSpark(warehouse);
  note(warehouse.Finish());

  TomlTable sources = section("sources");
  config.prefer = sources.Texts("prefer");
  if (const toml::table* of_sources = reader.Table("sources")) {
    taken(ParseLakeTables(file, *of_sources), config.lake_tables);
    for (auto& [raw, node] : InFileOrder(*of_sources))
      if (node->is_table()) (void)sources.Table(raw);  // is read
  }
  note(sources.Finish());

  TomlTable data = section("data");
  config.data = data.Text("folder");
  note(data.Finish());

  TomlTable history = section("history");
  const toml::table* kept = reader.Table("history");
  bool number = kept && (*kept)["keep"].is_integer();
  std::string keep = number ? std::to_string(history.Number("keep", 0)) : history.Text("keep");
  config.keep_history = keep == "0" ? 0 : ParseDays(keep);
  if (!keep.empty() && keep != "all" && !config.keep_history)
    history.Problem(nullptr,
                    fmt::format("keep '{}' is neither \"all\", 0 nor a time such as \"90 days\"", keep));
  note(history.Finish());

  TomlTable publish = section("publish");
  config.publish_folder = publish.Text("folder");
  if (const toml::table* target = publish.Table("bigquery")) {
    TomlTable bigquery(file, 1, *target, "[publish.bigquery]");
    config.bigquery.project = bigquery.Text("project", true);
    config.bigquery.dataset = bigquery.Text("dataset", true);
    config.bigquery.prefix = bigquery.Text("prefix");
    config.bigquery.location = bigquery.Text("location");
    config.bigquery.after_backfill = bigquery.Flag("after_backfill");
    if (std::string endpoint = bigquery.Text("endpoint"); !endpoint.empty())
      config.bigquery.endpoint = endpoint;
    note(bigquery.Finish());
  }
  note(publish.Finish());

  TomlTable daily = section("daily");
  auto duration = [&](const char* key) {
    std::string text = daily.Text(key);
    std::optional<int> seconds = ParseDuration(text);
    if (!text.empty() && !seconds)
      daily.Problem(nullptr, fmt::format("{} '{}' is not a time such as \"5m\" or \"6h\"", key, text));
    return seconds;
  };
  config.daily_every = duration("every");
  config.daily_late_after = duration("late_after");
  note(daily.Finish());

  TomlTable notify = section("notify");
  config.notify.url = notify.Text("url");
  config.notify.command = notify.Text("command");
  if (std::string format = notify.Text("format"); !format.empty()) config.notify.format = format;
  if (config.notify.format != "slack" && config.notify.format != "ntfy" && config.notify.format != "json")
    notify.Problem(nullptr,
                   fmt::format("format '{}' is not \"slack\", \"ntfy\" or \"json\"", config.notify.format));
  if (!config.notify.url.empty() && !config.notify.url.starts_with("http://") &&
      !config.notify.url.starts_with("https://"))
    notify.Problem(nullptr, "url does not begin with http:// or https://");
  note(notify.Finish());

  TomlTable stores = section("stores");
  StoreOptions& reach = config.stores;
  for (auto [key, value] :
       std::initializer_list<std::pair<const char*, std::string*>>{{"s3_endpoint", &reach.s3_endpoint},
                                                                   {"s3_region", &reach.s3_region},
                                                                   {"s3_url_style", &reach.s3_url_style},
                                                                   {"gs_endpoint", &reach.gs_endpoint},
                                                                   {"ca_file", &reach.ca_file},
                                                                   {"cache", &reach.cache}})
    *value = stores.Text(key);
  int64_t timeout = stores.Number("timeout", reach.timeout),
          retries = stores.Number("retries", reach.retries),
          parallel = stores.Number("parallel", reach.parallel);
  if (timeout < 1 || timeout > 86'400 || retries < 0 || retries > 1000 || parallel < 1 || parallel > 64)
    stores.Problem(nullptr,
                   "timeout (1 to 86400), retries (0 to 1000) or parallel (1 to 64) is out of range");
  reach.timeout = int(timeout), reach.retries = int(retries), reach.parallel = int(parallel);
  note(stores.Finish());

  if (const toml::table* feeds = reader.Table("feeds")) {
    TomlTable patterns(file, 1, *feeds, "[feeds]");
    for (const std::string& feed : patterns.Keys())
      config.feed_paths[feed] = patterns.Texts(feed);
    note(patterns.Finish());
  }
  if (const toml::table* league = reader.Table("league")) taken(ParseLeague(file, *league), config.league);
  if (const toml::table* accepted = reader.Table("accepted")) {
    TomlTable guards(file, 1, *accepted, "[accepted]");
    for (const std::string& guard : guards.Keys()) {
      const toml::table* of_guard = guards.Table(guard);
      if (!of_guard) continue;
      TomlTable reasons(file, 1, *of_guard, fmt::format("[accepted.{}]", guard));
      const KeyLines lines = reasons.Lines();
      for (const std::string& subject : reasons.Keys())
        config.accepted.push_back({guard, subject, reasons.Text(subject, true), lines.Of(subject)});
      note(reasons.Finish());
    }
    note(guards.Finish());
  }
  if (const toml::table* lookups = reader.Table("lookups"))
    taken(ParseLookups(file, *lookups), config.lookups);
  note(reader.Finish());
  return config;
}

}  // namespace

Result<Config> ParseWhatIsSound(const std::string& file, const std::string& text,
                                std::vector<FileProblem>& problems) {
  toml::table root = TRY(ParseSoundLines(file, text, problems));
  return ReadSections(file, root, problems);
}

Result<Config> ParseConfig(const std::string& file, const std::string& text) {
  toml::table root = TRY(TomlTable::Parse(file, 1, text));
  std::vector<FileProblem> problems;
  Config config = ReadSections(file, root, problems);
  if (!problems.empty()) return ErrorOf(problems);
  return config;
}

}  // namespace backcourt

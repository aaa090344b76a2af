#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "cli/load_text.h"
#include "cli/session.h"
#include "load/unread_files.h"
#include "warehouse/duckdb/engine.h"

namespace backcourt {

namespace fs = std::filesystem;

namespace {

// What files below the data folder are that no feed's pattern matches, with the line that reads them.
Result<std::vector<std::pair<std::string, std::string>>> Recognise(Session& session, Finder& finder,
                                                                   const std::set<std::string>& claimed) {
  auto connection = TRY(session.warehouse->Connect());
  FeedReader reader(session.project, *connection);
  std::vector<std::pair<std::string, std::string>> found;
  for (const UnreadFiles& kind : TRY(FindUnreadFiles(session.project, finder, reader, claimed))) {
    std::string hint;
    for (const Feed* feed : kind.fits)
      hint += fmt::format("{}{} = \"{}\"", hint.empty() ? "under [feeds]: " : " or ", feed->name,
                          (fs::path(session.project.data) / kind.pattern).string());
    found.emplace_back(UnreadText(kind), hint);
  }
  return found;
}

}  // namespace

Result<int> RunDoctor(Session& session, const Arguments& arguments, const Output& output) {
  const Project& project = session.project;
  nlohmann::json findings = nlohmann::json::array();
  std::set<std::string> unreachable;
  bool bad = false;
  auto find = [&](const char* level, const std::string& what, const std::string& hint = "") {
    findings.push_back({{"level", level}, {"what", what}, {"try", hint}});
    bad = bad || std::string(level) == "error";
  };
  find("ok", fmt::format("project {} with pack {}: {} sources, {} models, {} raw tables, {} seeds",
                         project.root, project.pack, project.sources.size(), project.models.size(),
                         project.raw_tables.size(), project.seeds.size()));
  std::string library = LibraryFolder();
  for (const char* file : {"libduckdb.so", "excel.duckdb_extension", "httpfs.duckdb_extension"})
    if (fs::exists(fs::path(library) / file))
      find("ok", fmt::format("engine: {}/{}", library, file));
    else
      find("error", fmt::format("engine: {}/{} is not there", library, file), "`make build`");
  if (session.warehouse) {
    auto connection = TRY(session.warehouse->Connect());
    Rows version = TRY(connection->Query("SELECT version()"));
    std::error_code ignored;
    find("ok",
         fmt::format("warehouse: {} ({} bytes), DuckDB {}", project.warehouse,
                     WithCommas(int64_t(fs::file_size(project.warehouse, ignored))), version.Text(0, 0)));
    for (const Snapshot& one : TRY(Snapshots::Serving(*connection)))
      find("ok", Trim(SnapshotText({one}, {})));
    for (const Snapshot& one : TRY(Snapshots::Quarantined(*connection)))
      find("warning", Trim(SnapshotText({}, {one})),
           "fetch it again under the same name; until then the last good one serves");
  } else {
    find("error", fmt::format("warehouse: {} does not open", project.warehouse), "see below");
  }
  if (project.data.empty())
    find("error", "no [data] folder is configured", "folder = \"...\" under [data] of backcourt.toml");
  else if (!IsRemote(project.data) && !fs::exists(project.data))
    find("error", fmt::format("data folder {} is not there", project.data),
         "another folder under [data] of backcourt.toml");
  Finder finder = OnlineFinder(project);
  auto files_of = [&](const std::vector<std::string>& patterns) -> std::vector<FoundFile> {
    auto files = finder.Find(patterns);
    if (files) return *files;
    if (unreachable.insert(files.error().message).second)
      find("error", files.error().message, files.error().hint);
    return {};
  };
  std::set<std::string> claimed;  // paths that a feed's pattern matches
  auto sources_of = [&](const std::string& name) {
    std::set<std::string> files;
    for (const Source& source : project.sources)
      for (const std::vector<std::string>& list : {source.feeds, source.optional_feeds, source.any_of})
        if (std::find(list.begin(), list.end(), name) != list.end())
          files.insert(fs::path(source.file).filename().string());
    return Join({files.begin(), files.end()}, ", ");
  };
  auto feed = [&](const std::string& name, const std::vector<std::string>& patterns) {
    std::vector<FoundFile> files = files_of(patterns);
    for (const FoundFile& file : files)
      claimed.insert(file.path);
    find(files.empty() ? "absent" : "ok",
         fmt::format("feed {}: {} files match {}; read by {}", name, files.size(), Join(patterns, ", "),
                     sources_of(name)),
         files.empty()
             ? "a folder that has them under [data], or a path under [feeds]; without it its columns are NULL"
             : "");
  };
  if (!project.data.empty()) {
    int own = 0;
    for (const RawTable& raw : project.raw_tables)
      own += int(files_of({(fs::path(project.data) / raw.name / "**/*.parquet").string()}).size());
    find(own ? "ok" : "absent",
         fmt::format("{} files in the raw tables' own shape below {}", own, project.data));
  }
  for (const Feed& one : project.feeds)
    if (auto patterns = project.Patterns(one); !patterns.empty()) feed(one.name, patterns);
  if (session.warehouse && !project.data.empty() && !IsRemote(project.data))
    for (const auto& [what, hint] : TRY(Recognise(session, finder, claimed)))
      find("note", what, hint);
  if (arguments.json) {
    output.Out(findings.dump(2) + "\n");
  } else {
    for (const auto& finding : findings) {
      output.Out(
          fmt::format("{:<7} {}\n", finding["level"].get<std::string>(), finding["what"].get<std::string>()));
      if (!finding["try"].get<std::string>().empty())
        output.Out(fmt::format("        Try: {}\n", finding["try"].get<std::string>()));
    }
  }
  return !unreachable.empty() ? 4 : bad ? 1 : 0;
}

}  // namespace backcourt

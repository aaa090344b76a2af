#include "load/file_rows.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/text.h"
#include "load/source_groups.h"

namespace backcourt {

FileRows::FileRows(const Project& project, Connection& connection)
    : project_(project), connection_(connection), reader_(project, connection) {}

std::string FileRows::Read(const RawTable& table, const ledger::LoadedFile& file) {
  std::error_code gone;
  if (std::filesystem::file_size(file.path, gone) != uintmax_t(file.size) || gone) return "";
  const Feed own = OwnFeed(table);
  const Feed* feed = file.feed == own.name ? &own : project_.FindFeed(file.feed);
  if (!feed || feed->snapshots) return "";
  std::vector<std::string> columns;
  for (const Column& column : feed->columns)
    columns.push_back("CAST(" + Ident(column.name) + " AS VARCHAR)");
  std::string relation = fmt::format("(SELECT file_row, [{}] AS values_ FROM temp.{})", Join(columns, ", "),
                                     Ident("feed_" + feed->name));
  if (read_ == file.path) return relation;
  FoundFile found;
  found.path = file.path, found.season = file.season, found.size = file.size, found.mtime = file.mtime;
  if (!reader_.Read(*feed, {found})) return "";
  read_ = file.path;
  return relation;
}

std::optional<FileRow> FileRows::Find(const RawTable& table, const std::vector<ledger::LoadedFile>& files,
                                      const std::vector<std::pair<std::string, std::string>>& key) {
  std::vector<std::string> values;
  for (const auto& [column, value] : key)
    values.push_back(Quote(value));
  std::optional<FileRow> found;
  for (const ledger::LoadedFile& file : files) {
    std::string relation = values.empty() ? "" : Read(table, file);
    if (relation.empty()) return std::nullopt;
    auto rows = connection_.Query(fmt::format(
        "SELECT file_row FROM {} WHERE list_has_all(values_, [{}]) LIMIT 2", relation, Join(values, ", ")));
    if (!rows || rows->size() > 1 || (rows->size() == 1 && found)) return std::nullopt;
    if (rows->size() == 1) found = FileRow{file.path, rows->Int(0, 0)};
  }
  return found;
}

}  // namespace backcourt

#include "load/moved_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <tuple>

#include "base/digest.h"

namespace backcourt {

namespace {

using Version = std::tuple<std::string, int64_t, int64_t>;  // path, size, time

std::string NameOf(const std::string& path) { return std::filesystem::path(path).filename().string(); }

// A digest of a file's bytes, a block at a time; "" when it cannot be read.
std::string DigestOf(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::vector<char> block(1 << 20);
  Digest digest;
  bool read_any = false;
  while (in.read(block.data(), std::streamsize(block.size())) || in.gcount() > 0) {
    digest = Hasher().Add(digest).Add(std::string_view(block.data(), size_t(in.gcount()))).Finish();
    read_any = true;
  }
  return in.bad() || (!read_any && !in.eof()) ? "" : Hasher().Add(digest).Finish().Hex();
}

std::map<Version, std::string> ByVersion(const std::vector<ledger::FileContent>& contents) {
  std::map<Version, std::string> digests;
  for (const ledger::FileContent& file : contents)
    digests[{file.path, file.size, file.mtime}] = file.digest;
  return digests;
}

}  // namespace

Result<std::vector<ledger::MovedFile>> FindMovedFiles(
    const std::map<std::string, std::vector<FoundFile>>& found, const std::vector<ledger::LoadedFile>& loaded,
    const std::vector<ledger::FileContent>& contents) {
  std::map<Version, std::string> known = ByVersion(contents);
  std::map<std::string, std::string> now;  // digests of files that are found, by path
  auto same = [&](const ledger::LoadedFile& before, const FoundFile& file) {
    if (before.size != file.size || !file.local.empty()) return false;
    if (before.mtime == file.mtime) return true;
    auto digest = known.find({before.path, before.size, before.mtime});
    if (digest == known.end() || digest->second.empty()) return false;
    auto [of_file, fresh] = now.try_emplace(file.path);
    if (fresh) of_file->second = DigestOf(file.path);
    return of_file->second == digest->second;
  };
  std::map<std::string, std::map<std::string, const ledger::LoadedFile*>> before;  // by feed and path
  for (const ledger::LoadedFile& file : loaded)
    before[file.feed][file.path] = &file;
  std::vector<ledger::MovedFile> moved;
  for (const auto& [feed, files] : found) {
    auto known_files = before.find(feed);
    if (known_files == before.end()) continue;
    std::map<std::string, std::vector<const FoundFile*>> fresh;  // by name
    std::set<std::string> there;
    for (const FoundFile& file : files) {
      there.insert(file.path);
      auto of_path = known_files->second.find(file.path);
      if (of_path == known_files->second.end())
        fresh[NameOf(file.path)].push_back(&file);
      else if (of_path->second->mtime != file.mtime && same(*of_path->second, file))
        moved.push_back({feed, file.path, file.path, of_path->second->mtime, file.mtime});
    }
    for (const auto& [path, file] : known_files->second) {
      if (there.contains(path)) continue;
      auto& candidates = fresh[NameOf(path)];
      auto taken = std::find_if(candidates.begin(), candidates.end(),
                                [&](const FoundFile* candidate) { return same(*file, *candidate); });
      if (taken == candidates.end()) continue;
      moved.push_back({feed, path, (*taken)->path, file->mtime, (*taken)->mtime});
      candidates.erase(taken);
    }
  }
  return moved;
}

Result<std::vector<ledger::FileContent>> LookAtContents(
    const std::map<std::string, std::vector<FoundFile>>& found,
    const std::vector<ledger::FileContent>& known) {
  std::map<Version, std::string> digests = ByVersion(known);
  std::map<std::string, ledger::FileContent> now;  // by path
  for (const auto& [feed, files] : found)
    for (const FoundFile& file : files) {
      if (!file.local.empty() || now.contains(file.path)) continue;
      auto before = digests.find({file.path, file.size, file.mtime});
      now[file.path] = {file.path, file.size, file.mtime,
                        before == digests.end() ? DigestOf(file.path) : before->second};
    }
  std::vector<ledger::FileContent> contents;
  for (auto& [path, file] : now)
    contents.push_back(std::move(file));
  return contents;
}

}  // namespace backcourt

#include "operations/publish_place.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <limits>

#include "base/file.h"
#include "files/credentials.h"
#include "files/object_store.h"
#include "operations/output_folder.h"

namespace backcourt {

namespace fs = std::filesystem;

namespace {

Result<> MakeFolder(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (!failed) return {};
  return Error{ErrorKind::kCapacity,
               fmt::format("{} cannot be written: {}", folder.string(), failed.message()),
               "free disk space, or another folder"};
}

class LocalPlace : public PublishPlace {
 public:
  LocalPlace(fs::path folder, std::optional<FolderLock> lock)
      : folder_(std::move(folder)), name_(folder_.string()), lock_(std::move(lock)) {}

  // A folder that holds something else is nobody's to publish into.
  Result<> CheckOurs() const {
    static const std::set<std::string> kOurs = {"manifest.json", "backcourt.sql", "files", "versions"};
    std::error_code ignored;
    for (fs::directory_iterator at(folder_, ignored), end; !ignored && at != end; at.increment(ignored))
      if (std::string name = at->path().filename().string();
          !name.starts_with(".") && !kOurs.contains(name.substr(0, name.rfind(".tmp"))))
        return Error{ErrorKind::kUsage, fmt::format("{} is not of a published folder", at->path().string()),
                     "a folder of its own, such as ~/published"};
    return {};
  }

  const std::string& folder() const override { return name_; }
  std::string Where(const std::string& path) const override { return (folder_ / path).string(); }
  Result<std::optional<std::string>> ReadText(const std::string& path) override {
    std::error_code ignored;
    if (!fs::exists(folder_ / path, ignored)) return std::optional<std::string>();
    return std::optional(TRY(ReadFile(Where(path))));
  }
  bool Lost(const std::string& path) const override {
    std::error_code ignored;
    return !fs::exists(folder_ / path, ignored);
  }
  Result<std::string> Aside(const std::string& path) override {
    TRY(MakeFolder((folder_ / path).parent_path()));
    return Where(path) + ".new";
  }
  Result<> Put(const std::string& path) override {
    TRY(SyncFile(Where(path) + ".new"));
    return MoveInPlace(Where(path) + ".new", Where(path));
  }
  Result<> PutText(const std::string& path, const std::string& text) override {
    TRY(MakeFolder((folder_ / path).parent_path()));
    return WriteFile(Where(path), text);
  }
  double SecondsSince(const std::string& path) const override {
    std::error_code ignored;
    auto put = fs::last_write_time(folder_ / path, ignored);
    return std::chrono::duration<double>(fs::file_time_type::clock::now() - put).count();
  }
  Result<std::vector<std::string>> Keep(const std::string& below,
                                        const std::set<std::string>& held) override {
    std::error_code failed;
    std::vector<std::string> removed;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / below, failed))
      if (entry.is_regular_file()) removed.push_back(entry.path().lexically_relative(folder_).string());
    std::erase_if(removed, [&](const std::string& path) { return held.contains(path); });
    for (const std::string& path : removed)
      fs::remove(folder_ / path, failed);
    std::sort(removed.begin(), removed.end());
    return removed;
  }

 private:
  const fs::path folder_;
  const std::string name_;
  std::optional<FolderLock> lock_;
};

// Objects are written whole, and none is removed: the engine has no way to.
class StorePlace : public PublishPlace {
 public:
  StorePlace(std::string folder, fs::path aside, std::unique_ptr<ObjectStore> store)
      : folder_(std::move(folder)), aside_(std::move(aside)), store_(std::move(store)) {}
  ~StorePlace() override {
    std::error_code ignored;
    fs::remove_all(aside_, ignored);
  }

  const std::string& folder() const override { return folder_; }
  std::string Where(const std::string& path) const override { return folder_ + "/" + path; }
  Result<std::optional<std::string>> ReadText(const std::string& path) override {
    return store_->ReadText(Where(path));
  }
  bool Lost(const std::string&) const override { return false; }
  Result<std::string> Aside(const std::string& path) override {
    fs::path file = aside_ / path;
    TRY(MakeFolder(file.parent_path()));
    return file.string();
  }
  Result<> Put(const std::string& path) override {
    std::string file = (aside_ / path).string();
    TRY(store_->Put(file, Where(path)));
    std::error_code ignored;
    fs::remove(file, ignored);
    return {};
  }
  Result<> PutText(const std::string& path, const std::string& text) override {
    TRY(WriteFile(TRY(Aside(path)), text));
    return Put(path);
  }
  double SecondsSince(const std::string&) const override { return std::numeric_limits<double>::infinity(); }
  Result<std::vector<std::string>> Keep(const std::string&, const std::set<std::string>&) override {
    return std::vector<std::string>();
  }

 private:
  const std::string folder_;
  const fs::path aside_;
  std::unique_ptr<ObjectStore> store_;
};

}  // namespace

Result<std::unique_ptr<PublishPlace>> PublishPlace::Open(const Project& project, const std::string& folder,
                                                         bool keeps_nothing,
                                                         std::function<bool()> interrupted) {
  if (folder.find("://") != std::string::npos && (!IsRemote(folder) || folder.starts_with("http")))
    return Error{ErrorKind::kUsage, fmt::format("{} cannot be written to", folder),
                 "a folder of this machine, s3://… or gs://…"};
  if (IsRemote(folder)) {
    std::string base = folder;
    while (base.ends_with("/"))
      base.pop_back();
    return std::unique_ptr<PublishPlace>(std::make_unique<StorePlace>(
        base, project.warehouse + ".publish",
        TRY(ObjectStore::Open(project.stores, FromEnvironment, std::move(interrupted)))));
  }
  std::error_code ignored;
  fs::path path = fs::weakly_canonical(fs::absolute(folder), ignored);
  TRY(CheckOutputFolder(project, path));
  std::optional<FolderLock> lock;
  if (!keeps_nothing) lock.emplace(TRY(FolderLock::Take(path)));
  auto place = std::make_unique<LocalPlace>(std::move(path), std::move(lock));
  TRY(place->CheckOurs());
  return std::unique_ptr<PublishPlace>(std::move(place));
}

}  // namespace backcourt

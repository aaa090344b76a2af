#include "files/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include "base/text.h"
#include "files/file_shape.h"

namespace backcourt {

namespace fs = std::filesystem;

namespace {

// Of these endings the one that a name has; "" without one.
std::string EndingOf(const std::string& name, std::initializer_list<const char*> endings) {
  std::string lower = Lower(name);
  for (const char* ending : endings)
    if (lower.ends_with(ending)) return ending;
  return "";
}

std::string ArchiveEnding(const std::string& name) {
  return EndingOf(name, {".zip", ".tar.xz", ".txz", ".tar.gz", ".tgz", ".xz"});
}

std::string WithoutEnding(const std::string& name) {
  return name.substr(0, name.size() - ArchiveEnding(name).size());
}

bool IsTable(const std::string& name) { return !EndingOf(name, {".csv", ".json"}).empty(); }

// What tools leave beside the files: hidden ones, and the Finder's.
bool IsLeftover(const fs::path& member) {
  for (const fs::path& part : member)
    if (part == "__MACOSX" || (part.string().starts_with(".") && part != "." && part != "..")) return true;
  return false;
}

class Unpacking {
 public:
  Unpacking(const std::string& file, const std::string& path, std::string target)
      : path_(path),
        target_(std::move(target)),
        reader_(archive_read_new(), archive_read_free),
        file_(file),
        is_single_(ArchiveEnding(path) == ".xz") {
    std::error_code ignored;
    packed_ = fs::file_size(file, ignored);
  }

  Result<> Run() {
    archive* reader = reader_.get();
    archive_read_support_filter_xz(reader);
    archive_read_support_filter_gzip(reader);
    if (is_single_) {
      archive_read_support_format_raw(reader);
    } else {
      archive_read_support_format_zip(reader);
      archive_read_support_format_tar(reader);
    }
    if (archive_read_open_filename(reader, file_.c_str(), 1 << 16) != ARCHIVE_OK) return Unreadable("");
    size_t tables = 0;
    for (archive_entry* entry = nullptr;;) {
      int state = archive_read_next_header(reader, &entry);
      if (state == ARCHIVE_EOF) break;
      if (state < ARCHIVE_WARN) return Unreadable("");
      tables += TRY(Member(entry)) ? 1 : 0;
    }
    if (!tables) return Refused("", "it holds no .csv and no .json");
    return {};
  }

 private:
  Error Refused(const std::string& member, const std::string& why) const {
    return Error{ErrorKind::kSource,
                 fmt::format("{}{}{}: {}", path_, member.empty() ? "" : ": ", member, why),
                 "fetch or pack it again, then load; nothing was loaded"};
  }

  Error Unreadable(const std::string& member) const {
    const char* why = archive_error_string(reader_.get());
    return Refused(member, fmt::format("it cannot be unpacked: {}", why ? why : "it is cut off"));
  }

  // Whether an entry was a table or a document; it is written out.
  Result<bool> Member(archive_entry* entry) {
    const char* told = is_single_ ? nullptr : archive_entry_pathname(entry);
    fs::path member = told ? told : fs::path(WithoutEnding(path_)).filename();
    std::string name = member.string();
    if (is_single_ && !IsTable(name)) name += ".csv", member = name;
    if (archive_entry_filetype(entry) == AE_IFDIR || IsLeftover(member)) return false;
    if (IsArchive(name) || !EndingOf(name, {".csv.gz", ".json.gz"}).empty())
      return Refused(name, "an archive in an archive is not read");
    if (!IsTable(name)) return false;
    if (archive_entry_is_encrypted(entry)) return Refused(name, "it is encrypted");
    fs::path inside = member.lexically_normal();
    if (inside.is_absolute() || inside.begin()->string() == ".." || archive_entry_filetype(entry) != AE_IFREG)
      return Refused(name, "it is not a file of the archive's own folder");
    fs::path target = fs::path(target_) / inside;
    std::error_code ignored;
    if (fs::exists(target, ignored)) return Refused(name, "it is in the archive twice");
    fs::create_directories(target.parent_path(), ignored);
    TRY(CopyOut(name, target));
    return true;
  }

  Result<> CopyOut(const std::string& member, const fs::path& target) {
    std::ofstream out(target, std::ios::binary | std::ios::trunc);
    bool has_lines = !EndingOf(member, {".csv"}).empty();
    size_t line = 0;  // bytes since the last end of one
    for (;;) {
      la_ssize_t n = archive_read_data(reader_.get(), block_.data(), block_.size());
      if (n == 0) break;
      if (n < 0) return Unreadable(member);
      const char* begin = block_.data();
      auto first = static_cast<const char*>(std::memchr(begin, '\n', size_t(n)));
      line += first ? size_t(first - begin) : size_t(n);
      if (has_lines && line > kLongestLine) return Refused(member, "it has a line longer than 2 MB");
      if (first) line = size_t(begin + n - static_cast<const char*>(memrchr(begin, '\n', size_t(n))));
      if ((unpacked_ += size_t(n)) > kUnpacked && unpacked_ / kTimes > packed_)
        return Refused(member,
                       fmt::format("it would be more than {} MB unpacked, more than {} times its size",
                                   kUnpacked >> 20, kTimes));
      if (!out.write(begin, n)) break;
    }
    out.close();
    if (out) return {};
    return Error{ErrorKind::kCapacity, fmt::format("{} cannot be written", target.string()),
                 fmt::format("make room on that disk: {} is unpacked there", path_)};
  }

  const std::string& path_;
  std::string target_;
  std::unique_ptr<archive, int (*)(archive*)> reader_;
  const std::string& file_;
  bool is_single_;
  size_t packed_ = 0, unpacked_ = 0;  // bytes
  std::vector<char> block_ = std::vector<char>(1 << 16);
};

}  // namespace

bool IsArchive(const std::string& path) { return !ArchiveEnding(path).empty(); }

std::vector<std::string> NamesOfContents(const std::string& name) {
  std::string stem = WithoutEnding(name);
  if (IsTable(stem)) return {stem};
  return {stem + ".csv", stem + ".json"};
}

Result<> Unpack(const std::string& archive, const std::string& path, const std::string& target) {
  std::string partial = target + ".new";
  std::error_code failed;
  fs::remove_all(partial, failed);
  fs::create_directories(partial, failed);
  auto unpacked = Unpacking(archive, path, partial).Run();
  if (unpacked) fs::rename(partial, target, failed);
  if (!unpacked || failed) {
    std::error_code ignored;
    fs::remove_all(partial, ignored);
  }
  if (unpacked && failed)
    return Error{ErrorKind::kCapacity, fmt::format("{} cannot be written: {}", target, failed.message()), ""};
  return unpacked;
}

}  // namespace backcourt

#include "files/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

#include "files/file_shape.h"

namespace backcourt {

namespace fs = std::filesystem;

namespace {

using Reader = std::unique_ptr<archive, int (*)(archive*)>;

Error Refused(const std::string& path, const std::string& why) {
  return Error{ErrorKind::kSource, fmt::format("{}: {}", path, why), "fetch it again; nothing was loaded"};
}

// An open archive whose next entry is at its first CSV; `name` is the entry's.
Result<Reader> OpenAtTable(const std::string& file, const std::string& path, std::string& name) {
  Reader reader(archive_read_new(), archive_read_free);
  for (auto allow : {archive_read_support_filter_all, archive_read_support_format_zip,
                     archive_read_support_format_tar, archive_read_support_format_raw})
    allow(reader.get());
  if (archive_read_open_filename(reader.get(), file.c_str(), 1 << 16) != ARCHIVE_OK)
    return Refused(path, fmt::format("it cannot be unpacked: {}", archive_error_string(reader.get())));
  bool is_single = path.ends_with(".csv.xz");  // no archive: one file under xz
  for (archive_entry* entry = nullptr;;) {
    int state = archive_read_next_header(reader.get(), &entry);
    if (state == ARCHIVE_EOF) return Refused(path, "it holds no .csv");
    if (state < ARCHIVE_WARN)
      return Refused(path, fmt::format("it cannot be unpacked: {}", archive_error_string(reader.get())));
    const char* here = archive_entry_pathname(entry);
    name = here ? here : "";
    if (is_single || (fs::path(name).extension() == ".csv" && fs::path(name).filename().string()[0] != '.'))
      return reader;
  }
}

// Copies an entry out, within the limits of a file of `packed` bytes.
Result<> CopyOut(archive* reader, const std::string& path, size_t packed, const std::string& target) {
  std::ofstream out(target, std::ios::binary | std::ios::trunc);
  std::vector<char> block(1 << 16);
  size_t total = 0, line = 0;
  for (;;) {
    la_ssize_t n = archive_read_data(reader, block.data(), block.size());
    if (n == 0) break;
    if (n < 0) return Refused(path, fmt::format("it cannot be unpacked: {}", archive_error_string(reader)));
    auto first = static_cast<const char*>(std::memchr(block.data(), '\n', size_t(n)));
    line += first ? size_t(first - block.data()) : size_t(n);
    if (line > kLongestLine) return Refused(path, "it has a line longer than 2 MB");
    if (first)
      line = size_t(block.data() + n - static_cast<const char*>(memrchr(block.data(), '\n', size_t(n))));
    if ((total += size_t(n)) > kUnpacked && total / kTimes > packed)
      return Refused(path, fmt::format("it would be more than {} MB unpacked, more than {} times its size",
                                       kUnpacked >> 20, kTimes));
    if (!out.write(block.data(), n))
      return Error{ErrorKind::kCapacity, fmt::format("{} cannot be written", target), "room on that disk"};
  }
  return {};
}

}  // namespace

bool IsArchive(const std::string& path) {
  for (const char* extension : {".csv.zip", ".tar.xz", ".csv.xz"})
    if (path.ends_with(extension)) return true;
  return false;
}

Result<> UnpackTable(const std::string& file, const std::string& path, const std::string& target) {
  std::error_code ignored;
  fs::create_directories(fs::path(target).parent_path(), ignored);
  std::string name, other, partial = target + ".new";
  Reader reader = TRY(OpenAtTable(file, path, name));
  auto copied = CopyOut(reader.get(), path, fs::file_size(file, ignored), partial);
  for (archive_entry* entry = nullptr;
       copied && archive_read_next_header(reader.get(), &entry) == ARCHIVE_OK;) {
    other = archive_entry_pathname(entry) ? archive_entry_pathname(entry) : "";
    if (fs::path(other).extension() == ".csv" && !fs::path(other).filename().string().starts_with("."))
      copied = Refused(path, fmt::format("it holds several tables: {} and {}", name, other));
  }
  if (copied) fs::rename(partial, target, ignored);
  if (!copied || ignored) fs::remove(partial, ignored);
  return copied;
}

}  // namespace backcourt

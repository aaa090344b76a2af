#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace backcourt {

namespace fs = std::filesystem;

namespace {

Error FileError(const std::string& path, int number) {
  bool full = number == ENOSPC || number == EDQUOT || number == EIO;
  return Error{full ? ErrorKind::kCapacity : ErrorKind::kUsage,
               path + " cannot be written: " + std::strerror(number),
               number == EIO ? "a sound disk"
               : full        ? "free disk space"
                             : "a path that you may write to"};
}

// Closes a file however its scope is left.
struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
};

Result<> WriteAll(const std::string& path, std::string_view content) {
  Descriptor file{open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
  if (file.fd < 0) return FileError(path, errno);
  while (!content.empty()) {
    ssize_t n = write(file.fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FileError(path, errno);
    content.remove_prefix(size_t(n));
  }
  return {};
}

}  // namespace

Result<std::string> ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  std::error_code ignored;
  if (in.bad() || !in.is_open() || fs::is_directory(path, ignored))
    return Error{ErrorKind::kUsage, fmt::format("cannot read {}", path),
                 "check that it is a file, and may be read"};
  return text;
}

Result<> SyncFile(const std::string& path) {
  Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0 || fsync(file.fd) != 0) return FileError(path, errno);
  return {};
}

Result<> MoveInPlace(const std::string& finished, const std::string& path) {
  TRY(SyncFile(finished));
  std::error_code ignored;
  bool exchange = fs::is_directory(path, ignored);  // a folder takes no other's place but by exchange
  if (renameat2(AT_FDCWD, finished.c_str(), AT_FDCWD, path.c_str(), exchange ? RENAME_EXCHANGE : 0) != 0)
    return FileError(path, errno);
  std::string parent = fs::path(path).parent_path().string();
  TRY(SyncFile(parent.empty() ? "." : parent));
  if (exchange) fs::remove_all(finished, ignored);
  return {};
}

Result<> WriteFile(const std::string& path, std::string_view content) {
  std::string temporary = path + ".tmp";
  auto written = WriteAll(temporary, content);
  if (written) written = MoveInPlace(temporary, path);
  if (!written) unlink(temporary.c_str());
  return written;
}

}  // namespace backcourt

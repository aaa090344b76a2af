#include "serve/warehouse_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/digest.h"

namespace backcourt {

namespace {

constexpr size_t kMostCommand = 4000;  // bytes of a command line that are kept
constexpr size_t kMostInfo = 1 << 15;  // bytes of a lock file that are read: all that it holds

// The text under a key; "" where there is none.
std::string FieldOf(const nlohmann::json& object, const char* key) {
  return object.is_object() && object.contains(key) && object[key].is_string()
             ? object[key].get<std::string>()
             : "";
}

// Beside the warehouse, or, where that path is too long for a socket, in the
// folder for temporary files under a name made from it.
std::string SocketPath(const std::string& warehouse) {
  std::string beside = warehouse + ".sock";
  if (beside.size() < sizeof(sockaddr_un::sun_path)) return beside;
  std::string folder = std::filesystem::temp_directory_path().string();
  return fmt::format("{}/backcourt-{}-{}.sock", folder, getuid(), Hasher().Add(beside).Finish().Hex());
}

}  // namespace

Result<std::unique_ptr<WarehouseLock>> WarehouseLock::Take(const std::string& warehouse,
                                                           const std::string& command, HolderInfo& other) {
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(warehouse).parent_path(), ignored);
  std::string path = warehouse + ".lock";
  int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0)
    return Error{ErrorKind::kBusy, fmt::format("{} cannot be written: {}", path, strerror(errno)),
                 "a warehouse in a folder that you may write to, under [warehouse]"};
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    char text[kMostInfo] = {};
    ssize_t n = pread(fd, text, sizeof text, 0);
    close(fd);
    other = ParseInfo(std::string(text, size_t(std::max<ssize_t>(n, 0))));
    return std::unique_ptr<WarehouseLock>();
  }
  std::unique_ptr<WarehouseLock> lock(
      new WarehouseLock(fd, path, command.substr(0, kMostCommand), SocketPath(warehouse)));
  TRY(lock->Tell(""));
  return lock;
}

Result<> WarehouseLock::Tell(const std::string& url) {
  nlohmann::json info = {{"process", getpid()}, {"command", command_}, {"socket", socket_}};
  if (!url.empty()) info["url"] = url;
  std::string text = info.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (ftruncate(lock_, 0) != 0 || pwrite(lock_, text.data(), text.size(), 0) < 0)
    return Error{ErrorKind::kCapacity, fmt::format("{} cannot be written: {}", path_, strerror(errno)),
                 "free disk space"};
  return {};
}

WarehouseLock::~WarehouseLock() {
  if (ftruncate(lock_, 0) != 0) {  // what it says is stale, the lock itself decides
  }
  close(lock_);
}

HolderInfo WarehouseLock::ParseInfo(const std::string& text) {
  auto said = nlohmann::json::parse(text, nullptr, false);
  HolderInfo info{0, FieldOf(said, "command"), FieldOf(said, "socket"), FieldOf(said, "url")};
  if (said.is_object() && said.contains("process") && said["process"].is_number_integer())
    info.process = said["process"].get<int>();
  return info;
}

}  // namespace backcourt

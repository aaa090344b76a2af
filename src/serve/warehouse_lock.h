// The one process that has a warehouse open. A lock on a file beside the warehouse
// decides who it is, so that one that died is taken over from at once; the file
// says who has it and where it answers other shells.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace backcourt {

// What the process that has the lock says of itself.
struct HolderInfo {
  int process = 0;
  std::string command;
  std::string socket;
  std::string url;  // of a server: its page
};

class WarehouseLock {
 public:
  ~WarehouseLock();
  WarehouseLock(const WarehouseLock&) = delete;
  WarehouseLock& operator=(const WarehouseLock&) = delete;

  // Takes the lock, or returns who has it: null pointer and `other` filled.
  static Result<std::unique_ptr<WarehouseLock>> Take(const std::string& warehouse, const std::string& command,
                                                     HolderInfo& other);

  // Says where its page is.
  Result<> Tell(const std::string& url);

  // What the lock file says of its holder; what it does not say stays empty.
  static HolderInfo ParseInfo(const std::string& text);

  // Where its holder may answer others; no path is too long for it.
  const std::string& socket_path() const { return socket_; }

 private:
  WarehouseLock(int lock, std::string path, std::string command, std::string socket)
      : lock_(lock), path_(std::move(path)), command_(std::move(command)), socket_(std::move(socket)) {}

  const int lock_;
  const std::string path_, command_, socket_;
};

}  // namespace backcourt

// Answers the reading commands of other shells through a local socket while a long
// command runs: command lines in, text out.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "serve/warehouse_lock.h"

namespace backcourt {

class Holder {
 public:
  ~Holder();

  // Becomes the holder, or returns who is: null pointer and `other` filled.
  static Result<std::unique_ptr<Holder>> Take(const std::string& warehouse, const std::string& command,
                                              HolderInfo& other);

  // A command line of another shell, answered while this process works: the
  // handler writes the answer through `write` and returns the exit code. Asked
  // from one thread a client, kMostClients at a time. `write` returns false once
  // the client is gone or the holder ends: then the handler is to return.
  using Write = std::function<bool(bool error, const std::string& text)>;
  using Handler = std::function<int(const std::vector<std::string>& arguments, const Write& write)>;
  Result<> Serve(Handler handler);
  // Answers nobody any more; returns when the last answer is given, or broken off.
  void EndServing();

  // The command line in a line that a client sent; empty when it is none.
  static std::vector<std::string> ParseRequest(const std::string& line);
  // A part of an answer; `exit` stands in the last one. What is no such line is an empty part.
  struct Message {
    std::string out, error;
    std::optional<int> exit;
  };
  static Message ParseMessage(const std::string& line);
  const std::string& socket_path() const { return lock_->socket_path(); }

 private:
  Holder() = default;
  void Accept();
  void Answer(int client);

  static constexpr size_t kMostClients = 64;

  struct Client {
    int socket = -1;
    std::atomic<bool> done{false};
    std::thread thread;
  };

  std::unique_ptr<WarehouseLock> lock_;
  int listener_ = -1;
  Handler handler_;
  std::atomic<bool> ending_{false};
  std::atomic<bool> breaking_off_{false};
  std::list<Client> clients_;  // of the acceptor, and once it has ended of EndServing
  std::thread acceptor_;
};

// Sends a command line to a holder and copies its answer to stdout and stderr;
// returns its exit code. An error means that nobody answers there.
Result<int> AskHolder(const HolderInfo& holder, const std::vector<std::string>& arguments);

}  // namespace backcourt

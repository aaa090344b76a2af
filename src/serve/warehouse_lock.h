// The holder: the one process that has a warehouse open. A lock on a file
// beside the warehouse decides who it is, so that one that died is taken over
// from at once. While a long command runs, the holder answers the reading
// commands of other shells through a local socket.
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

namespace backcourt {

// What a holder tells of itself.
struct HolderInfo {
  int process = 0;
  std::string command;
  std::string socket;
};

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
  // What the lock file says of the holder; what it does not say stays empty.
  static HolderInfo ParseInfo(const std::string& text);

  const std::string& socket_path() const { return socket_; }

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

  int lock_ = -1, listener_ = -1;
  std::string socket_;
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

// An answer between its handler, which writes, and the connection, which sends: what
// was said and has not left yet. The handler's side may be used from any thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "serve/server.h"

namespace backcourt {

class OpenReply : public Reply, public std::enable_shared_from_this<OpenReply> {
 public:
  OpenReply(boost::asio::io_context& io, size_t most_unsent)
      : io_(io), most_unsent_(most_unsent), news_(io) {}

  void Status(int status) override;
  void Header(const std::string& name, const std::string& value) override;
  bool Send(std::string_view bytes) override;
  bool SendWhole(std::string_view bytes) override;
  bool Push(std::string_view bytes) override;
  void BreakOff() override;
  bool Alive() const override;
  std::shared_ptr<Reply> KeepOpen() override;
  void Finish() override;
  // The handler is at its end.
  void HandlerEnded();

  // The connection's side, of the I/O thread alone.
  struct News {
    std::string text;
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
    bool finished = false, over = false, kept_open = false;
  };
  News Take();
  // Returns when something happened since Take().
  boost::asio::awaitable<void> Wait();
  bool sent = false;       // the answer is at its end
  bool head_only = false;  // of a HEAD request

 private:
  // The I/O thread looks at news_ alone, so that nothing is missed between Take() and Wait().
  void Tell();

  boost::asio::io_context& io_;
  const size_t most_unsent_;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::string unsent_;
  int status_ = 200;
  std::vector<std::pair<std::string, std::string>> headers_;
  bool finished_ = false, over_ = false, kept_open_ = false;
  boost::asio::steady_timer news_;
};

}  // namespace backcourt

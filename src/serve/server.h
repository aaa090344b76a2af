// Answers other shells while this process holds the warehouse: HTTP/1.1 over a
// Unix socket. `POST /v1/<verb>` with a JSON body is answered by lines of JSON
// (application/x-ndjson, chunked), which leave as they are written. What the verbs
// are is the handler's matter. One client that is silent, slow or broken holds up
// nobody: one thread does all reading and sending, each handler has a thread of
// its own, and sizes, times and numbers are limited.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace backcourt {

// What a handler answers through; of one thread.
class Reply {
 public:
  virtual ~Reply() = default;
  // The HTTP status, 200 unless it is set before the first line.
  virtual void Status(int status) = 0;
  // Sends a line; waits while too much is unsent. False once the client is gone or
  // the server breaks off: then the handler is to return. REQUIRES: no line break in it.
  virtual bool Line(const std::string& json_line) = 0;
  // Whether anybody still waits for the answer; from any thread.
  virtual bool Alive() const = 0;
};

struct ServerLimits {
  size_t most_connections = 512;  // further ones are closed at once
  size_t most_answers = 64;       // given at the same time; further requests get 503
  size_t most_head = 16 << 10;    // bytes of a request's line and headers
  size_t most_body = 1 << 20;     // bytes of its body
  size_t most_unsent = 1 << 20;   // bytes of an answer that wait for the client
  // To send a whole request, from the connection or from the end of the answer before.
  std::chrono::milliseconds request_time{10'000};
  // Without that the client reads on: a reader may page through an answer.
  std::chrono::milliseconds stalled_time{60'000};
  // Of ending: until answers are broken off, and then until connections are closed.
  std::chrono::milliseconds end_time{1'000};
};

class Server {
 public:
  // Asked from one thread a request. What it throws ends its answer with 500.
  using Handler = std::function<void(const std::string& verb, const std::string& body, Reply& reply)>;

  // Listens at the path, which only the owner may connect to; what is there is
  // replaced: the caller holds the lock that says it is of a dead process.
  static Result<std::unique_ptr<Server>> Start(const std::string& socket_path, Handler handler,
                                               const ServerLimits& limits = {});
  ~Server();

  // Takes no more requests; returns when the last answer is given, or broken off
  // after `end_time`. Waits for the handlers, which are to heed Alive().
  void EndServing();

  // The verb of a request's target, `/v1/<verb>`; "" when it is none.
  static std::string VerbOf(std::string_view target);

 private:
  class Core;
  explicit Server(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace backcourt

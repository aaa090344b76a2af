// Answers requests while this process holds the warehouse: HTTP/1.1 over a Unix
// socket, where other shells ask, and over TCP, where the page does. What the
// requests are is the handler's matter. One client that is silent, slow or broken
// holds up nobody: one thread does all reading and sending, each handler has a
// thread to itself, and sizes, times and numbers are limited. An answer that is
// kept open needs no thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace backcourt {

struct HttpRequest {
  std::string method;       // GET, POST, ...
  std::string path, query;  // of the target, as sent
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool local = false;  // over the Unix socket, to which only the owner may connect

  // The value of a header, whatever its case; "" without one. More than one of a name is as none.
  std::string Header(std::string_view name) const;
  // A value of the query, decoded; "" without one.
  std::string Query(std::string_view name) const;
};

// What a handler answers through.
class Reply {
 public:
  virtual ~Reply() = default;
  // The HTTP status, 200 unless it is set before the first bytes, and headers beside it.
  virtual void Status(int status) = 0;
  virtual void Header(const std::string& name, const std::string& value) = 0;
  // Sends bytes; waits while too much is unsent. False once the client is gone or
  // the server breaks off: then the handler is to return.
  virtual bool Send(std::string_view bytes) = 0;
  // The whole answer, which has a length then.
  virtual bool SendWhole(std::string_view bytes) = 0;
  // A line of JSON. REQUIRES: no line break in it.
  bool Line(const std::string& json_line) { return Send(json_line + "\n"); }
  // Sends at once what there is room for: false, and the answer is broken off, when the
  // client does not keep up.
  virtual bool Push(std::string_view bytes) = 0;
  // The answer ends without its end: the client sees that it broke off.
  virtual void BreakOff() = 0;
  // Whether anybody still waits for the answer; from any thread.
  virtual bool Alive() const = 0;
  // The answer does not end with the handler: whoever has it ends it. From any thread afterwards.
  virtual std::shared_ptr<Reply> KeepOpen() = 0;
  virtual void Finish() = 0;
};

// A whole answer that nobody is to keep.
void SendText(Reply& reply, int status, const char* type, std::string_view text);

struct ServerLimits {
  size_t most_connections = 512;  // further ones are closed at once
  size_t most_answers = 64;       // handlers at the same time; further requests get 503
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

// Where to listen on TCP.
struct TcpAddress {
  std::string host = "127.0.0.1";  // an address, not a name
  int port = 0;                    // 0: a free one
};

class Server {
 public:
  // Asked from a thread that does nothing else meanwhile. What it throws ends its answer with 500.
  using Handler = std::function<void(const HttpRequest& request, Reply& reply)>;
  using VerbHandler = std::function<void(const std::string& verb, const std::string& body, Reply& reply)>;

  // Listens at the path, which only the owner may connect to; what is there is
  // replaced: the caller holds the lock that says it is of a dead process. With `tcp` there too.
  static Result<std::unique_ptr<Server>> Start(const std::string& socket_path, Handler handler,
                                               const ServerLimits& limits = {},
                                               const std::optional<TcpAddress>& tcp = {});
  ~Server();

  // Takes no more requests; returns when the last answer is given, or broken off
  // after `end_time`. Waits for the handlers, which are to heed Alive().
  void EndServing();

  // Of the TCP listener.
  int port() const;

  // `POST /v1/<verb>` alone, answered by lines of JSON.
  static Handler ForVerbs(VerbHandler handler);
  // The verb of a request's target, `/v1/<verb>`; "" when it is none.
  static std::string VerbOf(std::string_view target, std::string_view prefix = "/v1/");

 private:
  class Core;
  explicit Server(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

// An error as the body of an answer.
std::string ErrorJson(const Error& error);

}  // namespace backcourt

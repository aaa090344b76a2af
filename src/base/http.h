// The HTTP/1.1 client of the program: one request over a Unix socket, TCP or TLS,
// whose answer is handed over as it comes. A connection serves one request.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace backcourt {

struct HttpPost {
  std::string socket;  // of a Unix socket; else host and port
  std::string host;
  int port = 0;
  bool tls = false;
  std::string ca_file;     // certificates to trust; empty: those of the system
  std::string proxy_host;  // empty: none. TLS goes through its CONNECT
  int proxy_port = 0;
  std::string proxy_user;  // user:password; empty: none

  const char* method = "POST";
  std::string target = "/";
  std::string bearer;  // a token; empty: none
  std::string content_type;
  std::string body;

  // For each step that may hang (to resolve, to connect, to wait for the next bytes); 0: for ever.
  std::chrono::seconds timeout{0};
};

enum class HttpFailure {
  kNone,
  kResolve,    // the name of the host is unknown
  kConnect,    // nobody listens there
  kProxy,      // the proxy refused, with `status`
  kTls,        // the certificate is not trusted, or this is no TLS
  kTimeout,    // of connecting or of the answer
  kNoAnswer,   // the connection ended before the head of an answer
  kBrokenOff,  // the head came, the rest did not
  kCancelled,  // `alive` said no
};

struct HttpAnswer {
  HttpFailure failure = HttpFailure::kNone;
  int status = 0;  // 0 until the head of the answer came
};

// Sends the request and hands over the bytes of the answer's body, whatever its
// status. `alive` is asked every 20 ms; both are called from this thread. With `tls`,
// the process is to ignore SIGPIPE.
HttpAnswer Post(const HttpPost& post, const std::function<void(std::string_view)>& on_body,
                const std::function<bool()>& alive);

std::string Base64(std::string_view bytes);

}  // namespace backcourt

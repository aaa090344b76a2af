#include "base/http.h"

#include <fmt/format.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <memory>

namespace backcourt {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr auto kLook = std::chrono::milliseconds(20);  // how often `alive` is asked

// A connection that never waits longer than it may; to Beast, a synchronous stream.
class Connection {
 public:
  Connection(const HttpPost& post, const std::function<bool()>& alive) : post_(post), alive_(alive) {}
  ~Connection() { Close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  HttpFailure ConnectLocally(const std::string& path);
  HttpFailure Connect(const std::string& host, int port);
  HttpFailure StartTls();

  // What ended the connection, or `otherwise` when it was the other side.
  HttpFailure Failure(HttpFailure otherwise) const {
    return failure_ == HttpFailure::kNone ? otherwise : failure_;
  }

  template <typename Buffers>
  size_t read_some(const Buffers& buffers, error_code& error) {
    asio::mutable_buffer first = First<asio::mutable_buffer>(buffers);
    return Transfer(POLLIN, error, [&] {
      return tls_ ? SSL_read(tls_.get(), first.data(), int(first.size()))
                  : int(recv(socket_, first.data(), first.size(), 0));
    });
  }
  template <typename Buffers>
  size_t write_some(const Buffers& buffers, error_code& error) {
    asio::const_buffer first = First<asio::const_buffer>(buffers);
    return Transfer(POLLOUT, error, [&] {
      return tls_ ? SSL_write(tls_.get(), first.data(), int(first.size()))
                  : int(send(socket_, first.data(), first.size(), MSG_NOSIGNAL));
    });
  }
  template <typename Buffers>  // what Beast asks of a stream, and never calls
  size_t read_some(const Buffers& buffers) {
    error_code error;
    return read_some(buffers, error);
  }
  template <typename Buffers>
  size_t write_some(const Buffers& buffers) {
    error_code error;
    return write_some(buffers, error);
  }

 private:
  template <typename Buffer, typename Buffers>
  static Buffer First(const Buffers& buffers) {
    for (auto at = asio::buffer_sequence_begin(buffers); at != asio::buffer_sequence_end(buffers); ++at)
      if (Buffer buffer = *at; buffer.size() > 0) return asio::buffer(buffer, size_t(1) << 30);
    return {};
  }

  void Close() {
    tls_.reset();
    if (socket_ >= 0) close(socket_);
    socket_ = -1;
  }

  bool ConnectTo(int family, const sockaddr* address, socklen_t size);
  bool Wait(short events);
  short Wanted(int returned, short otherwise) const;
  size_t Transfer(short events, error_code& error, const std::function<int()>& step);

  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* tls) const { SSL_free(tls); }
  };

  const HttpPost& post_;
  const std::function<bool()>& alive_;
  int socket_ = -1;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> tls_;
  HttpFailure failure_ = HttpFailure::kNone;
};

// Until the socket is ready; false when it took too long or nobody waits any more.
bool Connection::Wait(short events) {
  auto begun = steady_clock::now();
  for (;;) {
    if (!alive_()) {
      failure_ = HttpFailure::kCancelled;
      return false;
    }
    if (post_.timeout.count() > 0 && steady_clock::now() - begun > post_.timeout) {
      failure_ = HttpFailure::kTimeout;
      return false;
    }
    pollfd look{socket_, events, 0};
    if (poll(&look, 1, int(kLook.count())) > 0) return true;
  }
}

// The events without which a step that returned this cannot go on; 0: it is at its end.
short Connection::Wanted(int returned, short otherwise) const {
  if (!tls_) return errno == EAGAIN || errno == EINTR ? otherwise : 0;
  int why = SSL_get_error(tls_.get(), returned);
  return why == SSL_ERROR_WANT_READ ? POLLIN : why == SSL_ERROR_WANT_WRITE ? POLLOUT : 0;
}

size_t Connection::Transfer(short events, error_code& error, const std::function<int()>& step) {
  error = {};
  for (;;) {
    if (!alive_()) failure_ = HttpFailure::kCancelled;
    ERR_clear_error();
    int moved = failure_ == HttpFailure::kNone ? step() : -1;
    if (moved > 0) return size_t(moved);
    bool closed = tls_ ? SSL_get_error(tls_.get(), moved) == SSL_ERROR_ZERO_RETURN : moved == 0;
    short wanted = closed || failure_ != HttpFailure::kNone ? 0 : Wanted(moved, events);
    if (wanted && Wait(wanted)) continue;
    error = closed ? error_code(asio::error::eof) : error_code(asio::error::connection_aborted);
    return 0;
  }
}

bool Connection::ConnectTo(int family, const sockaddr* address, socklen_t size) {
  socket_ = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  bool connected = socket_ >= 0 && connect(socket_, address, size) == 0;
  if (!connected && socket_ >= 0 && errno == EINPROGRESS && Wait(POLLOUT)) {
    int error = 0;
    socklen_t length = sizeof error;
    connected = getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0;
  }
  if (!connected) Close();
  return connected;
}

HttpFailure Connection::ConnectLocally(const std::string& path) {
  sockaddr_un address{};
  if (path.size() >= sizeof address.sun_path) return HttpFailure::kConnect;
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, path.size());
  bool connected = ConnectTo(AF_UNIX, reinterpret_cast<sockaddr*>(&address), sizeof address);
  return connected ? HttpFailure::kNone : Failure(HttpFailure::kConnect);
}

HttpFailure Connection::Connect(const std::string& host, int port) {
  addrinfo wanted{}, *found = nullptr;
  wanted.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found) != 0)
    return HttpFailure::kResolve;
  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, freeaddrinfo);
  for (const addrinfo* at = found; at && failure_ != HttpFailure::kCancelled; at = at->ai_next) {
    failure_ = HttpFailure::kNone;
    if (ConnectTo(at->ai_family, at->ai_addr, at->ai_addrlen)) return HttpFailure::kNone;
  }
  return Failure(HttpFailure::kConnect);
}

HttpFailure Connection::StartTls() {
  context_.reset(SSL_CTX_new(TLS_client_method()));
  bool trust = post_.ca_file.empty()
                   ? SSL_CTX_set_default_verify_paths(context_.get()) == 1
                   : SSL_CTX_load_verify_locations(context_.get(), post_.ca_file.c_str(), nullptr) == 1;
  if (!trust) return HttpFailure::kTls;
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  tls_.reset(SSL_new(context_.get()));
  SSL_set_fd(tls_.get(), socket_);
  X509_VERIFY_PARAM* checks = SSL_get0_param(tls_.get());
  if (X509_VERIFY_PARAM_set1_ip_asc(checks, post_.host.c_str()) != 1) {  // a name, no address
    X509_VERIFY_PARAM_set1_host(checks, post_.host.c_str(), 0);
    SSL_set_tlsext_host_name(tls_.get(), post_.host.c_str());
  }
  for (;;) {
    ERR_clear_error();
    int done = SSL_connect(tls_.get());
    if (done == 1) return HttpFailure::kNone;
    short wanted = Wanted(done, 0);
    if (!wanted || !Wait(wanted)) return Failure(HttpFailure::kTls);
  }
}

std::string Authority(const HttpPost& post) {
  if (!post.socket.empty()) return "localhost";
  bool plain = post.port == (post.tls ? 443 : 80);
  return plain ? post.host : fmt::format("{}:{}", post.host, post.port);
}

http::request<http::string_body> Request(const HttpPost& post) {
  http::request<http::string_body> request(http::string_to_verb(post.method), post.target, 11);
  if (!post.proxy_host.empty() && !post.tls) {
    request.target(fmt::format("http://{}:{}{}", post.host, post.port, post.target));
    if (!post.proxy_user.empty())
      request.set(http::field::proxy_authorization, "Basic " + Base64(post.proxy_user));
  }
  request.set(http::field::host, Authority(post));
  if (!post.content_type.empty()) request.set(http::field::content_type, post.content_type);
  if (!post.bearer.empty()) request.set(http::field::authorization, "Bearer " + post.bearer);
  request.set(http::field::connection, "close");
  request.body() = post.body;
  request.prepare_payload();
  return request;
}

// Has the proxy connect to the host.
HttpFailure Tunnel(Connection& connection, const HttpPost& post, int& status) {
  std::string host = fmt::format("{}:{}", post.host, post.port);
  http::request<http::string_body> request(http::verb::connect, host, 11);
  request.set(http::field::host, host);
  if (!post.proxy_user.empty())
    request.set(http::field::proxy_authorization, "Basic " + Base64(post.proxy_user));
  error_code error;
  http::write(connection, request, error);
  beast::flat_buffer buffer;
  http::response_parser<http::buffer_body> parser;
  parser.skip(true);  // what follows the head is the tunnel's
  if (!error) http::read_header(connection, buffer, parser, error);
  if (error) return connection.Failure(HttpFailure::kNoAnswer);
  status = int(parser.get().result_int());
  if (status / 100 != 2) return HttpFailure::kProxy;
  status = 0;
  return HttpFailure::kNone;
}

// The request and its answer over a connection that is ready.
HttpFailure Converse(Connection& connection, const HttpPost& post,
                     const std::function<void(std::string_view)>& on_body, int& status) {
  error_code error;
  http::write(connection, Request(post), error);
  if (error && connection.Failure(HttpFailure::kNone) != HttpFailure::kNone)
    return connection.Failure(HttpFailure::kNone);
  // Otherwise one that refuses may have answered before it read all, and closed: its answer counts.
  beast::flat_buffer buffer;
  http::response_parser<http::buffer_body> parser;
  parser.body_limit(boost::none);
  http::read_header(connection, buffer, parser, error);
  if (error) return connection.Failure(HttpFailure::kNoAnswer);
  status = int(parser.get().result_int());
  std::array<char, 65536> piece;
  while (!parser.is_done()) {
    auto& body = parser.get().body();
    body.data = piece.data();
    body.size = piece.size();
    http::read_some(connection, buffer, parser, error);
    if (size_t got = piece.size() - body.size) on_body({piece.data(), got});
    if (error && error != http::error::need_buffer) return connection.Failure(HttpFailure::kBrokenOff);
  }
  return HttpFailure::kNone;
}

}  // namespace

HttpAnswer Post(const HttpPost& post, const std::function<void(std::string_view)>& on_body,
                const std::function<bool()>& alive) {
  HttpAnswer answer;
  Connection connection(post, alive);
  bool proxy = !post.proxy_host.empty();
  answer.failure = !post.socket.empty() ? connection.ConnectLocally(post.socket)
                   : proxy              ? connection.Connect(post.proxy_host, post.proxy_port)
                                        : connection.Connect(post.host, post.port);
  if (answer.failure == HttpFailure::kNone && post.tls && proxy)
    answer.failure = Tunnel(connection, post, answer.status);
  if (answer.failure == HttpFailure::kNone && post.tls) answer.failure = connection.StartTls();
  if (answer.failure == HttpFailure::kNone)
    answer.failure = Converse(connection, post, on_body, answer.status);
  return answer;
}

std::string Base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // a zero is written behind it
  text.resize(
      size_t(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                             reinterpret_cast<const unsigned char*>(bytes.data()), int(bytes.size()))));
  return text;
}

}  // namespace backcourt

#include "serve/server.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <future>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "serve/open_reply.h"

namespace backcourt {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

// Of any protocol, so that a listener on TCP needs nothing new behind it.
using Stream = beast::basic_stream<asio::generic::stream_protocol>;

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
constexpr size_t kPiece = 64 << 10;  // bytes that are sent at once
constexpr auto kLook =
    std::chrono::milliseconds(100);  // after a client that is there, though its socket is readable
constexpr auto kAcceptPause = std::chrono::milliseconds(10);  // when no file descriptor is free

struct Connection {
  Connection(Stream::socket_type socket, bool is_local)
      : stream(std::move(socket)), local(is_local), look(stream.get_executor()) {}
  Stream stream;
  const bool local;  // over the Unix socket
  beast::flat_buffer buffer;
  asio::steady_timer look;            // when to look again whether the client is there
  std::shared_ptr<OpenReply> answer;  // that is being given
};

// The head of an answer; without a length it comes in chunks.
std::string Head(const OpenReply::News& news, bool keep_alive, std::optional<size_t> length) {
  http::response<http::empty_body> head(http::status(news.status), 11);
  head.set(http::field::content_type, "application/x-ndjson");
  for (const auto& [name, value] : news.headers)
    head.set(name, value);
  if (length)
    head.content_length(*length);
  else
    head.chunked(true);
  head.keep_alive(keep_alive);
  std::string text;
  http::response_serializer<http::empty_body> serializer(head);
  serializer.split(true);  // the head alone
  error_code error;
  serializer.next(error, [&](error_code&, const auto& buffers) { text = beast::buffers_to_string(buffers); });
  return text;
}

// Whether the other side has closed. Over the Unix socket one that only sends no more may still read; over
// TCP the two look the same, and count as closed.
bool Gone(int socket, bool local) {
  pollfd look{socket, short(local ? 0 : POLLRDHUP), 0};
  return poll(&look, 1, 0) > 0;
}

int HexOf(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

std::string Decode(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexOf(text[i + 1]) >= 0 && HexOf(text[i + 2]) >= 0) {
      decoded += char(HexOf(text[i + 1]) * 16 + HexOf(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

}  // namespace

std::string ErrorJson(const Error& error) {
  return nlohmann::json{
      {"error", {{"kind", ErrorKindName(error.kind)}, {"message", error.message}, {"hint", error.hint}}}}
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string HttpRequest::Header(std::string_view name) const {
  const std::string* found = nullptr;
  for (const auto& [known, value] : headers) {
    if (!beast::iequals({known.data(), known.size()}, {name.data(), name.size()})) continue;
    if (found) return "";
    found = &value;
  }
  return found ? *found : "";
}

std::string HttpRequest::Query(std::string_view name) const {
  for (size_t at = 0; at < query.size();) {
    size_t end = std::min(query.find('&', at), query.size());
    std::string_view part = std::string_view(query).substr(at, end - at);
    size_t equals = std::min(part.find('='), part.size());
    if (Decode(part.substr(0, equals)) == name)
      return equals < part.size() ? Decode(part.substr(equals + 1)) : "";
    at = end + 1;
  }
  return "";
}

// All but the constructor and End() is of the I/O thread.
class Server::Core {
 public:
  Core(Handler handler, const ServerLimits& limits)
      : handler_(std::move(handler)), limits_(limits), listener_(io_), tcp_listener_(io_) {}
  ~Core() { End(); }

  Result<> Listen(const std::string& path);
  Result<> ListenTcp(const TcpAddress& address);
  void Run();
  void End();
  int port() const { return port_; }

 private:
  template <typename Acceptor>
  asio::awaitable<void> Accept(Acceptor& listener);
  asio::awaitable<void> Serve(std::shared_ptr<Connection> connection);
  asio::awaitable<bool> ReadRequest(Connection& connection, http::request<http::string_body>& request,
                                    int& refused);
  asio::awaitable<bool> Send(Connection& connection, bool keep_alive);
  asio::awaitable<void> ReadPast(Connection& connection);
  asio::awaitable<bool> Write(Connection& connection, const std::string& bytes);
  asio::awaitable<void> WatchClient(std::shared_ptr<Connection> connection);
  int Judge(const http::request<http::string_body>& request) const;
  void Handle(std::shared_ptr<OpenReply> answer, HttpRequest request);
  void Refuse(OpenReply& answer, int status);
  static HttpRequest Taken(http::request<http::string_body>& request, bool local);

  const Handler handler_;
  const ServerLimits limits_;
  std::string path_;
  asio::io_context io_{1};
  asio::local::stream_protocol::acceptor listener_;
  asio::ip::tcp::acceptor tcp_listener_;
  int port_ = 0;
  bool ending_ = false;
  std::set<std::shared_ptr<Connection>> connections_;
  asio::io_context handlers_;
  std::vector<std::thread> crew_;  // that runs handlers: as many threads as there were handlers at once
  size_t answering_ = 0;           // handlers that run
  std::thread thread_;
  std::promise<void> all_ended_;
};

Result<> Server::Core::Listen(const std::string& path) {
  Error failed{ErrorKind::kBusy, fmt::format("the socket {} cannot be made: ", path),
               "a warehouse on a local disk"};
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    failed.message += "the path is too long";
    return failed;
  }
  unlink(path.c_str());  // of one that died
  error_code error;
  listener_.open(asio::local::stream_protocol(), error);
  // The rights of an unbound socket are those of its file, from the first moment on.
  if (!error && fchmod(listener_.native_handle(), 0600) != 0)
    error.assign(errno, boost::system::system_category());
  if (!error) listener_.bind(path, error);
  if (!error) listener_.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    failed.message += error.message();
    return failed;
  }
  path_ = path;
  asio::co_spawn(io_, Accept(listener_), asio::detached);
  return {};
}

Result<> Server::Core::ListenTcp(const TcpAddress& address) {
  error_code error;
  auto ip = asio::ip::make_address(address.host == "localhost" ? "127.0.0.1" : address.host, error);
  if (error)
    return Error{ErrorKind::kUsage, fmt::format("'{}' is not an address of this machine", address.host),
                 "--host 127.0.0.1, or an address that `ip address` lists"};
  asio::ip::tcp::endpoint endpoint(ip, uint16_t(address.port));
  tcp_listener_.open(endpoint.protocol(), error);
  if (!error) tcp_listener_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) tcp_listener_.bind(endpoint, error);
  if (!error) tcp_listener_.listen(asio::socket_base::max_listen_connections, error);
  if (error)
    return Error{
        ErrorKind::kUsage,
        error == asio::error::address_in_use
            ? fmt::format("port {} of {} is in use", address.port, address.host)
            : fmt::format("cannot listen on port {} of {}: {}", address.port, address.host, error.message()),
        "another --port, or --port 0 for a free one"};
  port_ = tcp_listener_.local_endpoint().port();
  asio::co_spawn(io_, Accept(tcp_listener_), asio::detached);
  return {};
}

void Server::Core::Run() {
  thread_ = std::thread([this] {
    io_.run();
    all_ended_.set_value();
  });
}

void Server::Core::End() {
  if (!thread_.joinable()) return;
  unlink(path_.c_str());
  auto all_ended = all_ended_.get_future();
  asio::post(io_, [this] {
    ending_ = true;
    listener_.close();
    tcp_listener_.close();
    for (const auto& connection : connections_)
      if (!connection->answer) connection->stream.close();  // who has not asked yet is not answered
  });
  if (all_ended.wait_for(limits_.end_time) != std::future_status::ready)
    asio::post(io_, [this] {
      for (const auto& connection : connections_)
        if (connection->answer) connection->answer->BreakOff();
    });
  if (all_ended.wait_for(limits_.end_time) != std::future_status::ready)
    asio::post(io_, [this] {
      for (const auto& connection : connections_)
        connection->stream.close();  // one that does not read its answer
    });
  thread_.join();
  handlers_.stop();  // none runs any more
  for (std::thread& member : crew_)
    member.join();
}

template <typename Acceptor>
asio::awaitable<void> Server::Core::Accept(Acceptor& listener) {
  constexpr bool kTcp = std::is_same_v<Acceptor, asio::ip::tcp::acceptor>;
  asio::steady_timer pause(io_);
  while (!ending_) {
    auto [error, socket] = co_await listener.async_accept(kToken);
    if (ending_) co_return;
    if (error) {
      pause.expires_after(kAcceptPause);
      co_await pause.async_wait(kToken);
      continue;
    }
    if (connections_.size() >= limits_.most_connections) continue;  // closes it
    if constexpr (kTcp) {
      error_code ignored;
      socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    }
    auto connection = std::make_shared<Connection>(Stream::socket_type(std::move(socket)), !kTcp);
    connections_.insert(connection);
    asio::co_spawn(io_, Serve(connection), asio::detached);
  }
}

// One request after the other, each to the end of its answer.
asio::awaitable<void> Server::Core::Serve(std::shared_ptr<Connection> connection) {
  bool again = true;
  while (again && !ending_) {
    http::request<http::string_body> request;
    int refused = 0;
    if (!co_await ReadRequest(*connection, request, refused)) break;
    connection->answer = std::make_shared<OpenReply>(io_, limits_.most_unsent);
    if (!refused) refused = Judge(request);
    if (refused) {
      Refuse(*connection->answer, refused);
      if (co_await Send(*connection, false)) co_await ReadPast(*connection);
      break;
    }
    asio::co_spawn(io_, WatchClient(connection), asio::detached);
    connection->answer->head_only = request.method() == http::verb::head;
    Handle(connection->answer, Taken(request, connection->local));
    again = co_await Send(*connection, request.keep_alive()) && request.keep_alive();
    connection->answer->sent = true;
    connection->answer->BreakOff();  // a handler that writes on, to a client that is gone
    connection->answer.reset();
    connection->look.cancel();
    error_code ignored;
    connection->stream.socket().cancel(ignored);
  }
  connection->answer.reset();
  connections_.erase(connection);
  connection->stream.close();
}

// False when there is none to answer; `refused` is the status for what is not a request.
asio::awaitable<bool> Server::Core::ReadRequest(Connection& connection,
                                                http::request<http::string_body>& request, int& refused) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(uint32_t(limits_.most_head));
  parser.body_limit(limits_.most_body);
  connection.stream.expires_after(limits_.request_time);
  auto [error, read] = co_await http::async_read(connection.stream, connection.buffer, parser, kToken);
  if (ending_) co_return false;
  if (error == http::error::body_limit)
    refused = int(http::status::payload_too_large);
  else if (error == http::error::header_limit || error == http::error::buffer_overflow)
    refused = int(http::status::request_header_fields_too_large);
  else if (error && error.category() == make_error_code(http::error::bad_method).category() &&
           error != http::error::end_of_stream && error != http::error::partial_message)
    refused = int(http::status::bad_request);
  else if (error)
    co_return false;
  if (!error) request = parser.release();
  co_return true;
}

// The status for a request that no handler gets; 0 when one does.
int Server::Core::Judge(const http::request<http::string_body>& request) const {
  if (request.version() != 11) return int(http::status::http_version_not_supported);  // no chunks there
  if (answering_ >= limits_.most_answers) return int(http::status::service_unavailable);
  return 0;
}

HttpRequest Server::Core::Taken(http::request<http::string_body>& request, bool local) {
  HttpRequest taken;
  taken.method = std::string(request.method_string());
  std::string target(request.target());
  size_t mark = std::min(target.find('?'), target.size());
  taken.path = target.substr(0, mark);
  if (mark < target.size()) taken.query = target.substr(mark + 1);
  for (const auto& field : request)
    taken.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  taken.body = std::move(request.body());
  taken.local = local;
  return taken;
}

void Server::Core::Refuse(OpenReply& answer, int status) {
  bool busy = status == int(http::status::service_unavailable);
  std::string reason(http::obsolete_reason(http::status(status)));
  answer.Status(status);
  answer.Line(ErrorJson({busy ? ErrorKind::kTransient : ErrorKind::kUsage,
                         busy ? "too many requests are being answered"
                              : fmt::format("no request that is answered: HTTP {} {}", status, reason),
                         busy ? "the same again in a moment" : ""}));
  answer.Finish();
}

// Runs the handler in a thread of the crew.
void Server::Core::Handle(std::shared_ptr<OpenReply> answer, HttpRequest request) {
  try {
    if (answering_ == crew_.size())
      crew_.emplace_back([this, work = asio::make_work_guard(handlers_)] { handlers_.run(); });
  } catch (const std::system_error&) {  // no further thread
    return Refuse(*answer, int(http::status::service_unavailable));
  }
  ++answering_;
  auto work = asio::make_work_guard(io_);  // the I/O thread does not end before
  asio::post(handlers_, [this, work, answer = std::move(answer), request = std::move(request)] {
    try {
      handler_(request, *answer);
    } catch (const std::exception& error) {
      answer->Status(int(http::status::internal_server_error));
      answer->Line(
          ErrorJson({ErrorKind::kData, fmt::format("{} failed: {}", request.path, error.what()), ""}));
    }
    answer->HandlerEnded();
    asio::post(io_, [this] { --answering_; });
  });
}

// The answer as it comes; false when the connection broke. One that is whole before anything
// is sent has a length, others come in chunks.
asio::awaitable<bool> Server::Core::Send(Connection& connection, bool keep_alive) {
  OpenReply& answer = *connection.answer;
  bool begun = false;
  for (;;) {
    OpenReply::News news = answer.Take();
    if (news.over) co_return false;
    bool head_leaves = news.kept_open && !begun;
    if (news.text.empty() && !news.finished && !head_leaves) {
      co_await answer.Wait();
      continue;
    }
    bool whole = news.finished && !begun;
    std::string bytes;
    if (!begun) bytes = Head(news, keep_alive, whole ? std::optional(news.text.size()) : std::nullopt);
    begun = true;
    if (answer.head_only) {
      answer.BreakOff();
      co_return co_await Write(connection, bytes) && whole;
    }
    if (whole) {
      bytes += news.text;
      co_return co_await Write(connection, bytes);
    }
    if (news.text.empty() && !news.finished && !co_await Write(connection, std::exchange(bytes, {})))
      co_return false;
    for (size_t at = 0; at < news.text.size(); at += kPiece) {
      size_t size = std::min(kPiece, news.text.size() - at);
      bytes += beast::buffers_to_string(http::make_chunk(asio::buffer(news.text.data() + at, size)));
      if (!co_await Write(connection, bytes)) co_return false;
      bytes.clear();
    }
    if (!news.finished) continue;
    bytes += beast::buffers_to_string(http::make_chunk_last());
    co_return co_await Write(connection, bytes);
  }
}

// What a client still sends is read past for a while: with a connection that ends before, it would lose the
// answer.
asio::awaitable<void> Server::Core::ReadPast(Connection& connection) {
  error_code ignored;
  connection.stream.socket().shutdown(Stream::socket_type::shutdown_send, ignored);
  connection.stream.expires_after(limits_.end_time);
  std::string piece(kPiece, '\0');
  for (size_t left = limits_.most_body; left > 0;) {
    auto [error, read] = co_await connection.stream.async_read_some(asio::buffer(piece), kToken);
    if (error) break;
    left -= std::min(left, read);
  }
}

asio::awaitable<bool> Server::Core::Write(Connection& connection, const std::string& bytes) {
  connection.stream.expires_after(limits_.stalled_time);
  auto [error, sent] = co_await asio::async_write(connection.stream, asio::buffer(bytes), kToken);
  co_return !error;
}

// Breaks an answer off whose client is gone, also when nothing is there to send to it.
asio::awaitable<void> Server::Core::WatchClient(std::shared_ptr<Connection> connection) {
  std::shared_ptr<OpenReply> answer = connection->answer;
  auto& socket = connection->stream.socket();
  while (!answer->sent) {
    auto [error] = co_await socket.async_wait(Stream::socket_type::wait_read, kToken);
    if (error || answer->sent) co_return;
    if (Gone(socket.native_handle(), connection->local)) {
      answer->BreakOff();
      co_return;
    }
    connection->look.expires_after(kLook);  // it sends its next request, or has sent its last
    co_await connection->look.async_wait(kToken);
  }
}

Result<std::unique_ptr<Server>> Server::Start(const std::string& socket_path, Handler handler,
                                              const ServerLimits& limits,
                                              const std::optional<TcpAddress>& tcp) {
  auto core = std::make_unique<Core>(std::move(handler), limits);
  if (tcp) TRY(core->ListenTcp(*tcp));
  TRY(core->Listen(socket_path));
  core->Run();
  return std::unique_ptr<Server>(new Server(std::move(core)));
}

Server::Server(std::unique_ptr<Core> core) : core_(std::move(core)) {}
Server::~Server() = default;
void Server::EndServing() { core_->End(); }
int Server::port() const { return core_->port(); }

std::string Server::VerbOf(std::string_view target, std::string_view prefix) {
  if (!target.starts_with(prefix)) return "";
  target.remove_prefix(prefix.size());
  bool word = target.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string_view::npos;
  return word ? std::string(target) : "";
}

Server::Handler Server::ForVerbs(VerbHandler handler) {
  return [handler = std::move(handler)](const HttpRequest& request, Reply& reply) {
    std::string verb = request.query.empty() ? VerbOf(request.path) : "";
    bool post = request.method == "POST";
    if (!verb.empty() && post) return handler(verb, request.body, reply);
    reply.Status(verb.empty() ? 404 : 405);
    reply.Line(ErrorJson({ErrorKind::kUsage, "no request that is answered: POST /v1/<verb> is", ""}));
  };
}

}  // namespace backcourt

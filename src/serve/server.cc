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
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <condition_variable>
#include <future>
#include <list>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

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

// An answer between its handler, which writes, and the connection, which sends.
class Answer : public Reply, public std::enable_shared_from_this<Answer> {
 public:
  Answer(asio::io_context& io, size_t most_unsent) : io_(io), most_unsent_(most_unsent), news_(io) {}

  void Status(int status) override {
    std::lock_guard lock(mutex_);
    status_ = status;
  }

  bool Line(const std::string& json_line) override {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return over_ || unsent_.size() < most_unsent_; });
    if (over_) return false;
    if (unsent_.empty()) Tell();
    unsent_ += json_line;
    unsent_ += '\n';
    return true;
  }

  bool Alive() const override {
    std::lock_guard lock(mutex_);
    return !over_;
  }

  // The handler is at its end.
  void Finish() {
    std::lock_guard lock(mutex_);
    finished_ = true;
    Tell();
  }

  // Nobody is there to read it, or to be served any more.
  void BreakOff() {
    std::lock_guard lock(mutex_);
    over_ = true;
    room_.notify_all();
    Tell();
  }

  struct News {
    std::string text;
    int status = 200;
    bool finished = false, over = false;
  };

  News Take() {
    std::lock_guard lock(mutex_);
    room_.notify_all();
    return {std::exchange(unsent_, {}), status_, finished_, over_};
  }

  // Returns when something happened since Take(); of the I/O thread.
  asio::awaitable<void> Wait() {
    news_.expires_at(asio::steady_timer::time_point::max());
    co_await news_.async_wait(kToken);
  }

  bool sent = false;  // of the I/O thread: the answer is at its end

 private:
  // The I/O thread looks at news_ alone, so that nothing is missed between Take() and Wait().
  void Tell() {
    asio::post(io_, [self = shared_from_this()] { self->news_.cancel(); });
  }

  asio::io_context& io_;
  const size_t most_unsent_;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::string unsent_;
  int status_ = 200;
  bool finished_ = false, over_ = false;
  asio::steady_timer news_;
};

struct Connection {
  explicit Connection(Stream::socket_type socket) : stream(std::move(socket)), look(stream.get_executor()) {}
  Stream stream;
  beast::flat_buffer buffer;
  asio::steady_timer look;         // when to look again whether the client is there
  std::shared_ptr<Answer> answer;  // that is being given
};

std::string ErrorLine(ErrorKind kind, const std::string& message) {
  return nlohmann::json{{"error", {{"kind", ErrorKindName(kind)}, {"message", message}, {"hint", ""}}}}.dump(
      -1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// The head of an answer that comes in chunks.
std::string Head(int status, bool keep_alive) {
  http::response<http::empty_body> head(http::status(status), 11);
  head.set(http::field::content_type, "application/x-ndjson");
  head.chunked(true);
  head.keep_alive(keep_alive);
  std::string text;
  http::response_serializer<http::empty_body> serializer(head);
  serializer.split(true);  // the head alone
  error_code error;
  serializer.next(error, [&](error_code&, const auto& buffers) { text = beast::buffers_to_string(buffers); });
  return text;
}

// Whether the other side has closed; one that only sends no more may still read. (Over
// TCP the two look the same: there it takes POLLRDHUP.)
bool Gone(int socket) {
  pollfd look{socket, 0, 0};
  return poll(&look, 1, 0) > 0;
}

}  // namespace

// All but the constructor and End() is of the I/O thread.
class Server::Core {
 public:
  Core(Handler handler, const ServerLimits& limits)
      : handler_(std::move(handler)), limits_(limits), listener_(io_) {}
  ~Core() { End(); }

  Result<> Listen(const std::string& path);
  void End();

 private:
  asio::awaitable<void> Accept();
  asio::awaitable<void> Serve(std::shared_ptr<Connection> connection);
  asio::awaitable<bool> ReadRequest(Connection& connection, http::request<http::string_body>& request,
                                    int& refused);
  asio::awaitable<bool> Send(Connection& connection, bool keep_alive);
  asio::awaitable<bool> Write(Connection& connection, const std::string& bytes);
  asio::awaitable<void> WatchClient(std::shared_ptr<Connection> connection);
  int Judge(const http::request<http::string_body>& request) const;
  void Handle(std::shared_ptr<Answer> answer, std::string verb, std::string body);
  void Refuse(Answer& answer, int status);

  const Handler handler_;
  const ServerLimits limits_;
  std::string path_;
  asio::io_context io_{1};
  asio::local::stream_protocol::acceptor listener_;
  bool ending_ = false;
  std::set<std::shared_ptr<Connection>> connections_;
  std::list<std::thread> handlers_;
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
  asio::co_spawn(io_, Accept(), asio::detached);
  thread_ = std::thread([this] {
    io_.run();
    all_ended_.set_value();
  });
  return {};
}

void Server::Core::End() {
  if (!thread_.joinable()) return;
  unlink(path_.c_str());
  auto all_ended = all_ended_.get_future();
  asio::post(io_, [this] {
    ending_ = true;
    listener_.close();
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
}

asio::awaitable<void> Server::Core::Accept() {
  asio::steady_timer pause(io_);
  while (!ending_) {
    auto [error, socket] = co_await listener_.async_accept(kToken);
    if (ending_) co_return;
    if (error) {
      pause.expires_after(kAcceptPause);
      co_await pause.async_wait(kToken);
      continue;
    }
    if (connections_.size() >= limits_.most_connections) continue;  // closes it
    auto connection = std::make_shared<Connection>(Stream::socket_type(std::move(socket)));
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
    connection->answer = std::make_shared<Answer>(io_, limits_.most_unsent);
    if (!refused) refused = Judge(request);
    if (refused) {
      Refuse(*connection->answer, refused);
      co_await Send(*connection, false);
      break;
    }
    asio::co_spawn(io_, WatchClient(connection), asio::detached);
    Handle(connection->answer, VerbOf(std::string_view(request.target())), std::move(request.body()));
    again = co_await Send(*connection, request.keep_alive());
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

// False when there is none to answer; `refused` is the status for what is no request.
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
  if (VerbOf(std::string_view(request.target())).empty()) return int(http::status::not_found);
  if (request.method() != http::verb::post) return int(http::status::method_not_allowed);
  if (request.version() != 11) return int(http::status::http_version_not_supported);  // no chunks there
  if (handlers_.size() >= limits_.most_answers) return int(http::status::service_unavailable);
  return 0;
}

void Server::Core::Refuse(Answer& answer, int status) {
  bool busy = status == int(http::status::service_unavailable);
  std::string reason(http::obsolete_reason(http::status(status)));
  answer.Status(status);
  answer.Line(ErrorLine(busy ? ErrorKind::kTransient : ErrorKind::kUsage,
                        busy ? "too many other shells are being answered"
                             : fmt::format("no request that is answered: HTTP {} {}", status, reason)));
  answer.Finish();
}

// Runs the handler in a thread of its own, which the I/O thread joins.
void Server::Core::Handle(std::shared_ptr<Answer> answer, std::string verb, std::string body) {
  auto place = handlers_.emplace(handlers_.end());
  auto work = asio::make_work_guard(io_);  // the I/O thread does not end before
  auto run = [this, place, work, answer, verb = std::move(verb), body = std::move(body)] {
    try {
      handler_(verb, body, *answer);
    } catch (const std::exception& error) {
      answer->Status(int(http::status::internal_server_error));
      answer->Line(ErrorLine(ErrorKind::kData, fmt::format("{} failed: {}", verb, error.what())));
    }
    answer->Finish();
    asio::post(io_, [this, place] {
      place->join();
      handlers_.erase(place);
    });
  };
  try {
    *place = std::thread(std::move(run));
  } catch (const std::system_error&) {  // no further thread
    handlers_.erase(place);
    Refuse(*answer, int(http::status::service_unavailable));
  }
}

// The answer as it comes; false when the connection is at its end by that.
asio::awaitable<bool> Server::Core::Send(Connection& connection, bool keep_alive) {
  Answer& answer = *connection.answer;
  bool begun = false;
  for (;;) {
    Answer::News news = answer.Take();
    if (news.over) co_return false;
    if (news.text.empty() && !news.finished) {
      co_await answer.Wait();
      continue;
    }
    std::string bytes = begun ? "" : Head(news.status, keep_alive);
    begun = true;
    for (size_t at = 0; at < news.text.size(); at += kPiece) {
      size_t size = std::min(kPiece, news.text.size() - at);
      bytes += beast::buffers_to_string(http::make_chunk(asio::buffer(news.text.data() + at, size)));
      if (!co_await Write(connection, bytes)) co_return false;
      bytes.clear();
    }
    if (!news.finished) continue;
    bytes += beast::buffers_to_string(http::make_chunk_last());
    co_return co_await Write(connection, bytes) && keep_alive;
  }
}

asio::awaitable<bool> Server::Core::Write(Connection& connection, const std::string& bytes) {
  connection.stream.expires_after(limits_.stalled_time);
  auto [error, sent] = co_await asio::async_write(connection.stream, asio::buffer(bytes), kToken);
  co_return !error;
}

// Breaks an answer off whose client is gone, also when nothing is there to send to it.
asio::awaitable<void> Server::Core::WatchClient(std::shared_ptr<Connection> connection) {
  std::shared_ptr<Answer> answer = connection->answer;
  auto& socket = connection->stream.socket();
  while (!answer->sent) {
    auto [error] = co_await socket.async_wait(Stream::socket_type::wait_read, kToken);
    if (error || answer->sent) co_return;
    if (Gone(socket.native_handle())) {
      answer->BreakOff();
      co_return;
    }
    connection->look.expires_after(kLook);  // it sends its next request, or has sent its last
    co_await connection->look.async_wait(kToken);
  }
}

Result<std::unique_ptr<Server>> Server::Start(const std::string& socket_path, Handler handler,
                                              const ServerLimits& limits) {
  auto core = std::make_unique<Core>(std::move(handler), limits);
  TRY(core->Listen(socket_path));
  return std::unique_ptr<Server>(new Server(std::move(core)));
}

Server::Server(std::unique_ptr<Core> core) : core_(std::move(core)) {}
Server::~Server() = default;
void Server::EndServing() { core_->End(); }

std::string Server::VerbOf(std::string_view target) {
  constexpr std::string_view kPrefix = "/v1/";
  if (!target.starts_with(kPrefix)) return "";
  target.remove_prefix(kPrefix.size());
  bool word = target.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string_view::npos;
  return word ? std::string(target) : "";
}

}  // namespace backcourt

#include "base/http.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>

#include <array>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "base/beast.h"

namespace backcourt {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

using Stream = beast::basic_stream<asio::generic::stream_protocol>;
using TlsStream = asio::ssl::stream<Stream&>;

constexpr auto kLook = std::chrono::milliseconds(20);  // how often `alive` is asked
constexpr auto kToken = asio::as_tuple(asio::use_awaitable);

// One exchange. Lives longer than its coroutine.
struct Exchange {
  const HttpPost& post;
  const std::function<void(std::string_view)>& on_body;
  HttpAnswer answer;
  bool done = false;

  void StartTimer(Stream& stream) const {
    if (post.timeout.count() > 0)
      stream.expires_after(post.timeout);
    else
      stream.expires_never();
  }

  // What an error is that came before the exchange itself.
  HttpFailure Failure(const error_code& error, HttpFailure otherwise) const {
    return error == beast::error::timeout ? HttpFailure::kTimeout : otherwise;
  }
};

std::string Authority(const HttpPost& post) {
  if (!post.socket.empty()) return "localhost";
  bool plain = post.port == (post.tls ? 443 : 80);
  return plain ? post.host : fmt::format("{}:{}", post.host, post.port);
}

http::request<http::string_body> Request(const HttpPost& post) {
  http::request<http::string_body> request(http::verb::post, post.target, 11);
  if (!post.proxy_host.empty() && !post.tls) {
    request.target(fmt::format("http://{}:{}{}", post.host, post.port, post.target));
    if (!post.proxy_user.empty())
      request.set(http::field::proxy_authorization, "Basic " + Base64(post.proxy_user));
  }
  request.set(http::field::host, Authority(post));
  request.set(http::field::content_type, post.content_type);
  request.set(http::field::connection, "close");
  request.body() = post.body;
  request.prepare_payload();
  return request;
}

asio::awaitable<HttpFailure> Connect(Stream& stream, const Exchange& exchange) {
  const HttpPost& post = exchange.post;
  if (!post.socket.empty()) {
    if (post.socket.size() >= sizeof(sockaddr_un::sun_path)) co_return HttpFailure::kConnect;
    asio::local::stream_protocol::endpoint there(post.socket);
    auto [error] = co_await stream.async_connect(asio::generic::stream_protocol::endpoint(there), kToken);
    co_return error ? HttpFailure::kConnect : HttpFailure::kNone;
  }
  bool direct = post.proxy_host.empty();
  asio::ip::tcp::resolver resolver(stream.get_executor());
  auto [unknown, found] = co_await resolver.async_resolve(
      direct ? post.host : post.proxy_host, std::to_string(direct ? post.port : post.proxy_port), kToken);
  if (unknown) co_return HttpFailure::kResolve;
  HttpFailure failure = HttpFailure::kConnect;
  for (const auto& address : found) {
    exchange.StartTimer(stream);
    asio::generic::stream_protocol::endpoint there(address.endpoint());
    auto [error] = co_await stream.async_connect(there, kToken);
    if (!error) co_return HttpFailure::kNone;
    failure = exchange.Failure(error, HttpFailure::kConnect);
    stream.close();
  }
  co_return failure;
}

// Has the proxy connect to the host.
asio::awaitable<HttpFailure> Tunnel(Stream& stream, Exchange& exchange) {
  const HttpPost& post = exchange.post;
  std::string host = fmt::format("{}:{}", post.host, post.port);
  http::request<http::empty_body> request(http::verb::connect, host, 11);
  request.set(http::field::host, host);
  if (!post.proxy_user.empty())
    request.set(http::field::proxy_authorization, "Basic " + Base64(post.proxy_user));
  exchange.StartTimer(stream);
  auto [unsent, sent] = co_await http::async_write(stream, request, kToken);
  if (unsent) co_return exchange.Failure(unsent, HttpFailure::kNoAnswer);
  beast::flat_buffer buffer;
  http::response_parser<http::empty_body> parser;
  parser.skip(true);  // what follows the head is the tunnel's
  auto [error, read] = co_await http::async_read_header(stream, buffer, parser, kToken);
  if (error) co_return exchange.Failure(error, HttpFailure::kNoAnswer);
  if (parser.get().result() == http::status::ok) co_return HttpFailure::kNone;
  exchange.answer.status = int(parser.get().result_int());
  co_return HttpFailure::kProxy;
}

// The request and its answer over a stream that is ready; `lowest` is what the timer is of.
template <typename AnyStream>
asio::awaitable<HttpFailure> Converse(AnyStream& stream, Stream& lowest, Exchange& exchange) {
  http::request<http::string_body> request = Request(exchange.post);
  exchange.StartTimer(lowest);
  // One that refuses may answer before it has read all, and close: its answer counts.
  auto [unsent, sent] = co_await http::async_write(stream, request, kToken);
  if (unsent == beast::error::timeout) co_return HttpFailure::kTimeout;
  beast::flat_buffer buffer;
  http::response_parser<http::buffer_body> parser;
  parser.body_limit(boost::none);
  exchange.StartTimer(lowest);
  auto [no_head, read_head] = co_await http::async_read_header(stream, buffer, parser, kToken);
  if (no_head) co_return exchange.Failure(no_head, HttpFailure::kNoAnswer);
  exchange.answer.status = int(parser.get().result_int());
  std::array<char, 65536> piece;
  while (!parser.is_done()) {
    auto& body = parser.get().body();
    body.data = piece.data();
    body.size = piece.size();
    exchange.StartTimer(lowest);
    auto [error, read] = co_await http::async_read_some(stream, buffer, parser, kToken);
    if (size_t got = piece.size() - body.size) exchange.on_body({piece.data(), got});
    if (error && error != http::error::need_buffer)
      co_return exchange.Failure(error, HttpFailure::kBrokenOff);
  }
  co_return HttpFailure::kNone;
}

asio::awaitable<HttpFailure> ConverseSecurely(Stream& stream, Exchange& exchange) {
  const HttpPost& post = exchange.post;
  asio::ssl::context context(asio::ssl::context::tls_client);
  error_code error;
  if (post.ca_file.empty())
    context.set_default_verify_paths(error);
  else
    context.load_verify_file(post.ca_file, error);
  if (error) co_return HttpFailure::kTls;
  TlsStream secure(stream, context);
  secure.set_verify_mode(asio::ssl::verify_peer, error);
  secure.set_verify_callback(asio::ssl::host_name_verification(post.host), error);
  asio::ip::make_address(post.host, error);
  if (error) SSL_set_tlsext_host_name(secure.native_handle(), post.host.c_str());  // a name, no address
  exchange.StartTimer(stream);
  auto [refused] = co_await secure.async_handshake(asio::ssl::stream_base::client, kToken);
  if (refused) co_return exchange.Failure(refused, HttpFailure::kTls);
  co_return co_await Converse(secure, stream, exchange);
}

asio::awaitable<void> Run(Exchange& exchange) {
  Stream stream(co_await asio::this_coro::executor);
  exchange.answer.failure = co_await Connect(stream, exchange);
  if (exchange.answer.failure == HttpFailure::kNone && exchange.post.tls && !exchange.post.proxy_host.empty())
    exchange.answer.failure = co_await Tunnel(stream, exchange);
  if (exchange.answer.failure == HttpFailure::kNone && exchange.post.tls)
    exchange.answer.failure = co_await ConverseSecurely(stream, exchange);
  else if (exchange.answer.failure == HttpFailure::kNone)
    exchange.answer.failure = co_await Converse(stream, stream, exchange);
  exchange.done = true;
}

}  // namespace

HttpAnswer Post(const HttpPost& post, const std::function<void(std::string_view)>& on_body,
                const std::function<bool()>& alive) {
  Exchange exchange{post, on_body, {}, false};
  asio::io_context io(1);
  asio::co_spawn(io, Run(exchange), asio::detached);
  while (!exchange.done) {
    if (!alive()) return {HttpFailure::kCancelled, exchange.answer.status};
    io.run_for(kLook);
  }
  return exchange.answer;
}

std::string Base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // a zero is written behind it
  text.resize(
      size_t(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                             reinterpret_cast<const unsigned char*>(bytes.data()), int(bytes.size()))));
  return text;
}

}  // namespace backcourt

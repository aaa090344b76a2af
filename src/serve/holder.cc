#include "serve/holder.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace backcourt {

namespace {

constexpr size_t kMaxMessage = 1 << 20;  // of a request: a command line

// Messages are lines of JSON.
bool SendLine(int fd, const nlohmann::json& message) {
  std::string line = message.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  for (size_t sent = 0; sent < line.size();) {
    ssize_t n = send(fd, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += size_t(n);
  }
  return true;
}

// The next line; false at the end. `rest` keeps what came behind it.
bool ReceiveLine(int fd, std::string& rest, std::string& line, size_t limit) {
  for (;;) {
    if (size_t end = rest.find('\n'); end != std::string::npos) {
      line = rest.substr(0, end);
      rest.erase(0, end + 1);
      return true;
    }
    if (rest.size() > limit) return false;
    char buffer[65536];
    ssize_t n = recv(fd, buffer, sizeof buffer, 0);
    if (n <= 0) return false;
    rest.append(buffer, size_t(n));
  }
}

// The text under a key; "" where there is none.
std::string TextAt(const nlohmann::json& object, const char* key) {
  return object.is_object() && object.contains(key) && object[key].is_string()
             ? object[key].get<std::string>()
             : "";
}

sockaddr_un Address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

}  // namespace

Result<std::unique_ptr<Holder>> Holder::Take(const std::string& warehouse, const std::string& command,
                                             HolderInfo& other) {
  auto lock = TRY(WarehouseLock::Take(warehouse, command, other));
  if (!lock) return std::unique_ptr<Holder>();
  std::unique_ptr<Holder> holder(new Holder);
  holder->lock_ = std::move(lock);
  return holder;
}

void Holder::EndServing() {
  ending_ = true;
  if (listener_ < 0) return;
  unlink(socket_path().c_str());
  shutdown(listener_, SHUT_RDWR);
  if (acceptor_.joinable()) acceptor_.join();
  close(listener_);
  listener_ = -1;
  for (Client& client : clients_)
    shutdown(client.socket, SHUT_RD);  // who has not asked yet will not be answered
  auto answered = [this] {
    return std::all_of(clients_.begin(), clients_.end(),
                       [](const Client& client) { return client.done.load(); });
  };
  auto wait_a_second = [&] {
    for (int i = 0; i < 100 && !answered(); ++i)
      usleep(10'000);
  };
  wait_a_second();
  breaking_off_ = true;
  wait_a_second();
  for (Client& client : clients_) {
    shutdown(client.socket, SHUT_RDWR);  // one that does not read its answer
    client.thread.join();
    close(client.socket);
  }
  clients_.clear();
}

Holder::~Holder() { EndServing(); }

Result<> Holder::Serve(Handler handler) {
  handler_ = std::move(handler);
  listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  unlink(socket_path().c_str());  // of one that died; the lock is ours
  sockaddr_un address = Address(socket_path());
  mode_t mask = umask(0077);
  int bound = bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
  umask(mask);
  if (bound != 0 || listen(listener_, 16) != 0)
    return Error{ErrorKind::kBusy,
                 fmt::format("the socket {} cannot be made: {}", socket_path(), strerror(errno)),
                 "a warehouse on a local disk"};
  acceptor_ = std::thread([this] { Accept(); });
  return {};
}

void Holder::Accept() {
  while (!ending_) {
    int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) {
      if (ending_) return;
      usleep(10'000);
      continue;
    }
    for (auto at = clients_.begin(); at != clients_.end();) {
      if (!at->done) {
        ++at;
        continue;
      }
      at->thread.join();
      close(at->socket);
      at = clients_.erase(at);
    }
    if (clients_.size() >= kMostClients) {
      close(client);
      continue;
    }
    Client& mine = clients_.emplace_back();
    mine.socket = client;
    mine.thread = std::thread([this, &mine] {
      Answer(mine.socket);
      shutdown(mine.socket, SHUT_RDWR);  // it is closed where it is joined
      mine.done = true;
    });
  }
}

void Holder::Answer(int client) {
  timeval patience{10, 0};
  setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  std::string rest, line;
  if (!ReceiveLine(client, rest, line, kMaxMessage)) return;
  std::vector<std::string> arguments = ParseRequest(line);
  Write write = [this, client](bool error, const std::string& text) {
    return !breaking_off_ && SendLine(client, {{error ? "error" : "out", text}});
  };
  SendLine(client, {{"exit", handler_(arguments, write)}});
}

std::vector<std::string> Holder::ParseRequest(const std::string& line) {
  std::vector<std::string> arguments;
  auto request = nlohmann::json::parse(line, nullptr, false);
  if (request.is_object() && request.contains("arguments") && request["arguments"].is_array())
    for (const auto& argument : request["arguments"])
      if (argument.is_string()) arguments.push_back(argument);
  return arguments;
}

Holder::Message Holder::ParseMessage(const std::string& line) {
  auto message = nlohmann::json::parse(line, nullptr, false);
  Message read{TextAt(message, "out"), TextAt(message, "error"), {}};
  if (message.is_object() && message.contains("exit") && message["exit"].is_number_integer())
    read.exit = message["exit"].get<int>();
  return read;
}

Result<int> AskHolder(const HolderInfo& holder, const std::vector<std::string>& arguments) {
  Error nobody{ErrorKind::kBusy, "the holder does not answer", ""};
  if (holder.socket.empty()) return nobody;
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address = Address(holder.socket);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      !SendLine(fd, {{"arguments", arguments}})) {
    close(fd);
    return nobody;
  }
  std::string rest, line;
  Result<int> code = nobody;
  while (ReceiveLine(fd, rest, line, size_t(1) << 30)) {
    Holder::Message message = Holder::ParseMessage(line);
    fwrite(message.out.data(), 1, message.out.size(), stdout);
    fwrite(message.error.data(), 1, message.error.size(), stderr);
    if (message.exit) code = *message.exit;
  }
  fflush(stdout);
  close(fd);
  return code;
}

}  // namespace backcourt

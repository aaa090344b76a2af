// What goes over the holder's socket, both ways, and its lock file.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <memory>
#include <thread>

#include "serve/answer.h"
#include "serve/client.h"
#include "serve/server.h"
#include "serve/warehouse_lock.h"
#include "tests/fuzz/fuzz.h"
#include "tests/kit/folder.h"

using namespace backcourt;

namespace {

constexpr size_t kMostBody = 4096;

sockaddr_un Address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

// A folder of this process, with a server that answers what is a request, and a
// socket at which the input itself is the answer.
class Wire {
 public:
  Wire() {
    ServerLimits limits;
    limits.most_body = kMostBody;
    auto server =
        Server::Start(folder_ / "server",
                      Server::ForVerbs([](const std::string& verb, const std::string& body, Reply& reply) {
                        Must(!verb.empty() && body.size() <= kMostBody);
                        reply.Line(verb);
                      }),
                      limits);
    Must(bool(server));
    server_ = std::move(*server);
    listener_ = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address = Address(folder_ / "client");
    Must(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    Must(listen(listener_, 1) == 0);
  }
  ~Wire() {
    server_.reset();
    close(listener_);
  }

  void Ask(const std::string& bytes) {
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address = Address(folder_ / "server");
    Must(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    shutdown(fd, SHUT_WR);
    std::string got;
    char buffer[4096];
    for (ssize_t n; (n = recv(fd, buffer, sizeof buffer, 0)) > 0;)
      got.append(buffer, size_t(n));
    close(fd);
    Must(got.empty() || got.starts_with("HTTP/1.1 "));
  }

  void Answer(const std::string& bytes) {
    std::thread parrot([&] {
      int fd = accept(listener_, nullptr, nullptr);
      char request[4096];
      Must(recv(fd, request, sizeof request, 0) > 0);
      send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      close(fd);
    });
    size_t heard = 0;
    auto status = Call(
        folder_ / "client", "x", "{}",
        [&](const std::string& line) {
          Must(line.find('\n') == std::string::npos);
          heard += line.size() + 1;
        },
        [] { return true; });
    parrot.join();
    Must(heard <= bytes.size());
    Must(!status || (*status >= 100 && *status <= 999));
  }

 private:
  testing::Folder folder_;
  std::unique_ptr<Server> server_;
  int listener_ = -1;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Wire wire;
  std::string text = TextOf(data, size);
  wire.Ask(text);
  wire.Answer(text);
  AnswerLine line = ParseAnswerLine(text);
  Must(line.event.has_value() != line.end.has_value());
  Must(WarehouseLock::ParseInfo(text).socket.size() <= 3 * text.size());
  return 0;
}

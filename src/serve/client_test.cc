#include "serve/client.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "tests/kit/folder.h"

namespace backcourt::testing {
namespace {

bool Always() { return true; }

// Answers one client with bytes that are given, whatever it asks.
class Parrot {
 public:
  explicit Parrot(std::string bytes, bool hangs = false) {
    path = folder_ / "s";
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    thread_ = std::thread([this, bytes = std::move(bytes), hangs] {
      int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      char buffer[65536];
      while (asked.find("\r\n\r\n{}") == std::string::npos) {
        ssize_t n = recv(client, buffer, sizeof buffer, 0);
        if (n <= 0) break;
        asked.append(buffer, size_t(n));
      }
      send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      while (hangs && recv(client, buffer, sizeof buffer, 0) > 0) {
      }
      close(client);
    });
  }
  ~Parrot() {
    thread_.join();
    close(listener_);
  }

  std::string path, asked;

 private:
  Folder folder_;
  int listener_ = -1;
  std::thread thread_;
};

struct Response {
  std::vector<std::string> lines;
  std::string bytes;
  int status = 0;
  ErrorKind kind = ErrorKind::kUsage;  // of the error, when there is no status
};

Response Ask(const std::string& path, const std::function<bool()>& alive = Always) {
  Response response;
  auto status = Call(
      path, "status", "{}", [&](const std::string& line) { response.lines.push_back(line); }, alive,
      [&](std::string_view bytes) {
        response.bytes += bytes;
        return bytes != "enough";
      });
  if (status)
    response.status = *status;
  else
    response.kind = status.error().kind;
  return response;
}

const std::string kHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST(Client, AsksAndHearsLines) {
  Response response;
  std::string asked;
  {
    Parrot parrot(kHead + "3\r\na\nb\r\n2\r\nc\n\r\n1\r\n\n\r\n0\r\n\r\n");
    response = Ask(parrot.path);
    asked = parrot.path;
  }
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.lines, (std::vector<std::string>{"a", "bc", ""}));
}

// Bytes of a stream hold what they like, also what ends a line, and come in any pieces.
TEST(Client, HearsBytesBetweenLines) {
  Parrot parrot(kHead + "10\r\na\n{\"bytes\":5}\n{}\r\n5\r\n\n\n\nc\n\r\n0\r\n\r\n");
  Response response = Ask(parrot.path);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.lines, (std::vector<std::string>{"a", "c"}));
  EXPECT_EQ(response.bytes, "{}\n\n\n");
}

TEST(Client, SaysThatBytesAreMissing) {
  Parrot parrot(kHead + "e\r\n{\"bytes\":9}\n12\r\n0\r\n\r\n");
  EXPECT_EQ(Ask(parrot.path).kind, ErrorKind::kTransient);
}

TEST(Client, GivesUpWhenItsBytesAreRefused) {
  Parrot parrot(kHead + "12\r\n{\"bytes\":6}\nenough\r\n", true);
  EXPECT_EQ(Ask(parrot.path).kind, ErrorKind::kInterrupted);
}

TEST(Client, SendsARequestThatAnyServerReads) {
  std::string asked;
  auto parrot = std::make_unique<Parrot>("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nx\n");
  Response response = Ask(parrot->path);
  asked = parrot->asked;
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.lines, std::vector<std::string>{"x"});
  EXPECT_TRUE(asked.starts_with("POST /v1/status HTTP/1.1\r\nHost: localhost\r\n")) << asked;
  EXPECT_NE(asked.find("Content-Type: application/json\r\n"), std::string::npos) << asked;
  EXPECT_TRUE(asked.ends_with("Content-Length: 2\r\n\r\n{}")) << asked;
}

TEST(Client, SaysThatNobodyAnswers) {
  EXPECT_EQ(Ask("/nowhere/at.sock").kind, ErrorKind::kBusy);
  EXPECT_EQ(Ask("").kind, ErrorKind::kBusy);
  EXPECT_EQ(Ask("/tmp/" + std::string(200, 'x')).kind, ErrorKind::kBusy);
  for (const char* bytes : {"", "HTTP/1.1 200", "{\"out\": \"old\"}\n", "\xff\xfe\r\n\r\n"}) {
    Parrot parrot(bytes);
    Response response = Ask(parrot.path);
    EXPECT_EQ(response.kind, ErrorKind::kBusy) << bytes;
    EXPECT_EQ(response.status, 0) << bytes;
  }
}

TEST(Client, SaysThatTheAnswerBrokeOff) {
  for (const std::string& bytes :
       {kHead, kHead + "2\r\na\n\r\n", kHead + "5\r\na\nb", kHead + "zz\r\n", kHead + "1\r\na\r\n0\r\n\r\n",
        std::string("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na\n")}) {
    Parrot parrot(bytes);
    Response response = Ask(parrot.path);
    EXPECT_EQ(response.kind, ErrorKind::kTransient) << bytes;
    EXPECT_EQ(response.status, 0) << bytes;
  }
}

TEST(Client, GivesUpWhenAskedTo) {
  for (const std::string& bytes : {std::string(), kHead + "2\r\na\n\r\n"}) {
    Parrot parrot(bytes, true);
    auto begun = std::chrono::steady_clock::now();
    auto alive = [&] { return std::chrono::steady_clock::now() - begun < std::chrono::milliseconds(100); };
    Response response = Ask(parrot.path, alive);
    EXPECT_EQ(response.kind, ErrorKind::kInterrupted);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
  }
}

}  // namespace
}  // namespace backcourt::testing

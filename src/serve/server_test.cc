#include "serve/server.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <latch>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "serve/client.h"
#include "tests/kit/folder.h"

namespace backcourt::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

bool Always() { return true; }
void Ignore(const std::string&) {}

// A server of its own, and clients that say what they like.
class ServerTest : public ::testing::Test {
 protected:
  std::unique_ptr<Server> Start(Server::VerbHandler handler, ServerLimits limits = {}) {
    auto server = Server::Start(socket_, Server::ForVerbs(std::move(handler)), limits);
    EXPECT_TRUE(server);
    return std::move(*server);
  }

  int Connect() {
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket_.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return fd;
  }

  static bool Send(int fd, const std::string& bytes) {
    for (size_t sent = 0; sent < bytes.size();) {
      ssize_t n = send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) return false;
      sent += size_t(n);
    }
    return true;
  }

  static std::string ReceiveAll(int fd) {
    std::string got;
    char buffer[65536];
    for (ssize_t n; (n = recv(fd, buffer, sizeof buffer, 0)) > 0;)
      got.append(buffer, size_t(n));
    return got;
  }

  // What comes back for these bytes, when nothing follows them.
  std::string Exchange(const std::string& bytes) {
    int fd = Connect();
    Send(fd, bytes);
    shutdown(fd, SHUT_WR);
    std::string got = ReceiveAll(fd);
    close(fd);
    return got;
  }

  static std::string Request(const std::string& body, const std::string& target = "/v1/echo",
                             const std::string& headers = "Connection: close\r\n") {
    return "POST " + target + " HTTP/1.1\r\nHost: x\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  void ExpectItAnswers() {
    std::string got;
    auto status = Call(socket_, "echo", "\"still\"", [&](const std::string& line) { got += line; }, Always);
    ASSERT_TRUE(status) << status.error().message;
    EXPECT_EQ(*status, 200);
    EXPECT_EQ(got, "echo \"still\"");
  }

  static void Echo(const std::string& verb, const std::string& body, Reply& reply) {
    reply.Line(verb + " " + body);
  }
  static void Endlessly(const std::string&, const std::string&, Reply& reply) {
    while (reply.Line("again"))
      std::this_thread::sleep_for(milliseconds(1));
  }

  // Waits for what other threads do.
  template <typename Condition>
  static void Until(Condition condition) {
    auto end = steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      ASSERT_LT(steady_clock::now(), end) << "it never happened";
      std::this_thread::sleep_for(milliseconds(1));
    }
  }

  Folder folder_;
  std::string socket_ = folder_ / "warehouse.sock";
};

TEST_F(ServerTest, IsForTheOwnerAndReplacesTheSocketOfADeadProcess) {
  { std::unique_ptr<FILE, int (*)(FILE*)>(fopen(socket_.c_str(), "w"), fclose); }
  auto server = Start(Echo);
  struct stat found {};
  ASSERT_EQ(stat(socket_.c_str(), &found), 0);
  EXPECT_TRUE(S_ISSOCK(found.st_mode));
  EXPECT_EQ(found.st_mode & 07777, 0600u);
  ExpectItAnswers();
  server->EndServing();
  EXPECT_FALSE(std::filesystem::exists(socket_));
  server->EndServing();
}

TEST_F(ServerTest, SaysWhereItCannotListen) {
  for (const std::string& path : {std::string("/nowhere/at.sock"), "/tmp/" + std::string(200, 'x')}) {
    auto server = Server::Start(path, Server::ForVerbs(Echo));
    ASSERT_FALSE(server);
    EXPECT_EQ(server.error().kind, ErrorKind::kBusy);
    EXPECT_NE(server.error().message.find(path), std::string::npos);
  }
}

TEST_F(ServerTest, FindsTheVerb) {
  EXPECT_EQ(Server::VerbOf("/v1/status"), "status");
  EXPECT_EQ(Server::VerbOf("/v1/a-b_2"), "a-b_2");
  for (const char* target : {"", "/", "/v1", "/v1/", "/v1/a/b", "/v2/status", "/v1/Status", "/v1/../status",
                             "/v1/status?x=1", "v1/status", "/v1/%73tatus", "/v1/a b", "*"})
    EXPECT_EQ(Server::VerbOf(target), "") << target;
}

TEST_F(ServerTest, LinesLeaveAsTheyAreWritten) {
  std::latch read(1);
  auto server = Start([&](const std::string&, const std::string&, Reply& reply) {
    reply.Line("first");
    read.wait();
    reply.Line("second");
  });
  std::vector<std::string> lines;
  auto status = Call(
      socket_, "events", "{}",
      [&](const std::string& line) {
        lines.push_back(line);
        if (lines.size() == 1) read.count_down();
      },
      Always);
  ASSERT_TRUE(status);
  EXPECT_EQ(lines, (std::vector<std::string>{"first", "second"}));
}

TEST_F(ServerTest, SpeaksHttp) {
  auto server = Start([](const std::string& verb, const std::string& body, Reply& reply) {
    if (verb == "missing") reply.Status(404);
    reply.Line(body);
  });
  std::string got = Exchange(Request("{\"a\":1}"));
  EXPECT_TRUE(got.starts_with("HTTP/1.1 200 OK\r\n")) << got;
  EXPECT_NE(got.find("Content-Type: application/x-ndjson\r\n"), std::string::npos) << got;
  // In chunks, or with its length where it was whole before any of it was sent.
  bool whole = got.find("Content-Length: 8\r\n") != std::string::npos;
  EXPECT_TRUE(got.ends_with(whole ? "\r\n\r\n{\"a\":1}\n" : "\r\n\r\n8\r\n{\"a\":1}\n\r\n0\r\n\r\n")) << got;
  EXPECT_TRUE(Exchange(Request("", "/v1/missing")).starts_with("HTTP/1.1 404 "));
  // A connection is used again, also for requests that are sent at once.
  int fd = Connect();
  ASSERT_TRUE(Send(fd, Request("1", "/v1/echo", "") + Request("2", "/v1/echo", "") + Request("3")));
  got = ReceiveAll(fd);
  close(fd);
  for (const char* body : {"1\n", "2\n", "3\n"})
    EXPECT_NE(got.find(body), std::string::npos) << got;
}

TEST_F(ServerTest, RefusesWhatIsNoRequest) {
  std::atomic<int> asked{0};
  auto server = Start([&](const std::string& verb, const std::string& body, Reply& reply) {
    ++asked;
    Echo(verb, body, reply);
  });
  auto status = [](const std::string& got) { return got.substr(0, std::min<size_t>(got.size(), 12)); };
  EXPECT_EQ(status(Exchange("GET /v1/echo HTTP/1.1\r\nHost: x\r\n\r\n")), "HTTP/1.1 405");
  EXPECT_EQ(status(Exchange("POST /v1/echo HTTP/1.0\r\nContent-Length: 0\r\n\r\n")), "HTTP/1.1 505");
  EXPECT_EQ(status(Exchange(Request("", "/"))), "HTTP/1.1 404");
  EXPECT_EQ(status(Exchange("{\"arguments\": [\"status\"]}\n")), "HTTP/1.1 400");
  EXPECT_EQ(status(Exchange("POST /v1/echo HTTP/9.9\r\n\r\n")), "HTTP/1.1 400");
  EXPECT_EQ(status(Exchange("POST /v1/echo HTTP/1.1\r\nContent-Length: -3\r\n\r\n")), "HTTP/1.1 400");
  EXPECT_EQ(status(Exchange("POST /v1/echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")),
            "HTTP/1.1 400");
  EXPECT_EQ(status(Exchange("POST /v1/echo HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf")), "");
  EXPECT_EQ(Exchange(""), "");
  EXPECT_EQ(asked, 0);
  ExpectItAnswers();
}

TEST_F(ServerTest, LimitsWhatAClientSends) {
  auto server = Start(Echo);
  std::string most(ServerLimits().most_body, ' ');
  EXPECT_TRUE(Exchange(Request(most)).starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(Exchange(Request(most + " ")).starts_with("HTTP/1.1 413 "));
  // By its words alone, and without any; the client does not even stop to send.
  EXPECT_TRUE(
      Exchange("POST /v1/echo HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n" + std::string(5'000'000, 'x'))
          .starts_with("HTTP/1.1 413 "));
  std::string chunked = "POST /v1/echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 40; ++i)
    chunked += "10000\r\n" + std::string(65536, 'x') + "\r\n";
  EXPECT_TRUE(Exchange(chunked).starts_with("HTTP/1.1 413 "));
  EXPECT_TRUE(Exchange(Request("", "/v1/echo", "X: " + std::string(100'000, 'x') + "\r\n"))
                  .starts_with("HTTP/1.1 431 "));
  EXPECT_TRUE(Exchange("POST /v1/" + std::string(100'000, 'x')).starts_with("HTTP/1.1 431 "));
  ExpectItAnswers();
}

TEST_F(ServerTest, GarbageDisturbsNobody) {
  auto server = Start(Echo);
  std::mt19937 random(4);
  std::string whole = Request("{\"a\": [1, 2]}");
  for (int i = 0; i < 400; ++i) {
    std::string bytes = i % 2 ? whole : std::string(random() % 300, '\0');
    for (size_t j = 0; j < (i % 2 ? 1 + i % 5 : bytes.size()); ++j)
      bytes[random() % bytes.size()] = char(random());
    if (i % 3 == 0) bytes.resize(random() % (bytes.size() + 1));
    std::string got = Exchange(bytes);
    EXPECT_TRUE(got.empty() || got.starts_with("HTTP/1.1 ")) << bytes;
  }
  ExpectItAnswers();
}

TEST_F(ServerTest, AFailureOfAHandlerIsItsAnswer) {
  auto server = Start([](const std::string& verb, const std::string& body, Reply& reply) {
    if (verb == "fail") throw std::runtime_error("no \xff such thing");
    Echo(verb, body, reply);
  });
  std::string got;
  auto status = Call(socket_, "fail", "", [&](const std::string& line) { got += line; }, Always);
  ASSERT_TRUE(status);
  EXPECT_EQ(*status, 500);
  auto told = nlohmann::json::parse(got, nullptr, false);
  EXPECT_EQ(told["error"]["message"], "/v1/fail failed: no \ufffd such thing");
  ExpectItAnswers();
}

TEST_F(ServerTest, AnswersManyAtOnce) {
  std::latch all(64);
  std::atomic<int> running{0};
  auto server = Start([&](const std::string&, const std::string& body, Reply& reply) {
    ++running;
    all.arrive_and_wait();  // none is answered before all have asked
    reply.Line(body);
  });
  std::vector<std::thread> clients;
  for (int i = 0; i < 63; ++i)
    clients.emplace_back([&, i] {
      std::string got, body = std::to_string(i) + std::string(size_t(i) * 1000, 'x');
      auto status = Call(socket_, "echo", body, [&](const std::string& line) { got += line; }, Always);
      EXPECT_TRUE(status && *status == 200);
      EXPECT_EQ(got, body);
    });
  Until([&] { return running == 63; });
  std::thread last([&] { EXPECT_TRUE(Call(socket_, "echo", "", Ignore, Always)); });
  for (std::thread& client : clients)
    client.join();
  last.join();
}

TEST_F(ServerTest, MoreThanItAnswersAreRefusedAndNotKept) {
  std::latch release(1);
  std::atomic<int> running{0};
  ServerLimits limits;
  limits.most_answers = 2;
  auto server = Start(
      [&](const std::string&, const std::string&, Reply&) {
        ++running;
        release.wait();
      },
      limits);
  std::vector<std::thread> clients;
  for (int i = 0; i < 2; ++i)
    clients.emplace_back([&] { EXPECT_EQ(*Call(socket_, "wait", "", Ignore, Always), 200); });
  Until([&] { return running == 2; });
  std::string got;
  EXPECT_EQ(*Call(socket_, "wait", "", [&](const std::string& line) { got += line; }, Always), 503);
  EXPECT_EQ(nlohmann::json::parse(got, nullptr, false)["error"]["kind"], "transient");
  release.count_down();
  for (std::thread& client : clients)
    client.join();
}

TEST_F(ServerTest, ASilentClientIsLetGoAndHoldsUpNobody) {
  ServerLimits limits;
  limits.request_time = milliseconds(300);
  auto server = Start(Echo, limits);
  std::vector<int> silent;
  for (int i = 0; i < 100; ++i)
    silent.push_back(Connect());
  Send(silent[0], "POST /v1/echo HTTP/1.1\r\n");
  ExpectItAnswers();
  for (int fd : silent) {
    EXPECT_EQ(ReceiveAll(fd), "");
    close(fd);
  }
}

TEST_F(ServerTest, ASlowReaderGetsItAllAndOneThatStopsIsLetGo) {
  ServerLimits limits;
  limits.most_unsent = 100'000;
  limits.stalled_time = milliseconds(300);
  std::atomic<int> written{0}, ended{0};
  const std::string line(1000, 'x');
  auto server = Start(
      [&](const std::string& verb, const std::string& body, Reply& reply) {
        if (verb == "echo") return Echo(verb, body, reply);
        for (int i = 0; i < 5000 && reply.Line(line); ++i)
          ++written;
        ++ended;
      },
      limits);
  int stopped = Connect();
  ASSERT_TRUE(Send(stopped, Request("", "/v1/rows")));
  Until([&] { return ended == 1; });
  EXPECT_LT(written, 2000);  // what the socket and the backlog hold
  ExpectItAnswers();
  int lines = 0;
  auto status = Call(
      socket_, "rows", "",
      [&](const std::string& got) {
        EXPECT_EQ(got, line);
        if (++lines % 500 == 0) std::this_thread::sleep_for(milliseconds(100));
      },
      Always);
  EXPECT_TRUE(status) << status.error().message;
  EXPECT_EQ(lines, 5000);
  EXPECT_FALSE(ReceiveAll(stopped).ends_with("0\r\n\r\n"));
  close(stopped);
}

TEST_F(ServerTest, AnAnswerEndsWithItsClient) {
  std::atomic<int> running{0}, ended{0};
  auto server = Start([&](const std::string& verb, const std::string& body, Reply& reply) {
    if (verb == "echo") return Echo(verb, body, reply);
    ++running;
    if (verb == "lines") Endlessly(verb, body, reply);
    while (reply.Alive())  // one that has nothing to say yet
      std::this_thread::sleep_for(milliseconds(1));
    ++ended;
  });
  // With more bytes behind the request, and without.
  for (const std::string& request :
       {Request("", "/v1/lines"), Request("", "/v1/silence"), Request("", "/v1/silence") + "more"}) {
    int fd = Connect(), before = ended;
    ASSERT_TRUE(Send(fd, request));
    Until([&] { return running == before + 1; });
    EXPECT_EQ(ended, before);
    close(fd);
    Until([&] { return ended == before + 1; });
  }
  ExpectItAnswers();
}

TEST_F(ServerTest, EndsWhileItAnswers) {
  ServerLimits limits;
  limits.end_time = milliseconds(200);
  std::atomic<int> running{0}, ended{0};
  auto server = Start(
      [&](const std::string& verb, const std::string& body, Reply& reply) {
        ++running;
        if (verb == "short") {
          std::this_thread::sleep_for(milliseconds(100));
          reply.Line("whole");
        } else {
          Endlessly(verb, body, reply);
        }
        ++ended;
      },
      limits);
  int silent = Connect(), deaf = Connect();
  ASSERT_TRUE(Send(deaf, Request("", "/v1/endless")));
  std::string whole;
  ErrorKind broken = ErrorKind::kUsage;
  std::thread short_one([&] {
    EXPECT_TRUE(Call(socket_, "short", "", [&](const std::string& line) { whole = line; }, Always));
  });
  std::thread endless([&] {
    auto status = Call(socket_, "endless", "", Ignore, Always);
    ASSERT_FALSE(status);
    broken = status.error().kind;
  });
  Until([&] { return running == 3; });
  auto begun = steady_clock::now();
  server->EndServing();
  EXPECT_LT(steady_clock::now() - begun, milliseconds(2000));
  EXPECT_EQ(ended, 3);
  short_one.join();
  endless.join();
  EXPECT_EQ(whole, "whole");
  EXPECT_EQ(broken, ErrorKind::kTransient);
  EXPECT_EQ(ReceiveAll(silent), "");
  close(silent);
  close(deaf);
}

TEST_F(ServerTest, EndsWhileClientsComeAndGo) {
  ServerLimits limits;
  limits.end_time = milliseconds(100);
  auto server = Start(Endlessly, limits);
  std::atomic<bool> done{false};
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i)
    clients.emplace_back([&, i] {
      while (!done) {
        int heard = 0;
        auto status = Call(socket_, "x", "", [&](const std::string&) { ++heard; }, [&] { return heard < i; });
        ASSERT_FALSE(status);
      }
    });
  std::this_thread::sleep_for(milliseconds(200));
  server->EndServing();
  done = true;
  for (std::thread& client : clients)
    client.join();
}

}  // namespace
}  // namespace backcourt::testing

#include "base/http.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

namespace backcourt::testing {
namespace {

bool Always() { return true; }

// A server on loopback that reads a request to its end and answers with bytes that
// are given; without any, it says nothing until the client goes.
class Parrot {
 public:
  explicit Parrot(std::string bytes) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this, bytes = std::move(bytes)] {
      int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      char buffer[4096];
      while (!asked_.ends_with("a=b") && !(asked_.starts_with("CONNECT") && asked_.ends_with("\r\n\r\n"))) {
        ssize_t n = recv(client, buffer, sizeof buffer, 0);
        if (n <= 0) break;
        asked_.append(buffer, size_t(n));
      }
      send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      while (bytes.empty() && recv(client, buffer, sizeof buffer, 0) > 0) {
      }
      close(client);
    });
  }
  ~Parrot() {
    if (thread_.joinable()) thread_.join();
    close(listener_);
  }

  const std::string& Asked() {
    thread_.join();
    return asked_;
  }

  int port = 0;

 private:
  std::string asked_;
  int listener_ = -1;
  std::thread thread_;
};

HttpPost To(int port) {
  HttpPost post;
  post.host = "127.0.0.1";
  post.port = port;
  post.target = "/token?x=1";
  post.content_type = "application/x-www-form-urlencoded";
  post.body = "a=b";
  post.timeout = std::chrono::seconds(1);
  return post;
}

HttpAnswer Send(const HttpPost& post, std::string* body = nullptr) {
  return Post(post, [&](std::string_view bytes) { body ? void(*body += bytes) : void(); }, Always);
}

TEST(Http, PostsAndHearsTheAnswer) {
  Parrot parrot("HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\nbody and no more");
  std::string body;
  HttpAnswer answer = Send(To(parrot.port), &body);
  EXPECT_EQ(answer.failure, HttpFailure::kNone);
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(body, "body");
  EXPECT_EQ(parrot.Asked(), "POST /token?x=1 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(parrot.port) +
                                "\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                                "Connection: close\r\nContent-Length: 3\r\n\r\na=b");
}

TEST(Http, AnAnswerMayEndWithItsConnection) {
  Parrot parrot("HTTP/1.0 200 OK\r\n\r\nall of it");
  std::string body;
  EXPECT_EQ(Send(To(parrot.port), &body).failure, HttpFailure::kNone);
  EXPECT_EQ(body, "all of it");
}

TEST(Http, AsksAProxyForTheWholeAddress) {
  Parrot parrot("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  HttpPost post = To(8080);
  post.host = "token.example";
  post.proxy_host = "localhost";
  post.proxy_port = parrot.port;
  post.proxy_user = "ann:word";
  EXPECT_EQ(Send(post).status, 200);
  std::string asked = parrot.Asked();
  EXPECT_TRUE(asked.starts_with("POST http://token.example:8080/token?x=1 HTTP/1.1\r\n")) << asked;
  EXPECT_NE(asked.find("Host: token.example:8080\r\n"), std::string::npos) << asked;
  EXPECT_NE(asked.find("Proxy-Authorization: Basic YW5uOndvcmQ=\r\n"), std::string::npos) << asked;
}

TEST(Http, SaysWhatFailed) {
  EXPECT_EQ(Send(To(1)).failure, HttpFailure::kConnect);
  HttpPost nowhere = To(80);
  nowhere.host = "host.invalid";
  EXPECT_EQ(Send(nowhere).failure, HttpFailure::kResolve);
  auto failure = [](const std::string& bytes) {
    Parrot parrot(bytes);
    return Send(To(parrot.port)).failure;
  };
  EXPECT_EQ(failure(""), HttpFailure::kTimeout);
  EXPECT_EQ(failure("SSH-2.0\r\n\r\n"), HttpFailure::kNoAnswer);
  EXPECT_EQ(failure("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), HttpFailure::kBrokenOff);
  Parrot plain("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  HttpPost secure = To(plain.port);
  secure.tls = true;
  secure.timeout = std::chrono::seconds(1);
  EXPECT_EQ(Send(secure).failure, HttpFailure::kTimeout);  // it waits for a request
}

TEST(Http, SaysThatTheProxyRefuses) {
  Parrot parrot("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 2\r\n\r\nno");
  HttpPost post = To(443);
  post.tls = true;
  post.proxy_host = "127.0.0.1";
  post.proxy_port = parrot.port;
  std::string body;
  HttpAnswer answer = Send(post, &body);
  EXPECT_EQ(answer.failure, HttpFailure::kProxy);
  EXPECT_EQ(answer.status, 407);
  EXPECT_EQ(body, "");
  EXPECT_EQ(parrot.Asked(), "CONNECT 127.0.0.1:443 HTTP/1.1\r\nHost: 127.0.0.1:443\r\n\r\n");
}

TEST(Http, EncodesBase64) {
  EXPECT_EQ(Base64(""), "");
  EXPECT_EQ(Base64("f"), "Zg==");
  EXPECT_EQ(Base64("fo"), "Zm8=");
  EXPECT_EQ(Base64("foo"), "Zm9v");
  EXPECT_EQ(Base64(std::string("\0\xff", 2)), "AP8=");
}

}  // namespace
}  // namespace backcourt::testing

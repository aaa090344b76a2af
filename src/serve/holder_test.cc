#include "serve/holder.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <mutex>
#include <set>

namespace backcourt::testing {
namespace {

// A warehouse of its own, its holder and what was asked of it.
class HolderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/backcourt-holder-XXXXXX";
    folder_ = mkdtemp(name);
    warehouse_ = folder_ / "warehouse.duckdb";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Holder> Take() {
    auto holder = Holder::Take(warehouse_.string(), "backfill all", other_);
    EXPECT_TRUE(holder);
    return std::move(*holder);
  }

  int Connect(const Holder& holder) {
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    holder.socket_path().copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return fd;
  }

  std::filesystem::path folder_, warehouse_;
  HolderInfo other_;
};

TEST_F(HolderTest, AnswersManyAtOnce) {
  auto holder = Take();
  std::mutex mutex;
  std::set<std::string> asked;
  ASSERT_TRUE(holder->Serve([&](const std::vector<std::string>& arguments, const Holder::Write& write) {
    std::lock_guard lock(mutex);
    EXPECT_TRUE(write(false, ""));
    asked.insert(arguments.at(0));
    return int(arguments.size());
  }));
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i)
    clients.emplace_back([&, i] {
      HolderInfo who{getpid(), "", holder->socket_path()};
      for (int j = 0; j < 10; ++j) {
        auto code = AskHolder(who, {std::to_string(i) + "." + std::to_string(j), "FROM \"\u00e9\""});
        ASSERT_TRUE(code);
        EXPECT_EQ(*code, 2);
      }
    });
  for (std::thread& client : clients)
    client.join();
  holder->EndServing();
  EXPECT_EQ(asked.size(), 80u);
  EXPECT_FALSE(std::filesystem::exists(holder->socket_path()));
}

TEST_F(HolderTest, EndsWhileClientsComeAndGo) {
  auto holder = Take();
  std::atomic<int> answered{0};
  ASSERT_TRUE(holder->Serve([&](const std::vector<std::string>&, const Holder::Write& write) {
    while (write(false, ""))
      std::this_thread::sleep_for(std::chrono::milliseconds(1));  // an endless answer
    return ++answered;
  }));
  int silent = Connect(*holder);
  int gone = Connect(*holder);
  const char request[] = "{\"arguments\": [\"query\"]}\n";
  ASSERT_EQ(send(gone, request, sizeof request - 1, MSG_NOSIGNAL), ssize_t(sizeof request - 1));
  char byte;
  ASSERT_EQ(recv(gone, &byte, 1, 0), 1);  // the answer has begun
  close(gone);
  while (answered < 1)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));  // of the client that went
  int last = Connect(*holder);
  ASSERT_EQ(send(last, request, sizeof request - 1, MSG_NOSIGNAL), ssize_t(sizeof request - 1));
  ASSERT_EQ(recv(last, &byte, 1, 0), 1);
  holder->EndServing();
  EXPECT_GE(answered, 2);
  close(silent);
  close(last);
}

TEST_F(HolderTest, TakesNoNonsense) {
  EXPECT_EQ(Holder::ParseRequest("{\"arguments\": [\"a\", 1, null, \"b\"]}"),
            (std::vector<std::string>{"a", "b"}));
  for (const char* line :
       {"", "[]", "null", "{", "{\"arguments\": 3}", "\xff", "{\"arguments\": {\"0\": \"a\"}}"})
    EXPECT_TRUE(Holder::ParseRequest(line).empty()) << line;
  Holder::Message message = Holder::ParseMessage("{\"out\": \"text\"}");
  EXPECT_EQ(message.out, "text");
  EXPECT_EQ(Holder::ParseMessage("{\"exit\": 4}").exit, 4);
  for (const char* line : {"", "[]", "{\"out\": 3}", "{\"exit\": \"0\"}", "{\"error\": null}"}) {
    message = Holder::ParseMessage(line);
    EXPECT_FALSE(message.exit) << line;
    EXPECT_EQ(message.out + message.error, "") << line;
  }
}

}  // namespace
}  // namespace backcourt::testing

#include "serve/warehouse_lock.h"

#include <gtest/gtest.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "tests/kit/folder.h"

namespace backcourt::testing {
namespace {

class WarehouseLockTest : public ::testing::Test {
 protected:
  std::unique_ptr<WarehouseLock> Take(const std::string& command = "backfill all") {
    auto lock = WarehouseLock::Take(warehouse_, command, other_);
    EXPECT_TRUE(lock);
    return std::move(*lock);
  }

  Folder folder_;
  std::string warehouse_ = folder_ / "warehouse.duckdb";
  HolderInfo other_;
};

TEST_F(WarehouseLockTest, IsOneAndNamesWhoHasIt) {
  auto lock = Take();
  ASSERT_TRUE(lock);
  EXPECT_EQ(lock->socket_path(), warehouse_ + ".sock");
  EXPECT_FALSE(Take());
  EXPECT_EQ(other_.process, getpid());
  EXPECT_EQ(other_.command, "backfill all");
  EXPECT_EQ(other_.socket, lock->socket_path());
  lock.reset();
  EXPECT_TRUE(Take());
}

TEST_F(WarehouseLockTest, IsTakenOverFromAProcessThatDied) {
  int child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto lock = Take("killed");
    _exit(lock ? 0 : 1);  // without a word: what it said stays
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);
  EXPECT_TRUE(Take());
}

TEST_F(WarehouseLockTest, HasASocketHoweverLongThePathIs) {
  warehouse_ = folder_ / (std::string(100, 'x') + "/warehouse.duckdb");
  auto lock = Take();
  ASSERT_TRUE(lock);
  EXPECT_LT(lock->socket_path().size(), sizeof(sockaddr_un::sun_path));
  std::string path = lock->socket_path();
  lock.reset();
  EXPECT_EQ(Take()->socket_path(), path);
  warehouse_ += "2";
  EXPECT_NE(Take()->socket_path(), path);
}

TEST_F(WarehouseLockTest, SaysWhyItCannotBeTaken) {
  std::filesystem::create_directories(warehouse_ + ".lock");
  auto lock = WarehouseLock::Take(warehouse_, "load", other_);
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().kind, ErrorKind::kBusy);
  EXPECT_NE(lock.error().message.find(warehouse_ + ".lock"), std::string::npos);
}

TEST_F(WarehouseLockTest, ACommandLineOfAnyBytesAndLengthIsNoObstacle) {
  auto lock = Take("query \xff " + std::string(100'000, 'x'));
  ASSERT_TRUE(lock);
  EXPECT_FALSE(Take());
  EXPECT_EQ(other_.process, getpid());
  EXPECT_TRUE(other_.command.starts_with("query \ufffd xxx")) << other_.command;
  EXPECT_EQ(other_.socket, lock->socket_path());
}

TEST_F(WarehouseLockTest, TakesNoNonsense) {
  HolderInfo info = WarehouseLock::ParseInfo("{\"process\": 7, \"command\": \"load\", \"socket\": \"/s\"}");
  EXPECT_EQ(std::make_tuple(info.process, info.command, info.socket), std::make_tuple(7, "load", "/s"));
  for (const char* text :
       {"", "[]", "null", "{", "\xff", "{\"process\": \"x\"}", "{\"socket\": 1, \"command\": []}"}) {
    info = WarehouseLock::ParseInfo(text);
    EXPECT_EQ(std::make_tuple(info.process, info.command, info.socket), std::make_tuple(0, "", "")) << text;
  }
}

}  // namespace
}  // namespace backcourt::testing

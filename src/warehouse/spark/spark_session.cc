#include "warehouse/spark/spark_session.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>

#include "base/program.h"
#include "base/text.h"
#include "base/watch.h"
#include "project/sql_text.h"
#include "warehouse/duckdb/engine.h"
#include "warehouse/spark/spark_sql.h"

namespace backcourt {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kPatience = 90s;      // for a server that was there and is gone: it may come back
constexpr auto kFirstPatience = 5s;  // for one that was never there
constexpr auto kEndPause = 2s;       // between two times that a running statement's session is ended
constexpr int kEnds = 3;             // after which this end gives up on the server

// A function that only a session of ours has: where it is missing the server has begun the session anew.
constexpr const char* kMark = "backcourt_session";

std::string NewUuid() {
  std::random_device random;
  auto part = [&] { return uint32_t(random()); };
  uint32_t a = part(), b = part(), c = part(), d = part();
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:04x}{:08x}", a, b >> 16, b & 0xfff,
                     0x8000 | (c >> 16 & 0x3fff), c & 0xffff, d);
}

Driver DriverOf(const SparkPlace& place, const std::string& session) {
  return {LibraryFolder() + "/libadbc_driver_spark.so",
          "AdbcDriverInit",
          {{"uri", place.uri}, {"adbc.spark.session_id", session}, {"adbc.spark.user_agent", "backcourt"}},
          ClassifySparkError,
          false};
}

// Says that a session is open, so that those of a process that died are ended by the next one.
std::filesystem::path SessionFile(const SparkPlace& place, const std::string& id) {
  return std::filesystem::path(place.staging) / "sessions" / id;
}

Error Unreachable(const SparkPlace& place, const Error& error) {
  return Error{ErrorKind::kTransient,
               fmt::format("Spark at {} does not answer: {}", place.uri, error.message),
               "`uri` under [warehouse] of backcourt.toml, and whether the server runs"};
}

Result<> NoteSession(const std::filesystem::path& file) {
  std::error_code failed;
  std::filesystem::create_directories(file.parent_path(), failed);
  if (std::ofstream(file)) return {};
  return Error{ErrorKind::kCapacity, fmt::format("{} cannot be written", file.string()),
               "another `staging` under [warehouse] of backcourt.toml"};
}

}  // namespace

SparkSession::SparkSession(const SparkPlace& place, const std::vector<Function>& functions) : place_(place) {
  for (const Function& function : functions)
    functions_[function.name] = &function;
}

SparkSession::~SparkSession() {
  if (ender_.joinable()) ender_.join();
  std::error_code ignored;
  connection_.reset();
  if (!id_.empty()) std::filesystem::remove(SessionFile(place_, id_), ignored);
}

void SparkSession::EndOrphans(const SparkPlace& place) {
  std::error_code none;
  for (const auto& file :
       std::filesystem::directory_iterator(std::filesystem::path(place.staging) / "sessions", none))
    (void)End(place, file.path().filename().string());  // else by the next start
}

Result<> SparkSession::OpenOnce() {
  made_.clear();
  {
    std::lock_guard lock(mutex_);
    id_ = NewUuid();
  }
  TRY(NoteSession(SessionFile(place_, id_)));
  database_ = TRY(Database::Open(DriverOf(place_, id_)));
  auto connection = TRY(database_->Connect());
  std::vector<std::string> settings = {
      "SET spark.sql.ansi.enabled = true",                  // an overflow is an error, as it is in DuckDB
      "SET spark.sql.parser.escapedStringLiterals = true",  // a backslash is a character
      "SET spark.sql.session.timeZone = UTC",
  };
  for (const auto& [key, value] : place_.settings)
    settings.push_back(fmt::format("SET {} = {}", key, value));
  settings.push_back(fmt::format("CREATE TEMPORARY FUNCTION {}() RETURN 1", kMark));
  for (const std::string& setting : settings)
    TRY(connection->Query(setting));
  if (auto used = connection->Query("USE " + place_.database); !used) {
    if (!IsSparkError(used.error(), "SCHEMA_NOT_FOUND")) return used.error();
    TRY(connection->Query("CREATE SCHEMA IF NOT EXISTS " + place_.database));
    TRY(connection->Query("USE " + place_.database));
  }
  std::lock_guard lock(mutex_);
  connection_ = std::move(connection);
  was_open_ = true;
  return {};
}

Result<> SparkSession::Open() {
  if (connection_) return {};
  auto until = Clock::now() + (was_open_ ? Clock::duration(kPatience) : Clock::duration(kFirstPatience));
  for (;;) {
    auto opened = OpenOnce();
    if (opened || opened.error().kind != ErrorKind::kTransient) return opened;
    {
      std::unique_lock lock(mutex_);
      if (changed_.wait_for(lock, 500ms, [this] { return ending_; }))
        return Error{ErrorKind::kInterrupted, "interrupted", ""};
    }
    if (Clock::now() > until) {
      Error error = Unreachable(place_, opened.error());
      error.kind = ErrorKind::kBusy;
      return error;
    }
  }
}

Result<> SparkSession::MakeFunctions(const std::string& sql) {
  std::vector<std::string> tokens = SqlTokens(sql);
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    auto function = functions_.find(tokens[i]);
    if (function == functions_.end() || tokens[i + 1] != "(" || made_.contains(tokens[i])) continue;
    made_.insert(tokens[i]);
    TRY(MakeFunctions(function->second->statement));
    if (auto made = connection_->Query(function->second->statement); !made) {
      made_.erase(tokens[i]);
      return Error{made.error().kind, fmt::format("{}: {}", function->second->file, made.error().message),
                   made.error().hint};
    }
  }
  return {};
}

// Runs what takes its time, until it ends, is ended or is late.
template <typename T>
Result<T> SparkSession::Run(const std::function<Result<T>()>& statement) {
  {
    std::lock_guard lock(mutex_);
    running_ = true;
  }
  std::atomic<bool> late = false;
  Result<T> done = [&]() -> Result<T> {
    auto until = Clock::now() + std::chrono::seconds(place_.timeout);
    Watch watch(100ms, [&] {
      if (Clock::now() < until || late.exchange(true)) return;
      Cancel();
    });
    TRY(Open());
    return statement();
  }();
  bool ended;
  {
    std::lock_guard lock(mutex_);
    running_ = false;
    ended = ending_;
  }
  changed_.notify_all();
  if (ender_.joinable()) ender_.join();
  ending_ = false;
  if (done && !ended) return done;
  if (ended) {
    connection_.reset();  // the session went with what ran in it
    if (late)
      return Error{ErrorKind::kTransient, fmt::format("Spark did not answer within {} s", place_.timeout),
                   "`timeout` under [warehouse] of backcourt.toml"};
    return Error{ErrorKind::kInterrupted, "interrupted", ""};
  }
  Error error = done.error();
  bool forgotten =
      connection_ &&
      (IsSparkError(error, "TABLE_OR_VIEW_NOT_FOUND") || IsSparkError(error, "UNRESOLVED_ROUTINE")) &&
      !connection_->Query(fmt::format("SELECT {}()", kMark));
  if (forgotten) error = {ErrorKind::kTransient, "the server has lost the session", ""};
  if (error.kind == ErrorKind::kTransient) connection_.reset();
  return error;
}

Result<Rows> SparkSession::Execute(const std::string& sql) {
  return Run<Rows>([&] { return connection_->Query(sql); });
}

Result<Rows> SparkSession::Query(const std::string& sql) {
  std::string text = ToSpark(sql, place_.database);
  return Run<Rows>([&]() -> Result<Rows> {
    TRY(MakeFunctions(text));
    auto start = Clock::now();
    Rows rows = TRY(connection_->Query(text));
    fastest_ = std::min(fastest_, std::chrono::duration<double>(Clock::now() - start).count());
    return rows;
  });
}

Result<> SparkSession::Pour(const std::string& select, Connection& into, const std::string& table) {
  std::string text = ToSpark(select, place_.database);
  return Run<Unit>([&]() -> Result<> {
    TRY(MakeFunctions(text));
    return connection_->Pour(text, into, table);
  });
}

Result<std::string> SparkSession::Id() {
  TRY(Run<Unit>([] { return Result<>(); }));
  return id_;
}

void SparkSession::Cancel() {
  std::lock_guard lock(mutex_);
  if (!running_ || ending_) return;
  ending_ = true;
  changed_.notify_all();
  ender_ = std::thread(&SparkSession::EndRunning, this, id_);
}

// The server ends what runs in a session that is released. A statement that has not begun yet may be passed
// over, so it is asked until the statement has come back.
void SparkSession::EndRunning(const std::string& id) {
  for (int i = 0;; ++i) {
    (void)End(place_, id);
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, kEndPause, [this] { return !running_; })) return;
    if (i + 1 < kEnds) continue;
    if (connection_) connection_->Cancel();
    return;
  }
}

Result<> SparkSession::End(const SparkPlace& place, const std::string& id) {
  auto database = TRY(Database::Open(DriverOf(place, id)));
  // A connection releases its session when it goes, and the server ends what runs in it; but that tells
  // nothing. A statement before shows whether the server is there: one that it refuses, since for any other a
  // worker is needed, and all may be busy.
  auto asked = TRY(database->Connect())->Query("SELECT backcourt_asks_whether_you_are_there()");
  bool there = asked || IsSparkError(asked.error(), "UNRESOLVED_ROUTINE") ||
               IsSparkError(asked.error(), "INVALID_HANDLE");
  if (!there) return Unreachable(place, asked.error());
  std::error_code ignored;
  std::filesystem::remove(SessionFile(place, id), ignored);
  return {};
}

}  // namespace backcourt

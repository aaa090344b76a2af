#include "warehouse/duckdb/duckdb_warehouse.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <future>

#include "base/file.h"
#include "base/text.h"
#include "ledger/schema.h"
#include "warehouse/duckdb/duckdb_workbench.h"
#include "warehouse/duckdb/engine.h"
#include "warehouse/duckdb/profile.h"

namespace backcourt {

namespace fs = std::filesystem;

namespace {

// Logs of changes that are not in the file yet, beside it.
constexpr const char* kLogs[] = {".wal", ".wal.checkpoint", ".wal.recovery"};

Result<> CheckMagic(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  char head[12] = {};
  if (!in.read(head, sizeof head) || std::memcmp(head + 8, "DUCK", 4) != 0)
    return Error{ErrorKind::kBusy, fmt::format("{} is not a warehouse; it stays untouched", path),
                 "another `path` under [warehouse] of backcourt.toml, or move the file away"};
  return {};
}

Error OpenError(const std::string& path, Error error) {
  if (error.message.find("Could not set lock") == std::string::npos) {
    error.kind = ErrorKind::kBusy;
    error.message = fmt::format("the warehouse {} does not open: {}", path, error.message);
    if (error.hint.empty()) error.hint = ledger::kRebuildHint;
    return error;
  }
  // DuckDB: Could not set lock on file "...": Conflicting lock is held in PROGRAM (PID N) ...
  size_t held = error.message.find("held in ");
  std::string holder = held == std::string::npos ? "another process" : error.message.substr(held + 8);
  holder = holder.substr(0, holder.find(')') == std::string::npos ? holder.size() : holder.find(')') + 1);
  return Error{ErrorKind::kBusy, fmt::format("the warehouse {} is open in {}", path, holder),
               "close it there (a DuckDB shell, a notebook), then run again; `backcourt query` reads without "
               "keeping it open"};
}

// Makes the pack's functions, which takes 60 ms, when somebody needs them: what reads only the ledger does
// not. They are in the engine's own memory, the file holds none.
class FunctionMaker {
 public:
  static Result<std::unique_ptr<FunctionMaker>> Open(Database& database, const WarehouseOptions& options) {
    return std::unique_ptr<FunctionMaker>(new FunctionMaker(TRY(database.Connect()), options));
  }
  ~FunctionMaker() {
    stop_ = true;
    if (made_.valid()) made_.wait();
  }
  // Makes them beside what goes on.
  void Begin() {
    std::call_once(begun_, [this] { made_ = std::async(std::launch::async, &FunctionMaker::Make, this); });
  }
  Result<> Wait() {
    Begin();
    return made_.get();
  }

 private:
  static constexpr size_t kAtOnce = 8;

  FunctionMaker(std::unique_ptr<Connection> connection, const WarehouseOptions& options)
      : connection_(std::move(connection)), functions_(options.functions) {
    for (Function& function : functions_)
      function.statement = ReplaceAll(function.statement, "CREATE MACRO", "CREATE OR REPLACE MACRO");
  }

  // One that cannot be made is left out: what calls it does not run, all else does.
  Result<> Make() {
    Result<> all;
    for (size_t i = 0; i < functions_.size() && !stop_; i += kAtOnce) {
      size_t end = std::min(i + kAtOnce, functions_.size());
      std::string some;
      for (size_t n = i; n < end; ++n)
        some += functions_[n].statement + ";";
      if (connection_->Execute(some)) continue;
      for (size_t n = i; n < end; ++n) {
        const std::string& statement = functions_[n].statement;
        if (auto alone = connection_->Execute(statement); !alone && all)
          all = Error{
              ErrorKind::kUsage,
              fmt::format("{}:{}: {}\n  in {}", functions_[n].file, functions_[n].line, alone.error().message,
                          ReplaceAll(statement.substr(0, statement.find('\n')), "OR REPLACE ", "")),
              "a function is an expression of its parameters: it cannot read tables"};
      }
    }
    return all;
  }

  const std::unique_ptr<Connection> connection_;
  std::vector<Function> functions_;
  std::atomic<bool> stop_ = false;
  std::once_flag begun_;
  std::shared_future<Result<>> made_;
};

// Small row groups are merged when a file closes, which would write whole seasons again after the first
// fills: those of a young file are merged later.
Result<> MergeUnlessYoung(Connection& connection, const ledger::FileAge& age) {
  constexpr int64_t kFirstRuns = 6;
  return connection.Execute(age.newest_run < kFirstRuns ? "SET max_vacuum_tasks = 0"
                                                        : "RESET max_vacuum_tasks");
}

class DuckDbWarehouse : public Warehouse {
 public:
  DuckDbWarehouse(std::unique_ptr<Database> database, std::unique_ptr<FunctionMaker> functions,
                  const WarehouseOptions& options)
      : database_(std::move(database)),
        functions_(std::move(functions)),
        threads_(options.threads),
        memory_(options.memory_limit),
        fill_memory_(options.fill_memory),
        history_(options.history) {}
  // What workers left to write is written when the file closes, within their limit.
  ~DuckDbWarehouse() override {
    if (shared_ && !fill_memory_.empty()) (void)ShareAmong(1);
  }

  Result<std::unique_ptr<Workbench>> Open() override {
    return std::unique_ptr<Workbench>(std::make_unique<DuckDbWorkbench>(TRY(Connect()), history_));
  }
  std::unique_ptr<Workbench> OpenOn(Connection& connection) override {
    return std::make_unique<DuckDbWorkbench>(connection, history_);
  }
  Result<std::unique_ptr<Connection>> Connect() override {
    (void)functions_->Wait();  // one that is wrong breaks what calls it, and no more
    return ConnectToLedger();
  }
  Result<> WaitForFunctions() override { return functions_->Wait(); }
  Result<std::unique_ptr<Connection>> ConnectToLedger() override {
    auto connection = TRY(database_->Connect());
    TRY(connection->Execute("SET search_path = 'wh,memory'"));
    return connection;
  }
  Result<> Recover() override { return {}; }  // opening the file has rolled it back
  Result<> BringRawRows(const Cancel&, const std::function<void(const std::string&)>&) override {
    return {};  // they are where they are read
  }
  Result<> ShareAmong(int workers) override {
    shared_ = true;
    auto connection = TRY(database_->Connect());
    TRY(connection->Execute(fmt::format("SET threads = {}; SET memory_limit = {}",
                                        std::max(1, threads_ / std::max(1, workers)),
                                        Quote(workers && !fill_memory_.empty() ? fill_memory_ : memory_))));
    if (workers) return {};
    return MergeUnlessYoung(*connection, TRY(ledger::ReadAge(*connection)));
  }
  BatchCosts costs() const override { return {0.0005, 0.01}; }
  Result<std::string> Version() override {
    auto connection = TRY(database_->Connect());
    return "DuckDB " + TRY(connection->Query("SELECT version()")).Text(0, 0);
  }

 private:
  std::unique_ptr<Database> database_;
  std::unique_ptr<FunctionMaker> functions_;
  const int threads_;                       // all that there are
  const std::string memory_, fill_memory_;  // limits
  bool shared_ = false;                     // whether workers have run
  const bool history_;
};

// Of the usual 16 MB a fill would pay the same blocks several times.
constexpr const char* kCheckpointThreshold = "128MB";

Result<> Configure(Connection& connection, const WarehouseOptions& options, const std::string& spill) {
  return connection.Execute(
      fmt::format(R"sql(
      SET threads = {threads}; SET memory_limit = {memory}; SET temp_directory = {spill};
      SET autoinstall_known_extensions = false; SET autoload_known_extensions = false;
      SET allocator_background_threads = false; SET checkpoint_threshold = {checkpoint})sql",
                  fmt::arg("threads", options.threads), fmt::arg("memory", Quote(options.memory_limit)),
                  fmt::arg("spill", Quote(spill)), fmt::arg("checkpoint", Quote(kCheckpointThreshold))));
}

Result<> Attach(Connection& connection, const std::string& path, const char* how) {
  auto attached = connection.Execute(fmt::format("ATTACH {} AS wh ({})", Quote(path), how));
  if (!attached) return OpenError(path, attached.error());
  return {};
}

// Makes the file beside its path, so that what is at the path is whole.
Result<> MakeFile(Connection& connection, const std::string& path) {
  std::error_code ignored;
  if (fs::exists(path + ".wal", ignored))
    return Error{ErrorKind::kBusy, fmt::format("{0}.wal is there, but {0} is not", path),
                 "bring the warehouse back beside it, or move it away too"};
  std::string fresh = path + ".new";
  fs::create_directories(fs::path(path).parent_path(), ignored);
  for (const char* of_one_that_died : {"", ".wal"})
    fs::remove(fresh + of_one_that_died, ignored);
  TRY(Attach(connection, fresh, kToWrite));
  TRY(ledger::BringUp(connection, 0, kDigestAlgorithm));
  TRY(connection.ExecuteAlone("CHECKPOINT wh; DETACH wh"));
  return MoveInPlace(fresh, path);
}

}  // namespace

Result<std::unique_ptr<Warehouse>> OpenDuckDb(const WarehouseOptions& options) {
  std::error_code ignored;
  bool exists = fs::exists(options.path, ignored) && fs::file_size(options.path, ignored) > 0;
  if (exists) TRY(CheckMagic(options.path));
  auto database = TRY(OpenEngine());
  auto connection = TRY(database->Connect());
  std::string spill = options.path + ".tmp";
  fs::remove_all(spill, ignored);  // of one that died
  TRY(Configure(*connection, options, spill));
  auto functions = TRY(FunctionMaker::Open(*database, options));
  if (options.in_memory) {
    TRY(Attach(*connection, ":memory:", kToWrite));
    TRY(ledger::BringUp(*connection, 0, kDigestAlgorithm));
    return std::unique_ptr<Warehouse>(
        std::make_unique<DuckDbWarehouse>(std::move(database), std::move(functions), options));
  }
  bool pending = std::any_of(std::begin(kLogs), std::end(kLogs),
                             [&](const char* log) { return fs::exists(options.path + log, ignored); });
  if (exists &&
      pending) {  // opening to write would work them into the file: looked at first without the right
    TRY(Attach(*connection, options.path, "READ_ONLY"));
    TRY(ledger::ReadFormat(*connection, options.path));
    TRY(connection->ExecuteAlone("DETACH wh"));
  } else if (!exists) {
    functions->Begin();  // all is to do
    TRY(MakeFile(*connection, options.path));
  }
  TRY(Attach(*connection, options.path, kToWrite));
  int64_t format = TRY(ledger::ReadFormat(*connection, options.path));
  if (format != ledger::kFormat) TRY(ledger::BringUp(*connection, format, kDigestAlgorithm));
  const ledger::FileAge age = TRY(ledger::ReadAge(*connection));
  if (!age.filled) functions->Begin();
  TRY(MergeUnlessYoung(*connection, age));
  return std::unique_ptr<Warehouse>(
      std::make_unique<DuckDbWarehouse>(std::move(database), std::move(functions), options));
}

}  // namespace backcourt

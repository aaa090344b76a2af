// The client of the warehouse: ADBC through its driver manager. Connections are
// not shared between threads, but for Cancel, which any thread may call.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace backcourt {

// The rows of a query, in memory, a column at a time. Integers, booleans and
// dates (days) are ints; doubles are reals; everything else is text.
class Rows {
 public:
  struct Column {
    std::string name;
    std::vector<int64_t> ints;
    std::vector<double> reals;
    std::vector<std::string> texts;
    std::vector<uint8_t> nulls;
  };

  size_t size() const { return size_; }
  const std::vector<Column>& columns() const { return columns_; }
  bool Null(size_t row, size_t column) const { return columns_[column].nulls[row]; }
  int64_t Int(size_t row, size_t column) const { return columns_[column].ints[row]; }
  double Real(size_t row, size_t column) const { return columns_[column].reals[row]; }
  const std::string& Text(size_t row, size_t column) const { return columns_[column].texts[row]; }
  // Rows of columns that are as long as each other.
  static Rows Make(std::vector<Column> columns);
  // The first `size` rows stay.
  void Truncate(size_t size) { size_ = std::min(size, size_); }

 private:
  friend class Connection;
  std::vector<Column> columns_;
  size_t size_ = 0;
};

// Sorts an engine's error text into the classes of errors.
using ErrorClassifier = Error (*)(const std::string& text);

// How an engine is reached.
struct Driver {
  std::string library, entrypoint;  // the path of a shared library, and its function that ADBC starts with
  std::vector<std::pair<std::string, std::string>> options;
  ErrorClassifier classify = nullptr;
  bool embedded = true;  // the engine runs in this process, and knows transactions
};

class Database;

class Connection {
 public:
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Errors carry the engine's text; their kind is what the database's classifier
  // says. A result of more text than kMostText is one of kind capacity.
  static constexpr size_t kMostText = size_t(1) << 30;
  // Without an open transaction a statement has one of its own, from its planning to its end: the engine
  // plans by the statistics of that moment (a filter that all rows pass is left out of the plan), and rows
  // that others commit between planning and running must not be seen. An engine that runs elsewhere sees
  // to that by itself.
  Result<> Execute(const std::string& sql);
  Result<Rows> Query(const std::string& sql);
  // The same in no transaction, as some statements about the engine itself want it.
  Result<> ExecuteAlone(const std::string& sql);

  // The rows of a SELECT as an Arrow IPC stream, as they come; its end is written when all rows are. Once
  // `take` says no, the rest is left: kInterrupted.
  Result<> Stream(const std::string& select, const Bytes& take);

  // Makes what this connection is running fail as interrupted. Of an engine that runs elsewhere only this end
  // gives up.
  void Cancel();

  // The rows of a SELECT become a temporary table of another connection's engine, as they come.
  Result<> Pour(const std::string& select, Connection& into, const std::string& table);

  // From now on it refuses everything: its transaction could not be ended.
  void Poison(const Error& why);

 private:
  friend class Database;
  friend class Transaction;
  explicit Connection(std::shared_ptr<struct DatabaseHandle> database);
  Result<Rows> Run(const std::string& sql);
  // The stream of a statement's rows, and what keeps it.
  class Answer;
  Result<> Ask(const std::string& sql, Answer& answer);
  Result<> StreamAlone(const std::string& select, const Bytes& take);
  struct State;
  std::unique_ptr<State> state_;
  bool in_transaction_ = false;
  std::optional<Error> poisoned_;
};

// One handle a warehouse file: a second one in the same process loses data.
class Database {
 public:
  // Loads the engine's shared library; Open tells what is wrong with it. Its
  // functions are bound as they are called: the driver manager alone would bind
  // all of them, which takes longer than many a command.
  static void Preload(const std::string& library);
  static Result<std::unique_ptr<Database>> Open(const Driver& driver);

  Result<std::unique_ptr<Connection>> Connect();

 private:
  std::shared_ptr<struct DatabaseHandle> handle_;
};

}  // namespace backcourt

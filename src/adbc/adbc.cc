#include "adbc/adbc.h"

#include <arrow-adbc/adbc.h>
#include <arrow-adbc/adbc_driver_manager.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <nanoarrow/nanoarrow.h>
#include <nanoarrow/nanoarrow_ipc.h>

#include <cstring>
#include <mutex>

#include "adbc/transaction.h"
#include "base/text.h"

namespace backcourt {

struct DatabaseHandle {
  AdbcDatabase database{};
  const ErrorClassifier classify;
  const bool embedded;
  explicit DatabaseHandle(const Driver& driver) : classify(driver.classify), embedded(driver.embedded) {}
  ~DatabaseHandle() {
    AdbcError error = ADBC_ERROR_INIT;
    AdbcDatabaseRelease(&database, &error);
    if (error.release) error.release(&error);
  }
};

struct Connection::State {
  std::shared_ptr<DatabaseHandle> database;
  AdbcConnection connection{};
  std::mutex mutex;
  AdbcStatement* running = nullptr;  // guarded by the mutex
};

namespace {

Error TakeError(AdbcError& error, ErrorClassifier classify) {
  std::string text = error.message ? error.message : "the driver gave no reason";
  if (error.release) error.release(&error);
  Error classified = classify(text);
  classified.message = Clip(classified.message);  // it may quote a statement or a value of any length
  return classified;
}

// Appends one Arrow array to a column of rows; returns the bytes of its text.
size_t Append(const ArrowArrayView* view, Rows::Column& column) {
  size_t bytes = 0;
  for (int64_t i = 0; i < view->length; ++i) {
    bool null = ArrowArrayViewIsNull(view, i);
    column.nulls.push_back(null);
    switch (view->storage_type) {
      case NANOARROW_TYPE_FLOAT:
      case NANOARROW_TYPE_DOUBLE:
        column.reals.push_back(null ? 0 : ArrowArrayViewGetDoubleUnsafe(view, i));
        break;
      case NANOARROW_TYPE_STRING:
      case NANOARROW_TYPE_LARGE_STRING:
      case NANOARROW_TYPE_STRING_VIEW:
      case NANOARROW_TYPE_BINARY:
      case NANOARROW_TYPE_LARGE_BINARY: {
        ArrowStringView text = null ? ArrowStringView{nullptr, 0} : ArrowArrayViewGetStringUnsafe(view, i);
        column.texts.emplace_back(text.data ? text.data : "", size_t(text.size_bytes));
        bytes += size_t(text.size_bytes);
        break;
      }
      default:
        column.ints.push_back(null ? 0 : ArrowArrayViewGetIntUnsafe(view, i));
    }
  }
  return bytes;
}

}  // namespace

Rows Rows::Make(std::vector<Column> columns) {
  Rows rows;
  rows.size_ = columns.empty() ? 0 : columns.front().nulls.size();
  rows.columns_ = std::move(columns);
  return rows;
}

void Database::Preload(const std::string& library) { dlopen(library.c_str(), RTLD_LAZY | RTLD_LOCAL); }

Result<std::unique_ptr<Database>> Database::Open(const Driver& driver) {
  Preload(driver.library);
  auto handle = std::make_shared<DatabaseHandle>(driver);
  AdbcError error = ADBC_ERROR_INIT;
  auto opened = AdbcDatabaseNew(&handle->database, &error);
  auto set = [&](const std::string& key, const std::string& value) {
    if (opened == ADBC_STATUS_OK)
      opened = AdbcDatabaseSetOption(&handle->database, key.c_str(), value.c_str(), &error);
  };
  set("driver", driver.library);
  set("entrypoint", driver.entrypoint);
  for (const auto& [key, value] : driver.options)
    set(key, value);
  if (opened == ADBC_STATUS_OK) opened = AdbcDatabaseInit(&handle->database, &error);
  if (opened != ADBC_STATUS_OK) {
    Error problem = TakeError(error, driver.classify);
    return Error{ErrorKind::kBusy,
                 fmt::format("the engine {} does not open: {}", driver.library, problem.message),
                 "`backcourt doctor`"};
  }
  auto database = std::make_unique<Database>();
  database->handle_ = std::move(handle);
  return database;
}

Result<std::unique_ptr<Connection>> Database::Connect() {
  std::unique_ptr<Connection> connection(new Connection(handle_));
  AdbcError error = ADBC_ERROR_INIT;
  if (AdbcConnectionNew(&connection->state_->connection, &error) != ADBC_STATUS_OK ||
      AdbcConnectionInit(&connection->state_->connection, &handle_->database, &error) != ADBC_STATUS_OK)
    return TakeError(error, handle_->classify);
  return connection;
}

Connection::Connection(std::shared_ptr<DatabaseHandle> database) : state_(std::make_unique<State>()) {
  state_->database = std::move(database);
}

Connection::~Connection() {
  AdbcError error = ADBC_ERROR_INIT;
  AdbcConnectionRelease(&state_->connection, &error);
  if (error.release) error.release(&error);
}

void Connection::Cancel() {
  AdbcError error = ADBC_ERROR_INIT;
  if (state_->database->embedded) {
    AdbcConnectionCancel(&state_->connection, &error);
  } else {
    std::lock_guard lock(state_->mutex);
    if (state_->running) AdbcStatementCancel(state_->running, &error);
  }
  if (error.release) error.release(&error);
}

Result<> Connection::Execute(const std::string& sql) {
  TRY(Query(sql));
  return {};
}

Result<> Connection::ExecuteAlone(const std::string& sql) {
  TRY(Run(sql));
  return {};
}

void Connection::Poison(const Error& why) {
  poisoned_ = Error{ErrorKind::kBusy, "a transaction could not be rolled back: " + why.message,
                    "run again: what was committed stays"};
}

Result<Rows> Connection::Query(const std::string& sql) {
  if (in_transaction_ || !state_->database->embedded) return Run(sql);
  Transaction own = TRY(Transaction::Begin(*this));
  Rows rows = TRY(Run(sql));
  TRY(own.Commit());
  return rows;
}

// Freed on every way out, the stream before its statement.
class Connection::Answer {
 public:
  Answer(Connection& connection) : state_(*connection.state_) {}
  ~Answer() {
    if (stream.release) stream.release(&stream);
    std::lock_guard lock(state_.mutex);
    state_.running = nullptr;
    AdbcError ignored = ADBC_ERROR_INIT;
    if (statement.private_data) AdbcStatementRelease(&statement, &ignored);
    if (ignored.release) ignored.release(&ignored);
  }
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  Error Broken() {
    const char* text = stream.get_last_error(&stream);
    return state_.database->classify(text ? text : "the result broke off");
  }

  AdbcStatement statement{};
  ArrowArrayStream stream{};

 private:
  State& state_;
};

Result<> Connection::Ask(const std::string& sql, Answer& answer) {
  if (poisoned_) return *poisoned_;
  AdbcError error = ADBC_ERROR_INIT;
  auto done = AdbcStatementNew(&state_->connection, &answer.statement, &error);
  if (done == ADBC_STATUS_OK) done = AdbcStatementSetSqlQuery(&answer.statement, sql.c_str(), &error);
  if (done == ADBC_STATUS_OK) {
    {
      std::lock_guard lock(state_->mutex);
      state_->running = &answer.statement;
    }
    done = AdbcStatementExecuteQuery(&answer.statement, &answer.stream, nullptr, &error);
  }
  if (done != ADBC_STATUS_OK) return TakeError(error, state_->database->classify);
  return {};
}

Result<> Connection::Pour(const std::string& select, Connection& into, const std::string& table) {
  Answer answer(*this);
  TRY(Ask(select, answer));
  AdbcError error = ADBC_ERROR_INIT;
  AdbcStatement ingest{};
  auto done = AdbcStatementNew(&into.state_->connection, &ingest, &error);
  auto set = [&](const char* key, const char* value) {
    if (done == ADBC_STATUS_OK) done = AdbcStatementSetOption(&ingest, key, value, &error);
  };
  set(ADBC_INGEST_OPTION_TARGET_TABLE, table.c_str());
  set(ADBC_INGEST_OPTION_MODE, ADBC_INGEST_OPTION_MODE_CREATE);
  set(ADBC_INGEST_OPTION_TEMPORARY, ADBC_OPTION_VALUE_ENABLED);
  if (done == ADBC_STATUS_OK) done = AdbcStatementBindStream(&ingest, &answer.stream, &error);
  if (done == ADBC_STATUS_OK) done = AdbcStatementExecuteQuery(&ingest, nullptr, nullptr, &error);
  AdbcError ignored = ADBC_ERROR_INIT;
  if (ingest.private_data) AdbcStatementRelease(&ingest, &ignored);
  if (ignored.release) ignored.release(&ignored);
  if (done != ADBC_STATUS_OK) return TakeError(error, into.state_->database->classify);
  return {};
}

Result<> Connection::Stream(const std::string& select, const Bytes& take) {
  if (in_transaction_ || !state_->database->embedded) return StreamAlone(select, take);
  Transaction own = TRY(Transaction::Begin(*this));
  TRY(StreamAlone(select, take));
  return own.Commit();
}

Result<> Connection::StreamAlone(const std::string& select, const Bytes& take) {
  Answer answer(*this);
  TRY(Ask(select, answer));
  struct Sink {
    const Bytes& take;
    bool refused = false;
  } sink{take};
  ArrowIpcOutputStream output{};
  output.private_data = &sink;
  output.write = [](ArrowIpcOutputStream* to, const void* bytes, int64_t size, int64_t* written,
                    ArrowError*) {
    auto& sink = *static_cast<Sink*>(to->private_data);
    *written = size;
    sink.refused = !sink.take({static_cast<const char*>(bytes), size_t(size)});
    return sink.refused ? ECANCELED : NANOARROW_OK;
  };
  output.release = [](ArrowIpcOutputStream* to) { to->release = nullptr; };
  ArrowIpcWriter writer{};
  ArrowError error{};
  if (ArrowIpcWriterInit(&writer, &output) != NANOARROW_OK)
    return Error{ErrorKind::kCapacity, "no memory is left for the rows", "fewer rows or columns"};
  int failed = ArrowIpcWriterWriteArrayStream(&writer, &answer.stream, &error);
  ArrowIpcWriterReset(&writer);
  if (sink.refused) return Error{ErrorKind::kInterrupted, "nobody takes the rows any more", ""};
  if (failed) return state_->database->classify(error.message);
  return {};
}

// NOLINTNEXTLINE(readability-function-size): each step takes what the one before gave
Result<Rows> Connection::Run(const std::string& sql) {
  Answer answer(*this);
  TRY(Ask(sql, answer));
  ArrowArrayStream& stream = answer.stream;
  Rows rows;
  ArrowSchema schema{};
  if (stream.get_schema(&stream, &schema) != 0) return answer.Broken();
  std::unique_ptr<ArrowSchema, void (*)(ArrowSchema*)> schema_guard(&schema, [](ArrowSchema* s) {
    if (s->release) s->release(s);
  });
  for (int64_t i = 0; i < schema.n_children; ++i) {
    rows.columns_.emplace_back();
    rows.columns_.back().name = schema.children[i]->name ? schema.children[i]->name : "";
  }
  ArrowArrayView view;
  ArrowArrayViewInitFromType(&view, NANOARROW_TYPE_UNINITIALIZED);
  std::unique_ptr<ArrowArrayView, void (*)(ArrowArrayView*)> view_guard(&view, ArrowArrayViewReset);
  ArrowError arrow_error{};
  if (ArrowArrayViewInitFromSchema(&view, &schema, &arrow_error) != NANOARROW_OK)
    return Error{ErrorKind::kModel,
                 fmt::format("a result of a type that is not known: {}", arrow_error.message), ""};
  size_t text = 0;
  for (;;) {  // rows must be drained: late errors come with them
    ArrowArray array{};
    if (stream.get_next(&stream, &array) != 0) return answer.Broken();
    if (!array.release) break;
    int failed = ArrowArrayViewSetArray(&view, &array, &arrow_error);
    if (!failed) {
      for (int64_t i = 0; i < view.n_children; ++i)
        text += Append(view.children[i], rows.columns_[size_t(i)]);
      rows.size_ += size_t(array.length);
    }
    array.release(&array);
    if (text > kMostText)
      return Error{ErrorKind::kCapacity, "the result is larger than 1 GB",
                   "fewer rows or columns, or --output FILE"};
    if (failed)
      return Error{ErrorKind::kModel, fmt::format("a result cannot be read: {}", arrow_error.message), ""};
  }
  return rows;
}

}  // namespace backcourt

#include "adbc/adbc.h"

#include <arrow-adbc/adbc.h>
#include <arrow-adbc/adbc_driver_manager.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <nanoarrow/nanoarrow.h>

#include <cstring>

#include "adbc/transaction.h"
#include "base/text.h"

namespace backcourt {

struct DatabaseHandle {
  AdbcDatabase database{};
  ErrorClassifier classify;
  explicit DatabaseHandle(ErrorClassifier classifier) : classify(classifier) {}
  ~DatabaseHandle() {
    AdbcError error = ADBC_ERROR_INIT;
    AdbcDatabaseRelease(&database, &error);
    if (error.release) error.release(&error);
  }
};

struct Connection::State {
  std::shared_ptr<DatabaseHandle> database;
  AdbcConnection connection{};
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

Result<std::unique_ptr<Database>> Database::Open(const std::string& library, const std::string& entrypoint,
                                                 ErrorClassifier classify) {
  Preload(library);
  auto handle = std::make_shared<DatabaseHandle>(classify);
  AdbcError error = ADBC_ERROR_INIT;
  if (AdbcDatabaseNew(&handle->database, &error) != ADBC_STATUS_OK ||
      AdbcDatabaseSetOption(&handle->database, "driver", library.c_str(), &error) != ADBC_STATUS_OK ||
      AdbcDatabaseSetOption(&handle->database, "entrypoint", entrypoint.c_str(), &error) != ADBC_STATUS_OK ||
      AdbcDatabaseSetOption(&handle->database, "path", ":memory:", &error) != ADBC_STATUS_OK ||
      AdbcDatabaseInit(&handle->database, &error) != ADBC_STATUS_OK) {
    Error problem = TakeError(error, classify);
    return Error{ErrorKind::kBusy, fmt::format("the engine {} does not open: {}", library, problem.message),
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
  AdbcConnectionCancel(&state_->connection, &error);
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
  if (in_transaction_) return Run(sql);
  Transaction own = TRY(Transaction::Begin(*this));
  Rows rows = TRY(Run(sql));
  TRY(own.Commit());
  return rows;
}

// Each step of the protocol takes what the one before gave, and frees it on every way out.
// NOLINTNEXTLINE(readability-function-size)
Result<Rows> Connection::Run(const std::string& sql) {
  if (poisoned_) return *poisoned_;
  ErrorClassifier classify = state_->database->classify;
  AdbcError error = ADBC_ERROR_INIT;
  AdbcStatement statement{};
  ArrowArrayStream stream{};
  struct Guard {
    AdbcStatement* statement;
    ArrowArrayStream* stream;
    ~Guard() {
      if (stream->release) stream->release(stream);
      AdbcError ignored = ADBC_ERROR_INIT;
      if (statement->private_data) AdbcStatementRelease(statement, &ignored);
      if (ignored.release) ignored.release(&ignored);
    }
  } guard{&statement, &stream};
  if (AdbcStatementNew(&state_->connection, &statement, &error) != ADBC_STATUS_OK ||
      AdbcStatementSetSqlQuery(&statement, sql.c_str(), &error) != ADBC_STATUS_OK ||
      AdbcStatementExecuteQuery(&statement, &stream, nullptr, &error) != ADBC_STATUS_OK)
    return TakeError(error, classify);

  auto stream_error = [&] {
    const char* text = stream.get_last_error(&stream);
    return classify(text ? text : "the result broke off");
  };
  Rows rows;
  ArrowSchema schema{};
  if (stream.get_schema(&stream, &schema) != 0) return stream_error();
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
    if (stream.get_next(&stream, &array) != 0) return stream_error();
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

// Expected failure is a returned value: a Result holds either a T or an Error
// that names the thing, the cause and what to try.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace backcourt {

// What went wrong, as far as anybody must act differently on it.
enum class ErrorKind {
  kUsage,        // the command line or the configuration
  kSource,       // a source is unreachable, refused or malformed
  kBusy,         // the warehouse is held by somebody else, or is not ours
  kTransient,    // may go away by itself: retried
  kData,         // a check, a key or a value failed
  kModel,        // the SQL is wrong
  kProof,        // a model's rows are not those that its declared windows give
  kCapacity,     // disk or memory is used up
  kInterrupted,  // the operator stopped it
};

const char* ErrorKindName(ErrorKind kind);

struct Error {
  ErrorKind kind = ErrorKind::kUsage;
  std::string message;
  std::string hint;     // what to try; may be empty
  bool absent = false;  // what was asked for by its name is not there

  // The message, then the hint on a line of its own.
  std::string Text() const;
  // Whether memory ran out, and not the disk.
  bool OfMemory() const;
};

struct Unit {};

template <typename T = Unit>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}
  Result(Error error) : state_(std::move(error)) {}
  Result()
    requires std::is_same_v<T, Unit>
      : state_(Unit{}) {}

  explicit operator bool() const { return std::holds_alternative<T>(state_); }
  T& operator*() & { return std::get<T>(state_); }
  const T& operator*() const& { return std::get<T>(state_); }
  T&& operator*() && { return std::get<T>(std::move(state_)); }
  T Take() && { return std::get<T>(std::move(state_)); }
  T* operator->() { return &std::get<T>(state_); }
  const T* operator->() const { return &std::get<T>(state_); }
  Error& error() { return std::get<Error>(state_); }
  const Error& error() const { return std::get<Error>(state_); }

 private:
  std::variant<T, Error> state_;
};

}  // namespace backcourt

// The value of a Result, or return its error from the enclosing function.
#define TRY(expression)                                    \
  ({                                                       \
    auto try_result = (expression);                        \
    if (!try_result) return std::move(try_result.error()); \
    std::move(try_result).Take();                          \
  })

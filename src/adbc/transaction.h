// A transaction that ends with its scope: what was not committed is rolled back,
// on every way out.
#pragma once

#include <utility>

#include "adbc/adbc.h"

namespace backcourt {

class Transaction {
 public:
  // Begins one. REQUIRES: the connection has no open transaction and outlives this one.
  static Result<Transaction> Begin(Connection& connection);

  Transaction(Transaction&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
  Transaction& operator=(Transaction&& other) noexcept;
  ~Transaction() { RollBack(); }

  // Makes all of it permanent. After an error nothing of it is.
  Result<> Commit();
  // Undoes all of it; nothing to do once it has ended. A connection whose
  // transaction cannot be rolled back refuses everything from then on (kBusy),
  // so that no later statement becomes part of what was given up.
  void RollBack();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}

  Connection* connection_;  // null once it has ended
};

}  // namespace backcourt

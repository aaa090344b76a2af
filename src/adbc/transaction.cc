#include "adbc/transaction.h"

namespace backcourt {

Result<Transaction> Transaction::Begin(Connection& connection) {
  TRY(connection.Run("BEGIN"));
  connection.in_transaction_ = true;
  return Transaction(connection);
}

Transaction& Transaction::operator=(Transaction&& other) noexcept {
  if (this != &other) {
    RollBack();
    connection_ = std::exchange(other.connection_, nullptr);
  }
  return *this;
}

Result<> Transaction::Commit() {
  auto committed = connection_->Run("COMMIT");
  if (committed)
    std::exchange(connection_, nullptr)->in_transaction_ = false;
  else
    RollBack();
  return committed ? Result<>() : committed.error();
}

void Transaction::RollBack() {
  if (!connection_) return;
  Connection& connection = *std::exchange(connection_, nullptr);
  connection.in_transaction_ = false;
  constexpr int kTries = 3;  // a late Cancel may hit the rollback itself
  for (int i = 0; i < kTries; ++i) {
    auto rolled_back = connection.Run("ROLLBACK");
    if (rolled_back) return;
    // A commit that failed has ended it already: then there is nothing to roll back, and one can begin.
    if (connection.Run("BEGIN") && connection.Run("ROLLBACK")) return;
    if (i + 1 == kTries) connection.Poison(rolled_back.error());
  }
}

}  // namespace backcourt

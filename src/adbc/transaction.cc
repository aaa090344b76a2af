#include "adbc/transaction.h"

namespace backcourt {

Result<Transaction> Transaction::Begin(Connection& connection) {
  TRY(connection.Execute("BEGIN"));
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
  auto committed = connection_->Execute("COMMIT");
  if (committed)
    connection_ = nullptr;
  else
    RollBack();
  return committed;
}

void Transaction::RollBack() {
  if (!connection_) return;
  Connection& connection = *std::exchange(connection_, nullptr);
  constexpr int kTries = 3;  // a late Cancel may hit the rollback itself
  for (int i = 0; i < kTries; ++i) {
    auto rolled_back = connection.Execute("ROLLBACK");
    if (rolled_back) return;
    // A commit that failed has ended it already: then there is nothing to roll back, and one can begin.
    if (connection.Execute("BEGIN") && connection.Execute("ROLLBACK")) return;
    if (i + 1 == kTries) connection.Poison(rolled_back.error());
  }
}

}  // namespace backcourt

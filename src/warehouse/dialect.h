// What engines say differently, beyond the SQL that all of them share.
#pragma once

#include <string>
#include <vector>

namespace backcourt {

class Dialect {
 public:
  virtual ~Dialect() = default;

  // A date as a cell's partition: days since 1970, an integer.
  virtual std::string DayNumber(const std::string& date) const = 0;

  // What orders the rows of a table as they were written; "" where an engine does not know.
  virtual std::string WriteOrder() const = 0;

  // The rows of a file of Parquet, as what stands after FROM.
  virtual std::string ParquetFile(const std::string& path) const = 0;

  // Expressions of ORDER BY, each of which puts a table's rows in another order.
  virtual std::vector<std::string> RowOrders() const = 0;
};

}  // namespace backcourt

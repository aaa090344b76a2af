// DuckDB's way of saying things.
#pragma once

#include "base/text.h"
#include "warehouse/dialect.h"

namespace backcourt {

class DuckDbDialect : public Dialect {
 public:
  std::string DayNumber(const std::string& date) const override {
    return "(" + date + " - DATE '1970-01-01')";
  }
  std::string WriteOrder() const override { return "rowid"; }
  std::string ParquetFile(const std::string& path) const override {
    return "read_parquet(" + Quote(path) + ")";
  }
  std::vector<std::string> RowOrders() const override {
    return {"rowid", "rowid DESC", "hash(rowid)", "hash(rowid + 1)", "hash(rowid * 3)"};
  }
};

}  // namespace backcourt

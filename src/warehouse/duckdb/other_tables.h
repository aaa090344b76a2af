// Tables of somebody else, to read: the files of a folder, one file, or a DuckDB file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adbc/adbc.h"

namespace backcourt {

struct OtherTable {
  std::string name;
  std::string rows;    // what stands after FROM
  std::string path;    // where it is, for messages
  bool texts = false;  // of CSV files: every value is text
};

class OtherTables {
 public:
  // `name`: of the table, where `path` is one file or the folder of one table; may be empty: by the path. A
  // DuckDB file is opened without the right to write, and let go at the end; the connection outlives this.
  // kUsage where there is nothing to read, or of another kind.
  static Result<std::unique_ptr<OtherTables>> Open(Connection& connection, const std::string& path,
                                                   const std::string& name);
  ~OtherTables();
  OtherTables(const OtherTables&) = delete;

  const std::vector<OtherTable>& tables() const { return tables_; }

 private:
  explicit OtherTables(Connection& connection) : connection_(connection) {}
  Result<> ReadDatabase(const std::string& path);
  Result<> ReadFolder(const std::string& path, const std::string& name);

  Connection& connection_;
  std::string attached_;  // under which name; empty: nothing is
  std::vector<OtherTable> tables_;
};

}  // namespace backcourt

// docs/ledger-format.md against the schema of a new warehouse.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "ledger/lake.h"
#include "ledger/schema.h"
#include "ledger/snapshots.h"
#include "tests/kit/folder.h"
#include "warehouse/duckdb/duckdb_warehouse.h"

namespace backcourt::testing {
namespace {

// By table, its columns as `name TYPE`, in order.
using Schema = std::map<std::string, std::vector<std::string>>;

Schema Described(const std::string& page) {
  Schema schema;
  std::ifstream in(page);
  std::vector<std::string>* columns = nullptr;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("### `")) {
      columns = &schema[line.substr(5, line.rfind('`') - 5)];
    } else if (columns && line.starts_with("| `")) {  // | `name` | TYPE | meaning |
      size_t end = line.find('`', 3), type = line.find("| ", end) + 2;
      columns->push_back(line.substr(3, end - 3) + " " + line.substr(type, line.find(" |", type) - type));
      EXPECT_GT(line.size(), line.find(" |", type) + 6) << "no meaning: " << line;
    }
  }
  return schema;
}

TEST(LedgerFormat, ThePageDescribesEveryTableAndColumn) {
  Folder folder;
  auto warehouse = std::move(*OpenDuckDb({folder / "warehouse.duckdb", 1, "640MB", {}}));
  auto connection = std::move(*warehouse->Connect());
  ASSERT_TRUE(ledger::MakeLakeTables(*connection));
  // The table of a feed without columns of its own.
  ASSERT_TRUE(ledger::WriteSnapshotRows(*connection, "FEED",
                                        "(SELECT '' AS file, 1::BIGINT AS file_row, '' AS feed_season, "
                                        "TIMESTAMP '2021-11-15' AS snapshot_at)",
                                        "''"));
  Schema live;
  auto rows = connection->Query(
      "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE database_name = 'wh' AND "
      "schema_name = 'backcourt' ORDER BY table_name, column_index");
  ASSERT_TRUE(rows);
  for (size_t i = 0; i < rows->size(); ++i)
    live[rows->Text(i, 0)].push_back(rows->Text(i, 1) + " " + rows->Text(i, 2));
  EXPECT_EQ(Described("docs/ledger-format.md"), live);
  connection.reset();
  warehouse.reset();
}

}  // namespace
}  // namespace backcourt::testing

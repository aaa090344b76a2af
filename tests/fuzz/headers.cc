// The files of a pack: models, sources, checks, feeds, raw tables, functions, tests.
// The first byte tells which.
#include "base/text.h"
#include "project/model.h"
#include "project/sql_text.h"
#include "project/test_case.h"
#include "tests/fuzz/fuzz.h"

using namespace backcourt;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string text = TextOf(data + 1, size - 1);
  switch (data[0] % 6) {
    case 0:
      if (auto model = ParseModel("m.sql", "analytics", text))
        Must(!model->name.empty() && !model->tokens.empty());
      break;
    case 1:
      (void)ParseSource("s.sql", text);
      break;
    case 2:
      (void)ParseCheck("c.sql", text);
      break;
    case 3:
      (void)ParseFeeds("feeds.toml", text);
      break;
    case 4:
      (void)ParseRawTable("t.toml", text);
      if (auto tests = ParseTestCases("m.test.toml", text))
        for (const TestCase& test : *tests)
          for (const TextRows::Row& row : test.expect.rows)
            Must(row.cells.size() == test.expect.columns.size());
      break;
    default: {
      HeaderedSql parts = SplitHeader(text);
      Must(parts.toml.size() + parts.body.size() <= text.size());
      std::string canonical = CanonicalSql(text);  // a text means what its canonical form means
      Must(CanonicalSql(canonical) == canonical);
      for (const std::string& statement : SqlStatements(text))
        Must(!Trim(statement).empty());
    }
  }
  return 0;
}

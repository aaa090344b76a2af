// Tests of a model, beside it in MODEL.test.toml: rows of its inputs, and the rows
// that it must make of them. Errors name the file and the line.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/date.h"
#include "base/result.h"

namespace backcourt {

// Rows written as comma-separated text under a line of column names. A cell without text is NULL ('' is the
// empty text); blanks around a cell do not count; a line that starts with # is a comment.
struct TextRows {
  struct Row {
    int line = 0;
    std::vector<std::optional<std::string>> cells;  // as many as there are columns
  };
  int line = 0;  // of the column names
  std::vector<std::string> columns;
  std::vector<Row> rows;
};

struct TestCase {
  std::string name, file;
  int line = 0;
  std::vector<Date> dates;  // filled in one batch
  std::string season;       // of the dates, as 2021-22
  int season_year = 0;      // in which it starts
  Date season_start, season_end;
  std::vector<std::pair<std::string, TextRows>> given;  // by input; an input that is not named has no rows
  TextRows expect;

  std::string At(int at_line) const;  // file:line
};

// Where the tests of a model stand; there may be no such file.
std::string TestFileOf(const std::string& model_file);

Result<std::vector<TestCase>> ParseTestCases(const std::string& file, const std::string& text);

}  // namespace backcourt

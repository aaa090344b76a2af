// `backcourt test`: runs the tests that stand beside the models, in memory. No
// warehouse is opened and no file is written.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "project/project.h"

namespace backcourt {

struct ModelTestFailure {
  std::string model, test, file;  // `model` and `test` may be empty where a file cannot be read
  int line = 0;                   // of the expected row; of the test, where there is none
  std::string key;                // of the row, as game_id=0022100001, player_id=201935; may be empty
  std::string column;             // empty: `expected` and `actual` are about the whole row
  std::string expected, actual;   // `expected` is empty where the test cannot run: `actual` says why

  // On one line, without the model and the test.
  std::string Text() const;
};

struct ModelTestReport {
  int models = 0, tests = 0;
  int failed = 0;  // tests with failures
  std::vector<ModelTestFailure> failures;
  std::vector<std::string>
      untested;  // models of the project without a file of tests, when all were asked for
  double seconds = 0;
};

// The tests of `models`; without any, of all that have some. A test with several dates runs as one batch and
// date by date, and both must give the expected rows. The model's own [checks] run over the rows too. What
// cannot be tested (a file that cannot be read, a value that is not of its column's type, a model that does
// not run) fails with file and line, and the other tests run; `interrupted` is asked between tests and makes
// it one of kind kInterrupted.
Result<ModelTestReport> RunModelTests(
    const Project& project, const std::vector<std::string>& models,
    const std::function<bool()>& interrupted = [] { return false; });

}  // namespace backcourt

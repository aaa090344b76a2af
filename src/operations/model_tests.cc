#include "operations/model_tests.h"

namespace backcourt {

void Describe(Visitor& v, TestRequest& r) {
  v.Struct("TestRequest", "Which models to test.");
  v.Field("models", r.models, "Models (default: all that have tests).",
          {.metavar = "MODEL", .positional = true});
}

void Describe(Visitor& v, ModelTestFailure& f) {
  v.Struct("ModelTestFailure", "A row that is not as a test expects it, or a test that cannot run.");
  v.Field("model", f.model, "the model");
  v.Field("test", f.test, "the test; empty where none of the model can run");
  v.Field("file", f.file, "its file");
  v.Field("line", f.line, "the line of the expected row, or of the test");
  v.Field("key", f.key, "the row, as `column=value, ...`; may be empty");
  v.Field("column", f.column, "the column; empty when it is about the whole row");
  v.Field("expected", f.expected, "what the test expects; empty where it cannot run");
  v.Field("actual", f.actual, "what the model gives, or why the test cannot run");
}

void Describe(Visitor& v, ModelTestReport& r) {
  v.Struct("ModelTests", "Whether models give the rows that their tests expect.");
  v.Field("models", r.models, "models tested");
  v.Field("tests", r.tests, "tests run");
  v.Field("failed", r.failed, "tests that failed, and models that cannot be tested");
  v.Field("failures", r.failures, "what is not as expected");
  v.Field("untested", r.untested, "models without tests, when all were asked for");
  v.Field("seconds", r.seconds, "seconds that it took");
}

Result<ModelTestReport> TestModels(Workspace& workspace, const TestRequest& request, const Cancel& cancel) {
  return RunModelTests(workspace.project(), request.models, [&] { return cancel.Requested(); });
}

}  // namespace backcourt

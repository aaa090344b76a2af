// `test`: the tests that stand beside the models are run in memory.
#pragma once

#include <string>
#include <vector>

#include "operations/workspace.h"
#include "proof/model_tests.h"

namespace backcourt {

struct TestRequest {
  std::vector<std::string> models;  // empty: all that have tests
};
void Describe(Visitor& v, TestRequest& r);
void Describe(Visitor& v, ModelTestReport& r);

// A test that fails is in the report; one that cannot be run is an error.
Result<ModelTestReport> TestModels(Workspace& workspace, const TestRequest& request, const Cancel& cancel);

}  // namespace backcourt

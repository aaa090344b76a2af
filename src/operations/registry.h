// All verbs, each with its request, its report and what it says of itself. The
// command line, the wire and the documents are made from it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "operations/backfill.h"
#include "operations/check.h"
#include "operations/dates.h"
#include "operations/dictionary.h"
#include "operations/doctor.h"
#include "operations/drop.h"
#include "operations/events.h"
#include "operations/export.h"
#include "operations/forget.h"
#include "operations/json.h"
#include "operations/lint.h"
#include "operations/load.h"
#include "operations/model_tests.h"
#include "operations/new_project.h"
#include "operations/plan.h"
#include "operations/rows.h"
#include "operations/runs.h"
#include "operations/status.h"
#include "operations/verify.h"
#include "operations/why.h"

namespace backcourt {

struct Verb {
  enum class Needs {
    kNothing,  // no project
    kProject,  // no warehouse
    kReads,    // the warehouse, beside whatever runs
    kAlone,    // the warehouse, while nothing else writes or verifies
  };
  const char* name;
  const char* about;    // a sentence
  const char* details;  // for its help
  const char* example;
  Needs needs = Needs::kReads;

  Schema request = {}, report = {};
  std::vector<std::string> events = {};  // by name; see EventSchemas()

  // A request as JSON to a report as JSON.
  std::function<Result<nlohmann::json>(Workspace&, const nlohmann::json& request, const Cancel&,
                                       const Events&)>
      run = {};
};

// In the order in which they are listed.
const std::vector<Verb>& Verbs();
// Null when there is none of this name.
const Verb* FindVerb(const std::string& name);

}  // namespace backcourt

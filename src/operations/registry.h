// All verbs, each with its request, its report and what it says of itself. The
// command line, the wire and the documents are made from it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "operations/accept.h"
#include "operations/backfill.h"
#include "operations/bundle.h"
#include "operations/cell.h"
#include "operations/cells.h"
#include "operations/check.h"
#include "operations/compare.h"
#include "operations/daily.h"
#include "operations/dates.h"
#include "operations/dictionary.h"
#include "operations/diff.h"
#include "operations/doctor.h"
#include "operations/drop.h"
#include "operations/events.h"
#include "operations/export.h"
#include "operations/files.h"
#include "operations/forget.h"
#include "operations/graph.h"
#include "operations/json.h"
#include "operations/lint.h"
#include "operations/load.h"
#include "operations/metrics.h"
#include "operations/migrate.h"
#include "operations/model_tests.h"
#include "operations/new_project.h"
#include "operations/plan.h"
#include "operations/publish.h"
#include "operations/rows.h"
#include "operations/runs.h"
#include "operations/serve.h"
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
    kServes,   // holds the warehouse itself, and answers: `run` is empty
  };
  const char* name;
  const char* about;    // a sentence
  const char* details;  // for its help
  const char* example;
  Needs needs = Needs::kReads;
  bool writes = false;  // files, or what runs: of one that needs the warehouse alone this goes without saying

  Schema request = {}, report = {};
  std::vector<std::string> events = {};  // by name; see EventSchemas()

  // A request with all of its fields, or what is wrong with it.
  std::function<Result<nlohmann::json>(const nlohmann::json& request)> read = {};
  // A request as JSON to a report as JSON, with events and the bytes of a stream on the way. Empty of a
  // command that is a server itself.
  std::function<Result<nlohmann::json>(Workspace&, const nlohmann::json& request, const Cancel&,
                                       const Events&, const Bytes&)>
      run = {};
};

// In the order in which they are listed.
const std::vector<Verb>& Verbs();
// The words after `backcourt` that ask for the same, as `backfill player_form --season 2021-22`.
std::string CommandLine(const Verb& verb, const nlohmann::json& request);
// Null when there is none of this name.
const Verb* FindVerb(const std::string& name);

}  // namespace backcourt

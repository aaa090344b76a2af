// Which text of a model, and of its [checks], the warehouse has seen.
#pragma once

#include <map>
#include <string>

#include "adbc/adbc.h"
#include "project/model.h"

namespace backcourt::ledger {

struct KnownModel {
  std::string identity, checks;  // digests, as hex
};
// By model; none before the first load.
Result<std::map<std::string, KnownModel>> ReadModels(Connection& connection);

// The model's text made its table, or its view, what it is now.
Result<> WriteModel(Connection& connection, const Model& model);

// The model's [checks] were run over what is stored.
Result<> WriteChecks(Connection& connection, const Model& model);

}  // namespace backcourt::ledger

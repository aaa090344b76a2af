// Which text of a model, and of its [checks], the warehouse has seen.
#pragma once

#include <map>
#include <string>

#include "adbc/adbc.h"
#include "project/model.h"

namespace backcourt::ledger {

struct KnownModel {
  std::string identity, checks;  // digests, as hex
  bool proved = false;           // by replays at its fill
};
// By model; none before the first load.
Result<std::map<std::string, KnownModel>> ReadModels(Connection& connection);

// The model's text made its table, or its view, what it is now. `identity` is the model's, or of a view that
// and what it reads; `columns` are those of its table, or of its view.
Result<> WriteModel(Connection& connection, const Model& model, Digest identity, const NamedTexts& columns);

// The text has passed its proof (proof/fill_proof.h).
Result<> WriteProved(Connection& connection, const Model& model);

// Texts whose proof failed: by model, the identity, and what the proof showed. A text does not get better by
// being tried again on other dates, nor by force: it has to be another.
struct RefutedText {
  std::string identity, why;
};
Result<std::map<std::string, RefutedText>> ReadRefuted(Connection& connection);
Result<> WriteRefuted(Connection& connection, const Model& model, const std::string& why);

// The name is that of another kind of table from now on.
Result<> ForgetModel(Connection& connection, const std::string& name);

// All that the ledger holds of a table as it is now goes: its cells, text, declaration and columns. What runs
// did stays in their history.
Result<> ForgetTable(Connection& connection, const std::string& name);

// The model's [checks] were run over what is stored.
Result<> WriteChecks(Connection& connection, const Model& model);

}  // namespace backcourt::ledger

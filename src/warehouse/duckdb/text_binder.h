// Binds the texts of models and checks against the tables of their project, which are there without rows, in
// memory: what does not run is found without a warehouse.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "adbc/adbc.h"
#include "project/project.h"
#include "warehouse/body_check.h"
#include "warehouse/duckdb/memory_engine.h"

namespace backcourt {

class TextBinder {
 public:
  static Result<std::unique_ptr<TextBinder>> Open(const Project& project);

  // What is wrong with a text: what it names, then how it binds. Models come in the order of the project; of
  // one that reads a broken one only the names are looked at.
  Result<std::vector<FileProblem>> Bind(const Model& model);
  Result<std::vector<FileProblem>> Bind(const Check& check);
  // Of the functions, the raw tables and the seeds that cannot be made.
  const std::vector<FileProblem>& problems() const { return engine_.problems; }
  // Whether a table is there; of a model once it is bound.
  bool Has(const std::string& table) const { return engine_.tables.contains(table); }
  // Whether a text calls a function that cannot be made.
  bool CallsBroken(const std::vector<std::string>& tokens) const;
  Database& database() { return *engine_.database; }
  // With the functions, the tables and the seeds.
  Connection& connection() { return *connection_; }

 private:
  TextBinder() = default;
  Result<std::vector<FileProblem>> BindTable(const Model& model);
  Result<std::vector<FileProblem>> BindQueries(const Model& model);

  MemoryEngine engine_;
  std::unique_ptr<Connection> connection_;
  std::set<std::string> volatile_functions_;
};

}  // namespace backcourt

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

namespace backcourt {

class TextBinder {
 public:
  // An error names the function, the raw table or the seed that cannot be made.
  static Result<std::unique_ptr<TextBinder>> Open(const Project& project);

  // What is wrong with a text: what it names, then how it binds. Models come in the order of the project; of
  // one that reads a broken one only the names are looked at.
  Result<std::vector<FileProblem>> Bind(const Model& model);
  Result<std::vector<FileProblem>> Bind(const Check& check);
  // With the functions, the tables and the seeds.
  Connection& connection() { return *connection_; }

 private:
  TextBinder() = default;
  Result<std::vector<FileProblem>> BindTable(const Model& model);
  Result<std::vector<FileProblem>> BindQueries(const Model& model);

  std::unique_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;
  std::set<std::string> volatile_functions_, tables_;  // tables_: those that are there
};

// The problem that an error of the engine tells of a statement that holds the body: its `LINE n: ...` and the
// caret below it are a place of the body's file.
FileProblem ProblemIn(const Body& body, const std::string& statement, const Error& error);

}  // namespace backcourt

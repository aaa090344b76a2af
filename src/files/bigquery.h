// BigQuery's REST interface, as far as tables are published by it: datasets, tables, load jobs and scripts. A
// request whose answer is lost is sent again; jobs have names, so that none is done twice.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"
#include "files/credentials.h"
#include "project/bigquery_target.h"

namespace backcourt {

class BigQuery {
 public:
  // With a token of the environment, as for gs://; without one where the endpoint is not https.
  static Result<std::unique_ptr<BigQuery>> Open(const BigQueryTarget& target, const std::string& ca_file,
                                                const Environment& environment,
                                                std::function<bool()> interrupted);

  Result<> MakeDataset();  // where there is none
  // Makes a table as it is described (REST: Table), or brings the description of one that is there up to it:
  // columns may join, none may go or become another type (kUsage).
  Result<> MakeTable(const std::string& name, const nlohmann::json& table);
  // The first row of a SELECT, as texts; null where there is no value.
  Result<nlohmann::json> FirstRow(const std::string& sql);

  enum class Job { kDone, kFailedBefore };
  // Runs a job, or waits for the one of this name. `file`: what is loaded; may be empty. kFailedBefore: one
  // of this name failed earlier, and the name is used up. An error where this one fails.
  Result<Job> Run(const std::string& name, const nlohmann::json& configuration, const std::string& file);

  nlohmann::json Reference(const std::string& table) const;
  std::string Name(const std::string& table) const;  // for SQL

 private:
  struct Answer {
    int status = 0;
    nlohmann::json body;
  };
  Result<Answer> Ask(const char* method, const std::string& path, const std::string& type,
                     const std::string& body);
  Result<nlohmann::json> Wait(const std::string& job);
  Error Refused(const std::string& what, const Answer& answer) const;

  BigQueryTarget target_;
  std::string ca_file_, token_;
  Environment environment_;
  std::function<bool()> interrupted_;
};

}  // namespace backcourt

#include "files/bigquery.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>

#include "base/file.h"
#include "base/http_url.h"
#include "base/text.h"
#include "files/google_token.h"

namespace backcourt {

namespace {

constexpr int kRequestTries = 4;  // of a request whose answer is lost, or that the service cannot do now
constexpr auto kRequestPause = std::chrono::milliseconds(300);  // doubled at each
constexpr auto kJobLook = std::chrono::milliseconds(200);       // between two looks at a job
constexpr auto kRequestTimeout = std::chrono::seconds(120);
constexpr const char* kService = "/bigquery/v2/projects/";
constexpr const char* kBoundary = "backcourt-parts-7d3f2c1e9b";

std::string ServiceMessage(const nlohmann::json& body) {
  return body.contains("error") && body["error"].is_object() ? body["error"].value("message", "") : "";
}

}  // namespace

Result<std::unique_ptr<BigQuery>> BigQuery::Open(const BigQueryTarget& target, const std::string& ca_file,
                                                 const Environment& environment,
                                                 std::function<bool()> interrupted) {
  auto service = std::make_unique<BigQuery>();
  service->target_ = target;
  service->environment_ = environment;
  service->interrupted_ = std::move(interrupted);
  service->ca_file_ = FindCertificates(ca_file, environment, kCertificatePlaces);
  GsCredentials found = FindGsCredentials(environment);
  service->token_ = found.bearer;
  if (service->token_.empty() && !found.key_file.empty())
    service->token_ = TRY(GoogleToken(found.key_file, kUseBigQuery, service->ca_file_,
                                      int(kRequestTimeout.count()), environment));
  if (service->token_.empty() && target.endpoint.starts_with("https"))
    return Error{ErrorKind::kSource, "there is no token for BigQuery",
                 "GOOGLE_APPLICATION_CREDENTIALS (the key file of a service account), or "
                 "GOOGLE_OAUTH_ACCESS_TOKEN"};
  return service;
}

nlohmann::json BigQuery::Reference(const std::string& table) const {
  return {
      {"projectId", target_.project}, {"datasetId", target_.dataset}, {"tableId", target_.prefix + table}};
}

std::string BigQuery::Name(const std::string& table) const {
  return fmt::format("`{}.{}.{}{}`", target_.project, target_.dataset, target_.prefix, table);
}

Error BigQuery::Refused(const std::string& what, const Answer& answer) const {
  std::string message = ServiceMessage(answer.body);
  return Error{ErrorKind::kSource,
               fmt::format("BigQuery at {} does not {}: {}", target_.endpoint, what,
                           message.empty() ? fmt::format("HTTP {}", answer.status) : Clip(message)),
               answer.status == 401 || answer.status == 403
                   ? "a token with the role BigQuery Data Editor on the dataset, and Job User"
                   : "[publish.bigquery] of backcourt.toml"};
}

Result<BigQuery::Answer> BigQuery::Ask(const char* method, const std::string& path, const std::string& type,
                                       const std::string& body) {
  HttpPost request = PostTo(target_.endpoint, environment_);
  request.method = method;
  request.target = path;
  request.bearer = token_;
  request.ca_file = ca_file_;
  request.content_type = type;
  request.body = body;
  request.timeout = kRequestTimeout;
  Answer answer;
  for (int attempt = 0; attempt < kRequestTries; ++attempt) {
    if (attempt) std::this_thread::sleep_for(kRequestPause * (1 << (attempt - 1)));
    std::string text;
    HttpAnswer got =
        Post(request, [&](std::string_view bytes) { text += bytes; }, [&] { return !interrupted_(); });
    if (interrupted_()) return Error{ErrorKind::kInterrupted, "interrupted", ""};
    bool lost = got.failure != HttpFailure::kNone;
    answer = {lost ? 0 : got.status, nlohmann::json::parse(text, nullptr, false)};
    if (!answer.body.is_object()) answer.body = nlohmann::json::object();
    if (!lost && got.status != 429 && got.status < 500) return answer;
  }
  if (answer.status) return Refused("answer", answer);
  return Error{ErrorKind::kSource, fmt::format("BigQuery at {} is not reached", target_.endpoint),
               "endpoint under [publish.bigquery], and the network"};
}

Result<> BigQuery::MakeDataset() {
  std::string path = kService + target_.project + "/datasets";
  Answer there = TRY(Ask("GET", path + "/" + target_.dataset, "", ""));
  if (there.status == 200) return {};
  nlohmann::json dataset = {
      {"datasetReference", {{"projectId", target_.project}, {"datasetId", target_.dataset}}}};
  if (!target_.location.empty()) dataset["location"] = target_.location;
  Answer made = TRY(Ask("POST", path, "application/json", dataset.dump()));
  if (made.status == 200 || made.status == 409) return {};
  return Refused("make the dataset " + target_.dataset, made);
}

Result<> BigQuery::MakeTable(const std::string& name, const nlohmann::json& table) {
  nlohmann::json wanted = table;
  wanted["tableReference"] = Reference(name);
  std::string path = fmt::format("{}{}/datasets/{}/tables", kService, target_.project, target_.dataset);
  Answer made = TRY(Ask("POST", path, "application/json", wanted.dump()));
  if (made.status == 200) return {};
  if (made.status != 409) return Refused("make the table " + Name(name), made);
  path += "/" + target_.prefix + name;
  Answer there = TRY(Ask("GET", path, "", ""));
  if (there.status != 200) return Refused("show the table " + Name(name), there);
  const nlohmann::json fields = there.body.value("/schema/fields"_json_pointer, nlohmann::json::array());
  std::map<std::string, std::string> types;
  for (const nlohmann::json& field : wanted["schema"]["fields"])
    types[field.value("name", "")] = field.value("type", "");
  bool same = fields.size() == types.size();
  for (const nlohmann::json& field : fields) {
    auto ours = types.find(field.value("name", ""));
    if (ours == types.end() || ours->second != field.value("type", ""))
      return Error{ErrorKind::kUsage,
                   fmt::format("the column {} of {} is gone or of another type here", field.value("name", ""),
                               Name(name)),
                   "drop that table there, and its rows of the table backcourt_cells; or another prefix"};
  }
  for (const nlohmann::json& field : wanted["schema"]["fields"])
    same = same && std::any_of(fields.begin(), fields.end(), [&](const nlohmann::json& other) {
             return other.value("name", "") == field.value("name", "") &&
                    other.value("description", "") == field.value("description", "");
           });
  if (same && there.body.value("description", "") == wanted.value("description", "")) return {};
  nlohmann::json change = {{"schema", wanted["schema"]}, {"description", wanted.value("description", "")}};
  Answer changed = TRY(Ask("PATCH", path, "application/json", change.dump()));
  return changed.status == 200 ? Result<>() : Refused("change the columns of " + Name(name), changed);
}

Result<nlohmann::json> BigQuery::FirstRow(const std::string& sql) {
  nlohmann::json query = {{"query", sql}, {"useLegacySql", false}, {"timeoutMs", 60000}};
  if (!target_.location.empty()) query["location"] = target_.location;
  Answer answer = TRY(Ask("POST", kService + target_.project + "/queries", "application/json", query.dump()));
  if (answer.status != 200 || !answer.body.value("jobComplete", false)) return Refused("query", answer);
  nlohmann::json values = nlohmann::json::array();
  for (const nlohmann::json& cell : answer.body.value("/rows/0/f"_json_pointer, nlohmann::json::array()))
    values.push_back(cell["v"]);
  return values;
}

// The job, once it is done.
Result<nlohmann::json> BigQuery::Wait(const std::string& job) {
  std::string path = fmt::format("{}{}/jobs/{}", kService, target_.project, job);
  if (!target_.location.empty()) path += "?location=" + target_.location;
  for (;;) {
    Answer answer = TRY(Ask("GET", path, "", ""));
    if (answer.status != 200) return Refused("show the job " + job, answer);
    if (answer.body.value("/status/state"_json_pointer, "") == "DONE") return answer.body;
    std::this_thread::sleep_for(kJobLook);
  }
}

Result<BigQuery::Job> BigQuery::Run(const std::string& name, const nlohmann::json& configuration,
                                    const std::string& file) {
  nlohmann::json job = {{"jobReference", {{"projectId", target_.project}, {"jobId", name}}},
                        {"configuration", configuration}};
  if (!target_.location.empty()) job["jobReference"]["location"] = target_.location;
  std::string path = kService + target_.project + "/jobs";
  std::string type = "application/json", body = job.dump();
  if (!file.empty()) {
    path = "/upload" + path + "?uploadType=multipart";
    type = fmt::format("multipart/related; boundary={}", kBoundary);
    body = fmt::format(
        "--{0}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{1}\r\n--{0}\r\n"
        "Content-Type: application/octet-stream\r\n\r\n{2}\r\n--{0}--\r\n",
        kBoundary, body, TRY(ReadFile(file)));
  }
  Answer begun = TRY(Ask("POST", path, type, body));
  bool known = begun.status == 409;
  if (begun.status != 200 && !known) return Refused("take the job " + name, begun);
  nlohmann::json done = TRY(Wait(name));
  if (!done["status"].contains("errorResult")) return Job::kDone;
  if (known) return Job::kFailedBefore;
  return Error{ErrorKind::kSource,
               fmt::format("BigQuery's job {} failed: {}", name,
                           Clip(done["status"]["errorResult"].value("message", "without a message"))),
               "`backcourt publish --to bigquery` tries again"};
}

}  // namespace backcourt

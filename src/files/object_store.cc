#include "files/object_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "base/text.h"
#include "files/google_token.h"
#include "files/store_error.h"
#include "warehouse/duckdb/engine.h"

namespace backcourt {

namespace fs = std::filesystem;

namespace {

constexpr int kAttempts = 3;           // of an object that arrives broken, beside the engine's own retries
constexpr double kBytesASecond = 1e6;  // what a line must give
constexpr int kManifestDepth = 8;
constexpr int kRequests = 2;                           // of one object: its head and its body
constexpr int kUploadRequests = 3;                     // its beginning, its parts and its end
constexpr int kListingRequests = 20;                   // a listing has many pages
constexpr auto kTokenLife = std::chrono::minutes(50);  // of an hour

bool StartsWith(const std::string& text, std::initializer_list<const char*> any) {
  return std::any_of(any.begin(), any.end(), [&](const char* start) { return text.starts_with(start); });
}

bool IsS3(const std::string& url) { return StartsWith(url, {"s3://"}); }
bool IsGs(const std::string& url) { return StartsWith(url, {"gs://", "gcs://"}); }
bool IsWeb(const std::string& url) { return StartsWith(url, {"https://", "http://"}); }

// A URL that a glob of the engine takes as it stands.
std::string Literal(const std::string& url) {
  std::string text;
  for (char c : url)
    text += c == '[' || c == '*' ? std::string("[") + c + "]" : std::string(1, c);
  return text;
}

// `http://host:port` as the two options of a secret.
std::string EndpointOptions(const std::string& endpoint, const std::string& url_style) {
  if (endpoint.empty()) return url_style.empty() ? "" : fmt::format(", URL_STYLE {}", Quote(url_style));
  bool plain = endpoint.starts_with("http://");
  size_t scheme = endpoint.find("://");
  std::string host = scheme == std::string::npos ? endpoint : endpoint.substr(scheme + 3);
  while (host.ends_with("/"))
    host.pop_back();
  return fmt::format(", ENDPOINT {}, USE_SSL {}, URL_STYLE {}", Quote(host), plain ? "false" : "true",
                     Quote(url_style.empty() ? "path" : url_style));
}

// The paths of a manifest: every text of a list, and every "path" of an object.
void CollectPaths(const nlohmann::json& node, std::vector<std::string>& paths, int depth = 0) {
  if (depth > kManifestDepth) return;
  if (node.is_array()) {
    for (const auto& item : node)
      if (item.is_string())
        paths.push_back(item.get<std::string>());
      else
        CollectPaths(item, paths, depth + 1);
  } else if (node.is_object()) {
    for (const auto& [key, value] : node.items())
      if (key == "path" && value.is_string())
        paths.push_back(value.get<std::string>());
      else if (value.is_array() || value.is_object())
        CollectPaths(value, paths, depth + 1);
  }
}

std::string StatQuery(const std::string& url) {
  return fmt::format(R"sql(
      SELECT filename, CAST(size AS BIGINT), CAST(coalesce(epoch_us(last_modified), 0) * 1000 AS BIGINT)
      FROM read_blob({url}) ORDER BY 1)sql",
                     fmt::arg("url", Quote(url)));
}

// All of it or nothing: written aside, then renamed.
Result<> WriteFile(const std::string& path, const std::string& bytes, int64_t mtime) {
  std::error_code failed;
  fs::create_directories(fs::path(path).parent_path(), failed);
  std::string aside = path + ".part";
  int file = open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  bool good = file >= 0;
  for (size_t at = 0; good && at < bytes.size();) {
    ssize_t n = write(file, bytes.data() + at, bytes.size() - at);
    if (n < 0)
      good = false;
    else
      at += size_t(n);
  }
  timespec times[2] = {{0, UTIME_OMIT}, {time_t(mtime / 1'000'000'000), long(mtime % 1'000'000'000)}};
  good = good && futimens(file, times) == 0;
  if (file >= 0) good = close(file) == 0 && good;
  if (good && rename(aside.c_str(), path.c_str()) == 0) return {};
  unlink(aside.c_str());
  return Error{ErrorKind::kCapacity, fmt::format("{} cannot be written", path),
               "free disk space, or another `cache` under [stores]"};
}

}  // namespace

bool IsRemote(const std::string& path) { return IsS3(path) || IsGs(path) || IsWeb(path); }

struct ObjectStore::Engine {
  std::unique_ptr<Database> database;
  std::unique_ptr<Connection> settings;
};

ObjectStore::ObjectStore(StoreOptions options, std::function<bool()> interrupted)
    : options_(std::move(options)), interrupted_(std::move(interrupted)) {}

Result<std::unique_ptr<ObjectStore>> ObjectStore::Open(StoreOptions options, const Environment& environment,
                                                       std::function<bool()> interrupted) {
  options.ca_file = FindCertificates(options.ca_file, environment, kCertificatePlaces);
  std::unique_ptr<ObjectStore> store(new ObjectStore(options, std::move(interrupted)));
  store->environment_ = environment;
  store->engine_ = std::make_shared<Engine>();
  store->engine_->database = TRY(OpenEngine());
  store->engine_->settings = TRY(store->engine_->database->Connect());
  std::string set = fmt::format(R"sql(
      SET autoinstall_known_extensions = false;
      SET autoload_known_extensions = false;
      SET allocator_background_threads = false;
      SET threads = 1;
      LOAD {httpfs};
      SET GLOBAL enable_external_file_cache = false;
      SET GLOBAL http_retries = {retries};
      SET GLOBAL enable_server_cert_verification = true;)sql",
                                fmt::arg("httpfs", Quote(LibraryFolder() + "/httpfs.duckdb_extension")),
                                fmt::arg("retries", options.retries));
  if (!options.ca_file.empty()) set += fmt::format("SET GLOBAL ca_cert_file = {};", Quote(options.ca_file));
  if (auto done = store->engine_->settings->Execute(set); !done)
    return Error{ErrorKind::kSource, fmt::format("object stores cannot be reached: {}", done.error().message),
                 "`make build` brings the extension"};
  return store;
}

Result<> ObjectStore::Authenticate(const std::string& url) {
  if (IsS3(url) && !s3_ready_) {
    S3Credentials found = TRY(FindS3Credentials(environment_));
    std::string region = !options_.s3_region.empty() ? options_.s3_region
                         : !found.region.empty()     ? found.region
                                                     : "us-east-1";
    std::string secret = fmt::format("CREATE OR REPLACE SECRET s3 (TYPE S3, REGION {}", Quote(region));
    if (!found.key_id.empty())
      secret += fmt::format(", KEY_ID {}, SECRET {}", Quote(found.key_id), Quote(found.secret));
    if (!found.token.empty()) secret += fmt::format(", SESSION_TOKEN {}", Quote(found.token));
    secret += EndpointOptions(options_.s3_endpoint.empty() ? found.endpoint : options_.s3_endpoint,
                              options_.s3_url_style) +
              ")";
    secrets_.insert(secrets_.end(), {found.key_id, found.secret, found.token});
    if (auto made = engine_->settings->Execute(secret); !made)
      return StoreError(url, made.error().message, secrets_);
    s3_ready_ = true;
  }
  if (IsGs(url) && std::chrono::steady_clock::now() >= gs_until_) {
    GsCredentials found = FindGsCredentials(environment_);
    if (found.bearer.empty() && found.key_id.empty() && !found.key_file.empty())
      found.bearer =
          TRY(GoogleToken(found.key_file, kReadStorage, options_.ca_file, options_.timeout, environment_));
    std::string secret = "CREATE OR REPLACE SECRET gs (TYPE GCS";
    if (!found.bearer.empty())
      secret += fmt::format(", BEARER_TOKEN {}", Quote(found.bearer));
    else if (!found.key_id.empty())
      secret += fmt::format(", KEY_ID {}, SECRET {}", Quote(found.key_id), Quote(found.secret));
    secret += EndpointOptions(options_.gs_endpoint, "") + ")";
    secrets_.insert(secrets_.end(), {found.key_id, found.secret, found.bearer});
    if (auto made = engine_->settings->Execute(secret); !made)
      return StoreError(url, made.error().message, secrets_);
    gs_until_ = std::chrono::steady_clock::now() + kTokenLife;
  }
  if (std::string origin = url.substr(0, url.find('/', url.find("://") + 3));
      IsWeb(url) && web_ready_.insert(origin).second) {
    WebCredentials found = FindWebCredentials(environment_, url);
    if (found.token.empty() && found.user.empty()) return {};
    Rows basic = TRY(engine_->settings->Query(
        fmt::format("SELECT to_base64(encode({}))", Quote(found.user + ":" + found.password))));
    std::string header = found.token.empty() ? "Basic " + basic.Text(0, 0) : "Bearer " + found.token;
    secrets_.insert(secrets_.end(), {found.token, found.password, basic.Text(0, 0)});
    std::string secret = fmt::format(
        "CREATE OR REPLACE SECRET {} (TYPE HTTP, SCOPE {}, EXTRA_HTTP_HEADERS MAP {{'Authorization': {}}})",
        Ident(origin), Quote(origin + "/"), Quote(header));
    if (auto made = engine_->settings->Execute(secret); !made)
      return StoreError(url, made.error().message, secrets_);
  }
  return {};
}

namespace {

// What the asking thread and the working ones share; it outlives whoever gives up.
struct Job {
  std::vector<std::string> queries;
  std::mutex mutex;
  std::condition_variable changed;
  size_t next = 0;
  bool given_up = false;
  std::vector<std::pair<size_t, Result<Rows>>> answers;
  std::vector<std::unique_ptr<Connection>> connections;
};

void Work(const std::shared_ptr<Job>& job, Connection& connection) {
  std::unique_lock lock(job->mutex);
  while (!job->given_up && job->next < job->queries.size()) {
    size_t query = job->next++;
    lock.unlock();
    auto rows = connection.Query(job->queries[query]);
    lock.lock();
    job->answers.emplace_back(query, std::move(rows));
    job->changed.notify_one();
  }
}

}  // namespace

Result<> ObjectStore::Ask(const std::vector<std::string>& urls, const std::vector<std::string>& queries,
                          int requests, double seconds_each, Use use) {
  if (queries.empty()) return {};
  for (const std::string& url : urls)
    TRY(Authenticate(url));
  TRY(engine_->settings->Execute(fmt::format("SET GLOBAL http_timeout = {}", int64_t(seconds_each))));
  auto job = std::make_shared<Job>();
  job->queries = queries;
  size_t workers = std::min(queries.size(), size_t(options_.parallel));
  for (size_t i = 0; i < workers; ++i)
    job->connections.push_back(TRY(engine_->database->Connect()));
  for (auto& connection : job->connections)
    std::thread([job, engine = engine_, c = connection.get()] { Work(job, *c); }).detach();

  using Clock = std::chrono::steady_clock;
  // Requests end by themselves; this is for those that do not.
  auto patience = std::chrono::duration<double>((requests * seconds_each + 10) * (options_.retries + 1));
  auto last = Clock::now();
  std::unique_lock lock(job->mutex);
  auto give_up = [&](Error error) -> Error {
    job->given_up = true;
    for (auto& connection : job->connections)
      connection->Cancel();
    return error;
  };
  for (size_t done = 0; done < queries.size();) {
    job->changed.wait_for(lock, std::chrono::milliseconds(50), [&] { return !job->answers.empty(); });
    if (interrupted_())
      return give_up(
          Error{ErrorKind::kInterrupted, fmt::format("interrupted while reading {}", Shown(urls[done])), ""});
    if (job->answers.empty()) {
      if (Clock::now() - last > patience)
        return give_up(StoreError(urls[done], "Timeout was reached", secrets_));
      continue;
    }
    auto answers = std::move(job->answers);
    job->answers.clear();
    lock.unlock();
    std::optional<Error> failed;
    for (auto& [query, rows] : answers) {
      if (auto used = use(query, std::move(rows)); !used) failed = used.error();
      if (failed) break;
    }
    lock.lock();
    if (failed) return give_up(*failed);
    done += answers.size();
    last = Clock::now();
  }
  return {};
}

Result<std::vector<StoredObject>> ObjectStore::List(const std::string& folder) {
  std::string base = folder;
  while (base.ends_with("/"))
    base.pop_back();
  std::vector<StoredObject> objects;
  if (IsWeb(base)) {
    std::string manifest = base + "/manifest.json", text;
    TRY(Ask({manifest}, {fmt::format("SELECT content FROM read_text({})", Quote(manifest))}, kRequests,
            options_.timeout, [&](size_t, Result<Rows> rows) -> Result<> {
              if (!rows) return StoreError(manifest, rows.error().message, secrets_);
              if (rows->size() == 1) text = rows->Text(0, 0);
              return {};
            }));
    nlohmann::json parsed = nlohmann::json::parse(text, nullptr, false);
    std::vector<std::string> paths, urls;
    if (!parsed.is_discarded()) CollectPaths(parsed, paths);
    if (paths.empty())
      return Error{ErrorKind::kSource, fmt::format("{} lists no files", Shown(manifest)),
                   "a JSON list of paths below its folder, or the manifest of `backcourt export`"};
    for (const std::string& path : paths)
      urls.push_back(path.find("://") == std::string::npos ? base + "/" + path : path);
    return Look(urls);
  }
  if (base.find('?') != std::string::npos)
    return Error{ErrorKind::kUsage,
                 fmt::format("{}: the folder of an object store may not hold '?'", Shown(base)),
                 "another folder, with the pattern below it"};
  TRY(Ask({base}, {StatQuery(Literal(base) + "/**")}, kListingRequests, options_.timeout,
          [&](size_t, Result<Rows> rows) -> Result<> {
            if (!rows) return StoreError(base, rows.error().message, secrets_);
            for (size_t i = 0; i < rows->size(); ++i)
              if (!rows->Text(i, 0).ends_with("/"))
                objects.push_back({rows->Text(i, 0), rows->Int(i, 1), rows->Int(i, 2)});
            return {};
          }));
  if (objects.empty())
    return Error{ErrorKind::kSource, fmt::format("{} holds no objects", Shown(base)),
                 "check bucket and prefix; an empty listing is never taken for an empty folder"};
  return objects;
}

Result<std::vector<StoredObject>> ObjectStore::Look(const std::vector<std::string>& urls) {
  std::vector<StoredObject> objects(urls.size());
  std::vector<std::string> queries;
  for (const std::string& url : urls)
    queries.push_back(StatQuery(Literal(url)));
  TRY(Ask(urls, queries, kRequests, options_.timeout, [&](size_t i, Result<Rows> rows) -> Result<> {
    if (!rows) return StoreError(urls[i], rows.error().message, secrets_);
    if (rows->size() != 1) return StoreError(urls[i], "HTTP 404", secrets_);
    objects[i] = {urls[i], rows->Int(0, 1), rows->Int(0, 2)};
    return {};
  }));
  return objects;
}

Result<> ObjectStore::Fetch(const std::vector<StoredObject>& objects, const std::vector<std::string>& files) {
  std::vector<size_t> open(objects.size());
  for (size_t i = 0; i < open.size(); ++i)
    open[i] = i;
  for (int attempt = 1; !open.empty(); ++attempt) {
    std::vector<std::string> urls, queries;
    int64_t largest = 0;
    for (size_t i : open) {
      urls.push_back(objects[i].url);
      queries.push_back(fmt::format("SELECT content FROM read_blob({})", Quote(Literal(objects[i].url))));
      largest = std::max(largest, objects[i].size);
    }
    std::vector<size_t> asked = std::move(open);
    open.clear();
    std::vector<bool> here(objects.size(), false);
    TRY(Ask(urls, queries, kRequests, options_.timeout + double(largest) / kBytesASecond,
            [&](size_t query, Result<Rows> rows) -> Result<> {
              const StoredObject& object = objects[asked[query]];
              if (!rows && (attempt == kAttempts || CauseOf(rows.error().message) != StoreCause::kBroken))
                return StoreError(object.url, rows.error().message, secrets_);
              if (!rows || rows->size() != 1 || int64_t(rows->Text(0, 0).size()) != object.size)
                return {};  // broken on the way, or changed: again
              TRY(WriteFile(files[asked[query]], rows->Text(0, 0), object.mtime));
              here[asked[query]] = true;
              return {};
            }));
    for (size_t i : asked)
      if (!here[i]) open.push_back(i);
    if (attempt == kAttempts && !open.empty())
      return Error{
          ErrorKind::kSource,
          fmt::format("{} cannot be read: other bytes arrive than its listing says, at each of {} attempts",
                      Shown(objects[open[0]].url), kAttempts),
          "run again; nothing was loaded"};
  }
  return {};
}

Result<std::optional<std::string>> ObjectStore::ReadText(const std::string& url) {
  std::optional<std::string> text;
  TRY(Ask({url}, {fmt::format("SELECT content FROM read_text({})", Quote(Literal(url)))}, kRequests,
          options_.timeout, [&](size_t, Result<Rows> rows) -> Result<> {
            if (rows && rows->size() == 1) text = rows->Text(0, 0);
            if (!rows && CauseOf(rows.error().message) != StoreCause::kMissing)
              return StoreError(url, rows.error().message, secrets_);
            return {};
          }));
  return text;
}

Result<> ObjectStore::Put(const std::string& file, const std::string& url) {
  std::error_code ignored;
  double bytes = double(fs::file_size(file, ignored));
  return Ask({url},
             {fmt::format("COPY (SELECT content FROM read_blob({})) TO {} (FORMAT blob)",
                          Quote(Literal(file)), Quote(url))},
             kUploadRequests, options_.timeout + bytes / kBytesASecond,
             [&](size_t, Result<Rows> rows) -> Result<> {
               if (!rows) return StoreError(url, rows.error().message, secrets_);
               return {};
             });
}

}  // namespace backcourt

// Objects on s3://, gs://, https:// and http://, through the engine's httpfs
// extension, in an engine of its own: its secrets are out of any query's reach,
// and a request that hangs holds nothing but its own thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "adbc/adbc.h"
#include "base/store_options.h"
#include "files/credentials.h"

namespace backcourt {

bool IsRemote(const std::string& path);

struct StoredObject {
  std::string url;
  int64_t size = -1;  // bytes
  int64_t mtime = 0;  // nanoseconds since 1970; 0 when the server does not tell
};

// Every request is bounded in time. Not for use from several threads at once.
class ObjectStore {
 public:
  // `interrupted` is asked while waiting.
  static Result<std::unique_ptr<ObjectStore>> Open(StoreOptions options, const Environment& environment,
                                                   std::function<bool()> interrupted);

  // All objects below a folder, by URL; none at all is an error. A folder on a
  // web server lists itself by its manifest.json: a JSON list of paths, or the
  // manifest of `backcourt export`.
  Result<std::vector<StoredObject>> List(const std::string& folder);

  // Objects as they are now, in the order asked; one that is not there is an error.
  Result<std::vector<StoredObject>> Look(const std::vector<std::string>& urls);

  // Writes objects to files, several side by side. A file appears whole or not
  // at all, and carries its object's time. `files` stand beside `objects`.
  Result<> Fetch(const std::vector<StoredObject>& objects, const std::vector<std::string>& files);

  // The text of a small object; nothing where there is none.
  Result<std::optional<std::string>> ReadText(const std::string& url);
  // Writes a file of this machine as an object, which appears whole.
  Result<> Put(const std::string& file, const std::string& url);

 private:
  struct Engine;  // shared with threads that outlive a bounded wait
  ObjectStore(StoreOptions options, std::function<bool()> interrupted);
  Result<> Authenticate(const std::string& url);
  // Runs the queries side by side, each on a connection of its own; `use` is
  // called for each answer, on this thread; its error ends the asking. A query
  // makes up to so many requests, each of which is given so many seconds.
  using Use = std::function<Result<>(size_t query, Result<Rows> rows)>;
  Result<> Ask(const std::vector<std::string>& urls, const std::vector<std::string>& queries, int requests,
               double seconds_each, Use use);

  StoreOptions options_;
  Environment environment_;
  std::function<bool()> interrupted_;
  std::shared_ptr<Engine> engine_;
  std::set<std::string> web_ready_;  // origins
  bool s3_ready_ = false;
  std::chrono::steady_clock::time_point gs_until_;  // when its token must be renewed
  std::vector<std::string> secrets_;
};

}  // namespace backcourt

// A session of Spark Connect: settings, functions and views that no other has. It is opened by its first
// statement, and opened again where the server has lost it: what was in it is gone then, and the statement at
// hand fails as transient.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "adbc/adbc.h"
#include "project/project.h"

namespace backcourt {

class SparkSession {
 public:
  SparkSession(const SparkPlace& place, const std::vector<Function>& functions);
  ~SparkSession();
  SparkSession(const SparkSession&) = delete;
  SparkSession& operator=(const SparkSession&) = delete;

  // A statement as the engine writes it (see ToSpark); the functions that it calls are made before.
  Result<Rows> Query(const std::string& sql);
  // A statement in Spark's own words.
  Result<Rows> Execute(const std::string& sql);
  // The rows of a SELECT become a temporary table of another engine.
  Result<> Pour(const std::string& select, Connection& into, const std::string& table);

  // The seconds of the fastest query so far: what every one takes at least.
  double fastest_query() const { return fastest_; }

  // Of any thread: ends what runs here as interrupted, on the server too. That takes the session with it.
  void Cancel();

  // Opens the session, where it is not open, and gives its id, a UUID.
  Result<std::string> Id();

  // Ends a session of this or another process, with all that runs in it. An error when the server does not
  // answer; a session that it does not know is ended already.
  static Result<> End(const SparkPlace& place, const std::string& id);
  // Ends the sessions that processes of this warehouse left when they died: what they had begun runs on.
  static void EndOrphans(const SparkPlace& place);

 private:
  Result<> Open();
  Result<> OpenOnce();
  Result<> MakeFunctions(const std::string& sql);
  template <typename T>
  Result<T> Run(const std::function<Result<T>()>& statement);
  void EndRunning(const std::string& id);

  const SparkPlace& place_;
  std::map<std::string, const Function*> functions_;  // by name
  std::set<std::string> made_;                        // functions of the session
  std::unique_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;
  std::string id_;
  bool was_open_ = false;
  double fastest_ = 1;  // second, until one was faster

  std::mutex mutex_;
  std::condition_variable changed_;
  bool running_ = false, ending_ = false;
  std::thread ender_;
};

}  // namespace backcourt

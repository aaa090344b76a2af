// The long operations of a server, with an id each: what they were asked, their
// numbered events and their ends, for whoever watches. A watcher that lost its
// connection goes on behind the last number that it has. The newest events and
// activities are kept. Safe to use from several threads.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "project/file_names.h"
#include "serve/server.h"

namespace backcourt {

// Numbered events and who follows them, as server-sent events. Its owner's mutex guards it.
class EventStream {
 public:
  explicit EventStream(size_t most_bytes) : most_bytes_(most_bytes) {}

  struct Item {
    int64_t number = 0;
    std::string name, data;  // the data is JSON without line breaks
  };
  void Add(const std::string& name, std::string data);
  // No event follows: who follows gets the end of his answer.
  void Close();
  // Sends what came after a number, and all that follows. Where that is not kept any more, or was never
  // given, the first event is `reset`.
  void Follow(int64_t after, std::shared_ptr<Reply> reply);
  void KeepAlive();
  // The events after a number.
  std::vector<Item> After(int64_t number) const;
  int64_t last() const { return last_; }

 private:
  const size_t most_bytes_;
  size_t bytes_ = 0;
  int64_t last_ = 0;
  bool closed_ = false;
  std::deque<Item> items_;
  std::vector<std::shared_ptr<Reply>> followers_;
};

struct ActivityRecord {
  std::string id, verb, command, started, ended;  // times: UTC
  nlohmann::json request;
  std::string state = "running";  // running, done, failed or stopped
  std::optional<Result<nlohmann::json>> end;
};
// As the page reads it.
nlohmann::json ToJson(const ActivityRecord& record);

class ActivityLog {
 public:
  // How often those who follow are told that the connection is alive.
  explicit ActivityLog(std::chrono::milliseconds keep_alive = std::chrono::seconds(15));
  ~ActivityLog();

  struct Place {
    std::string id;
    bool joined = false;
  };
  // How those who follow are told of files.
  void NameFiles(FileNames names);
  FileNames names() const;

  // Begins one, or joins the one of the same verb and work that runs. `alone`: kBusy while another such one
  // runs. `waits`: whether it ends when nobody who began or joined it waits any more.
  Result<Place> Begin(const std::string& verb, const nlohmann::json& request, const std::string& command,
                      bool alone, bool waits);
  // Of one that waits for its end no more.
  void Leave(const std::string& id);
  // Requested, it ends as soon as it can.
  Cancel& CancelOf(const std::string& id);

  void Tell(const std::string& id, const std::string& event, const nlohmann::json& data);
  void End(const std::string& id, const Result<nlohmann::json>& end, int exit);
  // Something else has changed: for those who follow all.
  void TellAll(const std::string& event, const nlohmann::json& data);

  // Running ones, and the last that ended, the newest first: a JSON list, as the page reads it.
  std::string List() const;
  bool Running() const;
  bool Has(const std::string& id) const;

  // Server-sent events of one activity, or of all: false when there is no such activity.
  bool Follow(const std::string& id, int64_t after, std::shared_ptr<Reply> reply);
  void FollowAll(int64_t after, std::shared_ptr<Reply> reply);
  // Events of an activity after `after`, waiting up to `patience` for one; its end once all are taken.
  struct News {
    std::vector<EventStream::Item> items;
    std::optional<Result<nlohmann::json>> end;
  };
  News Wait(const std::string& id, int64_t after, std::chrono::milliseconds patience);

  // Ends all streams.
  void Close();

 private:
  struct Activity {
    explicit Activity(size_t most_bytes) : events(most_bytes) {}
    ActivityRecord record;
    std::string shown;    // the record, as the page reads it
    nlohmann::json work;  // what makes two of them the same
    bool alone = false, stays = false;
    int waiting = 0;  // who waits for its end
    Cancel cancel;
    EventStream events;
  };
  Activity* Find(const std::string& id);
  std::string Shown(nlohmann::json data) const;  // one line; REQUIRES: the mutex

  const std::chrono::milliseconds keep_alive_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  FileNames names_;
  int64_t last_id_ = 0;
  std::list<Activity> activities_;  // the newest first
  EventStream all_;
  bool closed_ = false;
  std::thread pulse_;
};

}  // namespace backcourt

#include "serve/activity_log.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "operations/cells.h"
#include "operations/json.h"
#include "serve/public_text.h"

namespace backcourt {

namespace {

constexpr size_t kMostEnded = 50;       // activities that are kept
constexpr size_t kMostBytes = 8 << 20;  // of the events of one, and of all
constexpr size_t kItemBytes = 64;       // beside its texts

std::string Frame(const EventStream::Item& item) {
  return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", item.number, item.name, item.data);
}

// What is not a part of the work: how and for whom it is done.
nlohmann::json WorkOf(nlohmann::json request) {
  for (const char* key : {"join", "yes", "parallel", "no_load"})
    request.erase(key);
  return request;
}

}  // namespace

void EventStream::Add(const std::string& name, std::string data) {
  Item item{++last_, name, std::move(data)};
  bytes_ += item.data.size() + item.name.size() + kItemBytes;
  std::string frame = Frame(item);
  std::erase_if(followers_, [&](const auto& reply) { return !reply->Push(frame); });
  items_.push_back(std::move(item));
  while (bytes_ > most_bytes_ && items_.size() > 1) {
    bytes_ -= items_.front().data.size() + items_.front().name.size() + kItemBytes;
    items_.pop_front();
  }
}

void EventStream::Close() {
  closed_ = true;
  for (const auto& reply : followers_)
    reply->Finish();
  followers_.clear();
}

void EventStream::Follow(int64_t after, std::shared_ptr<Reply> reply) {
  bool lost = after > last_ || (!items_.empty() && after + 1 < items_.front().number);
  std::string frames = "retry: 1000\n\n";
  if (lost) {
    frames += fmt::format("id: {}\nevent: reset\ndata: {{}}\n\n", last_);
  } else {
    for (const Item& item : items_)
      if (item.number > after) frames += Frame(item);
  }
  reply->Push(frames);
  if (closed_)
    reply->Finish();
  else
    followers_.push_back(std::move(reply));
}

void EventStream::KeepAlive() {
  std::erase_if(followers_,
                [](const auto& reply) { return !reply->Alive() || !reply->Push(": keep-alive\n\n"); });
}

std::vector<EventStream::Item> EventStream::After(int64_t number) const {
  std::vector<Item> items;
  for (const Item& item : items_)
    if (item.number > number) items.push_back(item);
  return items;
}

nlohmann::json ToJson(const ActivityRecord& record) {
  nlohmann::json json = {{"id", record.id},           {"verb", record.verb},
                         {"command", record.command}, {"request", record.request},
                         {"started", record.started}, {"state", record.state}};
  if (!record.ended.empty()) json["ended"] = record.ended;
  if (record.end && *record.end) json["report"] = **record.end;
  if (record.end && !*record.end) {
    const Error& error = record.end->error();
    json["error"] = {{"kind", ErrorKindName(error.kind)}, {"message", error.message}, {"hint", error.hint}};
  }
  return json;
}

ActivityLog::ActivityLog(std::chrono::milliseconds keep_alive) : keep_alive_(keep_alive), all_(kMostBytes) {
  pulse_ = std::thread([this] {
    std::unique_lock lock(mutex_);
    while (!closed_) {
      auto next = std::chrono::steady_clock::now() + keep_alive_;
      while (!closed_ && changed_.wait_until(lock, next) != std::cv_status::timeout) {
      }
      all_.KeepAlive();
      for (Activity& activity : activities_)
        activity.events.KeepAlive();
    }
  });
}

ActivityLog::~ActivityLog() {
  Close();
  pulse_.join();
}

void ActivityLog::Close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  all_.Close();
  for (Activity& activity : activities_)
    activity.events.Close();
  changed_.notify_all();
}

void ActivityLog::NameFiles(FileNames names) {
  std::lock_guard lock(mutex_);
  names_ = std::move(names);
}

FileNames ActivityLog::names() const {
  std::lock_guard lock(mutex_);
  return names_;
}

std::string ActivityLog::Shown(nlohmann::json data) const {
  HidePaths(names_, data);
  return OneLine(data);
}

ActivityLog::Activity* ActivityLog::Find(const std::string& id) {
  auto found = std::find_if(activities_.begin(), activities_.end(),
                            [&](const Activity& activity) { return activity.record.id == id; });
  return found == activities_.end() ? nullptr : &*found;
}

Result<ActivityLog::Place> ActivityLog::Begin(const std::string& verb, const nlohmann::json& request,
                                              const std::string& command, bool alone, bool waits) {
  std::lock_guard lock(mutex_);
  if (closed_) return Error{ErrorKind::kInterrupted, "the server is ending", ""};
  nlohmann::json work = WorkOf(request);
  for (Activity& other : activities_) {
    if (other.record.state != "running") continue;
    if (other.record.verb == verb && other.work == work) {
      other.waiting += waits;
      other.stays = other.stays || !waits;
      return Place{other.record.id, true};
    }
    if (alone && other.alone)
      return Error{ErrorKind::kBusy,
                   fmt::format("`backcourt {}` runs in this warehouse", other.record.command),
                   "`backcourt status --watch` shows how far it is, `backcourt stop` ends it"};
  }
  Activity& activity = activities_.emplace_front(kMostBytes);
  activity.record.id = fmt::format("a{}", ++last_id_);
  activity.record.verb = verb;
  activity.record.command = command;
  activity.record.request = request;
  activity.record.started = NowText();
  activity.work = std::move(work);
  activity.alone = alone;
  activity.waiting = waits;
  activity.stays = !waits;
  nlohmann::json begun = ToJson(activity.record);
  activity.shown = Shown(begun);
  all_.Add("begun", Shown({{"activity", activity.record.id}, {"event", begun}}));
  return Place{activity.record.id, false};
}

void ActivityLog::Leave(const std::string& id) {
  std::lock_guard lock(mutex_);
  Activity* activity = Find(id);
  if (activity && --activity->waiting <= 0 && !activity->stays) activity->cancel.Request();
}

Cancel& ActivityLog::CancelOf(const std::string& id) {
  std::lock_guard lock(mutex_);
  return Find(id)->cancel;
}

void ActivityLog::Tell(const std::string& id, const std::string& event, const nlohmann::json& data) {
  std::lock_guard lock(mutex_);
  Activity* activity = Find(id);
  if (!activity) return;
  activity->events.Add(event, Shown(data));
  all_.Add(event, Shown({{"activity", id}, {"event", data}}));
  changed_.notify_all();
}

void ActivityLog::End(const std::string& id, const Result<nlohmann::json>& end, int exit) {
  std::lock_guard lock(mutex_);
  Activity* activity = Find(id);
  if (!activity) return;
  ActivityRecord& record = activity->record;
  record.end = end;
  record.ended = NowText();
  record.state = exit == 0 ? "done" : exit == 130 ? "stopped" : "failed";
  nlohmann::json data = ToJson(record), done = {{"exit", exit}};
  activity->shown = Shown(data);
  for (const char* key : {"report", "error"})
    if (data.contains(key)) done[key] = data[key];
  activity->events.Add("done", Shown(done));
  activity->events.Close();
  done["event"] = "done";
  all_.Add("done", Shown({{"activity", id}, {"event", done}}));
  size_t ended = 0;
  for (auto it = activities_.begin(); it != activities_.end();) {
    bool goes = it->record.state != "running" && ++ended > kMostEnded;
    it = goes ? activities_.erase(it) : std::next(it);
  }
  changed_.notify_all();
}

void ActivityLog::TellAll(const std::string& event, const nlohmann::json& data) {
  std::lock_guard lock(mutex_);
  all_.Add(event, OneLine(data));
}

std::string ActivityLog::List() const {
  std::lock_guard lock(mutex_);
  std::string list;
  for (const Activity& activity : activities_)
    list += (list.empty() ? "" : ",") + activity.shown;
  return "[" + list + "]";
}

bool ActivityLog::Running() const {
  std::lock_guard lock(mutex_);
  return std::any_of(activities_.begin(), activities_.end(),
                     [](const Activity& activity) { return activity.record.state == "running"; });
}

bool ActivityLog::Has(const std::string& id) const {
  std::lock_guard lock(mutex_);
  return std::any_of(activities_.begin(), activities_.end(),
                     [&](const Activity& activity) { return activity.record.id == id; });
}

bool ActivityLog::Follow(const std::string& id, int64_t after, std::shared_ptr<Reply> reply) {
  std::lock_guard lock(mutex_);
  Activity* activity = Find(id);
  if (activity) activity->events.Follow(after, std::move(reply));
  return activity != nullptr;
}

void ActivityLog::FollowAll(int64_t after, std::shared_ptr<Reply> reply) {
  std::lock_guard lock(mutex_);
  all_.Follow(after < 0 ? all_.last() : after, std::move(reply));
}

ActivityLog::News ActivityLog::Wait(const std::string& id, int64_t after,
                                    std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    Activity* activity = Find(id);
    if (!activity) return {{}, Error{ErrorKind::kInterrupted, "the activity is not known any more", ""}};
    if (activity->events.last() > after || activity->record.end)
      return {activity->events.After(after), activity->record.end};
    if (changed_.wait_until(lock, until) == std::cv_status::timeout) return {};
  }
}

}  // namespace backcourt

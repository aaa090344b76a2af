#include "cli/caller.h"

#include <fmt/format.h>
#include <unistd.h>

#include "base/text.h"
#include "serve/answer.h"
#include "serve/client.h"

namespace backcourt {

namespace {

// Whether a command line, as the lock tells it, is of a verb that takes its time.
bool IsLong(const std::string& command) {
  for (const Verb& verb : Verbs())
    if ((verb.needs == Verb::Needs::kAlone || verb.needs == Verb::Needs::kServes) &&
        command.starts_with(std::string("backcourt ") + verb.name))
      return true;
  return false;
}

}  // namespace

Caller::Caller(Project project, std::string command, const Cancel& cancel)
    : workspace_(std::move(project), std::move(command)), cancel_(cancel) {}

Caller::~Caller() {
  if (server_) server_->EndServing();
}

Error Caller::Busy(const HolderInfo& other) const {
  return Error{ErrorKind::kBusy,
               fmt::format("the warehouse {} is held by process {}{}", project().warehouse,
                           other.process ? std::to_string(other.process) : "(unknown)",
                           other.command.empty() ? "" : ", which runs `" + other.command + "`"),
               other.url.empty()
                   ? "`backcourt status --watch` shows how far it is, `backcourt stop` ends it after its "
                     "running batches"
                   : fmt::format("its page is {}; `kill {}` ends it", other.url, other.process)};
}

Result<WarehouseLock*> Caller::Hold() {
  HolderInfo other;
  for (int attempt = 0; attempt < 40 && !lock_; ++attempt) {  // short commands are waited for
    other = {};
    lock_ = TRY(WarehouseLock::Take(project().warehouse, "backcourt " + workspace_.command(), other));
    if (lock_ || IsLong(other.command) || cancel_.Requested()) break;
    usleep(50'000);
  }
  if (!lock_) return Busy(other);
  return lock_.get();
}

Result<bool> Caller::HereOrThere(const Verb& verb, const std::function<nlohmann::json()>& request,
                                 const Events& events, const Bytes& bytes) {
  if (verb.needs == Verb::Needs::kNothing || verb.needs == Verb::Needs::kProject || lock_) return true;
  HolderInfo other;
  for (int attempt = 0; attempt < 200; ++attempt) {  // short commands are waited for
    other = {};
    lock_ = TRY(WarehouseLock::Take(project().warehouse, "backcourt " + workspace_.command(), other));
    if (lock_) return true;
    nlohmann::json message = request();
    bool joins = message.value("join", nlohmann::json()) == true;
    bool served = other.command.starts_with("backcourt serve");
    if (verb.needs != Verb::Needs::kAlone || joins || served) {
      auto answer = AskHolder(other, verb, message, events, bytes);
      if (answer) {
        answer_ = std::move(*answer);
        return false;
      }
      // Nobody answers there, or it ended in between: what only reads is asked again.
      bool again = answer.error().kind == ErrorKind::kTransient && !joins;
      if (!again) return answer.error();
    } else if (IsLong(other.command)) {
      return Busy(other);
    }
    if (cancel_.Requested())
      return Error{ErrorKind::kInterrupted, "interrupted while waiting for the warehouse", ""};
    usleep(50'000);
  }
  return Busy(other);
}

Result<nlohmann::json> Caller::AskHolder(const HolderInfo& holder, const Verb& verb,
                                         const nlohmann::json& request, const Events& events,
                                         const Bytes& bytes) {
  std::optional<Result<nlohmann::json>> end;
  bool begun = false;
  auto called = Call(
      holder.socket, verb.name, request.dump(),
      [&](const std::string& line) {
        AnswerLine parsed = ParseAnswerLine(line);
        if (parsed.event && events) events(*parsed.event);
        if (parsed.end) end = std::move(parsed.end);
      },
      [this] { return !cancel_.Requested(); },
      [&](std::string_view piece) {
        begun = true;
        return bytes && bytes(piece);
      });
  if (!end && !called && called.error().kind == ErrorKind::kInterrupted) end = called.error();
  if (!end)
    end = Error{ErrorKind::kTransient,
                begun ? "the process that holds the warehouse ended amid its answer"
                      : "the process that holds the warehouse does not answer",
                "the same command again"};
  if (begun && !*end && end->error().kind == ErrorKind::kTransient)
    end->error().kind = ErrorKind::kInterrupted;
  return std::move(*end);
}

void Caller::Serve() {
  if (server_ || !lock_) return;
  auto server =
      Server::Start(lock_->socket_path(),
                    Server::ForVerbs([this](const std::string& verb, const std::string& body, Reply& reply) {
                      Answer(workspace_, verb, body, reply);
                    }));
  if (server)
    server_ = std::move(*server);
  else
    fprintf(stderr, "backcourt: %s\n  Other shells cannot look on while this runs.\n",
            server.error().Text().c_str());
}

}  // namespace backcourt

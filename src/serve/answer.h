// Answers a request of another shell from the registry of verbs: events as they
// come, then the report or the error, a line each:
//   {"event": "filled", ...}
//   {"bytes": 1024}, and behind the line so many bytes of an Arrow stream
//   {"report": ...}   or   {"error": {"kind": "usage", "message": "...", "hint": "..."}}
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "operations/registry.h"
#include "serve/server.h"

namespace backcourt {

// Of verbs that need the warehouse alone, only joining what runs is answered.
void Answer(Workspace& workspace, const std::string& verb, const std::string& body, Reply& reply);

// A part of an Arrow stream within an answer; false once the client is gone.
bool SendBytes(Reply& reply, std::string_view bytes);

// The last line of an answer.
std::string EndLine(const Result<nlohmann::json>& report);

// A line of an answer, taken apart; what is none of these is an error of kind kTransient.
struct AnswerLine {
  std::optional<Event> event;
  std::optional<Result<nlohmann::json>> end;
};
AnswerLine ParseAnswerLine(const std::string& line);

}  // namespace backcourt

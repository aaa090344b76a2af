#include "serve/answer.h"

#include <fmt/format.h>

namespace backcourt {

namespace {

struct WireError {
  std::string kind, message, hint;
};
void Describe(Visitor& v, WireError& e) {
  v.Struct("WireError", "Why a request failed.");
  v.Field("kind", e.kind, "usage, source, busy, transient, data, model, capacity or interrupted");
  v.Field("message", e.message, "what is wrong");
  v.Field("hint", e.hint, "what to try; may be empty");
}

ErrorKind KindFromName(const std::string& name) {
  for (ErrorKind kind :
       {ErrorKind::kUsage, ErrorKind::kSource, ErrorKind::kBusy, ErrorKind::kTransient, ErrorKind::kData,
        ErrorKind::kModel, ErrorKind::kProof, ErrorKind::kCapacity, ErrorKind::kInterrupted})
    if (name == ErrorKindName(kind)) return kind;
  return ErrorKind::kTransient;
}

Result<nlohmann::json> Run(Workspace& workspace, const std::string& name, const std::string& body,
                           Reply& reply) {
  const Verb* verb = FindVerb(name);
  if (!verb || !verb->run) return Error{ErrorKind::kUsage, fmt::format("unknown verb '{}'", name), ""};
  auto request = nlohmann::json::parse(body, nullptr, false);
  if (!request.is_object()) return Error{ErrorKind::kUsage, "the body is not a JSON object", ""};
  if (verb->needs == Verb::Needs::kAlone && request.value("join", nlohmann::json()) != true)
    return Error{ErrorKind::kBusy, fmt::format("this process does not answer `{}`", name),
                 "`backcourt status --watch` shows what it does"};
  Cancel none;
  Cancel cancel(none, [&reply] { return !reply.Alive(); });
  return verb->run(
      workspace, request, cancel, [&](const Event& event) { reply.Line(OneLine(EventToJson(event))); },
      [&](std::string_view bytes) { return SendBytes(reply, bytes); });
}

}  // namespace

bool SendBytes(Reply& reply, std::string_view bytes) {
  return reply.Line(OneLine({{"bytes", bytes.size()}})) && reply.Send(bytes);
}

std::string EndLine(const Result<nlohmann::json>& report) {
  nlohmann::json line;
  if (report)
    line["report"] = *report;
  else
    line["error"] =
        ToJson(WireError{ErrorKindName(report.error().kind), report.error().message, report.error().hint});
  return OneLine(line);
}

void Answer(Workspace& workspace, const std::string& verb, const std::string& body, Reply& reply) {
  reply.Line(EndLine(Run(workspace, verb, body, reply)));
}

AnswerLine ParseAnswerLine(const std::string& line) {
  Error broken{ErrorKind::kTransient, "an answer that cannot be read", ""};
  auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) return {{}, broken};
  if (json.contains("event")) {  // which may hold a report, as that of a load does
    auto event = EventFromJson(json);
    if (!event) return {{}, broken};
    return {std::move(*event), {}};
  }
  if (json.contains("report")) return {{}, Result<nlohmann::json>(std::move(json["report"]))};
  if (json.contains("error")) {
    auto error = FromJson<WireError>(json["error"]);
    if (!error) return {{}, broken};
    return {{}, Result<nlohmann::json>(Error{KindFromName(error->kind), error->message, error->hint})};
  }
  return {{}, broken};
}

}  // namespace backcourt

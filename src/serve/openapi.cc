#include "serve/openapi.h"

#include "base/version.h"
#include "serve/host.h"

namespace backcourt {

namespace {

using nlohmann::json;

json TypeOf(const Schema& type, std::map<std::string, const Schema*>& objects) {
  json schema = json::object();
  switch (type.kind) {
    case Schema::Kind::kBool:
      schema["type"] = "boolean";
      break;
    case Schema::Kind::kInt:
      schema["type"] = "integer";
      break;
    case Schema::Kind::kReal:
      schema["type"] = "number";
      break;
    case Schema::Kind::kText:
      schema["type"] = "string";
      break;
    case Schema::Kind::kDate:
      schema = {{"type", "string"}, {"format", "date"}};
      break;
    case Schema::Kind::kAny:
      return schema;
    case Schema::Kind::kList:
      schema = {{"type", "array"}, {"items", TypeOf(*type.item, objects)}};
      break;
    case Schema::Kind::kMap:
      schema = {{"type", "object"}, {"additionalProperties", TypeOf(*type.item, objects)}};
      break;
    case Schema::Kind::kObject:
      objects[type.name] = &type;
      for (const Schema::Field& field : type.fields)
        TypeOf(*field.type, objects);
      schema = {{"$ref", "#/components/schemas/" + type.name}};
      break;
  }
  if (!type.nullable) return schema;
  return {{"anyOf", {schema, {{"type", "null"}}}}};
}

json ObjectOf(const Schema& object, bool request, std::map<std::string, const Schema*>& objects) {
  json properties = json::object(), required = json::array();
  for (const Schema::Field& field : object.fields) {
    json schema = TypeOf(*field.type, objects);
    schema["description"] = field.about;
    if (!field.facets.choices.empty()) schema["enum"] = field.facets.choices;
    if (field.facets.least != 0 || field.facets.most != 0)
      (schema.contains("anyOf") ? schema["anyOf"][0] : schema)
          .update({{"minimum", field.facets.least}, {"maximum", field.facets.most}});
    if (request && !field.otherwise.is_null() && !field.facets.required && field.otherwise != json(""))
      schema["default"] = field.otherwise;
    if (request ? field.facets.required : !field.facets.omitted) required.push_back(field.name);
    properties[field.name] = std::move(schema);
  }
  json schema = {{"type", "object"}, {"description", object.about}, {"properties", properties}};
  if (!required.empty()) schema["required"] = required;
  if (request) schema["additionalProperties"] = false;
  return schema;
}

json Content(const json& schema, const char* type = "application/json") {
  return {{"content", {{type, {{"schema", schema}}}}}};
}

json Answer(const char* about, const json& schema, const char* type = "application/json") {
  json answer = Content(schema, type);
  answer["description"] = about;
  return answer;
}

json Errors(std::initializer_list<const char*> statuses) {
  json errors = json::object();
  for (const char* status : statuses)
    errors[status] = Answer("What is wrong, and what to try.", {{"$ref", "#/components/schemas/Refusal"}});
  return errors;
}

json VerbPath(const Verb& verb, std::map<std::string, const Schema*>& objects) {
  json responses = Errors({"400", "403", "404", "409", "413", "415", "421", "422", "503", "507"});
  if (!verb.events.empty())
    responses["202"] = Answer(
        "It has begun, or the same runs already. Its events and its report: "
        "/api/v1/activities/{id}/events.",
        {{"$ref", "#/components/schemas/Begun"}});
  else
    responses["200"] = Answer("The report.", TypeOf(verb.report, objects));
  if (Host::HasRows(verb))  // as a file, where that format is asked for
    for (const char* type :
         {"text/csv", "application/vnd.apache.parquet", "application/vnd.apache.arrow.stream"})
      responses["200"]["content"][type] = {{"schema", {{"type", "string"}, {"format", "binary"}}}};
  json operation = {{"operationId", verb.name},
                    {"summary", verb.about},
                    {"requestBody", Content({{"$ref", "#/components/schemas/" + verb.request.name}})},
                    {"responses", responses}};
  if (verb.details[0]) operation["description"] = verb.details;
  if (Acts(verb)) operation["security"] = json::array({json{{"page", json::array()}}});
  return {{"post", operation}};
}

json Get(const char* id, const char* about, const json& answer) {
  json responses = Errors({"403", "421", "503"});
  responses["200"] = answer;
  return {{"get", {{"operationId", id}, {"summary", about}, {"responses", responses}}}};
}

}  // namespace

bool IsAsked(const Verb& verb) { return verb.run && verb.needs != Verb::Needs::kNothing; }

bool Acts(const Verb& verb) { return verb.needs == Verb::Needs::kAlone || verb.writes; }

// A list of paths.
// NOLINTNEXTLINE(readability-function-size)
json OpenApi() {
  std::map<std::string, const Schema*> objects;
  json paths = json::object(), schemas = json::object();
  for (const Verb& verb : Verbs()) {
    if (!IsAsked(verb)) continue;
    paths[std::string("/api/v1/") + verb.name] = VerbPath(verb, objects);
    schemas[verb.request.name] = ObjectOf(verb.request, true, objects);
  }
  json after = {{"name", "after"},
                {"in", "query"},
                {"description", "Only events after this number; Last-Event-ID goes before it."},
                {"schema", {{"type", "integer"}, {"minimum", 0}}}};
  json id = {{"name", "id"}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}};
  json stream = Answer("Server-sent events.", {{"type", "string"}}, "text/event-stream");
  paths["/api/v1/activities"] =
      Get("activities", "Long operations that run, and the last that ended.",
          Answer("The newest first.",
                 {{"type", "array"}, {"items", {{"$ref", "#/components/schemas/ActivityRecord"}}}}));
  json& events = paths["/api/v1/activities/{id}/events"] =
      Get("activity_events", "The events of a long operation; the last is `done`.", stream);
  events["get"]["parameters"] = {id, after};
  events["get"]["responses"].update(Errors({"404"}));
  json& changes = paths["/api/v1/changes"] =
      Get("changes", "The events of all long operations, as they come.", stream);
  changes["get"]["parameters"] = {after};
  json text = Answer("Text.", {{"type", "string"}}, "text/plain");
  paths["/healthz"] = Get("healthz", "Whether the process answers.", text);
  paths["/readyz"] = Get("readyz", "Whether the warehouse is open and its ledger can be read.", text);
  paths["/metrics"] = Get("metrics_page", "Metrics, as Prometheus reads them.", text);
  while (true) {  // objects of objects
    size_t before = objects.size();
    for (const auto& [name, object] : std::map(objects))
      if (!schemas.contains(name)) schemas[name] = ObjectOf(*object, false, objects);
    if (objects.size() == before) break;
  }
  for (const EventSchema& event : EventSchemas())
    schemas[event.schema.name] = ObjectOf(event.schema, false, objects);
  for (const auto& [name, object] : objects)
    if (!schemas.contains(name)) schemas[name] = ObjectOf(*object, false, objects);
  schemas["Refusal"] = {{"type", "object"},
                        {"required", {"error"}},
                        {"properties",
                         {{"error",
                           {{"type", "object"},
                            {"required", {"kind", "message", "hint"}},
                            {"properties",
                             {{"kind", {{"type", "string"}}},
                              {"message", {{"type", "string"}}},
                              {"hint", {{"type", "string"}}}}}}}}}};
  schemas["Begun"] = {
      {"type", "object"},
      {"required", {"activity", "joined"}},
      {"properties", {{"activity", {{"type", "string"}}}, {"joined", {{"type", "boolean"}}}}}};
  schemas["ActivityRecord"] = {{"type", "object"},
                               {"required", {"id", "verb", "command", "request", "started", "state"}},
                               {"properties",
                                {{"id", {{"type", "string"}}},
                                 {"verb", {{"type", "string"}}},
                                 {"command", {{"type", "string"}}},
                                 {"request", {{"type", "object"}}},
                                 {"started", {{"type", "string"}}},
                                 {"ended", {{"type", "string"}}},
                                 {"state", {{"enum", {"running", "done", "failed", "stopped"}}}},
                                 {"report", json::object()},
                                 {"error", {{"type", "object"}}}}}};
  return {{"openapi", "3.1.0"},
          {"info", {{"title", "Backcourt"}, {"version", Version()}}},
          {"paths", paths},
          {"components",
           {{"schemas", schemas},
            {"securitySchemes",
             {{"page", {{"type", "apiKey"}, {"in", "header"}, {"name", "X-Backcourt-Token"}}}}}}}};
}

}  // namespace backcourt

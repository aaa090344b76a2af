#include "cli/documents.h"

#include <fmt/format.h>

#include <set>

#include "base/text.h"
#include "operations/registry.h"
#include "serve/openapi.h"

namespace backcourt {

namespace {

std::string InTable(std::string text) { return ReplaceAll(std::move(text), "|", "\\|"); }

std::string ReadsText(const DictionaryTable& table) {
  if (table.reads.empty()) return "";
  std::string text = "| reads | window |\n|---|---|\n";
  for (const DictionaryRead& read : table.reads)
    text += fmt::format("| {} | {} |\n", read.table, Join(read.windows, ", "));
  return text + "\n";
}

std::string TablePage(const DictionaryTable& table) {
  std::string text = fmt::format("\n## {}\n\n{}\n\n", table.table, table.about);
  if (table.kind == "raw") {
    text += fmt::format("A raw table. Key: {}.\n\n| column | type | meaning |\n|---|---|---|\n",
                        Join(table.key, ", "));
    for (const DictionaryColumn& c : table.columns)
      text += fmt::format("| {} | {} | {} |\n", c.name, c.type, InTable(c.about));
    return text;
  }
  std::string kind = table.kind == "view"     ? "A view"
                     : table.kind == "helper" ? "A helper table"
                                              : "A public table of " + table.group;
  text +=
      fmt::format("{}. Key: {}. Date: {}.\n\n", kind, Join(table.key, ", "), table.date) + ReadsText(table);
  if (!table.overlay.empty())
    text += table.overlay == "added" ? "Of the project, added to its pack.\n\n"
                                     : "Of the project, in place of the pack's table of this name.\n\n";
  text += "| column | meaning |\n|---|---|\n";
  for (const DictionaryColumn& c : table.columns) {
    text += fmt::format("| {} | {}", c.name, InTable(c.about));
    for (const std::string& needs : c.needs)
      text += fmt::format(" (needs {})", needs);
    text += " |\n";
  }
  if (!table.checks.empty()) text += "\nChecked at every commit: " + Join(table.checks, "; ") + ".\n";
  return text;
}

}  // namespace

std::string DictionaryPage(const DictionaryReport& dictionary) {
  std::string text =
      "# Data dictionary\n\nMade by `backcourt docs` from the headers of the models and raw tables.\n\n"
      "| table | one row a | what |\n|---|---|---|\n";
  for (const DictionaryTable& t : dictionary.tables)
    text += fmt::format("| [{0}](#{0}) | {1} | {2} |\n", t.table, Join(t.key, ", "), InTable(t.about));
  for (const LeftOut& out : dictionary.left_out)
    text += fmt::format("| {} | | left out: {} |\n", out.name, InTable(ReplaceAll(out.because, "\n", " ")));
  for (const DictionaryTable& t : dictionary.tables)
    text += TablePage(t);
  return text;
}

std::string GraphPage(const DictionaryReport& dictionary) {
  std::set<std::string> models;
  for (const DictionaryTable& t : dictionary.tables)
    if (t.kind != "raw") models.insert(t.table);
  std::string graph, table;
  for (const DictionaryTable& t : dictionary.tables) {
    if (t.kind == "raw") continue;
    std::vector<std::string> reads;
    for (const DictionaryRead& read : t.reads) {
      std::string windows = Join(read.windows, ", ");
      reads.push_back(fmt::format("{} ({})", read.table, windows));
      if (models.contains(read.table))
        graph += fmt::format("  {} -->|{}| {}\n", read.table, windows, t.table);
    }
    table += fmt::format("| {} | {} |\n", t.table, Join(reads, "; "));
  }
  return "# Who reads whom\n\nMade by `backcourt docs` from the headers of the "
         "models.\n\n```mermaid\nflowchart LR\n" +
         graph + "```\n\n| table | reads |\n|---|---|\n" + table;
}

namespace {

std::string TypeText(const Schema& type) {
  std::string text;
  switch (type.kind) {
    case Schema::Kind::kBool:
      text = "true or false";
      break;
    case Schema::Kind::kInt:
      text = "integer";
      break;
    case Schema::Kind::kReal:
      text = "number";
      break;
    case Schema::Kind::kText:
      text = "text";
      break;
    case Schema::Kind::kDate:
      text = "date";
      break;
    case Schema::Kind::kAny:
      text = "any";
      break;
    case Schema::Kind::kList:
      text = "list of " + TypeText(*type.item);
      break;
    case Schema::Kind::kMap:
      text = "map of " + TypeText(*type.item);
      break;
    case Schema::Kind::kObject:
      text = fmt::format("[{0}](#{1})", type.name, ReplaceAll(type.name, " ", "-"));
      break;
  }
  return type.nullable ? text + ", or null" : text;
}

// All objects that a value holds, each once, the outermost first.
void Collect(const Schema& type, std::vector<const Schema*>& objects, std::set<std::string>& seen) {
  if (type.item) Collect(*type.item, objects, seen);
  if (type.kind != Schema::Kind::kObject || !seen.insert(type.name).second) return;
  objects.push_back(&type);
  for (const Schema::Field& field : type.fields)
    Collect(*field.type, objects, seen);
}

std::string ObjectPage(const Schema& object) {
  std::string text =
      fmt::format("\n### {}\n\n{}\n\n| key | value | meaning |\n|---|---|---|\n", object.name, object.about);
  for (const Schema::Field& field : object.fields)
    text += fmt::format("| `{}` | {} | {} |\n", field.name, TypeText(*field.type), InTable(field.about));
  return text;
}

// Verbs whose report `--json` prints; rows are printed in formats of their own.
bool PrintsJson(const Verb& verb) {
  std::string name = verb.name;
  return verb.run && name != "show" && name != "query" && name != "docs" && name != "metrics";
}

}  // namespace

std::string JsonOutputPage() {
  std::string text =
      "# JSON outputs\n\nMade by `backcourt docs` from the registry of operations.\n\n"
      "Commands with `--json` write one JSON document to standard output; `backfill --json` and\n"
      "`query --format json` write one object a line. A key is always there, unless its meaning says\n"
      "when it is not. A new version may add keys, and takes none away.\n\n"
      "Dates are `2021-12-01`, seasons `2021-22`, months `2021-12`, durations seconds, times UTC. An error "
      "is\n"
      "text on standard error, and the exit code shows its kind (`backcourt --help`). The Python module has\n"
      "every output as a type (`backcourt.outputs`).\n\n"
      "| command | writes |\n|---|---|\n";
  std::vector<const Schema*> objects;
  std::set<std::string> seen;
  for (const Verb& verb : Verbs()) {
    if (!PrintsJson(verb)) continue;
    Collect(verb.report, objects, seen);
    std::string writes = TypeText(verb.report);
    if (verb.name == std::string("backfill"))
      writes = "[events](#events), one a line; the last is `done`: " + writes +
               " with `exit`, the exit code (of `--dry-run`: `planned`, with the [Plan](#Plan) as `plan` "
               "and, if it "
               "looks at the files, what a load would do as `load`, a [LoadReport](#LoadReport))";
    text += fmt::format("| `{}` | {} |\n", verb.name, writes);
  }
  text +=
      "| `query --format json`, `show --format json` | an object a row, with the columns as keys in their "
      "order; dates "
      "and times are text |\n\n## Events\n\nAn event is an object with its name under `event`.\n\n"
      "| event | value | meaning |\n|---|---|---|\n";
  for (const EventSchema& event : EventSchemas()) {
    Collect(event.schema, objects, seen);
    text +=
        fmt::format("| `{}` | {} | {} |\n", event.event, TypeText(event.schema), InTable(event.schema.about));
  }
  text += "\n## Objects\n";
  for (const Schema* object : objects)
    text += ObjectPage(*object);
  return text;
}

namespace {

constexpr const char* kApiIntroduction = R"page(# The API of `backcourt serve`

Made by `backcourt docs` from the registry of operations; `/openapi.json` has the same for programs.

`POST /api/v1/VERB` with a JSON object, of type `application/json`, is answered by the report, or by
`{"error": {"kind", "message", "hint"}}`. Long verbs are answered at once with `202` and `{"activity": "a7", "joined": false}`:
whoever asks for what already runs joins it. `query` and `show` of the format csv or parquet are answered by the
file itself, those of the format arrow by an Arrow IPC stream as the rows come; one that breaks off (the last chunk is missing) is not all rows.

| status | when |
|---|---|
| 400 | the request is wrong |
| 401 | the token is missing or wrong |
| 403 | the request comes from another site, is without the page's token, or names a file of the machine |
| 404, 405, 415 | no such thing, another method, another type than JSON |
| 409 | something else runs |
| 413, 431 | the request is too large |
| 421 | the server is not known by this name |
| 422 | files, data or models are wrong |
| 503 | too much is asked at once, or it was interrupted |
| 507 | disk or memory is used up |

## Events

`GET /api/v1/activities` lists long operations, `GET /api/v1/activities/ID/events` sends the events of one as server-sent
events, from the first on, and `done` with the report or the error and the exit code as the last. `GET /api/v1/changes`
sends those of all from now on, each as `{"activity", "event"}`, with `begun` and `done`, and `changed` when something else
has changed. After a lost connection the header `Last-Event-ID` (or `?after=N`) continues after that number; where that is
too long ago, `reset` says so. The events are those of [JSON outputs](json-output.md#events).

## Who may ask

Without a token only this machine may. Verbs that change something take the header `X-Backcourt-Token`: the page has it,
and a script sends the token of the server. With a token all requests show it: as `Authorization: Bearer TOKEN`, or by the
cookie of `/login`. Over the socket beside the warehouse its owner needs none:

```sh
curl --unix-socket warehouse.duckdb.sock -d '{}' http://localhost/api/v1/status
```

Rows in JSON are at most 10,000; CSV and Parquet (`"format"`) hold all, up to 10,000,000, and `arrow` streams them as they come. A query ends after a minute.
`/healthz` answers while the process does, `/readyz` while the warehouse can be read, `/metrics` is for Prometheus.

## Verbs

| verb | does | answers | acts |
|---|---|---|---|
)page";

}  // namespace

std::string ApiPage() {
  std::string text = kApiIntroduction;
  std::string requests;
  for (const Verb& verb : Verbs()) {
    if (!IsAsked(verb)) continue;
    bool is_long = !verb.events.empty();
    std::string report = verb.report.name.empty() ? TypeText(verb.report) : verb.report.name;
    text += fmt::format("| [`{}`](#{}) | {} | {} | {} |\n", verb.name, verb.name, InTable(verb.about),
                        is_long ? "202; " + report : report, Acts(verb) ? "yes" : "");
    requests += fmt::format("\n### {}\n\n", verb.name);
    if (verb.request.fields.empty()) {
      requests += "An empty object.\n";
      continue;
    }
    requests += "| key | value | meaning |\n|---|---|---|\n";
    for (const Schema::Field& field : verb.request.fields)
      requests +=
          fmt::format("| `{}`{} | {} | {} |\n", field.name, field.facets.required ? " (required)" : "",
                      TypeText(*field.type), InTable(field.about));
  }
  return text + "\nReports are on the page of [JSON outputs](json-output.md#objects).\n\n## Requests\n" +
         requests;
}

namespace {

std::string PythonType(const Schema& type) {
  std::string text;
  switch (type.kind) {
    case Schema::Kind::kBool:
      text = "bool";
      break;
    case Schema::Kind::kInt:
      text = "int";
      break;
    case Schema::Kind::kReal:
      text = "float";
      break;
    case Schema::Kind::kText:
    case Schema::Kind::kDate:
      text = "str";
      break;
    case Schema::Kind::kAny:
      text = "object";
      break;
    case Schema::Kind::kList:
      text = "list[" + PythonType(*type.item) + "]";
      break;
    case Schema::Kind::kMap:
      text = "dict[str, " + PythonType(*type.item) + "]";
      break;
    case Schema::Kind::kObject:
      text = type.name;
      break;
  }
  return type.nullable ? text + " | None" : text;
}

// `class` is no name for a field of the class syntax, so such a type is a call.
std::string PythonClass(const Schema& object, const std::string& event, const std::string& more) {
  std::string about = fmt::format("    \"\"\"{}\"\"\"\n\n", object.about), fields, call;
  auto add = [&](const std::string& name, const std::string& type, bool omitted) {
    fields += fmt::format("    {}: {}\n", name, omitted ? "NotRequired[" + type + "]" : type);
    call += fmt::format("        \"{}\": '{}',\n", name, omitted ? "NotRequired[" + type + "]" : type);
  };
  if (!event.empty()) add("event", fmt::format("Literal[\"{}\"]", event), false);
  bool keyword = false;
  for (const Schema::Field& field : object.fields) {
    keyword = keyword || field.name == "class" || field.name == "try";
    add(field.name, PythonType(*field.type), field.facets.omitted);
  }
  if (keyword)
    return fmt::format("\n\n{0} = TypedDict(\n    \"{0}\",\n    {{\n{1}    }},\n)\n\"\"\"{2}\"\"\"\n",
                       object.name, call, object.about);
  return fmt::format("\n\nclass {}(TypedDict):\n{}{}{}", object.name, about, fields, more);
}

}  // namespace

std::string PythonTypes() {
  std::string text =
      "\"\"\"The JSON outputs of the command as types. Made by `backcourt docs python` from the registry of "
      "operations.\"\"\"\n\nfrom __future__ import annotations\n\nfrom typing import TYPE_CHECKING, Literal, "
      "TypedDict, Union\n\n"
      "if TYPE_CHECKING:\n    from typing_extensions import NotRequired\n";
  std::vector<const Schema*> objects;
  std::set<std::string> seen, events;
  for (const Verb& verb : Verbs())
    if (PrintsJson(verb)) Collect(verb.report, objects, seen);
  for (const EventSchema& event : EventSchemas())
    for (const Schema::Field& field : event.schema.fields)
      Collect(*field.type, objects, seen);
  for (const Schema* object : objects)
    text += PythonClass(*object, "", "");
  std::vector<std::string> names;
  for (const EventSchema& event : EventSchemas()) {
    text += PythonClass(event.schema, event.event, "");
    names.push_back(event.schema.name);
  }
  text +=
      "\n\nclass Done(BackfillReport):\n    \"\"\"The last event of a backfill: how it ended.\"\"\"\n\n"
      "    event: Literal[\"done\"]\n    exit: int\n";
  names.push_back("Done");
  text += "\n\nEvent = Union[" + Join(names, ", ") + "]\n\"\"\"What a backfill reports as it runs.\"\"\"\n";
  return text;
}

}  // namespace backcourt

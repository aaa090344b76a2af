#include "operations/events.h"

#include <fmt/format.h>

#include "operations/load.h"

namespace backcourt {

namespace {

constexpr const char* kRun = "the run's number";
constexpr const char* kTable = "the table";
constexpr const char* kSeconds = "seconds since the run's start";

}  // namespace

void Describe(Visitor& v, LoadStep& e) {
  v.Struct("LoadStep", "A load reads files.");
  v.Field("what", e.what, "what is read");
}

void Describe(Visitor& v, ReplayProgress& e) {
  v.Struct("ReplayProgress", "A verification has replayed cells.");
  v.Field("done", e.done, "cells replayed");
  v.Field("total", e.total, "cells to replay");
  v.Field("seconds", e.seconds, "seconds since its start");
  v.Field("eta_seconds", e.eta_seconds, "seconds to its end");
}

void Describe(Visitor& v, TableExported& e) {
  v.Struct("TableExported", "An export has written a table.");
  v.Field("table", e.table, kTable);
  v.Field("rows", e.rows, "its rows");
}

void Describe(Visitor& v, LoadFinished& e) {
  v.Struct("LoadedEvent", "A backfill has looked at the files.");
  v.Field("report", e.report, "the report of `load`");
}

void Describe(Visitor& v, DatesChosen& e) {
  v.Struct("DatesChosen", "The game dates that were chosen.");
  v.Field("choice", e.choice, "the dates");
}

void Describe(Visitor& v, ChecksFailed& e) {
  v.Struct("ChecksFailed", "Changed checks of a table fail on stored rows.");
  v.Field("table", e.table, kTable);
  v.Field("dates", e.dates, "dates with failing rows; they are failed now");
}

void Describe(Visitor& v, PlannedTable& t) {
  v.Struct("PlannedTable", "A table of a run, as it begins.");
  v.Field("table", t.table, kTable);
  v.Field("cells", t.cells, "cells to fill or keep");
  v.Field("batches", t.batches, "batches in which they are filled");
  v.Field("may_change", t.may_change, "cells of them that are kept if their inputs come out as they were");
  v.Field("expected_seconds", t.expected_seconds, "seconds that they take; 0 when nothing is known");
  v.Field("expected_a_batch", t.expected_a_batch,
          "seconds of these that each batch costs, whatever its cells");
  v.Field("from_history", t.from_history,
          "whether the seconds are from history; else only their ratios mean something");
  v.Field("inputs", t.inputs, "tables of this run that it reads");
}

void Describe(Visitor& v, RunStarted& e) {
  v.Struct("RunStarted", "A run begins.");
  v.Field("run", e.run, kRun);
  v.Field("seconds", e.seconds, kSeconds);
  v.Field("workers", e.workers, "batches that are filled side by side");
  v.Field("tables", e.tables, "its tables, inputs first");
}

void Describe(Visitor& v, BatchStarted& e) {
  v.Struct("BatchStarted", "A batch begins.");
  v.Field("run", e.run, kRun);
  v.Field("table", e.table, kTable);
  v.Field("seconds", e.seconds, kSeconds);
  v.Field("first_date", e.first_date, "first date of the batch");
  v.Field("last_date", e.last_date, "last date of the batch");
  v.Field("cells", e.cells, "cells that it fills");
}

void Describe(Visitor& v, CellsFilled& e) {
  v.Struct("CellsFilled", "A batch is committed.");
  v.Field("run", e.run, kRun);
  v.Field("table", e.table, kTable);
  v.Field("seconds", e.seconds, kSeconds);
  v.Field("first_date", e.first_date, "first date of the batch");
  v.Field("last_date", e.last_date, "last date of the batch");
  v.Field("cells", e.cells, "cells filled");
  v.Field("rows", e.rows, "rows written");
  v.Field("batch_seconds", e.batch_seconds, "seconds that it took");
  v.Field("eta_seconds", e.eta_seconds,
          "seconds to the end of the whole run; null before there is an estimate");
}

void Describe(Visitor& v, CellsUnchanged& e) {
  v.Struct("CellsUnchanged", "Cells were kept: their inputs came out as they were.");
  v.Field("run", e.run, kRun);
  v.Field("table", e.table, kTable);
  v.Field("seconds", e.seconds, kSeconds);
  v.Field("cells", e.cells, "cells kept");
}

void Describe(Visitor& v, CellFailed& e) {
  v.Struct("CellFailed", "A cell failed.");
  v.Field("run", e.run, kRun);
  v.Field("table", e.table, kTable);
  v.Field("seconds", e.seconds, kSeconds);
  v.Field("date", e.date, "its date");
  v.Field("class", e.error_class, "data, model, capacity or transient");
  v.Field("message", e.message, "what is wrong");
  v.Field("attempts", e.attempts, "how many times it was tried");
}

void Describe(Visitor& v, CellsBlocked& e) {
  v.Struct("CellsBlocked", "Cells wait for an input that is not filled.");
  v.Field("run", e.run, kRun);
  v.Field("table", e.table, kTable);
  v.Field("seconds", e.seconds, kSeconds);
  v.Field("cells", e.cells, "cells blocked");
  v.Field("first_date", e.first_date, "the first of their dates");
  v.Field("reason", e.reason, "what the first of them waits for");
}

void Describe(Visitor& v, BatchRetry& e) {
  v.Struct("BatchRetry", "A batch is tried again after a pause.");
  v.Field("run", e.run, kRun);
  v.Field("table", e.table, kTable);
  v.Field("seconds", e.seconds, kSeconds);
  v.Field("attempt", e.attempt, "the number of the attempt that follows");
  v.Field("pause_seconds", e.pause_seconds, "seconds until then");
  v.Field("message", e.message, "what went wrong");
}

void Describe(Visitor& v, BatchHalved& e) {
  v.Struct("BatchHalved", "A batch fails on some of its dates, and is tried again in halves.");
  v.Field("run", e.run, kRun);
  v.Field("table", e.table, kTable);
  v.Field("seconds", e.seconds, kSeconds);
  v.Field("cells", e.cells, "cells of the batch");
  v.Field("first_date", e.first_date, "its first date");
  v.Field("last_date", e.last_date, "its last date");
  v.Field("message", e.message, "what went wrong");
}

void Describe(Visitor& v, TableAbandoned& e) {
  v.Struct("TableAbandoned", "A table is not tried any further.");
  v.Field("run", e.run, kRun);
  v.Field("table", e.table, kTable);
  v.Field("seconds", e.seconds, kSeconds);
  v.Field("why", e.why, "the reason");
  v.Field("cells_not_tried", e.cells_not_tried, "cells of the batch that were not tried");
}

namespace {

template <size_t I = 0>
Result<Event> ReadAs(const std::string& name, const nlohmann::json& fields) {
  if constexpr (I < std::variant_size_v<Event>) {
    using T = std::variant_alternative_t<I, Event>;
    if (name == T::kEvent) return Event(TRY(FromJson<T>(fields)));
    return ReadAs<I + 1>(name, fields);
  } else {
    return Error{ErrorKind::kUsage, fmt::format("unknown event '{}'", name), ""};
  }
}

template <size_t I = 0>
void AddSchemas(std::vector<EventSchema>& schemas) {
  if constexpr (I < std::variant_size_v<Event>) {
    using T = std::variant_alternative_t<I, Event>;
    schemas.push_back({T::kEvent, SchemaOf<T>()});
    AddSchemas<I + 1>(schemas);
  }
}

}  // namespace

nlohmann::json EventToJson(const Event& event) {
  return std::visit(
      [](const auto& e) {
        nlohmann::json json = ToJson(e);
        json["event"] = e.kEvent;
        return json;
      },
      event);
}

Result<Event> EventFromJson(const nlohmann::json& json) {
  if (!json.is_object() || !json.contains("event") || !json["event"].is_string())
    return Error{ErrorKind::kUsage, "an event without a name", ""};
  nlohmann::json fields = json;
  fields.erase("event");
  return ReadAs(json["event"].get<std::string>(), fields);
}

const std::vector<EventSchema>& EventSchemas() {
  static const std::vector<EventSchema> schemas = [] {
    std::vector<EventSchema> all;
    AddSchemas(all);
    return all;
  }();
  return schemas;
}

}  // namespace backcourt

#include "operations/json.h"

#include <gtest/gtest.h>

#include "operations/registry.h"

namespace backcourt {
namespace {

struct Inner {
  int n = 0;
  std::optional<std::string> note;
};
void Describe(Visitor& v, Inner& i) {
  v.Struct("Inner", "");
  v.Field("n", i.n, "a number", {.least = 1, .most = 9});
  v.Field("note", i.note, "a note", {.omitted = true});
}

struct Outer {
  std::string name = "x";
  bool on = false;
  double share = 0.5;
  std::vector<Inner> list;
  std::map<std::string, int64_t> counts;
  std::optional<Date> day;
};
void Describe(Visitor& v, Outer& o) {
  v.Struct("Outer", "");
  v.Field("name", o.name, "a name", {.required = true, .choices = {"x", "yes"}});
  v.Field("on", o.on, "a flag");
  v.Field("share", o.share, "a share");
  v.Field("list", o.list, "a list");
  v.Field("counts", o.counts, "counts");
  v.Field("day", o.day, "a date");
}

Outer Full() { return {"yes", true, 0.25, {{3, "a"}, {4, std::nullopt}}, {{"b", 2}}, Date{18919}}; }

TEST(Json, WritesEveryField) {
  EXPECT_EQ(
      ToJson(Full()).dump(),
      R"({"counts":{"b":2},"day":"2021-10-19","list":[{"n":3,"note":"a"},{"n":4}],"name":"yes","on":true,"share":0.25})");
  EXPECT_EQ(ToJson(Outer{}).dump(),
            R"({"counts":{},"day":null,"list":[],"name":"x","on":false,"share":0.5})");
}

TEST(Json, ReadsWhatItWrites) {
  auto read = FromJson<Outer>(ToJson(Full()));
  ASSERT_TRUE(read) << read.error().Text();
  EXPECT_EQ(ToJson(*read), ToJson(Full()));
}

TEST(Json, RefusesWhatDoesNotFitAndNamesIt) {
  auto refused = [](const char* text) {
    auto read = FromJson<Outer>(nlohmann::json::parse(text));
    return read ? std::string("taken") : read.error().message + "|" + read.error().hint;
  };
  EXPECT_EQ(refused(R"({"name": "x", "shar": 1})"), "unknown key 'shar'|share");
  EXPECT_EQ(refused(R"({"on": true})"), "name is missing|");
  EXPECT_EQ(refused(R"({"name": 3})"), "name must be a text|");
  EXPECT_EQ(refused(R"({"name": "yess"})"), "'yess' is not a value of name|yes");
  EXPECT_EQ(refused(R"({"name": "x", "list": [{"n": 10}]})"), "list.n must lie between 1 and 9|");
  EXPECT_EQ(refused(R"({"name": "x", "list": [{"n": 1, "m": 1}]})"), "unknown key 'm'|one of n, note");
  EXPECT_EQ(refused(R"({"name": "x", "day": "2021-02-30"})").substr(0, 12), "'2021-02-30'");
  EXPECT_EQ(refused(R"([1])"), "the request must be an object|");
}

// Every verb's request and report, and every event, come through JSON as they were.
TEST(Registry, EveryVerbTakesItsOwnEmptyRequest) {
  for (const Verb& verb : Verbs()) {
    EXPECT_EQ(verb.request.kind, Schema::Kind::kObject) << verb.name;
    EXPECT_FALSE(verb.request.name.empty()) << verb.name;
    for (const Schema::Field& field : verb.request.fields)
      EXPECT_FALSE(field.about.empty()) << verb.name << " " << field.name;
    for (const std::string& event : verb.events) {
      bool known = false;
      for (const EventSchema& schema : EventSchemas())
        known = known || schema.event == event;
      EXPECT_TRUE(known) << verb.name << " " << event;
    }
  }
}

TEST(Events, ComeThroughJsonAsTheyWere) {
  CellFailed failed;
  failed.run = 3;
  failed.table = "form";
  failed.date = Date{18919};
  failed.error_class = "data";
  failed.message = "check \"x\" fails";
  failed.attempts = 1;
  auto read = EventFromJson(EventToJson(Event(failed)));
  ASSERT_TRUE(read) << read.error().Text();
  const CellFailed& same = std::get<CellFailed>(*read);
  EXPECT_EQ(same.date, failed.date);
  EXPECT_EQ(same.error_class, "data");
  EXPECT_FALSE(EventFromJson(nlohmann::json{{"event", "unheard"}}));
  EXPECT_FALSE(EventFromJson(nlohmann::json::array()));
}

}  // namespace
}  // namespace backcourt

// A server with its page and API, on the toy project.
#include "serve/site.h"

#include <gtest/gtest.h>

#include <thread>

#include "serve/openapi.h"
#include "serve/public_text.h"
#include "tests/kit/toy_folder.h"

namespace backcourt {
namespace {

// What an answer was, as it is written.
class Written : public Reply, public std::enable_shared_from_this<Written> {
 public:
  void Status(int set) override { status = set; }
  void Header(const std::string& name, const std::string& value) override { headers[name] = value; }
  bool Send(std::string_view bytes) override {
    std::lock_guard lock(mutex_);
    text_ += bytes;
    return !gone;
  }
  bool SendWhole(std::string_view bytes) override { return Send(bytes); }
  bool Push(std::string_view bytes) override { return Send(bytes); }
  void BreakOff() override { broken_off = true; }
  bool Alive() const override { return !gone; }
  std::shared_ptr<Reply> KeepOpen() override { return shared_from_this(); }
  void Finish() override { finished = true; }

  std::string text() const {
    std::lock_guard lock(mutex_);
    return text_;
  }
  nlohmann::json json() const { return nlohmann::json::parse(text(), nullptr, false); }
  int status = 200;
  std::map<std::string, std::string> headers;
  std::atomic<bool> gone{false}, finished{false}, broken_off{false};

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

class SiteTest : public ::testing::Test {
 protected:
  std::shared_ptr<Written> Ask(const std::string& method, const std::string& target,
                               const std::string& body = "",
                               std::vector<std::pair<std::string, std::string>> headers = {}) {
    size_t mark = std::min(target.find('?'), target.size());
    HttpRequest request{method,
                        target.substr(0, mark),
                        mark < target.size() ? target.substr(mark + 1) : "",
                        std::move(headers),
                        body,
                        false};
    request.headers.emplace_back("Host", "localhost");
    if (method == "POST") request.headers.emplace_back("Content-Type", "application/json");
    auto reply = std::make_shared<Written>();
    site_.Answer(request, *reply);
    return reply;
  }
  std::shared_ptr<Written> Act(const std::string& verb, const std::string& body = "{}") {
    return Ask("POST", "/api/v1/" + verb, body, {{"X-Backcourt-Token", gate_.page_token()}});
  }
  // The events of an activity, once it has ended.
  std::string EventsOf(const std::string& id, const std::string& query = "") {
    auto stream = Ask("GET", "/api/v1/activities/" + id + "/events" + query);
    while (!stream->finished)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return stream->text();
  }

  testing::ToyFolder folder_;
  Gate gate_ = *Gate::Make({}, "", {});
  Host host_{folder_.Load(),
             [](const std::string&, const Result<nlohmann::json>& end) {
               return end ? 0 : end.error().kind == ErrorKind::kInterrupted ? 130 : 1;
             },
             [](const std::string& command, const std::function<void(std::string_view)>& write) {
               write(command + "\n");
               return Host::Notes{[](const Event&) {}, [](const Result<nlohmann::json>&) {}};
             }};
  Site site_{host_, gate_, {}};
};

TEST_F(SiteTest, VerbsAreAskedByPost) {
  auto status = Ask("POST", "/api/v1/status", "{}");
  EXPECT_EQ(status->status, 200);
  EXPECT_EQ(status->json()["project"], "toy");
  EXPECT_EQ(Ask("GET", "/api/v1/status")->status, 405);
  EXPECT_EQ(Ask("POST", "/api/v1/nothing", "{}")->status, 404);
  EXPECT_EQ(Ask("POST", "/api/v1/new", "{\"folder\": \"x\"}")->status, 404);
  EXPECT_EQ(Ask("POST", "/api/v1/serve", "{}")->status, 404);
  EXPECT_EQ(Ask("POST", "/api/v1/status", "[]")->status, 400);
  auto typo = Ask("POST", "/api/v1/status", "{\"seasn\": \"2021-22\"}");
  EXPECT_EQ(typo->status, 400);
  EXPECT_EQ(typo->json()["error"]["hint"], "season");
}

TEST_F(SiteTest, ALongVerbIsAnActivityWithNumberedEvents) {
  auto begun = Act("backfill");
  ASSERT_EQ(begun->status, 202) << begun->text();
  std::string id = begun->json()["activity"];
  std::string all = EventsOf(id);
  EXPECT_NE(all.find("id: 1\nevent: "), std::string::npos);
  EXPECT_NE(all.find("\nevent: filled\n"), std::string::npos);
  EXPECT_NE(all.find("\nevent: done\ndata: {\"exit\":0,\"report\":{"), std::string::npos);
  // Whoever comes back goes on behind what he has.
  std::string rest = EventsOf(id, "?after=2");
  EXPECT_EQ(rest.find("id: 2\n"), std::string::npos);
  EXPECT_NE(rest.find("id: 3\n"), std::string::npos);
  EXPECT_EQ(all.substr(all.find("id: 3\n")), rest.substr(rest.find("id: 3\n")));
  auto list = Ask("GET", "/api/v1/activities")->json();
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0]["state"], "done");
  EXPECT_EQ(list[0]["command"], "backfill");
  EXPECT_EQ(Ask("GET", "/api/v1/activities/a99/events")->status, 404);
  EXPECT_NE(EventsOf(id, "?after=9999").find("event: reset"), std::string::npos);
}

TEST_F(SiteTest, WhoWatchesAllSeesBeginningEndAndChange) {
  auto all = Ask("GET", "/api/v1/changes");
  EventsOf(Act("load")->json()["activity"]);
  while (all->text().find("event: changed") == std::string::npos)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  std::string text = all->text();
  EXPECT_LT(text.find("event: begun"), text.find("event: done"));
  EXPECT_LT(text.find("event: done"), text.find("event: changed"));
  EXPECT_FALSE(all->finished);
  host_.End();
  EXPECT_TRUE(all->finished);
}

TEST_F(SiteTest, WhatIsStoppedBeforeItBeganDoesNotBegin) {
  std::string id = Act("backfill")->json()["activity"];
  EXPECT_EQ(Act("stop")->json()["stopped"], nlohmann::json({"backfill"}));
  EventsOf(id);
  EXPECT_EQ(Ask("GET", "/api/v1/activities")->json()[0]["state"], "stopped");
}

TEST_F(SiteTest, ActingTakesTheTokenOfThePage) {
  for (const char* verb :
       {"load", "backfill", "forget", "drop", "verify", "export", "stop", "accept", "daily"})
    EXPECT_EQ(Ask("POST", std::string("/api/v1/") + verb, "{}")->status, 403) << verb;
  EXPECT_EQ(Act("stop")->status, 200);
  auto form = std::make_shared<Written>();
  site_.Answer(
      {"POST", "/api/v1/status", "", {{"Host", "localhost"}, {"Content-Type", "text/plain"}}, "{}", false},
      *form);
  EXPECT_EQ(form->status, 415);
}

TEST_F(SiteTest, RowsAreBoundedAndFilesOutOfReach) {
  EventsOf(Act("backfill")->json()["activity"]);
  auto query = [&](const std::string& sql, nlohmann::json more = nlohmann::json::object()) {
    more["sql"] = sql;
    return Ask("POST", "/api/v1/query", more.dump());
  };
  auto rows = query("SELECT * FROM range(20000)")->json();
  EXPECT_EQ(rows["rows"].size(), 10'000u);
  EXPECT_EQ(rows["more"], true);
  EXPECT_EQ(rows["types"][0], "BIGINT");
  for (const char* sql :
       {"SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM '/etc/passwd'", "DROP TABLE player_games",
        "COPY player_games TO '/tmp/x'", "ATTACH 'x'", "SELECT getenv('HOME')"})
    EXPECT_EQ(query(sql)->status, 400) << sql;
  EXPECT_EQ(query("SELECT 1", {{"output", "/tmp/x.csv"}, {"format", "csv"}})->status, 403);
  auto csv = query("SELECT 1 AS one", {{"format", "csv"}});
  EXPECT_EQ(csv->text(), "one\n1\n");
  EXPECT_EQ(csv->headers["Content-Disposition"], "attachment; filename=\"query.csv\"");
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
    EXPECT_EQ(entry.path().string().find(".tmp"), std::string::npos);
}

// A stream ends with eight bytes of its own; one that broke off has not got them, nor its last chunk.
TEST_F(SiteTest, RowsLeaveAsAnArrowStream) {
  const std::string end("\xff\xff\xff\xff\0\0\0\0", 8);
  auto query = [&](const std::string& sql) {
    return Ask("POST", "/api/v1/query", nlohmann::json{{"sql", sql}, {"format", "arrow"}}.dump());
  };
  auto rows = query("SELECT 1 AS one");
  EXPECT_EQ(rows->headers["Content-Type"], "application/vnd.apache.arrow.stream");
  EXPECT_TRUE(rows->text().starts_with(end.substr(0, 4)));
  EXPECT_TRUE(rows->text().ends_with(end));
  EXPECT_FALSE(rows->broken_off);
  auto wrong = query("SELECT nothing");
  EXPECT_EQ(wrong->status, 400);
  EXPECT_TRUE(wrong->json().contains("error"));
  auto late = query("SELECT CASE WHEN i = 499999 THEN error('late') END FROM range(500000) r(i)");
  EXPECT_TRUE(late->broken_off || late->status == 400);
  EXPECT_FALSE(late->text().ends_with(end));
}

TEST_F(SiteTest, AnEditOfTheProjectIsSeenAtOnce) {
  EXPECT_EQ(Ask("POST", "/api/v1/graph", "{}")->status, 200);
  folder_.Replace("backcourt.toml", "name = \"toy\"", "name = \"other\"");
  EventsOf(Act("load")->json()["activity"]);
  EXPECT_EQ(Ask("POST", "/api/v1/status", "{}")->json()["project"], "other");
  folder_.Replace("backcourt.toml", "name = \"other\"", "nam = \"other\"");
  auto broken = Act("load");
  EXPECT_EQ(broken->status, 400);
  EXPECT_NE(broken->text().find("backcourt.toml:2"), std::string::npos) << broken->text();
  EXPECT_EQ(broken->text().find(folder_.path()), std::string::npos) << broken->text();
}

TEST_F(SiteTest, PagesSayWhatABrowserMayDoWithThem) {
  auto page = Ask("GET", "/season/2021-22");
  EXPECT_EQ(page->status, 200);
  EXPECT_EQ(page->headers["Content-Type"], "text/html; charset=utf-8");
  EXPECT_EQ(page->headers["Content-Security-Policy"].find("unsafe"), std::string::npos);
  EXPECT_EQ(page->headers["X-Content-Type-Options"], "nosniff");
  EXPECT_EQ(page->text().find("BACKCOURT_TOKEN"), std::string::npos);
  EXPECT_EQ(Ask("GET", "/../../etc/passwd")->status, 404);
  EXPECT_EQ(Ask("GET", "/nothing.js")->status, 404);
  EXPECT_EQ(Ask("GET", "/healthz")->text(), "ok\n");
  EXPECT_EQ(Ask("GET", "/readyz")->text(), "ready\n");
  EXPECT_NE(Ask("GET", "/metrics")->text().find("backcourt_up_to_date 0"), std::string::npos);
}

TEST_F(SiteTest, OpenApiHasEveryVerbOnce) {
  auto api = Ask("GET", "/openapi.json")->json();
  size_t asked = 0;
  for (const Verb& verb : Verbs()) {
    if (!IsAsked(verb)) continue;
    ++asked;
    auto path = api["paths"].find(std::string("/api/v1/") + verb.name);
    ASSERT_NE(path, api["paths"].end()) << verb.name;
    EXPECT_EQ((*path)["post"]["responses"].contains("202"), !verb.events.empty()) << verb.name;
    if (Host::HasRows(verb)) {
      EXPECT_EQ((*path)["post"]["responses"]["200"]["content"].size(), 4u) << verb.name;
    }
  }
  EXPECT_GT(asked, 20u);
  // Every reference leads somewhere.
  std::string text = api.dump();
  for (size_t at = 0; (at = text.find("#/components/schemas/", at)) != std::string::npos;) {
    at += 21;
    EXPECT_TRUE(api["components"]["schemas"].contains(text.substr(at, text.find('"', at) - at)));
  }
}

TEST(ErrorTexts, NameNoPathOutsideOfTheProject) {
  Project project;
  project.root = "/home/ann/league";
  FileNames names(project);
  EXPECT_EQ(WithoutPaths(names, "/home/ann/league/models/a.sql:3: x"), "models/a.sql:3: x");
  EXPECT_EQ(WithoutPaths(names, "cannot read '/usr/share/pack/nba/feeds.toml': gone"),
            "cannot read 'feeds.toml': gone");
  EXPECT_EQ(WithoutPaths(names, "s3://bucket/a/b is a/b or 1/2"), "s3://bucket/a/b is a/b or 1/2");
}

}  // namespace
}  // namespace backcourt

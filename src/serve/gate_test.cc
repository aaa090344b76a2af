#include "serve/gate.h"

#include <gtest/gtest.h>

#include "operations/daily.h"
#include "operations/notify.h"

namespace backcourt {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

HttpRequest Asked(const std::string& method, const std::string& path, Headers headers) {
  return {method, path, "", std::move(headers), "", false};
}

Gate Open(const std::string& token = "", const std::string& host = "127.0.0.1") {
  auto gate = Gate::Make({host, 8421}, token, {"stats.example"});
  EXPECT_TRUE(gate) << gate.error().Text();
  return *gate;
}

TEST(GateTest, AnotherAddressTakesAToken) {
  EXPECT_FALSE(Gate::Make({"0.0.0.0", 1}, "", {}));
  EXPECT_FALSE(Gate::Make({"::", 1}, "", {}));
  EXPECT_TRUE(Gate::Make({"::1", 1}, "", {}));
  EXPECT_TRUE(Gate::Make({"0.0.0.0", 1}, "0123456789abcdef", {}));
  EXPECT_FALSE(Gate::Make({"0.0.0.0", 1}, "0123456789abcde", {}));    // short
  EXPECT_FALSE(Gate::Make({"0.0.0.0", 1}, "0123456789 abcdef", {}));  // no header may have it
}

TEST(GateTest, AnswersToItsNamesAlone) {
  Gate gate = Open();
  for (const char* host :
       {"localhost", "LOCALHOST:8421", "127.0.0.1:8421", "10.1.2.3", "[::1]:8421", "stats.example:443"})
    EXPECT_FALSE(gate.Refuse(Asked("GET", "/", {{"Host", host}}))) << host;
  for (const char* host :
       {"", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "[::1", "[x]", "1.2.3"})
    EXPECT_TRUE(gate.Refuse(Asked("GET", "/", {{"Host", host}}))) << host;
  EXPECT_TRUE(gate.Refuse(Asked("GET", "/", {{"Host", "localhost"}, {"Host", "localhost"}})));
}

TEST(GateTest, PagesOfOtherSitesMayOnlyLinkHere) {
  Gate gate = Open();
  auto refused = [&](const std::string& method, const std::string& path, Headers more) {
    more.emplace_back("Host", "localhost:8421");
    return gate.Refuse(Asked(method, path, more)).has_value();
  };
  EXPECT_FALSE(refused("GET", "/season", {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "navigate"}}));
  EXPECT_TRUE(
      refused("GET", "/api/v1/changes", {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "navigate"}}));
  EXPECT_TRUE(refused("GET", "/", {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "no-cors"}}));
  EXPECT_TRUE(refused("POST", "/", {{"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Mode", "navigate"}}));
  EXPECT_FALSE(refused("POST", "/api/v1/status",
                       {{"Sec-Fetch-Site", "same-origin"}, {"Origin", "http://localhost:8421"}}));
  EXPECT_TRUE(refused("POST", "/api/v1/status", {{"Origin", "http://localhost:9999"}}));
  EXPECT_TRUE(refused("POST", "/api/v1/status", {{"Origin", "null"}}));
}

TEST(GateTest, ATokenIsShownInAHeaderOrByTheCookieOfALogin) {
  const std::string token = "0123456789abcdef0123";
  Gate gate = Open(token, "0.0.0.0");
  auto known = [&](Headers headers) { return gate.KnowsToken(Asked("GET", "/", std::move(headers))); };
  EXPECT_FALSE(known({}));
  EXPECT_FALSE(known({{"Authorization", "Bearer " + token + "0"}}));
  EXPECT_FALSE(known({{"Cookie", "backcourt="}}));
  EXPECT_TRUE(known({{"Authorization", "Bearer " + token}}));
  EXPECT_TRUE(known({{"X-Backcourt-Token", token}}));
  std::string cookie = gate.LoginCookie();
  EXPECT_NE(cookie.find("HttpOnly"), std::string::npos);
  EXPECT_NE(cookie.find("SameSite=Lax"), std::string::npos);
  EXPECT_EQ(cookie.find(token), std::string::npos);
  std::string value = cookie.substr(0, cookie.find(';'));
  EXPECT_TRUE(known({{"Cookie", "a=b; " + value}}));
  // The cookie comes along by itself: it lets nobody act.
  EXPECT_FALSE(gate.MayAct(Asked("POST", "/", {{"Cookie", value}})));
  EXPECT_TRUE(gate.MayAct(Asked("POST", "/", {{"X-Backcourt-Token", gate.page_token()}})));
  EXPECT_TRUE(gate.MayAct(Asked("POST", "/", {{"Authorization", "Bearer " + token}})));
}

TEST(GateTest, WithoutATokenThePageAloneMayAct) {
  Gate gate = Open(), other = Open();
  EXPECT_TRUE(gate.KnowsToken(Asked("GET", "/", {})));
  EXPECT_FALSE(gate.MayAct(Asked("POST", "/", {})));
  EXPECT_FALSE(gate.MayAct(Asked("POST", "/", {{"X-Backcourt-Token", other.page_token()}})));
  EXPECT_FALSE(gate.MayAct(Asked("POST", "/", {{"X-Backcourt-Token", ""}, {"Authorization", "Bearer "}})));
  EXPECT_TRUE(gate.MayAct(Asked("POST", "/", {{"X-Backcourt-Token", gate.page_token()}})));
}

DailyFinding Red(const std::string& subject) {
  return {"red", subject, subject + " failed", "somebody", "backcourt"};
}

TEST(DailyMessages, TellWhatIsNewOnceAndThatAllIsWellOnce) {
  auto events = [](const std::vector<DailyFinding>& told, const std::vector<DailyFinding>& now) {
    std::vector<std::string> names;
    for (const DailyMessage& message : MessagesOf("toy", told, now))
      names.push_back(message.event + std::to_string(message.findings.size()));
    return names;
  };
  DailyFinding late{"late", "2021-11-03", "", "", ""};
  using Names = std::vector<std::string>;
  EXPECT_EQ(events({}, {}), Names{});
  EXPECT_EQ(events({}, {Red("a"), late}), (Names{"red1", "late1"}));
  EXPECT_EQ(events({Red("a"), late}, {Red("a"), late}), Names{});
  EXPECT_EQ(events({Red("a")}, {Red("a"), Red("b")}), Names{"red1"});
  EXPECT_EQ(events({Red("a"), late}, {late}), Names{});  // not all is well
  EXPECT_EQ(events({Red("a"), late}, {}), Names{"recovered2"});
}

TEST(DailyMessages, EachFormatIsWhatItsServerTakes) {
  DailyMessage message{"red", "toy", "toy is red\n", {Red("a")}};
  EXPECT_EQ(RequestOf({"https://x/hook", "slack", ""}, message).body, R"({"text":"toy is red\n"})");
  NotifyRequest ntfy = RequestOf({"https://ntfy.example/nights", "ntfy", ""}, message);
  EXPECT_EQ(ntfy.url, "https://ntfy.example/");
  EXPECT_EQ(nlohmann::json::parse(ntfy.body)["topic"], "nights");
  EXPECT_EQ(
      nlohmann::json::parse(RequestOf({"https://x/", "json", ""}, message).body)["findings"][0]["subject"],
      "a");
}

}  // namespace
}  // namespace backcourt

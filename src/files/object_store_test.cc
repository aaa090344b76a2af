#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "files/credentials.h"
#include "files/files.h"
#include "files/store_error.h"
#include "load/snapshots.h"
#include "plan/fingerprint.h"
#include "tests/kit/folder.h"
#include "tests/kit/toy_project.h"

namespace backcourt::testing {

using namespace ::testing;

namespace {

Environment In(const std::map<std::string, std::string>& variables) {
  return [variables](const std::string& name) { return variables.contains(name) ? variables.at(name) : ""; };
}

}  // namespace

TEST(StoreErrors, CausesAreDistinguished) {
  for (const auto& [text, cause] : std::vector<std::pair<std::string, StoreCause>>{
           {"IO Error: Could not resolve hostname error for HTTP HEAD to 'https://nosuch.invalid/x'",
            StoreCause::kDns},
           {"IO Error: Could not connect to server error for HTTP HEAD to 'http://127.0.0.1:1/x'",
            StoreCause::kRefused},
           {"IO Error: SSL connect error error for HTTP HEAD to 'https://127.0.0.1/x'", StoreCause::kTls},
           {"IO Error: SSL peer certificate or SSH remote key was not OK error for HTTP GET",
            StoreCause::kTls},
           {"IO Error: Timeout was reached error for HTTP GET", StoreCause::kTimeout},
           {"HTTP Error: HTTP GET error reading 's3://b/p' in region 'r' (HTTP 403 Forbidden)",
            StoreCause::kDenied},
           {"HTTP Error: (HTTP 0 Internal Server Error)", StoreCause::kDenied},
           {"HTTP Error: HTTP GET error (HTTP 404 Not Found)\n\nNoSuchBucket: none", StoreCause::kMissing},
           {"IO Error: Transferred a partial file error for HTTP GET", StoreCause::kBroken},
           {"HTTP Error: Request returned HTTP 503 for HTTP GET", StoreCause::kBusy},
           {"anything else", StoreCause::kOther}}) {
    EXPECT_EQ(int(CauseOf(text)), int(cause)) << text;
    Error error = StoreError("s3://b/p", text, {});
    EXPECT_EQ(error.kind, ErrorKind::kSource);
    EXPECT_TRUE(error.message.starts_with("s3://b/p cannot be read: ")) << error.message;
    EXPECT_FALSE(error.hint.empty());
  }
}

TEST(StoreErrors, NoCredentialIsShown) {
  EXPECT_EQ(Shown("https://me:word@host/a?sig=abc"), "https://host/a");
  EXPECT_EQ(Shown("s3://bucket/a@b/c"), "s3://bucket/a@b/c");
  Error error = StoreError("https://me:word@host/a?sig=abc", "odd: KEY and https://me:word@host/a?sig=abc",
                           {"KEY", ""});
  EXPECT_EQ(error.message, "https://host/a cannot be read: odd: *** and https://host/a");
}

TEST(Credentials, TheEnvironmentGoesBeforeTheProfile) {
  Folder place;
  const std::string& folder = place.path();
  std::filesystem::create_directories(folder + "/.aws");
  std::ofstream(folder + "/.aws/credentials")
      << "[default]\naws_access_key_id=A\naws_secret_access_key = s\n# [lake]\n[lake]\naws_access_key_id = "
         "B\naws_secret_access_key = t/+=\n";
  std::ofstream(folder + "/.aws/config") << "[profile lake]\nregion = eu-west-3\n";
  auto plain = FindS3Credentials(In({{"HOME", folder}}));
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->key_id + plain->secret + plain->region, "As");
  auto lake = FindS3Credentials(In({{"HOME", folder}, {"AWS_PROFILE", "lake"}}));
  ASSERT_TRUE(lake);
  EXPECT_EQ(lake->key_id + " " + lake->secret + " " + lake->region, "B t/+= eu-west-3");
  auto variables = FindS3Credentials(In({{"HOME", folder},
                                         {"AWS_PROFILE", "lake"},
                                         {"AWS_ACCESS_KEY_ID", "C"},
                                         {"AWS_SECRET_ACCESS_KEY", "u"},
                                         {"AWS_SESSION_TOKEN", "v"},
                                         {"AWS_REGION", "r"}}));
  ASSERT_TRUE(variables);
  EXPECT_EQ(variables->key_id + variables->secret + variables->token + variables->region, "Cuvr");
  auto none = FindS3Credentials(In({{"HOME", folder + "/none"}}));
  ASSERT_TRUE(none);
  EXPECT_EQ(none->key_id, "");  // anonymous
  EXPECT_FALSE(FindS3Credentials(In({{"HOME", folder}, {"AWS_PROFILE", "nowhere"}})));
}

TEST(Credentials, OfAWebServerAreThoseOfItsHost) {
  Folder place;
  const std::string& folder = place.path();
  std::ofstream(folder + "/.netrc") << "machine a.org login ann password one\nmachine b.org\n login bob\n "
                                       "password two\ndefault login x password y\n";
  auto of = [&](const std::string& url, const std::string& tokens = "") {
    WebCredentials found = FindWebCredentials(In({{"HOME", folder}, {"BACKCOURT_HTTP_TOKENS", tokens}}), url);
    return found.user + ":" + found.password + ":" + found.token;
  };
  EXPECT_EQ(of("https://a.org/x"), "ann:one:");
  EXPECT_EQ(of("http://b.org:8080/x"), "bob:two:");
  EXPECT_EQ(of("https://c.org/a.org"), "::");
  EXPECT_EQ(of("https://a.org.c.org/x"), "::");
  EXPECT_EQ(of("https://a.org:1/x", "b.org=s a.org=t=="), "::t==");
  EXPECT_EQ(of("http://a.org/x", "a.org=t"), "ann:one:");
  EXPECT_EQ(FindWebCredentials(In({{"NETRC", folder + "/.netrc"}}), "https://b.org").user, "bob");
}

TEST(Credentials, CertificatesAreFoundWhereverTheyLie) {
  Folder place;
  const std::string& folder = place.path();
  std::ofstream(folder + "/fedora.pem") << "x";
  std::vector<std::string> places = {folder + "/debian.crt", folder + "/fedora.pem"};
  auto of = [&](const std::string& configured, std::map<std::string, std::string> variables) {
    variables["BACKCOURT_CERTIFICATES"] = "python.pem";
    return FindCertificates(configured, In(variables), places);
  };
  EXPECT_EQ(of("own.pem", {{"SSL_CERT_FILE", "s"}}), "own.pem");
  EXPECT_EQ(of("", {{"SSL_CERT_FILE", "s"}, {"CURL_CA_BUNDLE", "c"}}), "s");
  EXPECT_EQ(of("", {{"CURL_CA_BUNDLE", "c"}}), "c");
  EXPECT_EQ(of("", {}), folder + "/fedora.pem");
  std::filesystem::remove(folder + "/fedora.pem");
  EXPECT_EQ(of("", {}), "python.pem");
}

TEST(Snapshots, TheNameSaysWhenItWasSeen) {
  for (const auto& [name, seen] : std::vector<std::pair<std::string, std::string>>{
           {"20211001T120000Z.json", "TIMESTAMP '2021-10-01 12:00:00'"},
           {"2021-10-01T12:30:05Z.json", "TIMESTAMP '2021-10-01 12:30:05'"},
           {"2021-10-01T12-30Z.json.gz", "TIMESTAMP '2021-10-01 12:30:00'"},
           {"20250916_023018-schedule.json", "TIMESTAMP '2025-09-16 02:30:18'"},
           {"2021-10-01.json", "TIMESTAMP '2021-10-01 12:00:00'"},
           {"latest.json", "make_timestamp(1500)"},
           {"99999999.json", "make_timestamp(1500)"},
           {"20211001T990000Z.json", "make_timestamp(1500)"}})
    EXPECT_EQ(Snapshots::SeenAt({"s3://b/2021-22/" + name, "2021-22", 1, 1'500'000, ""}), seen) << name;
}

TEST(Files, PathsMatchAsInAShell) {
  EXPECT_TRUE(PathMatches("s3://b/p/2021-22/a.json", "s3://b/p/{season}/*.json"));
  EXPECT_FALSE(PathMatches("s3://b/p/2021/a.json", "s3://b/p/{season}/*.json"));
  EXPECT_FALSE(PathMatches("s3://b/p/2021-22/x/a.json", "s3://b/p/{season}/*.json"));
  EXPECT_TRUE(PathMatches("s3://b/p/x/y/a.json", "s3://b/p/**/a.json"));
  EXPECT_TRUE(PathMatches("s3://b/p/a.json", "s3://b/p/**/a.json"));
  EXPECT_FALSE(PathMatches("s3://b/p/x/a.json", "s3://b/p/**/b.json"));
  EXPECT_EQ(SeasonOf("s3://b/2019-20/box_2021-22.csv", "s3://b/2019-20/box_{season}.csv"), "2021-22");
}

TEST(Windows, WhatWasKnownBeforeADateBeginsHalfAYearBeforeTheSeason) {
  Calendar calendar = FiveDates();
  Read read{"raw", {W("as known before D")}};
  std::vector<PartitionRange> partitions = PartitionsOf(read, calendar, 2);
  ASSERT_EQ(partitions.size(), 1u);
  EXPECT_EQ(Date{partitions[0].first}.Str(), "2021-04-19");
  EXPECT_EQ(Date{partitions[0].last}.Str(), "2021-10-21");
  EXPECT_FALSE(partitions[0].ahead);
  EXPECT_EQ(W("as known before D").Str(), "as known before D");
}

TEST(Calendar, ARangeOfDaysGivesItsGameDates) {
  std::vector<std::string> dates;
  for (Date date : FiveDates().GameDatesForRange(D("2021-10-20"), D("2021-10-31")))
    dates.push_back(date.Str());
  EXPECT_EQ(dates, (std::vector<std::string>{"2021-10-20", "2021-10-22", "2021-10-25"}));
  EXPECT_TRUE(FiveDates().GameDatesForRange(D("2021-10-23"), D("2021-10-24")).empty());
}

}  // namespace backcourt::testing

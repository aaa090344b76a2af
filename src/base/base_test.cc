#include <gtest/gtest.h>

#include "base/date.h"
#include "base/digest.h"
#include "base/text.h"

namespace backcourt {
namespace {

TEST(Date, ParsesOnlyDaysThatExist) {
  EXPECT_EQ(Date::Parse("2021-12-01")->Str(), "2021-12-01");
  EXPECT_EQ(*Date::Parse("2024-03-01") - *Date::Parse("2024-02-28"), 2);
  for (const char* bad :
       {"2021-02-29", "2021-13-01", "2021-1-1", "20211201", "2021-12-01x", "", "2021/12/01", "+021-12-01"}) {
    auto parsed = Date::Parse(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_NE(parsed.error().message.find(std::string("'") + bad + "'"), std::string::npos)
        << parsed.error().message;
  }
}

TEST(Digest, SurvivesItsText) {
  Digest digest = Hasher().Add("a").Add(int64_t(7)).Finish();
  EXPECT_EQ(Digest::FromHex(digest.Hex()), digest);
  EXPECT_EQ(digest.Hex().size(), 32u);
  EXPECT_EQ((digest + digest) - digest, digest);
}

TEST(Hasher, KeepsFieldsApart) {
  EXPECT_NE(Hasher().Add("ab").Add("c").Finish(), Hasher().Add("a").Add("bc").Finish());
}

TEST(Text, NamesTheNearest) {
  EXPECT_EQ(Nearest("player_fom", {"team_form", "player_form", "recent"}), "player_form");
  EXPECT_EQ(Nearest("x", {}), "");
  EXPECT_EQ(Nearest("feature_store", {"player_form", "ml_feature_store_v2"}), "ml_feature_store_v2");
  EXPECT_EQ(Nearest("nonsense", {"player_form", "recent"}), "");
  EXPECT_EQ(Nearest("foo", {"regular", "playoffs"}), "");
  EXPECT_EQ(Nearest("nope", {"name", "raw_names"}), "");  // half of it is wrong
  EXPECT_EQ(Nearest("date", {"rate", "dates"}), "rate");
  EXPECT_EQ(Nearest("x", {"y"}), "");
  EXPECT_EQ(Nearest("tset", {"season", "test"}), "test");
  EXPECT_EQ(Nearest("PLAYER_FORM", {"player_form"}), "player_form");
  EXPECT_EQ(Nearest("player_from_box", {"xplayer_box", "player_form_box"}), "player_form_box");
  EXPECT_EQ(Suggestion("nonsense", {"player_form", "recent"}), "one of player_form, recent");
  EXPECT_EQ(Suggestion("recnt", {"player_form", "recent"}), "'recent'");
}

TEST(Text, ShortensNumbersOfManyDigits) {
  EXPECT_EQ(ReadableNumbers("avg 182.81666666666666 -> 0.1, on 2021-12-01."),
            "avg 182.817 -> 0.1, on 2021-12-01.");
  EXPECT_EQ(ReadableNumbers("1.2345678901e-07 of 22100322 x1.23456789"),
            "1.23457e-07 of 22100322 x1.23456789");
  EXPECT_EQ(ReadableNumbers("11.44000000000001 -> 11.44000000000002"),
            "11.44000000000001 -> 11.44000000000002");
  EXPECT_EQ(ReadableNumbers("it is 97.0874339623."), "it is 97.0874.");
  EXPECT_EQ(ReadableNumbers(""), "");
}

TEST(Text, WritesFiguresForPeople) {
  EXPECT_EQ(WithCommas(1234567), "1,234,567");
  EXPECT_EQ(WithCommas(-1000), "-1,000");
  EXPECT_EQ(WithCommas(12), "12");
  EXPECT_EQ(Counted(0, "cell") + Counted(1, "batch") + Counted(2, "batch"), "0 cells1 batch2 batches");
  EXPECT_EQ(Counted(2, "entry") + Counted(1, "entry") + Counted(1000, "game day"),
            "2 entries1 entry1,000 game days");
  EXPECT_EQ(Seconds(125), "2 m 05 s");
  EXPECT_EQ(Seconds(3720), "1 h 02 m");
  EXPECT_EQ(Quote("o'neal"), "'o''neal'");
}

}  // namespace
}  // namespace backcourt

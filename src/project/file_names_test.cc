#include "project/file_names.h"

#include <gtest/gtest.h>

namespace backcourt {
namespace {

Project MakeProject() {
  Project project;
  project.root = "/home/ann/league";
  project.data = "/mnt/files";
  project.pack = "/usr/share/backcourt/nba";
  return project;
}

TEST(FileNames, LeaveOutTheFoldersAboveAProjectItsDataAndItsPack) {
  FileNames names(MakeProject());
  EXPECT_EQ(names.In("/home/ann/league/models/a.sql:3: x"), "models/a.sql:3: x");
  EXPECT_EQ(names.In("from /mnt/files/2021-22/box.csv, '/mnt/files/b.csv'"), "from 2021-22/box.csv, 'b.csv'");
  EXPECT_EQ(names.In("/usr/share/backcourt/nba/models/a.sql"), "nba/models/a.sql");
  EXPECT_EQ(names.In("/other/mnt/files/a.csv s3://b/mnt/files/a.csv"),
            "/other/mnt/files/a.csv s3://b/mnt/files/a.csv");
}

TEST(FileNames, ADataFolderInTheProjectIsAPartOfTheName) {
  Project project = MakeProject();
  project.data = project.root + "/data";
  EXPECT_EQ(FileNames(project).In("/home/ann/league/data/box.csv"), "data/box.csv");
}

TEST(FileNames, LeadBackToTheFiles) {
  FileNames names(MakeProject());
  auto leads = [&](const std::string& name, const std::string& path) {
    auto paths = names.PathsOf(name);
    return std::find(paths.begin(), paths.end(), path) != paths.end();
  };
  EXPECT_TRUE(leads("data/box.csv", "/home/ann/league/data/box.csv"));
  EXPECT_TRUE(leads("2021-22/box.csv", "/mnt/files/2021-22/box.csv"));
  EXPECT_TRUE(leads("/home/ann/league/2021-22/box.csv", "/mnt/files/2021-22/box.csv"));
  EXPECT_TRUE(leads("/tmp/box.csv", "/tmp/box.csv"));
  EXPECT_FALSE(leads("/tmp/box.csv", "/mnt/files/tmp/box.csv"));
}

}  // namespace
}  // namespace backcourt

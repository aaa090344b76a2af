// Folders of their own for tests, which go with them: several tests run at once, each as a process.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/file.h"
#include "base/text.h"
#include "project/project.h"

namespace backcourt::testing {

// An empty folder, whose path is short enough for sockets in it.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "backcourt-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// A copy of the toy project (tests/toy), whose files a test may change.
class ToyFolder : public Folder {
 public:
  ToyFolder() { std::filesystem::copy("tests/toy", path(), std::filesystem::copy_options::recursive); }

  Project Load() const {
    auto project = Project::Load(path());
    EXPECT_TRUE(project) << project.error().Text();
    return project ? std::move(*project) : Project{};
  }
  void Replace(const std::string& file, const std::string& from, const std::string& to) const {
    std::string text = *ReadFile(*this / file);
    ASSERT_NE(text.find(from), std::string::npos) << file << " has no " << from;
    std::ofstream(*this / file) << ReplaceAll(text, from, to);
  }
};

}  // namespace backcourt::testing

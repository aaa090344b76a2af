// A copy of the toy project (tests/toy) in a folder of its own, which goes with it.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "project/project.h"

namespace backcourt::testing {

class ToyFolder {
 public:
  ToyFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "backcourt-toy-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
    std::filesystem::copy("tests/toy", path_, std::filesystem::copy_options::recursive);
  }
  ~ToyFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }
  Project Load() const {
    auto project = Project::Load(path_);
    EXPECT_TRUE(project) << project.error().Text();
    return std::move(*project);
  }
  void Replace(const std::string& file, const std::string& from, const std::string& to) const {
    std::ifstream in(path_ + "/" + file);
    std::stringstream text;
    text << in.rdbuf();
    std::string all = text.str();
    size_t at = all.find(from);
    ASSERT_NE(at, std::string::npos) << file << " has no " << from;
    std::ofstream(path_ + "/" + file) << all.replace(at, from.size(), to);
  }

 private:
  std::string path_;
};

}  // namespace backcourt::testing

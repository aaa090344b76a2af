// The toy project in a folder of its own.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "base/file.h"
#include "base/text.h"
#include "project/project.h"
#include "tests/kit/folder.h"

namespace backcourt::testing {

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

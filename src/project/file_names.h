// How files are named to people: without the folders of the machine above the project, its data folder and
// its pack.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "project/project.h"

namespace backcourt {

class FileNames {
 public:
  FileNames() = default;  // of no project: all stay as they are
  explicit FileNames(const Project& project);

  // A text with its files so named: data/box.csv of the project, box.csv of a data folder elsewhere,
  // nba/models/form.sql of a pack elsewhere.
  std::string In(const std::string& text) const;

  // Where a file may be that is so named.
  std::vector<std::string> PathsOf(const std::string& name) const;

 private:
  std::string root_, data_;
  std::vector<std::pair<std::string, std::string>> folders_;  // a path with its "/", and what stands for it
};

}  // namespace backcourt

// A folder of its own, which goes with it: tests, fuzzers and benchmarks run side by side, each as a process.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

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

}  // namespace backcourt::testing

// The files of the page, as they are bound into the program: compressed, in order of their paths.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace backcourt {

struct PageFile {
  std::string_view path;   // below the page's folder, as assets/app-3f2a.js
  std::string_view bytes;  // gzip
  std::string_view tag;    // of its content
};

// None where the program was built without the page.
const std::vector<PageFile>& PageFiles();

}  // namespace backcourt

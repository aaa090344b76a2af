#include "serve/public_text.h"

#include <algorithm>
#include <string_view>

namespace backcourt {

std::string WithoutPaths(const FileNames& names, const std::string& text) {
  std::string named = names.In(text), short_text;
  for (size_t i = 0; i < named.size();) {
    // A path begins where no word does: of an address as s3://a/b nothing is taken.
    bool begins = named[i] == '/' &&
                  (i == 0 || std::string_view(" '\"`(=\n").find(named[i - 1]) != std::string_view::npos);
    size_t end = begins ? std::min(named.find_first_of(" '\"`),;:\n", i), named.size()) : i;
    std::string_view path(named.data() + i, end - i);
    if (begins && path.find('/', 1) != std::string_view::npos) {
      short_text += path.substr(path.rfind('/') + 1);
      i = end;
    } else {
      short_text += named[i++];
    }
  }
  return short_text;
}

void HidePaths(const FileNames& names, nlohmann::json& json) {
  if (json.is_string()) {
    auto& text = json.get_ref<std::string&>();
    if (text.find('/') != std::string::npos) text = WithoutPaths(names, text);
  } else if (json.is_structured()) {
    for (nlohmann::json& value : json)
      HidePaths(names, value);
  }
}

}  // namespace backcourt

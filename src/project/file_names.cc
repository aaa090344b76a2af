#include "project/file_names.h"

#include <algorithm>
#include <filesystem>

namespace backcourt {

namespace fs = std::filesystem;

namespace {

bool InPath(char c) {
  return isalnum(static_cast<unsigned char>(c)) || c == '/' || c == '.' || c == '_' || c == '-';
}

}  // namespace

FileNames::FileNames(const Project& project) : root_(project.root), data_(project.data) {
  auto add = [&](const std::string& folder, const std::string& name) {
    if (folder.starts_with('/') && folder != "/") folders_.emplace_back(folder + "/", name);
  };
  add(project.root, "");
  add(project.data, "");
  if (project.pack != project.root) add(project.pack, fs::path(project.pack).filename().string() + "/");
}

std::string FileNames::In(const std::string& text) const {
  std::string named;
  for (size_t i = 0; i < text.size();) {
    bool begins = text[i] == '/' && (i == 0 || !InPath(text[i - 1]));
    auto in = std::find_if(folders_.begin(), folders_.end(), [&](const auto& folder) {
      return begins && text.compare(i, folder.first.size(), folder.first) == 0;
    });
    if (in == folders_.end()) {
      named += text[i++];
      continue;
    }
    named += in->second;
    i += in->first.size();
  }
  return named;
}

std::vector<std::string> FileNames::PathsOf(const std::string& name) const {
  std::vector<std::string> paths = {name};
  if (name.find("://") != std::string::npos) return paths;
  bool below = name.starts_with(root_ + "/");  // as a shell in the project's folder gives it
  std::string rest = below ? name.substr(root_.size() + 1) : name;
  if (rest.starts_with('/')) return paths;
  for (const std::string& folder : {root_, data_})
    if (!folder.empty()) paths.push_back((fs::path(folder) / rest).lexically_normal().string());
  return paths;
}

}  // namespace backcourt

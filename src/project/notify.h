#pragma once

#include <string>

namespace backcourt {

// [notify]: who is told when a night went wrong, and when it is well again.
struct Notify {
  std::string url, format = "json";  // format: slack, ntfy or json
  std::string command;               // of a shell, which reads the message as JSON
  bool Any() const { return !url.empty() || !command.empty(); }
};

}  // namespace backcourt

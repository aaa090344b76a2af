// `serve`: what a server is asked for. src/serve and the command do it.
#pragma once

#include <string>
#include <vector>

#include "operations/describe.h"

namespace backcourt {

struct ServeRequest {
  static constexpr int kPort = 8421;
  int port = kPort;  // 0: a free one
  std::string host = "127.0.0.1";
  std::string token_file;
  std::vector<std::string> names;
  std::string page;
  bool daily = false;
};
void Describe(Visitor& v, ServeRequest& r);

}  // namespace backcourt

// Where a URL leads: to a host, through the proxy that the environment names.
#pragma once

#include <functional>
#include <string>

#include "base/http.h"

namespace backcourt {

// A request to `scheme://[user:password@]host[:port][/path]`; of the environment, the proxy variables are
// read.
HttpPost PostTo(const std::string& url, const std::function<std::string(const std::string&)>& environment);

}  // namespace backcourt

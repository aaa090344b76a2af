// The one thing that the engine does not do by itself: a token for Google's
// services from the key file of a service account.
#pragma once

#include <string>

#include "base/result.h"
#include "files/credentials.h"

namespace backcourt {

// Signs a request with the key and exchanges it at the key file's own token
// endpoint, through the proxy that the environment names. The token is for an hour, and for
// what `scope` names. `timeout`: seconds for each step of the exchange.
inline constexpr const char* kReadStorage = "https://www.googleapis.com/auth/devstorage.read_only";
inline constexpr const char* kUseBigQuery = "https://www.googleapis.com/auth/bigquery";
Result<std::string> GoogleToken(const std::string& key_file, const char* scope, const std::string& ca_file,
                                int timeout, const Environment& environment);

}  // namespace backcourt

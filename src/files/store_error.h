// What an engine's error text says of a remote object: the cause, sorted, and
// what to try. Never holds a credential.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace backcourt {

enum class StoreCause { kDns, kTls, kRefused, kTimeout, kDenied, kMissing, kBroken, kBusy, kOther };

StoreCause CauseOf(const std::string& text);

// The error of exit code 4 that names the object. `secrets` are taken out of
// whatever is quoted.
Error StoreError(const std::string& url, const std::string& text, const std::vector<std::string>& secrets);

// A URL as it may be shown: without user, password and query, which may be
// credentials.
std::string Shown(const std::string& url);

}  // namespace backcourt

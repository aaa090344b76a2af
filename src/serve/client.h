// Asks the process that holds a warehouse, as another shell does.
#pragma once

#include <functional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace backcourt {

// Sends `POST /v1/<verb>` with the body to the server at a Unix socket, hands over
// each line of the answer as it comes, and the bytes of an Arrow stream between them
// (answer.h), and returns the HTTP status of an answer that came to its end. `alive` is
// asked every 20 ms: false gives up, as does `on_bytes`. All are called from this thread;
// one that takes a minute over a line loses the rest.
// Errors: kBusy when nobody answers there: nothing came, so it may be tried again;
// kTransient when an answer broke off after it had begun; kInterrupted for `alive`.
Result<int> Call(const std::string& socket, const std::string& verb, const std::string& body,
                 const std::function<void(const std::string& line)>& on_line,
                 const std::function<bool()>& alive, const Bytes& on_bytes = nullptr);

}  // namespace backcourt

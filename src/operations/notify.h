// Sends a message of a night to whom [notify] names.
#pragma once

#include "operations/daily.h"

namespace backcourt {

// Tries three times. An error says why it was not sent.
Result<> Send(const Notify& notify, const DailyMessage& message, const Cancel& cancel);

// The body of a request, and where it goes: an ntfy server takes JSON at its root.
struct NotifyRequest {
  std::string url, body;
};
NotifyRequest RequestOf(const Notify& notify, const DailyMessage& message);

}  // namespace backcourt

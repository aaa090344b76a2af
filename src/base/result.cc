#include "base/result.h"

namespace backcourt {

// Of a message or a hint: nobody reads more.
constexpr size_t kLongestMessage = 2000;

const char* ErrorKindName(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage: return "usage";
    case ErrorKind::kSource: return "source";
    case ErrorKind::kBusy: return "busy";
    case ErrorKind::kTransient: return "transient";
    case ErrorKind::kData: return "data";
    case ErrorKind::kModel: return "model";
    case ErrorKind::kCapacity: return "capacity";
    case ErrorKind::kInterrupted: return "interrupted";
  }
  return "unknown";
}

std::string Error::Text() const {
  std::string text = message.substr(0, kLongestMessage);
  while (text.size() < message.size() && !text.empty() && (message[text.size()] & 0xC0) == 0x80) text.pop_back();  // between characters
  if (text.size() < message.size()) text += " ... (cut off)";
  return hint.empty() ? text : text + "\n  Try: " + hint.substr(0, kLongestMessage);
}

}  // namespace backcourt

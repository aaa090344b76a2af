#include "base/result.h"

#include "base/text.h"

namespace backcourt {

const char* ErrorKindName(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage:
      return "usage";
    case ErrorKind::kSource:
      return "source";
    case ErrorKind::kBusy:
      return "busy";
    case ErrorKind::kTransient:
      return "transient";
    case ErrorKind::kData:
      return "data";
    case ErrorKind::kModel:
      return "model";
    case ErrorKind::kProof:
      return "proof";
    case ErrorKind::kCapacity:
      return "capacity";
    case ErrorKind::kInterrupted:
      return "interrupted";
  }
  return "unknown";
}

std::string Error::Text() const {
  return hint.empty() ? Clip(message) : Clip(message) + "\n  Try: " + Clip(hint);
}

bool Error::OfMemory() const {
  return kind == ErrorKind::kCapacity && message.find("No space left") == std::string::npos;
}

}  // namespace backcourt

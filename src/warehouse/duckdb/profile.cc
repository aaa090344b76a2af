#include "warehouse/duckdb/profile.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace backcourt {

Error ClassifyError(const std::string& text) {
  auto says = [&](const char* part) { return text.find(part) != std::string::npos; };
  std::string reason = text;
  if (text.starts_with("{\"exception_type\"")) {  // an error amid an Arrow stream
    auto parsed = nlohmann::json::parse(text, nullptr, false);
    if (!parsed.is_discarded())
      reason = parsed.value("exception_type", "") + " Error: " + parsed.value("exception_message", text);
  }
  for (const char* rest : {"\nduckdb:", "\nPossible fixes", "\n  file ="})
    reason = reason.substr(0, reason.find(rest));
  Error error{ErrorKind::kModel, Trim(reason), ""};
  // What these quote is anybody's text. The second may also tell of another error in its own words.
  bool quotes = text.starts_with("Conversion Error") ||
                (text.starts_with("Invalid Input Error") && !says("pending query result"));
  if (quotes) {
    error.kind = ErrorKind::kData;
  } else if (says("INTERRUPT") || says("Interrupted")) {
    error.kind = ErrorKind::kInterrupted;
    error.message = "interrupted";
  } else if (says("FATAL Error") || says("has been invalidated")) {
    error.kind = ErrorKind::kBusy;
    error.hint = "look at the disk, then run again: what was committed stays";
  } else if (says("Corrupt database file")) {
    error.kind = ErrorKind::kBusy;
    error.message = "the warehouse is damaged: " + error.message;
    error.hint =
        "it is made again from the files: move it away (and its .wal), then `backcourt backfill all`";
  } else if (says("Input/output error")) {
    error.kind = ErrorKind::kCapacity;
    error.hint = "look at the disk, then run again: what was committed stays";
  } else if (says("No space left on device") || says("could not allocate") || says("Out of Memory") ||
             says("failed to allocate") || says("max_temp_directory_size") || says("Could not write")) {
    error.kind = ErrorKind::kCapacity;
    error.hint = says("No space left on device")
                     ? "free disk space, then run again: the last good state stays"
                     : "raise memory_limit under [warehouse], or free disk space";
  } else if (says("Could not set lock on file") || says("Conflicting lock")) {
    error.kind = ErrorKind::kBusy;
  } else if (says("Conversion Error") || says("Invalid Input Error") || says("Constraint Error") ||
             says("Out of Range Error")) {
    error.kind = ErrorKind::kData;
  } else if (says("TransactionContext Error") || says("Transaction conflict") || says("timed out") ||
             says("Connection")) {
    error.kind = ErrorKind::kTransient;
  }
  return error;
}

std::string RowHashes(const std::vector<std::string>& columns) {
  std::vector<std::string> quoted;
  for (const std::string& column : columns)
    quoted.push_back(Ident(column));
  std::string forward = Join(quoted, ", ");
  std::reverse(quoted.begin(), quoted.end());
  return "hash(" + forward + ") AS h1, hash(" + Join(quoted, ", ") + ") AS h2";
}

}  // namespace backcourt

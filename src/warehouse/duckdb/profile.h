// What differs between engines: which of its errors are transient, how a
// digest is computed. The `duckdb` profile.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace backcourt {

// Sorts an engine's error text into the classes of errors.
Error ClassifyError(const std::string& text);

// The id of the digest algorithm, stored beside the digests it made.
inline constexpr const char* kDigestAlgorithm = "duckdb-hash64x2-sum";

// Two 64-bit hashes of a row, as `h1, h2`.
std::string RowHashes(const std::vector<std::string>& columns);

}  // namespace backcourt

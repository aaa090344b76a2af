// 128-bit digests. A cell's digest is the sum of its rows' hashes modulo 2^128,
// so that it does not depend on the order of rows and that the digests of a
// range of dates combine by prefix sums.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace backcourt {

struct Digest {
  unsigned __int128 value = 0;

  bool operator==(const Digest&) const = default;
  Digest operator+(Digest o) const { return {value + o.value}; }
  Digest operator-(Digest o) const { return {value - o.value}; }

  std::string Hex() const;                      // 32 lower-case digits
  static Digest FromHex(std::string_view hex);  // '' gives 0
};

// Hashes a sequence of fields; each field's length is part of the hash, so that
// ("ab", "c") and ("a", "bc") differ.
class Hasher {
 public:
  Hasher() { bytes_.reserve(256); }  // most sequences are shorter
  Hasher& Add(std::string_view field);
  Hasher& Add(int64_t number);
  Hasher& Add(Digest digest);
  Digest Finish() const;

 private:
  std::string bytes_;
};

}  // namespace backcourt

#include "base/digest.h"

#include <xxhash.h>

namespace backcourt {

std::string Digest::Hex() const {
  static const char kDigits[] = "0123456789abcdef";
  std::string hex(32, '0');
  unsigned __int128 rest = value;
  for (int i = 31; i >= 0; --i, rest >>= 4)
    hex[i] = kDigits[unsigned(rest & 15)];
  return hex;
}

Digest Digest::FromHex(std::string_view hex) {
  Digest digest;
  for (char c : hex) {
    unsigned nibble = c <= '9' ? unsigned(c - '0') : unsigned(c - 'a' + 10);
    digest.value = (digest.value << 4) | (nibble & 15);
  }
  return digest;
}

Hasher& Hasher::Add(std::string_view field) {
  uint64_t size = field.size();
  bytes_.append(reinterpret_cast<const char*>(&size), sizeof size).append(field);
  return *this;
}

Hasher& Hasher::Add(int64_t number) {
  bytes_.append(reinterpret_cast<const char*>(&number), sizeof number);
  return *this;
}

Hasher& Hasher::Add(Digest digest) {
  bytes_.append(reinterpret_cast<const char*>(&digest.value), sizeof digest.value);
  return *this;
}

Digest Hasher::Finish() const {
  XXH128_hash_t hash = XXH3_128bits(bytes_.data(), bytes_.size());
  return {(static_cast<unsigned __int128>(hash.high64) << 64) | hash.low64};
}

}  // namespace backcourt

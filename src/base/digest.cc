#include "base/digest.h"

#include <xxhash.h>

namespace backcourt {

std::string Digest::Hex() const {
  static const char kDigits[] = "0123456789abcdef";
  std::string hex(32, '0');
  unsigned __int128 rest = value;
  for (int i = 31; i >= 0; --i, rest >>= 4) hex[i] = kDigits[unsigned(rest & 15)];
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

namespace {
XXH3_state_t* State(void* state) { return static_cast<XXH3_state_t*>(state); }
}  // namespace

Hasher::Hasher() : state_(XXH3_createState()) { XXH3_128bits_reset(State(state_)); }
Hasher::~Hasher() { XXH3_freeState(State(state_)); }

Hasher& Hasher::Add(std::string_view field) {
  uint64_t size = field.size();
  XXH3_128bits_update(State(state_), &size, sizeof size);
  XXH3_128bits_update(State(state_), field.data(), field.size());
  return *this;
}

Hasher& Hasher::Add(int64_t number) {
  XXH3_128bits_update(State(state_), &number, sizeof number);
  return *this;
}

Hasher& Hasher::Add(Digest digest) {
  XXH3_128bits_update(State(state_), &digest.value, sizeof digest.value);
  return *this;
}

Digest Hasher::Finish() const {
  XXH128_hash_t hash = XXH3_128bits_digest(State(state_));
  return {(static_cast<unsigned __int128>(hash.high64) << 64) | hash.low64};
}

}  // namespace backcourt

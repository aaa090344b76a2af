// What every fuzz target is made of: one function that takes any bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

inline std::string TextOf(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Ends the process, which is what the fuzzer takes for a finding.
inline void Must(bool holds) {
  if (!holds) __builtin_trap();
}

// Bounds what this process may take of the machine's memory while something runs that nobody has written with
// care: an engine counts its buffers, and not a single huge value, which one call makes and no cancel ends.
#pragma once

#include <cstddef>

namespace backcourt {

// While one exists, the private memory of this process grows by at most `bytes`: an allocation beyond that
// fails, of whatever thread. Of several at a time the first one counts. Safe to use from several threads.
class MemoryGuard {
 public:
  explicit MemoryGuard(size_t bytes);
  ~MemoryGuard();
  MemoryGuard(const MemoryGuard&) = delete;
  MemoryGuard& operator=(const MemoryGuard&) = delete;
};

}  // namespace backcourt

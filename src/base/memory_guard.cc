#include "base/memory_guard.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <mutex>

namespace backcourt {

namespace {

struct Guarded {
  std::mutex mutex;
  int guards = 0;
  rlimit before{};
};

Guarded& OfThisProcess() {
  static Guarded guarded;
  return guarded;
}

// 0 where the system does not tell.
rlim_t PrivateBytes() {
  std::ifstream statm("/proc/self/statm");
  rlim_t size = 0, resident = 0, shared = 0, text = 0, library = 0, data = 0;
  statm >> size >> resident >> shared >> text >> library >> data;
  return data * rlim_t(sysconf(_SC_PAGESIZE));
}

}  // namespace

MemoryGuard::MemoryGuard(size_t bytes) {
  Guarded& guarded = OfThisProcess();
  std::lock_guard lock(guarded.mutex);
  if (guarded.guards++) return;
  getrlimit(RLIMIT_DATA, &guarded.before);
  rlimit now = guarded.before;
  if (rlim_t used = PrivateBytes()) now.rlim_cur = std::min(now.rlim_cur, used + bytes);
  setrlimit(RLIMIT_DATA, &now);
}

MemoryGuard::~MemoryGuard() {
  Guarded& guarded = OfThisProcess();
  std::lock_guard lock(guarded.mutex);
  if (--guarded.guards == 0) setrlimit(RLIMIT_DATA, &guarded.before);
}

}  // namespace backcourt

#include "base/memory_guard.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <mutex>

#include "base/text.h"

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

size_t BytesOf(const std::string& size) {
  char* end = nullptr;
  double number = std::strtod(size.c_str(), &end);
  std::string unit = Lower(Trim(end));
  double machine = double(sysconf(_SC_PHYS_PAGES)) * double(sysconf(_SC_PAGESIZE));
  for (const auto& [name, bytes] :
       std::initializer_list<std::pair<const char*, double>>{{"%", machine / 100},
                                                             {"b", 1},
                                                             {"kb", 1e3},
                                                             {"kib", 1 << 10},
                                                             {"mb", 1e6},
                                                             {"mib", 1 << 20},
                                                             {"gb", 1e9},
                                                             {"gib", 1 << 30},
                                                             {"tb", 1e12},
                                                             {"tib", double(1 << 30) * (1 << 10)}})
    if (unit == name && number > 0) return size_t(number * bytes);
  return 0;
}

MemoryGuard::~MemoryGuard() {
  Guarded& guarded = OfThisProcess();
  std::lock_guard lock(guarded.mutex);
  if (--guarded.guards == 0) setrlimit(RLIMIT_DATA, &guarded.before);
}

}  // namespace backcourt

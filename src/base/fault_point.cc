#include "base/fault_point.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <string>

namespace backcourt {

namespace {

struct Fault {
  std::string point, action, file;

  static Fault FromEnvironment() {
    Fault fault;
    if (const char* text = std::getenv("BACKCOURT_FAULT"))
      std::istringstream(text) >> fault.point >> fault.action >> fault.file;
    return fault;
  }
};

}  // namespace

void FaultPoint(std::string_view point, std::string_view what) {
  static const Fault fault = Fault::FromEnvironment();
  if (fault.point.empty()) return;
  if (fault.point != point && fault.point != std::string(point) + ":" + std::string(what)) return;
  if (fault.action == "kill") raise(SIGKILL);
  static std::atomic<bool> held{false};
  if (fault.action != "wait" || held.exchange(true)) return;
  int made = open(fault.file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (made >= 0) close(made);
  while (access(fault.file.c_str(), F_OK) == 0)
    usleep(10'000);
}

}  // namespace backcourt

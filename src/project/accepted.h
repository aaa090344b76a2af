#pragma once

#include <string>

namespace backcourt {

// A gap that a person has judged: `check` shows it with the reason, and does not count it.
struct Accepted {
  std::string guard;    // that finds it
  std::string subject;  // a game's id, or a date
  std::string reason;
  std::string place;  // file and line
};

// The guards of `check` beside those of files in checks/.
inline constexpr const char* kGuards[] = {"games",         "cells",           "stored rows",
                                          "expected rows", "months",          "snapshots",
                                          "sources",       "schedule_agrees", "doubled keys"};

}  // namespace backcourt

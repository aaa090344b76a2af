// Fresh tables that hold only what the windows of a date hold, staged in one
// workbench. From one date to the next a copy is moved, not made again: rows
// that leave the windows are deleted, rows that come in are added. Go from late
// dates to early ones: rows then lie newest first, the reverse of the
// warehouse, so that a result which depends on their order shows itself.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "calendar/calendar.h"
#include "plan/fingerprint.h"
#include "project/project.h"
#include "warehouse/warehouse.h"

namespace backcourt {

class WindowCopies {
 public:
  WindowCopies(Workbench& bench, const Project& project, const Calendar& calendar)
      : bench_(bench), project_(project), calendar_(calendar) {}

  // Moves the copies of a model's reads to the windows of a date.
  Result<> MoveTo(const Model& model, int date_index);
  // The copy of a read, as it was last moved.
  std::string Name(const Read& read) const;

 private:
  struct Copy {
    std::string name;
    std::vector<PartitionRange> ranges;
  };
  Result<> Move(const Read& read, int date_index);

  Workbench& bench_;
  const Project& project_;
  const Calendar& calendar_;
  std::map<std::string, Copy> copies_;  // by table and windows
};

}  // namespace backcourt

// The text around a model's SELECT: its `dates` and its inputs, cut to their
// windows. What a model did not declare it cannot see.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "calendar/calendar.h"
#include "plan/fingerprint.h"
#include "project/project.h"

namespace backcourt {

// The predicate that holds for the rows of these partitions of a table.
std::string PartitionsSql(const Project& project, const Calendar& calendar, const std::string& table,
                          const std::vector<PartitionRange>& ranges);

// The predicate that cuts a read to its windows for all of these dates.
std::string CutOf(const Project& project, const Calendar& calendar, const Read& read,
                  const std::vector<int>& dates);

// A model's SELECT, cut to the columns of its header, in their order.
std::string SelectSql(const Model& model);

// `WITH dates AS (...), input AS (...), ...`: each input is the warehouse's
// table, cut to its windows for all of these dates.
std::string InputSql(const Project& project, const Calendar& calendar, const Model& model,
                     const std::vector<int>& dates);

// The same with each input given by `from`: what stands after SELECT * FROM.
std::string InputSql(const Calendar& calendar, const Model& model, const std::vector<int>& dates,
                     const std::function<std::string(const Read&)>& from);

}  // namespace backcourt

// `daily`: one look of a night that needs nobody. Where games should be over, it
// loads and fills; what is red, late or well again is told once.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "operations/backfill.h"

namespace backcourt {

struct DailyRequest {
  bool force = false;  // also where nothing is due
};
void Describe(Visitor& v, DailyRequest& r);

// Something that a person should know of.
struct DailyFinding {
  std::string kind;     // red or late
  std::string subject;  // what it is about, as `player_form` or a date
  std::string what, who, command;
};
void Describe(Visitor& v, DailyFinding& f);

struct DailyMessage {
  std::string event;  // red, late or recovered
  std::string project, text;
  std::vector<DailyFinding> findings;
};
void Describe(Visitor& v, DailyMessage& m);

struct DailyReport {
  std::string outcome;        // idle, done, waiting, late or red
  std::vector<Date> awaited;  // dates that should be over, and are not whole
  std::optional<BackfillReport> fill;
  std::vector<DailyFinding> findings;  // what is not as it should be
  std::vector<DailyMessage> sent;
  std::string not_sent;      // why a message could not be sent; it is sent again at the next look
  int64_t next_seconds = 0;  // until it is worth to look again
};
void Describe(Visitor& v, DailyReport& r);

Result<DailyReport> Daily(Workspace& workspace, const DailyRequest& request, const Cancel& cancel,
                          const Events& events);

// What a message says that goes from `told` to `now`: what is new, or that all is well again; nothing else.
std::vector<DailyMessage> MessagesOf(const std::string& project, const std::vector<DailyFinding>& told,
                                     const std::vector<DailyFinding>& now);

}  // namespace backcourt

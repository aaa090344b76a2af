// `load`: the raw tables are brought up to the files.
#pragma once

#include <string>
#include <vector>

#include "load/declaration_changes.h"
#include "load/file_changes.h"
#include "load/loader.h"
#include "operations/changes.h"
#include "operations/events.h"
#include "operations/workspace.h"
#include "proof/null_columns.h"

namespace backcourt {

struct LoadRequest {
  std::vector<std::string> paths;  // read in any case
  bool dry_run = false;
  bool yes = false;     // rows may leave the warehouse
  std::string what_if;  // a file: only show what it would change; empty: none
};
void Describe(Visitor& v, LoadRequest& r);

void Describe(Visitor& v, AbsentFeed& f);
void Describe(Visitor& v, NullColumns& c);
void Describe(Visitor& v, Snapshot& s);
void Describe(Visitor& v, Disagreement& d);
void Describe(Visitor& v, UnreadFiles& u);
void Describe(Visitor& v, LoadedLakeTable& t);
namespace ledger {
void Describe(Visitor& v, UselessFile& f);
void Describe(Visitor& v, UnmatchedName& n);
}  // namespace ledger
void Describe(Visitor& v, LoadReport& r);

void Describe(Visitor& v, FileChanges& c);
void Describe(Visitor& v, DeclarationChange& c);

struct LoadAnswer {
  LoadReport load;
  std::vector<NullColumns> null_columns;  // when something was read
  Trial trial;                            // of `what_if`: its load, and the backfill after it
};
void Describe(Visitor& v, LoadAnswer& a);

// Tells `events` what is read. On an error, and once `cancel` is requested, everything stays as it was.
Result<LoadAnswer> Load(Workspace& workspace, const LoadRequest& request, const Cancel& cancel,
                        const Events& events);
// The loading of `load` and `backfill`, as a part of a longer activity.
Result<LoadReport> LoadFiles(Workspace& workspace, const std::vector<std::string>& paths, bool yes,
                             Activity& activity);
// What it would do, and the moment in which it were done, which nobody else sees; with the moment all of it
// ends.
struct LoadPreview {
  LoadReport load;
  Moment moment;
};
Result<LoadPreview> PreviewLoad(Workspace& workspace, const std::vector<std::string>& paths, bool yes,
                                Activity& activity, bool ahead_all = false);

// Feeds without files. No server is asked: of what is remote, files are there that were loaded.
Result<std::vector<AbsentFeed>> AbsentFeeds(const Project& project, const Moment& moment);

}  // namespace backcourt

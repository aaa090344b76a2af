// `publish --to bigquery`: the public tables in a dataset of BigQuery, where only dates that changed move.
#pragma once

#include "operations/publish.h"

namespace backcourt {

// A table's rows and the marks of their dates (backcourt_cells) change in one transaction there: killed at
// any moment, each table is as before or as it should be. kUsage without [publish.bigquery].
Result<PublishReport> PublishToBigQuery(Workspace& workspace, bool dry_run, Activity& activity);

}  // namespace backcourt

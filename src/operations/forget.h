// `forget`: what was loaded from a file that is gone is taken out of the warehouse.
#pragma once

#include "operations/load.h"

namespace backcourt {

struct ForgetRequest {
  std::string path;
};
void Describe(Visitor& v, ForgetRequest& r);

// A file that is still there, or was never loaded, is a usage error.
Result<LoadReport> Forget(Workspace& workspace, const ForgetRequest& request, const Cancel& cancel,
                          const Events& events);

}  // namespace backcourt

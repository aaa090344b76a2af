// backcourt.toml.
#include "project/config.h"
#include "tests/fuzz/fuzz.h"

using namespace backcourt;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto config = ParseConfig("backcourt.toml", TextOf(data, size));
  if (!config)
    Must(config.error().message.starts_with("backcourt.toml:"));
  else
    Must(config->stores.timeout >= 1 && config->stores.retries >= 0 && config->stores.parallel >= 1 &&
         config->stores.parallel <= 64);
  return 0;
}

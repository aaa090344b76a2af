// The command line's words, one a line, and the dates that it chooses.
#include "base/text.h"
#include "cli/session.h"
#include "tests/fuzz/fuzz.h"
#include "tests/kit/toy_project.h"

using namespace backcourt;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Calendar calendar = testing::FiveDates();
  static const Project project = testing::ChainProject();
  auto arguments = ParseArguments(Split(TextOf(data, size), '\n'));
  if (!arguments) {
    Must(!arguments.error().message.empty());
    return 0;
  }
  if (auto tables = ChooseTables(project, arguments->words))
    for (const std::string& table : *tables)
      Must(project.FindModel(table) != nullptr);
  if (auto chosen = ChooseDates(calendar, *arguments))
    for (int date : chosen->dates)
      Must(date >= 0 && size_t(date) < calendar.dates().size());
  return 0;
}

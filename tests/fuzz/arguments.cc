// The command line's words, one a line: what they make is a request that its verb
// takes, and the dates that it chooses are there.
#include "base/text.h"
#include "cli/options.h"
#include "operations/backfill.h"
#include "tests/fuzz/fuzz.h"
#include "tests/kit/toy_project.h"

using namespace backcourt;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Calendar calendar = testing::FiveDates();
  static const Project project = testing::ChainProject();
  auto invocation = ParseWords(Split(TextOf(data, size), '\n'));
  if (!invocation) {
    Must(!invocation.error().message.empty());
    return 0;
  }
  if (!invocation->text.empty() || invocation->command->verb->name != std::string("backfill")) return 0;
  auto request = FromJson<BackfillRequest>(invocation->request);
  if (!request) {
    Must(!request.error().message.empty());
    return 0;
  }
  if (auto tables = ChooseTables(project, request->selection.tables))
    for (const std::string& table : *tables)
      Must(project.FindModel(table) != nullptr);
  if (auto chosen = ChooseDates(calendar, request->selection.dates, request->selection.tables))
    for (int date : chosen->dates)
      Must(date >= 0 && size_t(date) < calendar.dates().size());
  return 0;
}

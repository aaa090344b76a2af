#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"

namespace backcourt {

namespace {

std::string FilesText(const FilesReport& report) {
  std::string text = report.folder.empty() ? "" : "data folder: " + report.folder + "\n";
  for (const FeedStatus& feed : report.feeds) {
    if (feed.files.empty()) continue;
    text += fmt::format("{}: {}\n", feed.feed, feed.about);
    for (const FileStatus& file : feed.files) {
      text += fmt::format("  {:<11} {} ({})", file.state, file.path, Counted(file.size, "byte"));
      if (file.held)
        text += fmt::format(", serves {} of {}", WithCommas(file.served.value_or(0)), WithCommas(*file.held));
      text += file.problem.empty() ? "\n" : ": " + file.problem + "\n";
    }
  }
  std::vector<std::string> absent;
  for (const FeedStatus& feed : report.feeds)
    if (feed.files.empty()) absent.push_back(feed.feed);
  if (!absent.empty()) text += "without files: " + Join(absent, ", ") + "\n";
  for (const UnreadFiles& kind : report.unread)
    text += fmt::format("no feed reads {} {}{}\n", Counted(kind.files, "file"), kind.pattern, kind.shape);
  return text;
}

Result<int> RunFiles(Caller& caller, const FilesRequest& request, const JsonView& view,
                     const Output& output) {
  FilesReport report = TRY(caller.Ask("files", ListFiles, request));
  output.Out(view.json ? ToJson(report).dump(2) + "\n" : FilesText(report));
  return 0;
}

}  // namespace

Command FilesCommand() { return MakeCommand("files", RunFiles); }

}  // namespace backcourt

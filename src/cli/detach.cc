#include "cli/detach.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <utility>

#include "base/text.h"
#include "operations/run_logs.h"

namespace backcourt {

namespace fs = std::filesystem;

namespace {

constexpr int kPollMilliseconds = 50;

// What a log has gained since it was last shown.
class LogTail {
 public:
  explicit LogTail(std::string path) : path_(std::move(path)) {}
  void Show(const Output& output) {
    std::ifstream log(path_, std::ios::binary);
    log.seekg(shown_);
    std::string more((std::istreambuf_iterator<char>(log)), {});
    shown_ += std::streamoff(more.size());
    if (!more.empty()) output.Out(more);
  }

 private:
  const std::string path_;
  std::streamoff shown_ = 0;
};

int Follow(const Project& project, const Cancel& cancel, const Output& output, int child, int begun) {
  LogTail log(LogPath(project, child));
  std::string run;
  bool ended = false, told = false;
  while (!ended && run.find('\n') == std::string::npos) {
    pollfd ready{begun, POLLIN, 0};
    if (poll(&ready, 1, kPollMilliseconds) > 0) {
      char text[32];
      ssize_t n = read(begun, text, sizeof text);
      if (n > 0) run.append(text, size_t(n));
      ended = n == 0;
    }
    if (cancel.Requested() && !std::exchange(told, true)) kill(child, SIGTERM);
    log.Show(output);
  }
  close(begun);
  if (!ended) {
    output.Out(fmt::format(
        "run {0} continues in the background (pid {1}); its log: {2}\n`backcourt status --watch` follows it, "
        "`backcourt runs {0} --log` shows its log, `backcourt stop` ends it\n",
        Trim(run), child, LogPath(project, child)));
    return 0;
  }
  int status = 0;
  waitpid(child, &status, 0);
  log.Show(output);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Result<std::optional<int>> Detach(const Project& project, const Cancel& cancel, Output& output) {
  int begun[2];
  int child = pipe2(begun, O_CLOEXEC) == 0 ? fork() : -1;
  if (child < 0)
    return Error{ErrorKind::kCapacity, "no further process can be started", "run without --detach"};
  if (child > 0) {
    close(begun[1]);
    return std::optional(Follow(project, cancel, output, child, begun[0]));
  }
  close(begun[0]);
  setsid();
  std::error_code ignored;
  fs::create_directories(fs::path(project.warehouse).parent_path(), ignored);
  int log = open(LogPath(project, getpid()).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0644);
  int null = open("/dev/null", O_RDONLY);
  if (log >= 0 && null >= 0) {
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    dup2(null, STDIN_FILENO);
    close(log);
    close(null);
  }
  RemoveOldLogs(project);
  output.terminal = false;
  output.began = [parent = std::make_shared<int>(begun[1])](int64_t run) {
    int shell = std::exchange(*parent, -1);
    if (shell < 0) return;  // told already
    std::string line = fmt::format("{}\n", run);
    [[maybe_unused]] ssize_t ignored = write(shell, line.data(), line.size());  // the shell may have gone
    close(shell);
  };
  return std::optional<int>();
}

}  // namespace backcourt

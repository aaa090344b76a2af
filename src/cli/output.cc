#include "cli/output.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

namespace backcourt {

namespace {

void Write(FILE* file, const std::string& text) {
  fwrite(text.data(), 1, text.size(), file);
  fflush(file);
}

}  // namespace

Output Output::OfThisProcess() {
  Output output;
  output.terminal = isatty(STDOUT_FILENO);
  return output.Measured();
}

Output Output::Measured() const {
  Output output = *this;
  winsize size{};
  if (!terminal || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return output;
  if (size.ws_col > 0) output.width = size.ws_col;
  if (size.ws_row > 0) output.height = size.ws_row;
  return output;
}

void Output::Out(const std::string& text) const { sink ? sink(text) : Write(stdout, text); }
bool Output::Send(std::string_view bytes) const {
  return fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() && fflush(stdout) == 0;
}
void Output::Err(const std::string& text) const { sink ? sink(text) : Write(stderr, text); }

}  // namespace backcourt

#include "cli/output.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/text.h"

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

void Output::Say(const std::string& text) const { Out(terminal ? Wrap(text, Measured().width) : text); }
void Output::Out(const std::string& text) const { sink ? sink(text) : Write(stdout, text); }
bool Output::Send(std::string_view bytes) const {
  return fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() && fflush(stdout) == 0;
}
void Output::Err(const std::string& text) const { sink ? sink(text) : Write(stderr, text); }

std::string Wrap(const std::string& text, int width) {
  std::string wrapped;
  for (size_t start = 0; start < text.size();) {
    size_t end = std::min(text.find('\n', start), text.size());
    if (text[start] == '|') {  // of a table in Markdown
      wrapped += text.substr(start, end + 1 - start);
      start = end + 1;
      continue;
    }
    size_t indent = std::min(text.find_first_not_of(' ', start), end) - start;
    const std::string rest(std::min(indent + 4, size_t(width) / 2), ' ');
    std::string line = text.substr(start, indent);
    for (size_t at = start + indent; at < end;) {
      bool quoted = false;  // in a command
      size_t word = at;
      for (; word < end && (quoted || text[word] != ' '); ++word)
        if (text[word] == '`') quoted = !quoted;
      size_t blanks = std::min(text.find_first_not_of(' ', word), end);
      if (Characters(line) + Characters(text.substr(at, word - at)) > size_t(width) &&
          line.find_first_not_of(' ') != std::string::npos) {
        wrapped += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
        line = rest;
      }
      line += text.substr(at, blanks - at);
      at = blanks;
    }
    wrapped += line;
    if (end < text.size()) wrapped += "\n";
    start = end + 1;
  }
  return wrapped;
}

}  // namespace backcourt

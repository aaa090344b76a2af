// Where a command writes: this terminal, a pipe or a log.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace backcourt {

struct Output {
  bool terminal = false;                                    // a person looks at it as it comes
  int width = 120;                                          // columns, at the start
  int height = 40;                                          // lines, at the start
  std::function<void(int64_t run)> began = [](int64_t) {};  // told of a run that begins
  std::function<void(std::string_view)> sink = {};          // gets all in place of this process's streams

  static Output OfThisProcess();
  // With the size that the terminal has now.
  Output Measured() const;
  void Out(const std::string& text) const;
  // The same for prose: on a terminal no line breaks inside a word.
  void Say(const std::string& text) const;
  // False where nobody reads it any more.
  bool Send(std::string_view bytes) const;
  void Err(const std::string& text) const;
};

// Lines that are wider break between words, but not within `commands`, and go on indented.
std::string Wrap(const std::string& text, int width);

}  // namespace backcourt

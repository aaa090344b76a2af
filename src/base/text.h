// Small helpers on text: for messages that name the nearest valid thing, and for
// figures that a person reads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace backcourt {

std::string Join(const std::vector<std::string>& parts, std::string_view separator);
std::vector<std::string> Split(std::string_view text, char separator);
std::string Trim(std::string_view text);
std::string Lower(std::string text);  // ASCII letters only
std::string ReplaceAll(std::string text, std::string_view from, std::string_view to);

// The beginning of a message that is longer than anybody reads.
std::string Clip(std::string_view text);

// The candidate that `word` most likely means: at most a third of the letters is wrong, three at most, or it
// is a part of the name; "" when none is that near.
std::string Nearest(std::string_view word, const std::vector<std::string>& candidates);
// For hints: the nearest candidate, between quotes; where none is near, the first of those that there are.
std::string Suggestion(std::string_view word, const std::vector<std::string>& candidates,
                       std::string_view quote = "'");

// An SQL string literal and an SQL identifier, quoted.
std::string Quote(std::string_view text);
std::string Ident(std::string_view name);

// A text between quotes, as TOML has it.
std::string TomlText(const std::string& text);

// A word of a shell's command line that means `text`; a line of such words.
std::string ShellWord(const std::string& text);
std::string ShellLine(const std::vector<std::string>& words);
// A command of this program to try, between back quotes: `backcourt forget 'data/my box.csv'`.
std::string CommandToTry(const std::vector<std::string>& words);

// A number with a fraction as a person reads it: six digits, or two behind the point. Other texts as they
// are.
std::string ReadableNumber(const std::string& text);
// The same of all numbers with many digits in a text; where two that differ would look the same, all of them
// stay as they are.
std::string ReadableNumbers(const std::string& text);
size_t Characters(const std::string& text);                    // of UTF-8
std::string WithCommas(int64_t number);                        // 1,234,567
std::string Counted(int64_t number, const std::string& noun);  // 1 cell, 1,234 cells, 2 batches, 0 entries
std::string Age(double seconds);                               // 5 h old, 12 days old, in the future
// Of a size of memory as the engine takes it: 640MB, 1.5GiB, or 80% of the machine's; 0 where it is none.
size_t BytesOf(const std::string& size);
std::string Seconds(double seconds);  // 0.42 s, 12.3 s, 2 m 05 s, 1 h 02 m

}  // namespace backcourt

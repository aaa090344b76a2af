#include "base/text.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <map>

namespace backcourt {

std::string Join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string joined;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i) joined += separator;
    joined += parts[i];
  }
  return joined;
}

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (size_t start = 0;;) {
    size_t end = text.find(separator, start);
    parts.emplace_back(text.substr(start, end - start));
    if (end == std::string_view::npos) return parts;
    start = end + 1;
  }
}

std::string Trim(std::string_view text) {
  size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::string ReplaceAll(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

std::string Clip(std::string_view text) {
  size_t end = 1500;
  if (text.size() <= end) return std::string(text);
  while (end > 0 && (text[end] & 0xC0) == 0x80)
    --end;  // between characters
  return std::string(text.substr(0, end)) + " ... (cut off)";
}

namespace {

// Letters to add, take away, change or swap with the next until one word is the other, whatever their case.
size_t Distance(std::string_view word, std::string_view other) {
  auto same = [&](size_t i, size_t j) {
    return std::tolower(static_cast<unsigned char>(word[i])) ==
           std::tolower(static_cast<unsigned char>(other[j]));
  };
  std::vector<std::vector<size_t>> d(word.size() + 1, std::vector<size_t>(other.size() + 1));
  for (size_t i = 0; i <= word.size(); ++i)
    for (size_t j = 0; j <= other.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (same(i - 1, j - 1) ? 0 : 1)});
      if (i > 1 && j > 1 && same(i - 1, j - 2) && same(i - 2, j - 1))
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[word.size()][other.size()];
}

}  // namespace

std::string Nearest(std::string_view word, const std::vector<std::string>& candidates) {
  constexpr size_t kMost = 3;  // wrong letters
  std::string best;
  size_t best_distance = kMost + 1;
  if (word.size() > 200) return "";  // no slip of the hand
  for (const std::string& candidate : candidates) {
    size_t distance = Distance(word, candidate), near = std::min(word.size(), candidate.size()) / 3;
    bool part = word.size() >= 4 && 3 * word.size() >= candidate.size() &&
                Lower(candidate).find(Lower(std::string(word))) != std::string::npos;
    if (part) distance = std::min(distance, kMost);
    if ((part || distance <= std::max<size_t>(near, 1)) && distance < best_distance && distance < word.size())
      best_distance = distance, best = candidate;
  }
  return best;
}

std::string Suggestion(std::string_view word, const std::vector<std::string>& candidates,
                       std::string_view quote) {
  constexpr size_t kListed = 12;
  if (std::string nearest = Nearest(word, candidates); !nearest.empty())
    return fmt::format("{0}{1}{0}", quote, nearest);
  if (candidates.empty()) return "";
  std::vector<std::string> listed(candidates.begin(),
                                  candidates.begin() + long(std::min(candidates.size(), kListed)));
  return fmt::format(
      "one of {}{}", Join(listed, ", "),
      candidates.size() > kListed ? fmt::format(" and {} more", candidates.size() - kListed) : "");
}

std::string Quote(std::string_view text) { return "'" + ReplaceAll(std::string(text), "'", "''") + "'"; }

std::string Ident(std::string_view name) { return "\"" + ReplaceAll(std::string(name), "\"", "\"\"") + "\""; }

std::string TomlText(const std::string& text) {
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      quoted += fmt::format("\\u{:04x}", int(c));
    else
      quoted += c;
  }
  return quoted + "\"";
}

std::string ShellWord(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=@%+,-";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  return "'" + ReplaceAll(text, "'", "'\\''") + "'";
}

std::string ShellLine(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words)
    line += (line.empty() ? "" : " ") + ShellWord(word);
  return line;
}

std::string CommandToTry(const std::vector<std::string>& words) {
  return "`backcourt " + ShellLine(words) + "`";
}

std::string ReadableNumber(const std::string& text) {
  constexpr size_t kShort = 8;
  double number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  bool fraction = text.find_first_of(".e") != std::string::npos;
  if (error != std::errc() || end != text.data() + text.size() || !fraction || text.size() <= kShort)
    return text;
  return std::abs(number) < 100'000 ? fmt::format("{:.6g}", number) : fmt::format("{:.2f}", number);
}

std::string ReadableNumbers(const std::string& text) {
  auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; };
  std::string readable;
  std::map<std::string, std::string> shown;  // what each short form stands for
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    while (end < text.size() && is_word(text[end]))
      ++end;
    if (end < text.size() && end > at + 1 && text[end - 1] == 'e' && (text[end] == '-' || text[end] == '+'))
      for (++end; end < text.size() && std::isdigit(static_cast<unsigned char>(text[end]));)
        ++end;
    if (end == at) {
      readable += text[at++];
      continue;
    }
    std::string word = text.substr(at, end - at);
    size_t tail = word.ends_with('.') ? word.size() - 1 : word.size();  // the full stop of a sentence
    std::string number = word.substr(0, tail), brief = ReadableNumber(number);
    auto [of, is_new] = shown.emplace(brief, number);
    if (!is_new && of->second != number) return text;
    readable += brief + word.substr(tail);
    at = end;
  }
  return readable;
}

std::string Counted(int64_t number, const std::string& noun) {
  auto ends = [&](std::string_view end) { return noun.ends_with(end); };
  std::string text = WithCommas(number) + " " + noun;
  if (number == 1) return text;
  if (ends("ch") || ends("sh") || ends("s") || ends("x")) return text + "es";
  bool vowel =
      noun.size() > 1 && std::string_view("aeiou").find(noun[noun.size() - 2]) != std::string_view::npos;
  return ends("y") && !vowel ? text.substr(0, text.size() - 1) + "ies" : text + "s";
}

size_t Characters(const std::string& text) {
  return size_t(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string WithCommas(int64_t number) {
  std::string digits = std::to_string(number < 0 ? -number : number);
  for (int at = int(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(size_t(at), ",");
  return number < 0 ? "-" + digits : digits;
}

size_t BytesOf(const std::string& size) {
  static const std::map<std::string, double> kUnits = {{"b", 1},        {"kb", 1e3},     {"mb", 1e6},
                                                       {"gb", 1e9},     {"tb", 1e12},    {"kib", 0x1p10},
                                                       {"mib", 0x1p20}, {"gib", 0x1p30}, {"tib", 0x1p40}};
  char* end = nullptr;
  double number = std::strtod(size.c_str(), &end);
  std::string unit = Lower(Trim(end));
  if (!(number > 0)) return 0;
  if (unit == "%")
    return size_t(number / 100 * double(sysconf(_SC_PHYS_PAGES)) * double(sysconf(_SC_PAGESIZE)));
  auto known = kUnits.find(unit);
  return known == kUnits.end() ? 0 : size_t(number * known->second);
}

std::string Age(double seconds) {
  if (seconds < 0) return "in the future";
  if (seconds < 2 * 86400) return fmt::format("{} h old", int64_t(seconds / 3600));
  return Counted(int64_t(seconds / 86400), "day") + " old";
}

std::string Seconds(double seconds) {
  if (seconds < 10) return fmt::format("{:.2f} s", seconds);
  if (seconds < 100) return fmt::format("{:.1f} s", seconds);
  long whole = std::lround(seconds);
  if (whole < 3600) return fmt::format("{} m {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} m", whole / 3600, whole / 60 % 60);
}

}  // namespace backcourt

#include "project/sql_text.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"

namespace backcourt {

namespace {

bool WordChar(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || (c & 0x80); }

// End of the comment that starts at `at`, or `at` when none does.
size_t SkipComment(std::string_view sql, size_t at) {
  if (sql.compare(at, 2, "--") == 0) return std::min(sql.find('\n', at), sql.size());
  if (sql.compare(at, 2, "/*") == 0) {
    size_t end = sql.find("*/", at + 2);
    return end == std::string_view::npos ? sql.size() : end + 2;
  }
  return at;
}

// End of the quoted text that starts at `at`; a doubled quote is part of it.
size_t SkipQuoted(std::string_view sql, size_t at) {
  char quote = sql[at];
  for (size_t end = at + 1; end < sql.size(); ++end) {
    if (sql[end] != quote) continue;
    if (end + 1 < sql.size() && sql[end + 1] == quote) {
      ++end;
      continue;
    }
    return end + 1;
  }
  return sql.size();
}

}  // namespace

std::vector<std::string> SqlTokens(std::string_view sql) {
  std::vector<std::string> tokens;
  for (size_t at = 0; at < sql.size();) {
    char c = sql[at];
    if (std::isspace(static_cast<unsigned char>(c))) {
      ++at;
      continue;
    }
    if (size_t end = SkipComment(sql, at); end != at) {
      at = end;
      continue;
    }
    size_t end = at + 1;
    if (c == '\'' || c == '"') {
      end = SkipQuoted(sql, at);
      tokens.emplace_back(sql.substr(at, end - at));
    } else if (WordChar(c)) {
      while (end < sql.size() &&
             (WordChar(sql[end]) || (sql[end] == '.' && std::isdigit(static_cast<unsigned char>(c)))))
        ++end;
      std::string word(sql.substr(at, end - at));
      std::transform(word.begin(), word.end(), word.begin(), [](unsigned char w) { return std::tolower(w); });
      tokens.push_back(std::move(word));
    } else {
      static const char* const kPairs[] = {"<=", ">=", "<>", "!=", "||", "::", "=="};
      for (const char* pair : kPairs)
        if (sql.compare(at, 2, pair) == 0) end = at + 2;
      tokens.emplace_back(sql.substr(at, end - at));
    }
    at = end;
  }
  return tokens;
}

std::string CanonicalSql(std::string_view sql) { return Join(SqlTokens(sql), " "); }

std::vector<std::string> OutputNames(const std::vector<std::string>& tokens) {
  std::vector<std::string> names;
  int depth = 0;
  bool in_list = false;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const std::string& token = tokens[i];
    if (token == "(" || token == "[" || token == "{") ++depth;
    if (token == ")" || token == "]" || token == "}") --depth;
    if (depth != 0) continue;
    if (!in_list) {
      in_list = token == "select";  // what is in brackets, as the text of a CTE, is another SELECT
      continue;
    }
    bool last = token == "from" && tokens[i - 1] != "distinct";
    if (token != "," && !last && i + 1 < tokens.size()) continue;
    std::string name = token == "," || last ? tokens[i - 1] : token;
    if (name.size() > 1 && name.front() == '"') name = name.substr(1, name.size() - 2);
    if (name.empty() || !WordChar(name.front())) return {};
    names.push_back(std::move(name));
    if (last) break;
  }
  return names;
}

std::vector<std::string> SqlStatements(std::string_view sql) {
  std::vector<std::string> statements;
  std::string statement;
  for (size_t at = 0; at < sql.size();) {
    if (size_t end = SkipComment(sql, at); end != at) {
      at = end;
      continue;
    }
    if (sql[at] == '\'' || sql[at] == '"') {
      size_t end = SkipQuoted(sql, at);
      statement += sql.substr(at, end - at);
      at = end;
      continue;
    }
    if (sql[at] == ';') {
      if (!Trim(statement).empty()) statements.push_back(Trim(statement));
      statement.clear();
    } else {
      statement += sql[at];
    }
    ++at;
  }
  if (!Trim(statement).empty()) statements.push_back(Trim(statement));
  return statements;
}

HeaderedSql SplitHeader(std::string_view file) {
  static constexpr std::string_view kMark = "/* backcourt";
  HeaderedSql parts;
  size_t start = file.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos || file.compare(start, kMark.size(), kMark) != 0) return parts;
  size_t end = file.find("*/", start);
  size_t toml = start + kMark.size();
  if (end == std::string_view::npos) return parts;
  auto line_of = [&](size_t at) { return 1 + int(std::count(file.begin(), file.begin() + long(at), '\n')); };
  parts.toml = file.substr(toml, end - toml);
  parts.toml_line = line_of(toml);
  parts.body = file.substr(end + 2);
  parts.body_line = line_of(end + 2);
  size_t last = parts.body.find_last_not_of(" \t\r\n;");
  parts.body.resize(last == std::string::npos ? 0 : last + 1);
  parts.found = true;
  return parts;
}

}  // namespace backcourt

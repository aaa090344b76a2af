#include "project/sql_text.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"

namespace backcourt {

namespace {

bool WordChar(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || (c & 0x80); }

// Finds the ends of comments and quoted texts, as the engine does.
class SqlLexer {
 public:
  explicit SqlLexer(std::string_view sql) : sql_(sql) {}

  // Whether all that was passed is of the plain kind: quoted texts without escapes, no dollar quotes, no
  // comments in comments. What is not is still split, but its identity is its text to the letter.
  bool plain() const { return plain_; }

  // End of the comment that starts at `at`, or `at` when none does.
  size_t SkipComment(size_t at) {
    if (sql_.compare(at, 2, "--") == 0) {
      size_t end = std::min(sql_.find_first_of("\n\r", at), sql_.size());
      if (end < sql_.size() && sql_[end] == '\r' && sql_.compare(end, 2, "\r\n") != 0) plain_ = false;
      return end;
    }
    if (sql_.compare(at, 2, "/*") != 0) return at;
    int depth = 1;
    for (at += 2; at < sql_.size(); ++at) {
      if (sql_.compare(at, 2, "/*") == 0) {
        plain_ = false, ++depth, ++at;
      } else if (sql_.compare(at, 2, "*/") == 0) {
        ++at;
        if (--depth == 0) return at + 1;
      }
    }
    return sql_.size();
  }

  // End of the quoted text that starts at `at`, or `at` when none does; a doubled quote is part of it.
  size_t SkipQuoted(size_t at) {
    if (sql_[at] == '$') return SkipDollarQuoted(at);
    if (sql_[at] != '\'' && sql_[at] != '"') return at;
    bool word_before = at > 1 && WordChar(sql_[at - 2]);
    bool escapes = sql_[at] == '\'' && at > 0 && (sql_[at - 1] == 'e' || sql_[at - 1] == 'E') && !word_before;
    if (escapes) plain_ = false;
    for (size_t end = at + 1; end < sql_.size(); ++end) {
      if (escapes && sql_[end] == '\\') {
        ++end;
      } else if (sql_[end] == sql_[at]) {
        if (end + 1 == sql_.size() || sql_[end + 1] != sql_[at]) return end + 1;
        ++end;
      }
    }
    return sql_.size();
  }

 private:
  // $$...$$ or $tag$...$tag$.
  size_t SkipDollarQuoted(size_t at) {
    plain_ = false;
    size_t tag = at + 1;
    while (tag < sql_.size() && WordChar(sql_[tag]))
      ++tag;
    if (tag >= sql_.size() || sql_[tag] != '$') return at;
    std::string_view quote = sql_.substr(at, tag + 1 - at);
    size_t end = sql_.find(quote, tag + 1);
    return end == std::string_view::npos ? sql_.size() : end + quote.size();
  }

  std::string_view sql_;
  bool plain_ = true;
};

std::vector<SqlToken> TokensOf(std::string_view sql, SqlLexer& lexer) {
  std::vector<SqlToken> tokens;
  for (size_t at = 0; at < sql.size();) {
    char c = sql[at];
    if (std::isspace(static_cast<unsigned char>(c))) {
      ++at;
      continue;
    }
    if (size_t end = lexer.SkipComment(at); end != at) {
      at = end;
      continue;
    }
    size_t end = lexer.SkipQuoted(at);
    if (end != at) {
      tokens.push_back({std::string(sql.substr(at, end - at)), at, end});
    } else if (end = at + 1; WordChar(c)) {
      while (end < sql.size() &&
             (WordChar(sql[end]) || (sql[end] == '.' && std::isdigit(static_cast<unsigned char>(c)))))
        ++end;
      std::string word(sql.substr(at, end - at));
      std::transform(word.begin(), word.end(), word.begin(), [](unsigned char w) { return std::tolower(w); });
      tokens.push_back({std::move(word), at, end});
    } else {
      static const char* const kPairs[] = {"<=", ">=", "<>", "!=", "||", "::", "=="};
      for (const char* pair : kPairs)
        if (sql.compare(at, 2, pair) == 0) end = at + 2;
      tokens.push_back({std::string(sql.substr(at, end - at)), at, end});
    }
    at = end;
  }
  return tokens;
}

std::vector<std::string> TextsOf(std::vector<SqlToken> tokens) {
  std::vector<std::string> texts;
  texts.reserve(tokens.size());
  for (SqlToken& token : tokens)
    texts.push_back(std::move(token.text));
  return texts;
}

}  // namespace

std::vector<SqlToken> PlacedSqlTokens(std::string_view sql) {
  SqlLexer lexer(sql);
  return TokensOf(sql, lexer);
}

std::vector<std::string> SqlTokens(std::string_view sql) { return TextsOf(PlacedSqlTokens(sql)); }

std::string CanonicalSql(std::string_view sql) {
  SqlLexer lexer(sql);
  std::vector<std::string> tokens = TextsOf(TokensOf(sql, lexer));
  return lexer.plain() ? Join(tokens, " ") : std::string(sql);
}

std::string SqlName(const std::string& token) {
  if (token.size() < 2 || token.front() != '"') return token;
  return Lower(ReplaceAll(token.substr(1, token.size() - 2), "\"\"", "\""));
}

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
  SqlLexer lexer(sql);
  for (size_t at = 0; at < sql.size();) {
    if (size_t end = lexer.SkipComment(at); end != at) {
      at = end;
      continue;
    }
    if (size_t end = lexer.SkipQuoted(at); end != at) {
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

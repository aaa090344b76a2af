// SQL as text: a small lexer that drops comments and white space, so that a
// model's identity is its tokens and an edited comment stales nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace backcourt {

// A token, and where it stands in the text.
struct SqlToken {
  std::string text;
  size_t begin = 0, end = 0;
};

// Tokens in order; words outside quotes are lower-cased, literals kept.
std::vector<SqlToken> PlacedSqlTokens(std::string_view sql);
std::vector<std::string> SqlTokens(std::string_view sql);

// The tokens joined by single blanks: equal only for texts that mean the same. A text in which comments or
// quoted texts are of a less plain kind (dollar quotes, escapes, comments in comments) stands for itself, to
// the letter.
std::string CanonicalSql(std::string_view sql);

// A token as the name that it is: of a quoted one what is in the quotes, in lower case.
std::string SqlName(const std::string& token);

// The names of a SELECT's columns, from its tokens; empty where the text does not tell all of them (a star).
std::vector<std::string> OutputNames(const std::vector<std::string>& tokens);

// The statements of a file of `...;` statements, comments dropped.
std::vector<std::string> SqlStatements(std::string_view sql);

// Leading `/* backcourt ... */` of a file: its TOML and the SQL after it.
struct HeaderedSql {
  std::string toml;
  int toml_line = 1;  // line of the file on which the TOML starts
  std::string body;
  int body_line = 1;
  bool found = false;
};
HeaderedSql SplitHeader(std::string_view file);

}  // namespace backcourt

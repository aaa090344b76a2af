#include "warehouse/spark/spark_sql.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <regex>

#include "base/text.h"
#include "project/sql_text.h"

namespace backcourt {

namespace {

// A quoted name, with backticks.
std::string Backticked(const std::string& quoted) {
  std::string name = ReplaceAll(quoted.substr(1, quoted.size() - 2), "\"\"", "\"");
  return "`" + ReplaceAll(name, "`", "``") + "`";
}

__int128 ParseSigned(const std::string& text) {
  __int128 value = 0;
  for (char c : text)
    if (c != '-') value = value * 10 + (c - '0');
  return text.starts_with('-') ? -value : value;
}

}  // namespace

std::string ToSpark(const std::string& sql, const std::string& database) {
  std::vector<SqlToken> tokens = PlacedSqlTokens(sql);
  auto is = [&](size_t i, const char* text) { return i < tokens.size() && tokens[i].text == text; };
  std::string out;
  size_t copied = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const std::string& token = tokens[i].text;
    std::string with;
    size_t last = i;  // of the tokens that are replaced
    if (token == "wh" && is(i + 1, ".") && is(i + 2, "main") && is(i + 3, "."))
      with = database + ".", last = i + 3;
    else if (token == "not" && is(i + 1, "materialized"))
      last = i + 1;
    else if (token == "varchar" && !is(i + 1, "("))
      with = "STRING";
    else if (token == "struct_pack" && is(i + 1, "("))
      with = "named_struct";
    else if (is(i + 1, ":") && is(i + 2, "=") && tokens[i + 1].end == tokens[i + 2].begin)
      with = Quote(SqlName(token)) + ",", last = i + 2;
    else if (token.front() == '"' && token.size() > 1)
      with = Backticked(token);
    else
      continue;
    out += sql.substr(copied, tokens[i].begin - copied) + with;
    copied = tokens[last].end;
    i = last;
  }
  return out + sql.substr(copied);
}

std::string SparkTypeOf(const std::string& declared) {
  if (declared == "VARCHAR") return "STRING";
  if (declared == "INTEGER") return "INT";
  if (declared == "TIMESTAMP") return "TIMESTAMP_NTZ";
  return ReplaceAll(declared, " ", "");
}

bool IsWidened(const std::string& from, const std::string& to) {
  static const std::vector<std::string> kIntegers = {"TINYINT", "SMALLINT", "INT", "BIGINT"};
  auto is = std::find(kIntegers.begin(), kIntegers.end(), from), be = std::find(is, kIntegers.end(), to);
  if (from == to || be != kIntegers.end()) return true;
  return (from == "FLOAT" && to == "DOUBLE") || (from == "TIMESTAMP" && to == "TIMESTAMP_NTZ") ||
         (to == "STRING" && (from.starts_with("VARCHAR(") || from.starts_with("CHAR(")));
}

bool IsSparkError(const Error& error, const char* name) {
  return error.message.starts_with(fmt::format("[{}", name));
}

Error ClassifySparkError(const std::string& text) {
  static const std::regex kClass(R"(^\[([A-Z0-9_.]+)\])"), kState("SQLSTATE: ([0-9A-Z]{5})");
  std::string reason = text.substr(0, text.find("\n\nJVM stacktrace"));
  if (const char* kDriver = "[Spark] "; reason.starts_with(kDriver)) reason.erase(0, strlen(kDriver));
  Error error{ErrorKind::kModel, Trim(reason), ""};
  auto says_one_of = [&](std::initializer_list<const char*> parts) {
    return std::any_of(parts.begin(), parts.end(),
                       [&](const char* part) { return reason.find(part) != std::string::npos; });
  };
  std::smatch found;
  if (std::regex_search(reason, found, kClass)) {  // the rest may quote anybody's text
    std::string name = found[1], state;
    if (std::regex_search(reason, found, kState)) state = found[1];
    for (const char* transient : {"OPERATION_CANCELED", "INVALID_HANDLE", "INVALID_CURSOR", "SESSION_",
                                  "DELTA_CONCURRENT", "DELTA_METADATA_CHANGED", "DELTA_PROTOCOL_CHANGED"})
      if (name.starts_with(transient)) error.kind = ErrorKind::kTransient;
    if (name == "UNABLE_TO_ACQUIRE_MEMORY") error.kind = ErrorKind::kCapacity;
    if (state.starts_with("22") || state.starts_with("23")) error.kind = ErrorKind::kData;
  } else if (says_one_of({"No space left on device", "OutOfMemoryError"})) {
    error.kind = ErrorKind::kCapacity;
  } else if (says_one_of({"ExecutorLostFailure", "FetchFailed", "Job aborted", "SparkContext was shut down",
                          "stopped SparkContext", "cancelled", "connection", "transport", "EOF", "navailable",
                          "context canceled", "deadline", "RST_STREAM", "GOAWAY", "reset by peer",
                          "broken pipe"})) {
    error.kind = ErrorKind::kTransient;
  }
  return error;
}

std::string SparkDigestSql(const DigestQuery& query) {
  // A hash passes over NULL, so each column says first whether it is one.
  std::vector<std::string> forward, backward;
  for (const std::string& column : query.columns)
    forward.push_back(fmt::format("isnull({0}), {0}", Ident(column)));
  backward.assign(forward.rbegin(), forward.rend());
  return fmt::format(R"sql(
      SELECT partition_key, count(*), CAST(sum(h1) AS STRING), CAST(sum(h2) AS STRING)
      FROM (SELECT CAST({partition} AS INT) AS partition_key, CAST(xxhash64({forward}) AS DECIMAL(20, 0)) AS h1,
              CAST(xxhash64({backward}) AS DECIMAL(20, 0)) AS h2
            FROM {relation} WHERE {where})
      GROUP BY partition_key ORDER BY partition_key NULLS FIRST)sql",
                     fmt::arg("partition", query.partition), fmt::arg("forward", Join(forward, ", ")),
                     fmt::arg("backward", Join(backward, ", ")), fmt::arg("relation", query.relation),
                     fmt::arg("where", query.where));
}

Digest SparkDigestOf(const std::string& first, const std::string& second) {
  using Unsigned = unsigned __int128;
  return {(Unsigned(ParseSigned(first)) << 64) + Unsigned(ParseSigned(second))};
}

}  // namespace backcourt

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

bool IsSparkError(const Error& error, const char* name) {
  return error.message.starts_with(fmt::format("[{}", name));
}

Error ClassifySparkError(const std::string& text) {
  static const std::regex kState("SQLSTATE: ([0-9A-Z]{5})");
  auto says = [&](const char* part) { return text.find(part) != std::string::npos; };
  std::string reason = text.substr(0, text.find("\n\nJVM stacktrace"));
  if (const char* kDriver = "[Spark] "; reason.starts_with(kDriver)) reason.erase(0, strlen(kDriver));
  Error error{ErrorKind::kModel, Trim(reason), ""};
  std::smatch state;
  std::string sql_state = std::regex_search(reason, state, kState) ? state[1].str() : "";
  if (says("OPERATION_CANCELED") || says("INVALID_HANDLE") || says("SESSION_") || says("DELTA_CONCURRENT") ||
      says("DELTA_METADATA_CHANGED") || says("DELTA_PROTOCOL_CHANGED")) {
    error.kind = ErrorKind::kTransient;
  } else if (says("No space left on device") || says("OutOfMemoryError") ||
             says("UNABLE_TO_ACQUIRE_MEMORY")) {
    error.kind = ErrorKind::kCapacity;
  } else if (sql_state.starts_with("22") || sql_state.starts_with("23")) {
    error.kind = ErrorKind::kData;
  } else if (says("ExecutorLostFailure") || says("FetchFailed") || says("Job aborted due to stage failure") ||
             says("SparkContext was shut down") || says("stopped SparkContext")) {
    error.kind = ErrorKind::kTransient;
  } else if (sql_state.empty() && !reason.starts_with("[")) {
    for (const char* lost :
         {"connection", "transport", "EOF", "unavailable", "Unavailable", "context canceled", "deadline",
          "RST_STREAM", "GOAWAY", "reset by peer", "broken pipe"})
      if (says(lost)) error.kind = ErrorKind::kTransient;
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
